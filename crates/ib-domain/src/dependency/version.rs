//! Versions of dependencies, read from the description of their application.
//!
//! No interface of the platform tells the version of an installed application, so a line `Version: 2.4.0`
//! in its description does (`service-center-soap.md` 4.2). A description without one is *unknown*: shown as
//! such and treated as outdated.
//!
//! ```
//! use ib_domain::dependency::version::DependencyVersion;
//!
//! let version = DependencyVersion::in_description("Helpers.\nVersion: v2.10 (stable)");
//! assert_eq!(version, Some("2.10.0".parse()?));
//! assert_eq!(DependencyVersion::in_description("Helpers."), None);
//! # Ok::<(), ib_domain::dependency::version::NoVersion>(())
//! ```

use std::fmt;

use crate::text::harmless;
use crate::version::numbers;

const WORD: &str = "version";
/// Longest part of a text that is no version that an error repeats, in characters.
const SHOWN_LIMIT: usize = 40;

/// The version of a dependency: two to four numbers, ordered as numbers; missing ones count as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct DependencyVersion([u32; 4]);

/// A text that is not a version and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no version; expected two to four numbers such as 2.4.0")]
pub struct NoVersion(String);

impl DependencyVersion {
    /// Finds the version in a description: the first word `version`, in any case, that is followed by
    /// colons or blanks, perhaps a `v`, and two to four numbers.
    pub fn in_description(description: &str) -> Option<Self> {
        description.char_indices().find_map(|(start, _)| {
            let after = after_word(description, start)?;
            let text = after.trim_start_matches(|c: char| c == ':' || c.is_whitespace());
            numbers(text.strip_prefix(['v', 'V']).unwrap_or(text)).map(Self)
        })
    }

    /// Whether going from an older version to this one breaks the integrations that use it (D6): the first
    /// number rises.
    pub fn breaks(self, older: Self) -> bool {
        self.0[0] > older.0[0]
    }
}

/// The text after the word `version`, if exactly that word stands at `start`.
fn after_word(text: &str, start: usize) -> Option<&str> {
    let end = start + WORD.len();
    text.get(start..end).filter(|word| word.eq_ignore_ascii_case(WORD))?;
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    (!is_letter(before) && !is_letter(after)).then(|| &text[end..])
}

impl fmt::Display for DependencyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}")?;
        if build == 0 { Ok(()) } else { write!(f, ".{build}") }
    }
}

impl std::str::FromStr for DependencyVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let parts = text.split('.').count();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.ends_with('.');
        numbers(text)
            .filter(|_| plain && (2..=4).contains(&parts) && !text.contains(".."))
            .map(Self)
            .ok_or_else(|| NoVersion(harmless(text, SHOWN_LIMIT)))
    }
}

impl TryFrom<String> for DependencyVersion {
    type Error = NoVersion;

    fn try_from(text: String) -> Result<Self, NoVersion> {
        text.parse()
    }
}

impl From<DependencyVersion> for String {
    fn from(version: DependencyVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Version: 2.4.0", Some("2.4.0"))]
    #[case("version 2.4", Some("2.4.0"))]
    #[case("VERSION:v2.4.0.7", Some("2.4.0.7"))]
    #[case("Version :\n\tV2.4.0", Some("2.4.0"))]
    #[case("(Version: 2.4.0)", Some("2.4.0"))]
    #[case("Version: 2.4.0.7.9", Some("2.4.0.7"))]
    #[case("Version: 2.4.", Some("2.4.0"))]
    #[case("Version: 2.4-beta", Some("2.4.0"))]
    #[case("Needs version control. Version: 3.0.1", Some("3.0.1"))]
    #[case("Version: unknown, version: 1.0", Some("1.0.0"))]
    #[case("Version 1.0 replaces version 2.0", Some("1.0.0"))]
    #[case("É version 1.2", Some("1.2.0"))]
    #[case("", None)]
    #[case("Version: 2", None)]
    #[case("Version2.4.0", None)]
    #[case("versionv2.4", None)]
    #[case("Versions: 2.4.0", None)]
    #[case("Subversion 1.14", None)]
    #[case("my_version 1.14", None)]
    #[case("éversion 1.14", None)]
    #[case("Version = 2.4.0", None)]
    #[case("Version vv2.4.0", None)]
    #[case("2.4.0", None)]
    #[case("Version: 99999999999.1", None)]
    fn descriptions(#[case] description: &str, #[case] expected: Option<&str>) {
        let version = DependencyVersion::in_description(description);
        assert_eq!(version.map(|version| version.to_string()).as_deref(), expected);
    }

    #[rstest]
    #[case("2")]
    #[case("2.")]
    #[case("2.4.")]
    #[case("2..4")]
    #[case(".2.4")]
    #[case("v2.4")]
    #[case("2.4 ")]
    #[case("1.2.3.4.5")]
    #[case("1.2.9999999999")]
    fn a_catalogue_is_read_strictly(#[case] text: &str) {
        assert!(text.parse::<DependencyVersion>().is_err());
    }

    #[test]
    fn only_a_rise_of_the_first_number_breaks() {
        let version = |text: &str| text.parse::<DependencyVersion>().unwrap();
        assert!(version("2.0").breaks(version("1.99.9")));
        assert!(!version("2.1").breaks(version("2.0")));
        assert!(!version("1.0").breaks(version("2.0")));
        assert!(version("1.10.0") > version("1.9.9"));
    }

    proptest! {
        #[test]
        fn no_description_makes_it_panic(text in any::<String>()) {
            DependencyVersion::in_description(&text);
        }

        #[test]
        fn a_version_is_found_wherever_it_stands(
            before in "[ .,:(]{0,3}", numbers in prop::array::uniform4(0u32..1_000_000_000), after in "[^0-9.].{0,9}",
        ) {
            let version = DependencyVersion(numbers);
            let text = format!("{before}Version: {version}{after}");
            prop_assert_eq!(DependencyVersion::in_description(&text), Some(version));
            prop_assert_eq!(version.to_string().parse(), Ok(version));
        }
    }
}
