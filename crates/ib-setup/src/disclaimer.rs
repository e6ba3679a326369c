//! The disclaimer that a person accepts (C4).

/// The disclaimer's text, and the version under which its acceptance is recorded.
///
/// An operator gives their own. The built-in one says what this software does; it is no legal advice.
///
/// ```
/// use ib_setup::Disclaimer;
/// use ib_setup::registration::Rules;
///
/// let disclaimer = Disclaimer::new("2026-11", "We will install five applications.\n\nNo warranty.")?;
/// assert_eq!(disclaimer.paragraphs().count(), 2);
/// let rules = Rules::new(disclaimer.version());
/// # Ok::<(), ib_setup::DisclaimerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclaimer {
    version: String,
    text: String,
}

/// Why something is no disclaimer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisclaimerError {
    /// There is no version, or one that cannot be recorded.
    #[error("a disclaimer needs a version of 1 to {LIMIT} letters, digits, dots and dashes")]
    Version,
    /// There is no text.
    #[error("a disclaimer needs a text")]
    Text,
}

/// Longest version, in characters.
const LIMIT: usize = 40;

impl Disclaimer {
    /// A disclaimer; a blank line separates paragraphs.
    ///
    /// # Errors
    ///
    /// [`DisclaimerError`].
    pub fn new(version: &str, text: &str) -> Result<Self, DisclaimerError> {
        let (version, text) = (version.trim(), text.trim());
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        if version.is_empty() || version.len() > LIMIT || !version.bytes().all(fits) {
            return Err(DisclaimerError::Version);
        }
        if text.is_empty() {
            return Err(DisclaimerError::Text);
        }
        Ok(Self { version: version.to_owned(), text: text.replace("\r\n", "\n") })
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its paragraphs.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}

impl Default for Disclaimer {
    /// The built-in disclaimer.
    fn default() -> Self {
        Self { version: "built-in-1".to_owned(), text: include_str!("disclaimer.txt").trim().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_disclaimer_is_one() {
        let built_in = Disclaimer::default();
        assert_eq!(Disclaimer::new(built_in.version(), built_in.text()), Ok(built_in));
    }

    #[test]
    fn a_version_can_be_recorded_and_typed() {
        for version in ["", " ", "a b", "ä", &"1".repeat(41)] {
            assert_eq!(Disclaimer::new(version, "text"), Err(DisclaimerError::Version), "{version}");
        }
        assert_eq!(Disclaimer::new("1", " \n"), Err(DisclaimerError::Text));
    }
}
