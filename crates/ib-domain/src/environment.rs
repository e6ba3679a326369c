//! What an environment is: its kind, the edition it belongs to, and what it is for.
//!
//! ```
//! use ib_domain::environment::{EnvironmentKind, Purpose};
//!
//! assert!(!EnvironmentKind::LifeTime.can_be_connected());
//! assert_eq!(Purpose::read(" development "), Purpose::Development);
//! assert_eq!(Purpose::read("Sandbox").to_string(), "Sandbox");
//! ```

mod name;

use std::fmt;

use crate::text::harmless;

pub use name::{EnvironmentName, NameError};

/// Longest purpose kept, in characters.
const PURPOSE_LIMIT: usize = 60;

/// What an environment is, as far as setting it up is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum EnvironmentKind {
    /// Installed and run by the customer.
    OnPremises,
    /// Run by the vendor for the customer.
    Cloud,
    /// A Personal Environment: one environment for one developer, without LifeTime, asleep when unused
    /// (`recognising-an-environment.md` 4).
    Personal,
    /// The console that manages the other environments; never connected (E1).
    LifeTime,
}

impl EnvironmentKind {
    /// The kind behind LifeTime's `IsCloudEnvironment` (`lifetime-api.md` 2).
    pub fn managed(in_cloud: bool) -> Self {
        if in_cloud { Self::Cloud } else { Self::OnPremises }
    }

    /// Whether Integration Builder may be connected to it: to every environment but LifeTime (B4, E1).
    pub fn can_be_connected(self) -> bool {
        self != Self::LifeTime
    }

    /// Whether the minimum version of Platform Server applies; LifeTime has its own version series (B4).
    pub fn has_platform_server_version(self) -> bool {
        self != Self::LifeTime
    }

    /// Whether LifeTime manages its users and roles; a Personal Environment keeps its own.
    pub fn is_managed_by_lifetime(self) -> bool {
        matches!(self, Self::OnPremises | Self::Cloud)
    }

    /// Whether other environments of its infrastructure can exist and be set up (E1).
    pub fn has_siblings(self) -> bool {
        self != Self::Personal
    }
}

impl fmt::Display for EnvironmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnPremises => "on-premises",
            Self::Cloud => "cloud",
            Self::Personal => "Personal Environment",
            Self::LifeTime => "LifeTime",
        })
    }
}

/// The edition of OutSystems that an infrastructure has; Integration Builder serves them all (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Edition {
    /// Free.
    Free,
    /// Standard.
    Standard,
    /// Enterprise.
    Enterprise,
    /// A Personal Environment, which belongs to no subscription.
    Personal,
}

impl Edition {
    /// Every edition, smallest first.
    pub const ALL: [Self; 4] = [Self::Personal, Self::Free, Self::Standard, Self::Enterprise];

    /// Reads an edition's name, whatever its case.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = if text.eq_ignore_ascii_case("personal") { "Personal Environment" } else { text };
        Self::ALL.into_iter().find(|edition| edition.name().eq_ignore_ascii_case(text))
    }

    /// The edition's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Standard => "Standard",
            Self::Enterprise => "Enterprise",
            Self::Personal => "Personal Environment",
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an environment is for: LifeTime's `EnvironmentType` (`lifetime-api.md` 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", from = "String"))]
#[non_exhaustive]
pub enum Purpose {
    /// Where users sign in to Integration Builder and integrations are developed.
    Development,
    /// Quality assurance.
    Test,
    /// Production.
    Production,
    /// A word of which no meaning is known, as LifeTime gave it.
    Other(String),
}

impl Purpose {
    /// Reads a purpose, whatever its case and the blanks around it; an unknown word is kept.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        [Self::Development, Self::Test, Self::Production]
            .into_iter()
            .find(|purpose| purpose.name().eq_ignore_ascii_case(text))
            .unwrap_or_else(|| Self::Other(harmless(text, PURPOSE_LIMIT)))
    }

    /// The purpose in LifeTime's spelling.
    pub fn name(&self) -> &str {
        match self {
            Self::Development => "Development",
            Self::Test => "Test",
            Self::Production => "Production",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<String> for Purpose {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl From<Purpose> for String {
    fn from(purpose: Purpose) -> Self {
        purpose.to_string()
    }
}

/// What a target was looked at as.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// An environment, with its purpose.
    Environment(Purpose),
    /// LifeTime, which manages the others and is never connected.
    LifeTime,
}

impl Role {
    /// Whether users sign in there.
    pub const fn is_development(&self) -> bool {
        matches!(self, Self::Environment(Purpose::Development))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn everything_is_written_by_its_name() {
        use EnvironmentKind::{Cloud, LifeTime, OnPremises, Personal};
        let kinds = [OnPremises, Cloud, Personal, LifeTime].map(|kind| kind.to_string());
        assert_eq!(kinds, ["on-premises", "cloud", "Personal Environment", "LifeTime"]);
        let editions = Edition::ALL.map(|edition| edition.to_string());
        assert_eq!(editions, ["Personal Environment", "Free", "Standard", "Enterprise"]);
        let other = Purpose::Other("Sandbox".to_owned());
        for (purpose, name) in [(Purpose::Test, "Test"), (other, "Sandbox")] {
            assert_eq!((purpose.to_string(), String::from(purpose)), (name.to_owned(), name.to_owned()));
        }
    }

    #[rstest]
    #[case("Development", Purpose::Development)]
    #[case("TEST", Purpose::Test)]
    #[case("\tproduction\n", Purpose::Production)]
    #[case("", Purpose::Other(String::new()))]
    #[case("Pre\x1b-Production", Purpose::Other("Pre-Production".to_owned()))]
    fn purposes(#[case] text: &str, #[case] purpose: Purpose) {
        assert_eq!(Purpose::read(text), purpose);
        assert_eq!(Purpose::read(purpose.name()), purpose);
    }

    #[rstest]
    #[case("free", Some(Edition::Free))]
    #[case(" Standard ", Some(Edition::Standard))]
    #[case("ENTERPRISE", Some(Edition::Enterprise))]
    #[case("personal environment", Some(Edition::Personal))]
    #[case("Personal", Some(Edition::Personal))]
    #[case("Ultimate", None)]
    fn editions(#[case] text: &str, #[case] edition: Option<Edition>) {
        assert_eq!(Edition::read(text), edition);
    }

    #[test]
    fn lifetime_tells_cloud_from_on_premises() {
        assert_eq!(EnvironmentKind::managed(true), EnvironmentKind::Cloud);
        assert_eq!(EnvironmentKind::managed(false), EnvironmentKind::OnPremises);
    }

    /// Kind, connectable, managed by LifeTime, has siblings.
    #[rstest]
    #[case(EnvironmentKind::OnPremises, true, true, true)]
    #[case(EnvironmentKind::Cloud, true, true, true)]
    #[case(EnvironmentKind::Personal, true, false, false)]
    #[case(EnvironmentKind::LifeTime, false, false, true)]
    fn kinds(
        #[case] kind: EnvironmentKind,
        #[case] connectable: bool,
        #[case] managed: bool,
        #[case] siblings: bool,
    ) {
        assert_eq!(kind.can_be_connected(), connectable);
        assert_eq!(kind.has_platform_server_version(), connectable);
        assert_eq!(kind.is_managed_by_lifetime(), managed);
        assert_eq!(kind.has_siblings(), siblings);
    }

    #[test]
    fn users_sign_in_to_development_alone() {
        assert!(Role::Environment(Purpose::Development).is_development());
        for role in [Role::Environment(Purpose::Test), Role::Environment(Purpose::Production), Role::LifeTime]
        {
            assert!(!role.is_development(), "{role:?}");
        }
    }
}
