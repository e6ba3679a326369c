//! Keys of LifeTime's things, one type per kind of thing so that they cannot be swapped.
//!
//! Keys are GUIDs, and the platform spells one GUID in several ways. A key is therefore kept in lower case
//! and without braces, and two spellings of one GUID are equal.
//!
//! ```
//! use ib_domain::permission::key::EnvironmentKey;
//!
//! let key = EnvironmentKey::parse(" {0C7D8A10-5F1E-4A0E-9A53-111111111111} ")?;
//! assert_eq!(key, EnvironmentKey::parse("0c7d8a10-5f1e-4a0e-9a53-111111111111")?);
//! # Ok::<(), ib_domain::permission::key::KeyError>(())
//! ```

use std::fmt;

/// Longest key, in characters; a GUID has 36.
const MAX_KEY: usize = 64;

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Nothing, or only blanks.
    #[error("the key is empty")]
    Empty,
    /// Longer than any key of the platform.
    #[error("the key is {0} characters long, at most {MAX_KEY} are possible")]
    TooLong(usize),
    /// A character outside `a-z`, `A-Z`, `0-9`, `-` and `_`: it would not be safe in a path.
    #[error("the key holds a character other than letters, digits, - and _")]
    Character,
}

/// The text of a key. Two are nearly always told apart by their first characters, compared as one number; the order
/// is that of the texts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Text {
    head: u64,
    whole: String,
}

impl From<String> for Text {
    fn from(whole: String) -> Self {
        let mut head = [0; 8];
        for (place, byte) in head.iter_mut().zip(whole.bytes()) {
            *place = byte;
        }
        Self { head: u64::from_be_bytes(head), whole }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.fmt(f)
    }
}

fn normalised(text: &str) -> Result<String, KeyError> {
    let text = text.trim();
    let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    if text.is_empty() {
        return Err(KeyError::Empty);
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(KeyError::Character);
    }
    if text.len() > MAX_KEY {
        return Err(KeyError::TooLong(text.len()));
    }
    Ok(text.to_ascii_lowercase())
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
        pub struct $name(Text);

        impl $name {
            /// Reads a key in any spelling of a GUID.
            ///
            /// # Errors
            ///
            /// A [`KeyError`] when the text is empty, too long or holds anything but letters, digits, `-`
            /// and `_`.
            pub fn parse(text: &str) -> Result<Self, KeyError> {
                normalised(text).map(|text| Self(text.into()))
            }

            /// The key in lower case, without braces.
            pub fn as_str(&self) -> &str {
                &self.0.whole
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = KeyError;

            fn try_from(text: String) -> Result<Self, KeyError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> Self {
                key.0.whole
            }
        }
    )*};
}

keys! {
    /// Key of a role.
    RoleKey;
    /// Key of a team.
    TeamKey;
    /// Key of an application.
    ApplicationKey;
    /// Key of an environment.
    EnvironmentKey;
    /// Key of an IT user.
    UserKey;
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", KeyError::Empty)]
    #[case(" {} ", KeyError::Empty)]
    #[case("a/b", KeyError::Character)]
    #[case("a b", KeyError::Character)]
    #[case("{a", KeyError::Character)]
    #[case("ключ", KeyError::Character)]
    fn refused(#[case] text: &str, #[case] error: KeyError) {
        assert_eq!(RoleKey::parse(text), Err(error));
    }

    #[test]
    fn a_key_has_a_longest_length() {
        assert!(RoleKey::parse(&"a".repeat(64)).is_ok());
        assert_eq!(RoleKey::parse(&"a".repeat(65)), Err(KeyError::TooLong(65)));
    }

    #[test]
    fn keys_are_in_the_order_of_their_texts() {
        let mut texts =
            ["b", "a", "abcdefgh", "abcdefghi", "abcdefg", "abcdefgh-1", "abcdefgh0", "a-", "a_", "9"];
        texts.sort_unstable();
        let keys = texts.map(|text| RoleKey::parse(text).unwrap());
        assert!(keys.is_sorted());
        assert_eq!(format!("{:?}", keys[0]), "RoleKey(\"9\")");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_key_is_validated_on_the_way_in() {
        let key: TeamKey = serde_json::from_str("\"{ABC-1}\"").unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), "\"abc-1\"");
        assert!(serde_json::from_str::<TeamKey>("\"a/b\"").is_err());
    }
}
