//! What a browser or a program holds.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ib_setup::ports::Ids;
use sha2::{Digest as _, Sha256};

/// Bytes of randomness.
const BYTES: usize = 32;

/// A session's token. Whoever has it is the session, so the service keeps only its hash.
#[derive(Clone)]
pub(crate) struct Token([u8; BYTES]);

impl Token {
    /// A token that nobody can guess.
    pub(crate) fn fresh(ids: &dyn Ids) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..BYTES / 2].copy_from_slice(&ids.next().to_be_bytes());
        bytes[BYTES / 2..].copy_from_slice(&ids.next().to_be_bytes());
        Self(bytes)
    }

    /// Reads a token; `None` for what cannot be one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The token itself, for its holder.
    pub(crate) fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Under which its session is kept.
    pub(crate) fn shelf_key(&self) -> String {
        format!("session/{}", URL_SAFE_NO_PAD.encode(self.derive("kept", "")))
    }

    /// What a form of this session must carry.
    pub(crate) fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("form", ""))
    }

    /// Whether `text` is what a form of this session carries.
    pub(crate) fn is_form_token(&self, text: &str) -> bool {
        // The comparison of hashes tells nothing by how long it takes.
        Sha256::digest(self.form_token()) == Sha256::digest(text)
    }

    /// The token after this one, once the form with `key` was sent.
    pub(crate) fn after(&self, key: &str) -> Self {
        Self(self.derive("after", key))
    }

    fn derive(&self, purpose: &str, more: &str) -> [u8; BYTES] {
        let hash = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(self.0);
        hash.chain_update(more).finalize().into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}
