//! Signing requests, and telling whether they are signed.

use hmac::Mac as _;
use sha2::{Digest as _, Sha256};

use super::{Authorization, LinkSecret, Nonce, derive, hex};
use crate::time::Timestamp;

/// A request as it is signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// Its method, in capitals.
    pub method: &'a str,
    /// Its path as it was sent, beginning with a slash. There is no query.
    pub path: &'a str,
    /// Its body, empty where there is none.
    pub body: &'a [u8],
}

impl SignedRequest<'_> {
    /// What is signed: `IB1`, method, path, time, nonce and the hash of the body, a line each, no line break at the
    /// end.
    fn canonical(&self, time: Timestamp, nonce: Nonce) -> String {
        let body = hex(&Sha256::digest(self.body));
        ["IB1", self.method, self.path, &time.as_millis().to_string(), &nonce.to_string(), &body].join("\n")
    }
}

/// Signs a request.
pub fn sign(
    secret: &LinkSecret,
    generation: u32,
    request: &SignedRequest<'_>,
    time: Timestamp,
    nonce: Nonce,
) -> Authorization {
    let text = request.canonical(time, nonce);
    let signature = derive::mac(secret.bytes(), &[text.as_bytes()]).finalize().into_bytes().into();
    Authorization { generation, time, nonce, signature }
}

/// Whether a request is signed with that secret. How long it takes tells nothing about the signature.
///
/// Time and nonce are signed as well, but whether they are in time and new is for whoever asks.
#[must_use]
pub fn verify(secret: &LinkSecret, request: &SignedRequest<'_>, authorization: &Authorization) -> bool {
    let text = request.canonical(authorization.time, authorization.nonce);
    derive::mac(secret.bytes(), &[text.as_bytes()]).verify_slice(&authorization.signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const TIME: Timestamp = Timestamp::from_millis(1_768_467_600_000);
    const LINK: &str = "0123456789abcdef0123456789abcdef00000002";

    fn secret() -> LinkSecret {
        LinkSecret::new(std::array::from_fn(|at| u8::try_from(at).unwrap()))
    }

    fn path(what: &str) -> String {
        format!("/api/v1/integration-managers/{LINK}/{what}")
    }

    const STATUS: &str = r#"{"version":"2.4.0","integrations":[{"name":"Orders","has_connection":true}]}"#;

    /// The same stand in `docs/integration-manager.md`.
    #[rstest]
    #[case("GET", "configuration", "", "62695cbaa41fbc7b06a2f401348eb1f1d8f99bc69b9fde3126610404385c1da7")]
    #[case("PUT", "status", STATUS, "e26448c2a2d46ebc5cd465f6ab604cccae0ae2b93e5a608a09641a7652135e37")]
    fn the_signatures_of_the_document(
        #[case] method: &str,
        #[case] what: &str,
        #[case] body: &str,
        #[case] signature: &str,
    ) {
        let (path, nonce) = (path(what), Nonce::new([0xa5; 16]));
        let request = SignedRequest { method, path: &path, body: body.as_bytes() };
        let authorization = sign(&secret(), 1, &request, TIME, nonce);
        assert_eq!(hex(&authorization.signature), signature);
        assert!(verify(&secret(), &request, &authorization));
        assert!(include_str!("../../../../docs/integration-manager.md").contains(signature));
    }

    #[test]
    fn whatever_is_changed_the_signature_holds_no_longer() {
        let (path, other) = (path("status"), path("configuration"));
        let request = SignedRequest { method: "PUT", path: &path, body: STATUS.as_bytes() };
        let right = sign(&secret(), 1, &request, TIME, Nonce::new([1; 16]));
        for wrong in [
            SignedRequest { method: "GET", ..request },
            SignedRequest { path: &other, ..request },
            SignedRequest { body: b"", ..request },
        ] {
            assert!(!verify(&secret(), &wrong, &right), "{wrong:?}");
        }
        let mut signature = right.signature;
        signature[31] ^= 1;
        for wrong in [
            Authorization { time: TIME.plus(std::time::Duration::from_millis(1)), ..right },
            Authorization { nonce: Nonce::new([2; 16]), ..right },
            Authorization { signature, ..right },
        ] {
            assert!(!verify(&secret(), &request, &wrong), "{wrong:?}");
        }
        assert!(!verify(&LinkSecret::new([0; 32]), &request, &right));
    }
}
