//! The `Authorization` header of a signed request.

use std::fmt;
use std::str::FromStr;

use super::{hex, unhex};
use crate::time::Timestamp;

/// Longest header that is read, in bytes; a real one has less than 200.
const LONGEST: usize = 400;

/// A number that one request alone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// The nonce in those bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// What the header says: `IB1 generation=<n>, time=<unix ms>, nonce=<32 hex>, signature=<64 hex>`.
///
/// The four fields stand in this order, each once, lower-case, parted by a comma and one blank. `Debug` leaves the
/// signature out.
///
/// ```
/// use ib_setup::link::Authorization;
///
/// let header = format!("IB1 generation=3, time=1700000000000, nonce={}, signature={}", "0a".repeat(16), "7f".repeat(32));
/// let authorization: Authorization = header.parse()?;
/// assert_eq!(authorization.generation, 3);
/// assert_eq!(authorization.to_string(), header);
/// assert!("Bearer 123".parse::<Authorization>().is_err());
/// # Ok::<(), ib_setup::link::AuthorizationError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authorization {
    /// The generation of the secret that it is signed with.
    pub generation: u32,
    /// When it was signed.
    pub time: Timestamp,
    /// Which request it is.
    pub nonce: Nonce,
    /// The signature.
    pub signature: [u8; 32],
}

/// A header that is no signed request's. What it says is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected: IB1 generation=<n>, time=<unix ms>, nonce=<32 hex>, signature=<64 hex>")]
pub struct AuthorizationError;

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("generation", &self.generation)
            .field("time", &self.time)
            .field("nonce", &self.nonce.to_string())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, signature) = (self.time.as_millis(), hex(&self.signature));
        write!(
            f,
            "IB1 generation={}, time={time}, nonce={}, signature={signature}",
            self.generation, self.nonce
        )
    }
}

impl FromStr for Authorization {
    type Err = AuthorizationError;

    fn from_str(header: &str) -> Result<Self, AuthorizationError> {
        read(header).ok_or(AuthorizationError)
    }
}

fn read(header: &str) -> Option<Authorization> {
    let fields = header.strip_prefix("IB1 ").filter(|_| header.len() <= LONGEST)?;
    let mut fields = fields.split(", ");
    let mut field = |name: &str| fields.next()?.strip_prefix(name)?.strip_prefix('=');
    let authorization = Authorization {
        generation: number(field("generation")?)?,
        time: Timestamp::from_millis(number(field("time")?)?),
        nonce: Nonce(unhex(field("nonce")?)?),
        signature: unhex(field("signature")?)?,
    };
    fields.next().is_none().then_some(authorization)
}

/// A number in the one way of writing it: digits without a sign or a zero before them.
fn number<N: FromStr + ToString>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_signature_is_in_no_log() {
        let header = Authorization {
            generation: 3,
            time: Timestamp::from_millis(5),
            nonce: Nonce([0x11; 16]),
            signature: [0xab; 32],
        };
        let text = format!("{header:?}");
        assert!(
            text.contains("generation: 3") && text.contains("\"11111111111111111111111111111111\""),
            "{text}"
        );
        assert!(!text.contains("abab") && !text.contains("171"), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_or_refused(header in ".{0,500}") {
            if let Ok(authorization) = header.parse::<Authorization>() {
                prop_assert_eq!(authorization.to_string(), header);
            }
        }

        #[test]
        fn there_is_one_way_to_write_it(generation: u32, time: u64, nonce: [u8; 16], signature: [u8; 32]) {
            let time = Timestamp::from_millis(time);
            let authorization = Authorization { generation, time, nonce: Nonce(nonce), signature };
            let header = authorization.to_string();
            prop_assert_eq!(header.parse(), Ok(authorization));
            let shown = format!("{authorization:?}");
            prop_assert!(!shown.contains(&hex(&signature)));
            for other in [
                format!(" {header}"),
                format!("{header} "),
                format!("{header}, "),
                header.replace(", ", ","),
                header.replace("IB1", "ib1"),
                header.replace("generation=", "generation=0"),
                header.replace("generation=", "generation=+"),
                header.replacen("time", "nonce", 1),
                header.replace("signature=", "signature=ff"),
            ] {
                prop_assert_eq!(other.parse::<Authorization>(), Err(AuthorizationError), "{}", other);
            }
        }
    }
}
