//! Which link.

use std::fmt;
use std::str::FromStr;

use super::{hex, unhex};
use crate::environment::Number;
use crate::id::InfrastructureId;

/// One environment's link to this service: the infrastructure's id and the environment's number in it.
///
/// As text: 40 lower-case hexadecimal digits, 32 of the infrastructure and 8 of the number. So a link leads to its
/// history without an index. No secret is in it, and whoever makes one up gets nowhere: requests are authenticated
/// by a secret that is derived from the id.
///
/// ```
/// use ib_setup::InfrastructureId;
/// use ib_setup::link::LinkId;
///
/// let link = LinkId::new(InfrastructureId::new(0xabc), 2);
/// assert_eq!(link.to_string(), "00000000000000000000000000000abc00000002");
/// assert_eq!(link.to_string().parse(), Ok(link));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId {
    infrastructure: InfrastructureId,
    number: Number,
}

/// A text that is no id of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a link has 40 lower-case hexadecimal digits")]
pub struct LinkIdError;

impl LinkId {
    /// The link of the environment with that number.
    pub const fn new(infrastructure: InfrastructureId, number: Number) -> Self {
        Self { infrastructure, number }
    }

    /// The infrastructure that the environment belongs to.
    pub const fn infrastructure(self) -> InfrastructureId {
        self.infrastructure
    }

    /// The environment's number in it.
    pub const fn number(self) -> Number {
        self.number
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.infrastructure, hex(&self.number.to_be_bytes()))
    }
}

impl FromStr for LinkId {
    type Err = LinkIdError;

    fn from_str(text: &str) -> Result<Self, LinkIdError> {
        let bytes: [u8; 20] = unhex(text).ok_or(LinkIdError)?;
        let (infrastructure, number) = bytes.split_first_chunk::<16>().ok_or(LinkIdError)?;
        let number = number.first_chunk::<4>().ok_or(LinkIdError)?;
        Ok(Self {
            infrastructure: InfrastructureId::new(u128::from_be_bytes(*infrastructure)),
            number: Number::from_be_bytes(*number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_link_survives_the_way_through_its_text(infrastructure: u128, number: u32) {
            let link = LinkId::new(InfrastructureId::new(infrastructure), number);
            let text = link.to_string();
            prop_assert_eq!(text.len(), 40);
            prop_assert_eq!(text.parse(), Ok(link));
        }

        #[test]
        fn what_is_read_is_written_the_same_way(text in "[0-9a-fA-F+ -]{38,42}") {
            if let Ok(link) = text.parse::<LinkId>() {
                prop_assert_eq!(link.to_string(), text);
            }
        }
    }
}
