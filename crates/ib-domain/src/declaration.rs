//! The name of a file that says how an infrastructure is to be (F6).

use std::fmt;
use std::str::FromStr;

use crate::text::harmless;

/// Longest name, in characters.
const LONGEST: usize = 100;

/// What a file is called that declares environments and waivers: 1 to 100 characters on one line.
///
/// It is what people are told when they are to change something there, and what tells one file from another. It is never
/// used as a path.
///
/// ```
/// use ib_domain::declaration::FileName;
///
/// let file: FileName = "infrastructure.toml".parse()?;
/// assert_eq!(file.as_str(), "infrastructure.toml");
/// # Ok::<(), ib_domain::declaration::FileNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct FileName(String);

/// A text that is no name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a file has 1 to {LONGEST} letters, digits and signs on one line")]
pub struct FileNameError;

impl FileName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(text: &str) -> Result<Self, FileNameError> {
        let text = text.trim();
        let is_fit = !text.is_empty() && text.chars().count() <= LONGEST && harmless(text, LONGEST) == text;
        if is_fit { Ok(Self(text.to_owned())) } else { Err(FileNameError) }
    }
}

impl TryFrom<String> for FileName {
    type Error = FileNameError;

    fn try_from(text: String) -> Result<Self, FileNameError> {
        text.parse()
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case("  ")]
    #[case("two\nlines")]
    #[case("\u{202e}turned.toml")]
    #[case(&"x".repeat(101))]
    fn not_a_name(#[case] text: &str) {
        assert_eq!(text.parse::<FileName>(), Err(FileNameError), "{text:?}");
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        let name = "ü".repeat(100);
        assert_eq!(format!(" {name} ").parse::<FileName>().unwrap().to_string(), name);
    }

    #[test]
    fn a_name_is_read_as_it_is_written() {
        let name: FileName = "acme.toml".parse().unwrap();
        assert_eq!((name.as_str(), String::from(name.clone()).as_str()), ("acme.toml", "acme.toml"));
        assert_eq!(FileName::try_from("acme.toml".to_owned()), Ok(name));
    }
}
