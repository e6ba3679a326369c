//! How challenges and secrets follow from a key.
//!
//! Each is HMAC-SHA-256 under a key of its own purpose, so that neither tells anything about the other, nor about
//! the key that both are derived from:
//!
//! ```text
//! link key  = HMAC(operator's key, "integration-builder link 1")
//! secret    = HMAC(link key, "secret"    0x00 <link as text> 0x00 <generation, 4 bytes, big-endian>)
//! challenge = HMAC(link key, "challenge" 0x00 <link as text> 0x00 <turn, 4 bytes, big-endian>)
//! ```

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Challenge, LinkId, LinkSecret};

/// Tells what is derived here from everything else that may be derived from the same key.
const PURPOSE: &[u8] = b"integration-builder link 1";

/// The secret of a generation.
pub fn secret(key: &[u8; 32], link: LinkId, generation: u32) -> LinkSecret {
    LinkSecret::new(*derived(key, b"secret", link, generation))
}

/// The challenge of a turn.
pub fn challenge(key: &[u8; 32], link: LinkId, turn: u32) -> Challenge {
    Challenge::new(*derived(key, b"challenge", link, turn))
}

fn derived(key: &[u8; 32], what: &[u8], link: LinkId, count: u32) -> Zeroizing<[u8; 32]> {
    let link_key = hmac(key, &[PURPOSE]);
    hmac(&link_key, &[what, b"\0", link.to_string().as_bytes(), b"\0", &count.to_be_bytes()])
}

fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(mac(key, parts).finalize().into_bytes().into())
}

/// The code over all parts, one after the other.
pub(super) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // A key shorter than the hash's block is padded with zeroes, as the definition says.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(padded, byte)| *padded = *byte);
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::id::InfrastructureId;
    use crate::link::hex;

    #[test]
    fn the_code_is_the_one_of_rfc_4231() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let code = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&*code), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn every_purpose_link_and_count_has_its_own() {
        let link = |infrastructure, number| LinkId::new(InfrastructureId::new(infrastructure), number);
        let mut all = HashSet::new();
        for key in [[1; 32], [2; 32]] {
            for link in [link(1, 1), link(1, 2), link(2, 1)] {
                for count in [1, 2, 256] {
                    assert!(all.insert(secret(&key, link, count).expose().to_string()));
                    assert!(all.insert(challenge(&key, link, count).expose().to_string()));
                }
            }
        }
        assert_eq!(all.len(), 36);
    }
}
