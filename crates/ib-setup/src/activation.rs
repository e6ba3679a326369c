//! The activation code: read, kept secret, and verified by somebody who can.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::infrastructure::Identity;

/// Longest code that is submitted, in characters (`integration-builder.md` 3).
const LIMIT: usize = 64;

/// An activation code (C5). A secret: it is never printed, compared, serialised or recorded.
#[derive(Clone)]
pub struct ActivationCode(SecretString);

/// Why a text cannot be submitted as an activation code. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Nothing was entered.
    #[error("the activation code is empty")]
    Empty,
    /// More than 64 characters.
    #[error("an activation code has at most {LIMIT} characters")]
    TooLong,
    /// Something other than letters, digits, dots and dashes.
    #[error("an activation code holds letters, digits and dots only")]
    Character,
}

/// What a code looks like. A hint for a person; it keeps nobody from submitting the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeShape {
    /// Eight groups of three letters or digits with dots between them: a code.
    Code,
    /// The same with dashes: the serial number, which stands next to the code in Service Center.
    SerialNumber,
    /// Another shape than any known one.
    Unusual,
}

impl CodeShape {
    /// What to tell the person, where there is something to tell.
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::Code => None,
            Self::SerialNumber => Some(
                "This looks like the Serial Number. The Activation Code has dots and stands above it in Service Center, Administration, Licensing.",
            ),
            Self::Unusual => {
                Some("An Activation Code mostly has eight groups of three characters with dots between them.")
            }
        }
    }
}

impl ActivationCode {
    /// Reads a code: blanks do not count, nor does case (`integration-builder.md` 3).
    ///
    /// # Errors
    ///
    /// [`CodeError`] for what cannot be submitted at all.
    ///
    /// ```
    /// use ib_setup::{ActivationCode, CodeShape};
    ///
    /// let code = ActivationCode::parse(" abc.def.g1h.i2j.klm.nop.qrs.tuv ")?;
    /// assert_eq!(code.shape(), CodeShape::Code);
    /// assert_eq!(format!("{code:?}"), "ActivationCode(redacted)");
    /// # Ok::<(), ib_setup::CodeError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let kept = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase());
        let code = SecretString::from(kept.collect::<String>());
        let seen = code.expose_secret();
        if seen.is_empty() {
            Err(CodeError::Empty)
        } else if seen.chars().count() > LIMIT {
            Err(CodeError::TooLong)
        } else if !seen.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') {
            Err(CodeError::Character)
        } else {
            Ok(Self(code))
        }
    }

    /// What it looks like.
    pub fn shape(&self) -> CodeShape {
        let grouped = |separator| {
            let mut groups = 0;
            let whole = self.expose().split(separator).all(|group| {
                groups += 1;
                group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            whole && groups == 8
        };
        if grouped('.') {
            CodeShape::Code
        } else if grouped('-') {
            CodeShape::SerialNumber
        } else {
            CodeShape::Unusual
        }
    }

    /// The code itself, in capitals, for whoever verifies or seals it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActivationCode(redacted)")
    }
}

/// What an authority says about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub enum CodeAnswer {
    /// It is the code of this infrastructure.
    Verified,
    /// Nobody could verify it, and it is accepted all the same.
    Unverified,
    /// It is not the code of this infrastructure.
    Refused,
    /// The authority could not answer; the person may try again.
    Unavailable,
}

/// Whoever can tell whether a code is right. No public interface of an environment can
/// (`integration-builder.md` 3).
#[async_trait]
pub trait ActivationAuthority: Send + Sync {
    /// Says whether `code` is the code of the infrastructure of `identity`.
    ///
    /// After a crash the same question is asked again, so the answer must not depend on how often it was
    /// asked.
    async fn verify(&self, identity: &Identity, code: &ActivationCode) -> CodeAnswer;
}

/// The authority of an installation that has none: it accepts every code as *unverified*, which is
/// recorded, except for one that is plainly the serial number.
#[derive(Debug, Clone, Copy, Default)]
pub struct AcceptUnverified;

#[async_trait]
impl ActivationAuthority for AcceptUnverified {
    async fn verify(&self, _: &Identity, code: &ActivationCode) -> CodeAnswer {
        match code.shape() {
            CodeShape::SerialNumber => CodeAnswer::Refused,
            CodeShape::Code | CodeShape::Unusual => CodeAnswer::Unverified,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("AAA.AAA.A1A.A0A.AAA.AAA.AAA.AAA", CodeShape::Code)]
    #[case("aaa. aaa.a1a.a0a.aaa.aaa.aaa.aaa", CodeShape::Code)]
    #[case("AAA-AAA-A1A-A0A-AAA-AAA-AAA-AAA", CodeShape::SerialNumber)]
    #[case("AAA.AAA.A1A.A0A.AAA.AAA.AAA", CodeShape::Unusual)]
    #[case("AAA.AAA-A1A.A0A.AAA.AAA.AAA.AAA", CodeShape::Unusual)]
    #[case("x", CodeShape::Unusual)]
    fn shapes(#[case] text: &str, #[case] shape: CodeShape) {
        assert_eq!(ActivationCode::parse(text).unwrap().shape(), shape);
        assert_eq!(shape.hint().is_none(), shape == CodeShape::Code);
    }

    #[rstest]
    #[case("  ", CodeError::Empty)]
    #[case("a_b", CodeError::Character)]
    #[case("ä", CodeError::Character)]
    fn what_cannot_be_submitted(#[case] text: &str, #[case] error: CodeError) {
        assert_eq!(ActivationCode::parse(text).unwrap_err(), error);
    }

    #[test]
    fn the_limit_is_64_characters() {
        assert!(ActivationCode::parse(&"a".repeat(64)).is_ok());
        assert_eq!(ActivationCode::parse(&"a".repeat(65)).unwrap_err(), CodeError::TooLong);
    }
}
