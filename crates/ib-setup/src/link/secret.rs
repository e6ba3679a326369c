//! What only the service and one environment know.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{LinkId, hex, unhex};

/// Tells the keys that secrets are derived from apart, and nothing about them. As text: 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct LinkKeyId([u8; 8]);

impl LinkKeyId {
    /// The id in those bytes.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for LinkKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for LinkKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<LinkKeyId> for String {
    fn from(id: LinkKeyId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for LinkKeyId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        unhex(&text).map(Self).ok_or("the id of a key has 16 hexadecimal digits")
    }
}

/// The key is not there any more: what was derived from it holds no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key {0} is not there any more")]
pub struct UnknownKey(pub LinkKeyId);

/// Derives what links need from keys that the operator has already.
///
/// A secret is derived from the key that was current when it was issued, for as long as that key is there; so a new
/// current key breaks no link. [`derive`](super::derive) says how.
pub trait LinkKeys: Send + Sync {
    /// The key that what is new is derived from.
    fn current(&self) -> LinkKeyId;

    /// The secret of a generation that was issued under `key`.
    ///
    /// # Errors
    ///
    /// [`UnknownKey`] where that key is not there any more.
    fn secret(&self, key: LinkKeyId, link: LinkId, generation: u32) -> Result<LinkSecret, UnknownKey>;

    /// The challenge of a turn, under `key`.
    ///
    /// # Errors
    ///
    /// [`UnknownKey`] where that key is not there any more.
    fn challenge(&self, key: LinkKeyId, link: LinkId, turn: u32) -> Result<Challenge, UnknownKey>;
}

/// A text that is no secret of a link. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 bytes in base64url without padding")]
pub struct SecretTextError;

/// 32 bytes that are compared in constant time, never printed, and wiped from memory at their end.
#[derive(Clone)]
struct Bytes(Zeroizing<[u8; 32]>);

impl Bytes {
    fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    fn parse(text: &str) -> Result<Self, SecretTextError> {
        if text.len() != 43 {
            return Err(SecretTextError);
        }
        let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| SecretTextError)?);
        let bytes = decoded.first_chunk::<32>().filter(|_| decoded.len() == 32);
        bytes.map(|bytes| Self::new(*bytes)).ok_or(SecretTextError)
    }

    /// How long it takes tells nothing about where they differ.
    fn is_same(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

/// With it an environment signs its requests. `Debug` shows a placeholder.
#[derive(Clone)]
pub struct LinkSecret(Bytes);

impl LinkSecret {
    /// The secret in those bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Bytes::new(bytes))
    }

    /// The secret in base64url, for the one answer that tells it. It goes nowhere else.
    pub fn expose(&self) -> Zeroizing<String> {
        self.0.text()
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret(redacted)")
    }
}

/// What an environment is told to show that it is the one at its address. `Debug` shows a placeholder.
///
/// ```
/// use ib_setup::link::Challenge;
///
/// let challenge: Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse()?;
/// assert_eq!(format!("{challenge:?}"), "Challenge(redacted)");
/// assert!("correct horse".parse::<Challenge>().is_err());
/// # Ok::<(), ib_setup::link::SecretTextError>(())
/// ```
#[derive(Clone)]
pub struct Challenge(Bytes);

impl Challenge {
    /// The challenge in those bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Bytes::new(bytes))
    }

    /// The challenge in base64url, for the one request that tells it. It goes nowhere else.
    pub fn expose(&self) -> Zeroizing<String> {
        self.0.text()
    }

    /// Whether both are the same, in constant time.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(redacted)")
    }
}

impl FromStr for Challenge {
    type Err = SecretTextError;

    fn from_str(text: &str) -> Result<Self, SecretTextError> {
        Bytes::parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_key_is_the_same_text_everywhere() {
        let id = LinkKeyId::new([0, 1, 2, 3, 4, 5, 0xab, 0xff]);
        let text = "000102030405abff".to_owned();
        assert_eq!(
            (id.to_string(), format!("{id:?}"), String::from(id)),
            (text.clone(), text.clone(), text.clone())
        );
        assert_eq!(LinkKeyId::try_from(text), Ok(id));
    }

    #[test]
    fn a_challenge_survives_the_way_through_its_text_and_differs_from_every_other() {
        let challenge = Challenge::new([0x5a; 32]);
        let text = challenge.expose();
        assert!(challenge.is_same(&text.parse().unwrap()));
        for at in 0..32 {
            let mut other = [0x5a; 32];
            other[at] ^= 1;
            assert!(!challenge.is_same(&Challenge::new(other)), "byte {at}");
        }
        for wrong in ["", &text[1..], &format!("{}=", *text), &format!("{}+", &text[1..])] {
            assert!(wrong.parse::<Challenge>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let (secret, challenge) = (LinkSecret::new([0x41; 32]), Challenge::new([0x41; 32]));
        let printed = format!("{secret:?} {challenge:#?}");
        assert_eq!(printed, "LinkSecret(redacted) Challenge(redacted)");
        assert!(!printed.contains(&*secret.expose()));
    }
}
