//! A recorded decision to live with a finding (F8).
//!
//! A [`Waiver`] counts for one run of a check. One that is kept with an environment says besides who answers for it
//! ([`WaiverOwner`]) and until when it counts; its reason why is a [`WaiverWhy`].

mod words;

use std::str::FromStr;

use crate::address::{AddressError, EnvironmentAddress};
use crate::finding::{Finding, Outcome};
use crate::reason::Reason;

pub use words::{WaiverOwner, WaiverWhy, WordsError};

/// Says that one reason, on one environment, is known and accepted.
///
/// There is no waiver for everything: each names its code, its environment and its why.
///
/// ```
/// use ib_domain::{reason::Reason, waiver::Waiver};
///
/// let waiver: Waiver = "SETUP-ENV-011@prod.acme.example=This is our only environment".parse()?;
/// assert_eq!(waiver.reason, Reason::LooksLikeProduction);
/// assert_eq!(waiver.why, "This is our only environment");
/// # Ok::<(), ib_domain::waiver::WaiverError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The reason that is accepted.
    pub reason: Reason,
    /// The environment on which it is accepted.
    pub host: String,
    /// Why somebody decided so.
    pub why: String,
}

/// Why a text is not a waiver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaiverError {
    /// One of the three parts is missing.
    #[error("a waiver reads CODE@HOST=REASON, and {missing} is missing")]
    Incomplete {
        /// The part that is not there.
        missing: &'static str,
    },
    /// The catalogue has no such code.
    #[error("no finding has the code {code:?}; `ib explain` lists them all")]
    NoSuchCode {
        /// What was given.
        code: String,
    },
    /// The host is no environment's address.
    #[error("the environment named in the waiver cannot be read")]
    Host(#[from] AddressError),
}

impl FromStr for Waiver {
    type Err = WaiverError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |missing| WaiverError::Incomplete { missing };
        let (target, why) = text.split_once('=').ok_or(part("=REASON"))?;
        let (code, host) = target.split_once('@').ok_or(part("@HOST"))?;
        let why = crate::text::harmless(why, crate::text::REMOTE_TEXT_LIMIT);
        if why.is_empty() {
            return Err(part("the reason after ="));
        }
        let reason = Reason::from_code(code.trim())
            .ok_or_else(|| WaiverError::NoSuchCode { code: code.trim().to_owned() })?;
        let host = EnvironmentAddress::parse(host)?.host().to_owned();
        Ok(Self { reason, host, why })
    }
}

impl Waiver {
    /// Turns a matching finding on `host` into a [skipped](Outcome::Skipped) one; says whether it did.
    pub fn apply(&self, host: &str, finding: &mut Finding) -> bool {
        let matches = self.host == host && finding.outcome.reason() == Some(self.reason);
        if matches && !matches!(finding.outcome, Outcome::Skipped { .. }) {
            finding.outcome = Outcome::Skipped { reason: self.reason, why: self.why.clone() };
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::check::Check;

    #[test]
    fn one_finding_of_one_host_is_waived_once() {
        let waiver: Waiver = "setup-tls-001@Dev.acme.example= renewed on Monday ".parse().unwrap();
        assert_eq!((waiver.host.as_str(), waiver.why.as_str()), ("dev.acme.example", "renewed on Monday"));
        let found = |reason| Finding::new(Check::NetTls, Outcome::of(reason), SystemTime::UNIX_EPOCH);
        let mut expired = found(Reason::TlsExpired);
        assert!(!waiver.apply("qa.acme.example", &mut expired));
        assert!(!waiver.apply("dev.acme.example", &mut found(Reason::TlsNotYetValid)));
        assert_eq!(expired.outcome, Outcome::Failed(Reason::TlsExpired));
        assert!(waiver.apply("dev.acme.example", &mut expired));
        assert_eq!(expired.outcome.status(), "skipped");
        assert!(!waiver.apply("dev.acme.example", &mut expired));
    }

    #[test]
    fn every_part_is_needed() {
        for text in ["", "SETUP-TLS-001@a.example", "SETUP-TLS-001=why", "SETUP-TLS-001@a.example= \x1b"] {
            assert!(matches!(text.parse::<Waiver>(), Err(WaiverError::Incomplete { .. })), "{text}");
        }
        assert!(matches!("SETUP-X@a.example=why".parse::<Waiver>(), Err(WaiverError::NoSuchCode { .. })));
        assert!(matches!("SETUP-TLS-001@127.1=why".parse::<Waiver>(), Err(WaiverError::Host(_))));
    }
}
