//! The keys of a vault, as what links to Integration Managers are derived from.

use ib_setup::link::{Challenge, LinkId, LinkKeyId, LinkKeys, LinkSecret, UnknownKey, derive};

use super::SealedVault;
use super::keys::{Key, KeyId, Keys};

impl Keys {
    fn of_links(&self, id: LinkKeyId) -> Result<&Key, UnknownKey> {
        self.find(KeyId::new(*id.bytes())).ok_or(UnknownKey(id))
    }
}

/// What is new is derived from the current key, and what was issued under an older one from that, for as long as it
/// is given.
impl LinkKeys for Keys {
    fn current(&self) -> LinkKeyId {
        LinkKeyId::new(*Self::current(self).id().bytes())
    }

    fn secret(&self, key: LinkKeyId, link: LinkId, generation: u32) -> Result<LinkSecret, UnknownKey> {
        Ok(derive::secret(self.of_links(key)?.bytes(), link, generation))
    }

    fn challenge(&self, key: LinkKeyId, link: LinkId, turn: u32) -> Result<Challenge, UnknownKey> {
        Ok(derive::challenge(self.of_links(key)?.bytes(), link, turn))
    }
}

/// By the keys that seal its secrets.
impl LinkKeys for SealedVault {
    fn current(&self) -> LinkKeyId {
        LinkKeys::current(&*self.keys)
    }

    fn secret(&self, key: LinkKeyId, link: LinkId, generation: u32) -> Result<LinkSecret, UnknownKey> {
        self.keys.secret(key, link, generation)
    }

    fn challenge(&self, key: LinkKeyId, link: LinkId, turn: u32) -> Result<Challenge, UnknownKey> {
        self.keys.challenge(key, link, turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ib_setup::InfrastructureId;

    fn keys(bytes: &[u8]) -> Keys {
        let words: Vec<_> = bytes.iter().map(|byte| super::super::hex(&[*byte; 32])).collect();
        Keys::parse(&words.join(" ")).unwrap()
    }

    #[test]
    fn a_new_current_key_breaks_no_link_and_a_key_that_is_gone_does() {
        let link = LinkId::new(InfrastructureId::new(7), 1);
        let secret = |keys: &Keys, id| keys.secret(id, link, 1).map(|secret| secret.expose().to_string());
        let before = keys(&[1]);
        let id = LinkKeys::current(&before);
        let issued = secret(&before, id).unwrap();
        let rotated = keys(&[2, 1]);
        assert_eq!(secret(&rotated, id), Ok(issued.clone()));
        assert_ne!(LinkKeys::current(&rotated), id);
        assert_ne!(secret(&rotated, LinkKeys::current(&rotated)), Ok(issued));
        let gone = keys(&[2]);
        assert_eq!(secret(&gone, id), Err(UnknownKey(id)));
        assert!(gone.challenge(id, link, 1).is_err());
    }

    #[test]
    fn what_is_derived_tells_neither_the_key_nor_each_other() {
        let (keys, link) = (keys(&[1]), LinkId::new(InfrastructureId::new(7), 1));
        let id = LinkKeys::current(&keys);
        let (secret, challenge) = (keys.secret(id, link, 1).unwrap(), keys.challenge(id, link, 1).unwrap());
        assert_ne!(*secret.expose(), *challenge.expose());
        assert!(!format!("{id} {id:?}").contains(&super::super::hex(&[1; 32])));
    }
}
