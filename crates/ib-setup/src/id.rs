//! Ids: one type per kind of thing, so that they cannot be swapped.

use std::fmt;
use std::str::FromStr;

/// A text that is no id: not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 32 hexadecimal digits")]
pub struct IdError;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        ///
        /// As text: 32 hexadecimal digits.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(u128);

        impl $name {
            /// The id with that number, which an [`Ids`](crate::ports::Ids) made unique.
            pub const fn new(number: u128) -> Self {
                Self(number)
            }

            /// The number.
            pub const fn number(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let number = if digits { u128::from_str_radix(text, 16).ok() } else { None };
                number.map(Self).ok_or(IdError)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )+};
}

ids! {
    /// One set-up: one run of the registration, begun by one person.
    SetupId;
    /// One registered infrastructure, whoever comes in by it.
    InfrastructureId;
}

/// Whose history it is. As text: the kind, a hyphen, and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HistoryId {
    /// A set-up's.
    Setup(SetupId),
    /// Of an infrastructure's dependencies and the publications for them.
    Publications(InfrastructureId),
    /// Of an infrastructure's environments.
    Environments(InfrastructureId),
}

impl fmt::Display for HistoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(id) => write!(f, "setup-{id}"),
            Self::Publications(id) => write!(f, "publications-{id}"),
            Self::Environments(id) => write!(f, "environments-{id}"),
        }
    }
}

impl FromStr for HistoryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once('-') {
            Some(("setup", id)) => id.parse().map(Self::Setup),
            Some(("publications", id)) => id.parse().map(Self::Publications),
            Some(("environments", id)) => id.parse().map(Self::Environments),
            _ => Err(IdError),
        }
    }
}

impl From<SetupId> for HistoryId {
    fn from(id: SetupId) -> Self {
        Self::Setup(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_through_its_text() {
        let id = SetupId::new(0x00ab);
        assert_eq!(id.to_string().parse(), Ok(id));
        let infrastructure = InfrastructureId::new(7);
        for history in [
            HistoryId::Setup(id),
            HistoryId::Publications(infrastructure),
            HistoryId::Environments(infrastructure),
        ] {
            assert_eq!(history.to_string().parse(), Ok(history));
        }
        assert_eq!(format!("other-{id}").parse::<HistoryId>(), Err(IdError));
        for text in ["", "ab", "+0000000000000000000000000000000", "zz000000000000000000000000000000"] {
            assert_eq!(text.parse::<SetupId>(), Err(IdError), "{text}");
        }
    }
}
