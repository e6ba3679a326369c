//! The name of the file that holds a dependency's package.
//!
//! ```
//! use ib_domain::dependency::package::{PackageFile, PackageFileError};
//!
//! let file: PackageFile = "integration-manager.oap".parse()?;
//! assert_eq!(file.as_str(), "integration-manager.oap");
//! assert_eq!("../secrets".parse::<PackageFile>(), Err(PackageFileError::NotPlain));
//! # Ok::<(), PackageFileError>(())
//! ```

use std::fmt;

use crate::text::is_invisible;

/// Longest name, in characters.
const MAX_NAME: usize = 120;

/// A plain file name: it leads to no other folder on any system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct PackageFile(String);

/// Why a text is no name of a package file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageFileError {
    /// Nothing, or only blanks.
    #[error("the package has no file name")]
    Empty,
    /// Longer than a file name should be.
    #[error("the package's file name is {0} characters long, at most {MAX_NAME} are possible")]
    TooLong(usize),
    /// A path, a name that begins or ends with a blank, or one with a character that cannot be seen.
    #[error("the package's file name must be plain, such as integration-manager.oap")]
    NotPlain,
}

impl PackageFile {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name is one on every system: `:` separates a drive, or a stream, from the rest on Windows.
fn is_plain(name: &str) -> bool {
    let odd = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control() || is_invisible(c);
    !name.contains(odd) && !name.contains("..") && name != "." && name == name.trim()
}

impl std::str::FromStr for PackageFile {
    type Err = PackageFileError;

    fn from_str(name: &str) -> Result<Self, PackageFileError> {
        let length = name.chars().count();
        if name.trim().is_empty() {
            Err(PackageFileError::Empty)
        } else if length > MAX_NAME {
            Err(PackageFileError::TooLong(length))
        } else if is_plain(name) {
            Ok(Self(name.to_owned()))
        } else {
            Err(PackageFileError::NotPlain)
        }
    }
}

impl TryFrom<String> for PackageFile {
    type Error = PackageFileError;

    fn try_from(name: String) -> Result<Self, PackageFileError> {
        name.parse()
    }
}

impl From<PackageFile> for String {
    fn from(file: PackageFile) -> Self {
        file.0
    }
}

impl fmt::Display for PackageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::path::{Component, Path};

    #[rstest]
    #[case("", PackageFileError::Empty)]
    #[case(" \t", PackageFileError::Empty)]
    #[case(&"é".repeat(121), PackageFileError::TooLong(121))]
    #[case(".", PackageFileError::NotPlain)]
    #[case("..", PackageFileError::NotPlain)]
    #[case("a..oap", PackageFileError::NotPlain)]
    #[case("/a.oap", PackageFileError::NotPlain)]
    #[case("packages/a.oap", PackageFileError::NotPlain)]
    #[case("packages\\a.oap", PackageFileError::NotPlain)]
    #[case("C:a.oap", PackageFileError::NotPlain)]
    #[case(" a.oap", PackageFileError::NotPlain)]
    #[case("a.oap\n", PackageFileError::NotPlain)]
    #[case("a\0.oap", PackageFileError::NotPlain)]
    #[case("a\u{202e}pao.oap", PackageFileError::NotPlain)]
    fn no_file_name(#[case] name: &str, #[case] error: PackageFileError) {
        assert_eq!(name.parse::<PackageFile>(), Err(error));
    }

    #[rstest]
    #[case("integration-manager.oap")]
    #[case("Integration Manager 2.4.0.oap")]
    #[case(&"é".repeat(120))]
    fn file_names(#[case] name: &str) {
        assert_eq!(name.parse::<PackageFile>().map(String::from).as_deref(), Ok(name));
    }

    proptest! {
        #[test]
        fn a_file_is_always_right_in_its_folder(name in "[a-z./\\\\: ]{0,12}|.*") {
            if let Ok(file) = name.parse::<PackageFile>() {
                let parts: Vec<_> = Path::new(file.as_str()).components().collect();
                prop_assert_eq!(parts, [Component::Normal(name.as_ref())]);
            }
        }
    }
}
