//! What a person says about a waiver that is kept.

use std::fmt;
use std::str::FromStr;

use crate::text::harmless;

/// Longest owner, in characters.
const OWNER: usize = 100;
/// Longest reason why, in characters.
const WHY: usize = 500;

/// A text that says nothing, or too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// There is no owner.
    #[error("enter who answers for it: a name or a team")]
    NoOwner,
    /// The owner is too long.
    #[error("an owner has at most {OWNER} characters")]
    OwnerTooLong,
    /// The owner is no line of text.
    #[error("an owner is one line of letters, digits and signs")]
    OwnerUnfit,
    /// There is no reason why.
    #[error("enter why it can be lived with")]
    NoWhy,
    /// The reason why is too long.
    #[error("a reason why has at most {WHY} characters")]
    WhyTooLong,
    /// The reason why is no line of text.
    #[error("a reason why is one line of letters, digits and signs")]
    WhyUnfit,
}

/// Reads one line of 1 to `limit` characters, blanks around it left out.
fn line(text: &str, limit: usize, [empty, long, unfit]: [WordsError; 3]) -> Result<String, WordsError> {
    let text = text.trim();
    if text.is_empty() {
        Err(empty)
    } else if text.chars().count() > limit {
        Err(long)
    } else if harmless(text, limit) != text {
        Err(unfit)
    } else {
        Ok(text.to_owned())
    }
}

/// Defines a line of text with a limit, validated whichever way it comes in.
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident, $limit:expr, $errors:expr) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = WordsError;

            fn from_str(text: &str) -> Result<Self, WordsError> {
                line(text, $limit, $errors).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = WordsError;

            fn try_from(text: String) -> Result<Self, WordsError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(words: $name) -> Self {
                words.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

words! {
    /// Who answers for a waiver: a name or a team, 1 to 100 characters on one line.
    ///
    /// ```
    /// use ib_domain::waiver::WaiverOwner;
    ///
    /// let owner: WaiverOwner = " Platform team ".parse()?;
    /// assert_eq!(owner.as_str(), "Platform team");
    /// # Ok::<(), ib_domain::waiver::WordsError>(())
    /// ```
    WaiverOwner, OWNER, [WordsError::NoOwner, WordsError::OwnerTooLong, WordsError::OwnerUnfit]
}

words! {
    /// Why a finding can be lived with: 1 to 500 characters on one line.
    WaiverWhy, WHY, [WordsError::NoWhy, WordsError::WhyTooLong, WordsError::WhyUnfit]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", WordsError::NoOwner)]
    #[case(" \t", WordsError::NoOwner)]
    #[case(&"x".repeat(101), WordsError::OwnerTooLong)]
    #[case("two\nlines", WordsError::OwnerUnfit)]
    #[case("\u{202e}turned", WordsError::OwnerUnfit)]
    #[case("a\u{1b}[31m", WordsError::OwnerUnfit)]
    fn not_an_owner(#[case] text: &str, #[case] error: WordsError) {
        assert_eq!(text.parse::<WaiverOwner>(), Err(error), "{text:?}");
    }

    #[rstest]
    #[case("", WordsError::NoWhy)]
    #[case(&"x".repeat(501), WordsError::WhyTooLong)]
    #[case("two\nlines", WordsError::WhyUnfit)]
    fn not_a_reason_why(#[case] text: &str, #[case] error: WordsError) {
        assert_eq!(text.parse::<WaiverWhy>(), Err(error), "{text:?}");
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        let owner = "ü".repeat(100);
        assert_eq!(format!(" {owner} ").parse::<WaiverOwner>().unwrap().as_str(), owner);
        let why = "The certificate is replaced in May; see <ticket> & \"plan\".";
        assert_eq!(why.parse::<WaiverWhy>().unwrap().to_string(), why);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn what_is_stored_is_read_as_strictly() {
        let owner: WaiverOwner = serde_json::from_str("\"Platform team\"").unwrap();
        assert_eq!(serde_json::to_string(&owner).unwrap(), "\"Platform team\"");
        assert!(serde_json::from_str::<WaiverWhy>("\"\"").is_err());
    }
}
