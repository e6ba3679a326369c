//! What people call an environment.

use std::fmt;
use std::str::FromStr;

use crate::text::harmless;

/// Longest name, in characters (`integration-builder.md` 9).
const LIMIT: usize = 50;

/// The name of an environment within its infrastructure (E5): 1 to 50 characters, blanks around it left out.
///
/// Names that differ in case alone are the same one.
///
/// ```
/// use ib_domain::environment::EnvironmentName;
///
/// let name: EnvironmentName = " Quality Assurance ".parse()?;
/// assert_eq!(name.as_str(), "Quality Assurance");
/// assert!(name.is_same(&"QUALITY ASSURANCE".parse()?));
/// # Ok::<(), ib_domain::environment::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct EnvironmentName(String);

/// A text that is no name of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is nothing in it.
    #[error("enter a name, such as Production")]
    Empty,
    /// It is too long.
    #[error("a name has at most 50 characters")]
    TooLong,
    /// It holds something that is no part of a line of text.
    #[error("a name is one line of letters, digits and signs, without a slash")]
    Unfit,
}

impl EnvironmentName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

impl FromStr for EnvironmentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            Err(NameError::Empty)
        } else if text.chars().count() > LIMIT {
            Err(NameError::TooLong)
        // A slash would not survive in the path of an address.
        } else if text.contains(['/', '\\']) || harmless(text, LIMIT) != text || [".", ".."].contains(&text) {
            Err(NameError::Unfit)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn case_does_not_count() {
        let name = |text: &str| text.parse::<EnvironmentName>().unwrap();
        assert!(name("QUALITÉ").is_same(&name("qualité")));
        assert!(!name("QA").is_same(&name("QA 2")));
    }

    #[rstest]
    #[case("", NameError::Empty)]
    #[case(" \t", NameError::Empty)]
    #[case("a/b", NameError::Unfit)]
    #[case("..", NameError::Unfit)]
    #[case("two\nlines", NameError::Unfit)]
    #[case("\u{202e}turned", NameError::Unfit)]
    #[case("123456789012345678901234567890123456789012345678901", NameError::TooLong)]
    fn not_a_name(#[case] text: &str, #[case] error: NameError) {
        assert_eq!(text.parse::<EnvironmentName>(), Err(error), "{text:?}");
    }

    #[rstest]
    #[case("Production")]
    #[case("Qualität & Abnahme (2)")]
    #[case("12345678901234567890123456789012345678901234567890")]
    fn a_name_is_kept_as_it_is(#[case] text: &str) {
        let name: EnvironmentName = text.parse().unwrap();
        assert_eq!((name.as_str(), name.to_string()), (text, text.to_owned()));
        assert_eq!(String::from(name), text);
    }
}
