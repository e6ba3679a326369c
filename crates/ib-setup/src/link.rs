//! The link between an environment's Integration Manager and this service: ids, secrets, proofs and signatures.
//!
//! How the two talk is a choice of this project (`docs/integration-manager.md`). The service introduces itself to
//! the environment with a challenge. Integration Manager proves to the service that it was told the challenge, and
//! gets a secret for that. From then on it signs its requests with the secret.
//!
//! Nothing secret is stored: challenges and secrets are [derived](mod@derive) from a key that the operator has already,
//! through [`LinkKeys`]. Everything here is pure; time is an argument.

mod authorization;
pub mod derive;
mod id;
mod secret;
mod signature;

use std::time::Duration;

pub use authorization::{Authorization, AuthorizationError, Nonce};
pub use id::{LinkId, LinkIdError};
pub use secret::{Challenge, LinkKeyId, LinkKeys, LinkSecret, SecretTextError, UnknownKey};
pub use signature::{SignedRequest, sign, verify};

use crate::time::Timestamp;

/// How long a challenge may be proved.
pub(crate) const CHALLENGE_LIMIT: Duration = Duration::from_mins(5);
/// After so many wrong proofs a challenge is void.
pub(crate) const WRONG_PROOFS: u8 = 5;
/// How far the time of a signed request may be from the service's.
const CLOCK_LIMIT: Duration = Duration::from_mins(5);
/// How long a nonce is remembered: a second longer than a request that has it may be in time.
pub(crate) const NONCE_LIMIT: Duration = CLOCK_LIMIT.saturating_mul(2).saturating_add(Duration::from_secs(1));

/// Whether a request that says `time` is in time at `now`.
pub(crate) fn is_in_time(time: Timestamp, now: Timestamp) -> bool {
    Duration::from_millis(time.as_millis().abs_diff(now.as_millis())) <= CLOCK_LIMIT
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Exactly `N` bytes from twice as many lower-case hexadecimal digits.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.len() != 2 * N || !text.as_bytes().iter().all(is_digit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_may_differ_by_five_minutes_either_way() {
        let at = |second: u64| Timestamp::from_millis(second * 1_000);
        for (second, is_right) in [(700, true), (1_000, true), (1_300, true), (699, false), (1_301, false)] {
            assert_eq!(is_in_time(at(second), at(1_000)), is_right, "{second}");
        }
        assert!(!is_in_time(Timestamp::from_millis(u64::MAX), at(0)));
    }

    #[test]
    fn hexadecimal_is_read_as_it_is_written() {
        assert_eq!(unhex::<3>(&hex(&[0, 0xab, 0x10])), Some([0, 0xab, 0x10]));
        for text in ["", "00ab1", "00AB10", "+0ab10", "00ab1g", "00ab1000"] {
            assert_eq!(unhex::<3>(text), None, "{text}");
        }
    }
}
