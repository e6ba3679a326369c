//! A key that links are derived from.

use crate::link::{Challenge, LinkId, LinkKeyId, LinkKeys, LinkSecret, UnknownKey, derive};

/// One key that everybody knows. Another number is another key.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownLinkKey(pub u8);

impl KnownLinkKey {
    fn key(self, id: LinkKeyId) -> Result<[u8; 32], UnknownKey> {
        if id == self.current() { Ok([self.0; 32]) } else { Err(UnknownKey(id)) }
    }
}

impl LinkKeys for KnownLinkKey {
    fn current(&self) -> LinkKeyId {
        LinkKeyId::new([self.0; 8])
    }

    fn secret(&self, key: LinkKeyId, link: LinkId, generation: u32) -> Result<LinkSecret, UnknownKey> {
        Ok(derive::secret(&self.key(key)?, link, generation))
    }

    fn challenge(&self, key: LinkKeyId, link: LinkId, turn: u32) -> Result<Challenge, UnknownKey> {
        Ok(derive::challenge(&self.key(key)?, link, turn))
    }
}
