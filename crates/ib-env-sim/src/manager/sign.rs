//! Signatures, made from nothing but `docs/integration-manager.md`.

use sha2::{Digest as _, Sha256};

/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// HMAC-SHA-256 (RFC 2104) under a key that is shorter than a block.
fn hmac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK];
        block.iter_mut().zip(key).for_each(|(padded, key)| *padded ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

/// The hash of what makes a request another one than all before: 32 hexadecimal digits.
pub(super) fn nonce(host: &str, signed: u64, time: i64) -> String {
    let mut text = hex(&Sha256::digest(format!("{host} {signed} {time}")));
    text.truncate(32);
    text
}

/// A request to be signed.
pub(super) struct Signing<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
    pub(super) generation: u32,
    /// Milliseconds since 1970.
    pub(super) time: i64,
    pub(super) nonce: &'a str,
}

/// The value of the `Authorization` header.
pub(super) fn authorization(secret: &[u8; 32], signing: &Signing<'_>) -> String {
    let Signing { method, path, body, generation, time, nonce } = signing;
    let body = hex(&Sha256::digest(body));
    let signature = hex(&hmac(secret, format!("IB1\n{method}\n{path}\n{time}\n{nonce}\n{body}").as_bytes()));
    format!("IB1 generation={generation}, time={time}, nonce={nonce}, signature={signature}")
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const REPORT: &str = r#"{"version":"2.4.0","integrations":[{"name":"Orders","has_connection":true}]}"#;

    #[rstest]
    #[case("GET", "configuration", "", "62695cbaa41fbc7b06a2f401348eb1f1d8f99bc69b9fde3126610404385c1da7")]
    #[case("PUT", "status", REPORT, "e26448c2a2d46ebc5cd465f6ab604cccae0ae2b93e5a608a09641a7652135e37")]
    fn the_signatures_of_the_document(
        #[case] method: &str,
        #[case] what: &str,
        #[case] body: &str,
        #[case] signature: &str,
    ) {
        let secret = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let path = format!("/api/v1/integration-managers/0123456789abcdef0123456789abcdef00000002/{what}");
        let (nonce, time) = ("a5".repeat(16), 1_768_467_600_000);
        let signing =
            Signing { method, path: &path, body: body.as_bytes(), generation: 1, time, nonce: &nonce };
        let header = authorization(&secret, &signing);
        assert_eq!(header, format!("IB1 generation=1, time={time}, nonce={nonce}, signature={signature}"));
        let document = include_str!("../../../../docs/integration-manager.md");
        assert!(document.contains(signature));
    }

    #[test]
    fn the_code_is_the_one_of_rfc_4231() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let code = hmac(&key, b"what do ya want for nothing?");
        assert_eq!(hex(&code), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
