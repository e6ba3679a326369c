//! What a sealed secret looks like: a version, the id of its key, a nonce and the ciphertext.

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

use super::Slot;
use super::keys::{Key, KeyId, Keys};

const VERSION: u8 = 1;
/// Length of a nonce that may be drawn at random, in bytes.
const NONCE: usize = 24;

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    #[error("it is sealed under the key {0}, which was not given")]
    UnknownKey(KeyId),
    #[error("it was damaged, or moved from another row")]
    Damaged,
    #[error("this kind of secret is not known")]
    Kind,
    #[error("the system gives no random numbers")]
    Random,
}

/// Seals under the current key.
pub(crate) fn seal(keys: &Keys, slot: &Slot, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let nonce = <[u8; NONCE]>::try_generate().map_err(|_| SealError::Random)?;
    let key = keys.current();
    let payload = Payload { msg: plain, aad: &bound_to(slot) };
    let sealed = cipher(key).encrypt((&nonce).into(), payload).map_err(|_| SealError::Damaged)?;
    Ok([&[VERSION], key.id().bytes().as_slice(), nonce.as_slice(), &sealed].concat())
}

/// Opens with whichever key it was sealed under.
pub(crate) fn open(keys: &Keys, slot: &Slot, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (id, nonce, sealed) = parts(sealed).ok_or(SealError::Damaged)?;
    let key = keys.find(id).ok_or(SealError::UnknownKey(id))?;
    let payload = Payload { msg: sealed, aad: &bound_to(slot) };
    let plain = cipher(key).decrypt(nonce.into(), payload).map_err(|_| SealError::Damaged)?;
    Ok(Zeroizing::new(plain))
}

fn parts(sealed: &[u8]) -> Option<(KeyId, &[u8; NONCE], &[u8])> {
    let (version, rest) = sealed.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (nonce, sealed) = rest.split_first_chunk()?;
    (*version == VERSION).then_some((KeyId::new(*id), nonce, sealed))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

/// What is authenticated beside the secret, so that a ciphertext opens in its own row and column only.
fn bound_to(slot: &Slot) -> Vec<u8> {
    ["ib-store", &VERSION.to_string(), &slot.setup, &slot.kind, "sealed"].join("\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::parse(&super::super::hex(&[byte; 32])).unwrap()
    }

    fn slot(setup: &str, kind: &str) -> Slot {
        Slot { setup: setup.to_owned(), kind: kind.to_owned() }
    }

    #[test]
    fn only_the_same_key_row_and_bytes_open() {
        let (keys, home) = (keys(1), slot("1", "code"));
        let sealed = seal(&keys, &home, b"secret").unwrap();
        assert_eq!(open(&keys, &home, &sealed).unwrap().as_slice(), b"secret");
        assert_ne!(seal(&keys, &home, b"secret").unwrap(), sealed, "the nonce is another one");
        for other in [slot("2", "code"), slot("1", "credentials"), slot("1\0code", "")] {
            assert_eq!(open(&keys, &other, &sealed).unwrap_err(), SealError::Damaged);
        }
        let other = self::keys(2);
        assert_eq!(open(&other, &home, &sealed).unwrap_err(), SealError::UnknownKey(keys.current().id()));
    }

    #[test]
    fn no_byte_can_be_changed_or_left_out() {
        let (keys, home) = (keys(1), slot("1", "code"));
        let sealed = seal(&keys, &home, b"secret").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&keys, &home, &changed).is_err(), "byte {at} was changed");
            assert!(open(&keys, &home, &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
