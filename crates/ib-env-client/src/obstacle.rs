//! What stood in the way of an answer.

use std::fmt;

use ib_domain::address::AddressError;
use ib_domain::check::Check;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::Reason;

/// A reason of the catalogue together with what was seen. Every question that is not answered ends in
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Why there is no answer.
    pub reason: Reason,
    /// What was seen.
    pub evidence: Evidence,
}

impl Obstacle {
    /// An obstacle with nothing more to say.
    pub fn new(reason: Reason) -> Self {
        Self { reason, evidence: Evidence::new() }
    }

    /// The catalogue's reason for an address that cannot be read. Credentials in it are not repeated.
    pub fn of_address(error: &AddressError, typed: &str) -> Self {
        let seen = |reason, text: &str| Self::new(reason).observed(text);
        match error {
            AddressError::Empty => Reason::AddressEmpty.into(),
            AddressError::Scheme { seen: scheme } => {
                seen(Reason::AddressScheme, &format!("{scheme}:")).expected("https://")
            }
            // What was typed holds somebody's credentials and is not repeated.
            AddressError::UserInfo => Reason::AddressUserInfo.into(),
            AddressError::Literal { seen: host } => seen(Reason::AddressLiteral, host),
            AddressError::SingleLabel { seen: host } => seen(Reason::AddressSingleLabel, host),
            AddressError::TooLong { part, length, limit } => {
                seen(Reason::AddressTooLong, &format!("{part} has {length} characters"))
                    .expected(limit.to_string())
            }
            AddressError::Port { seen: port, .. } => {
                let port =
                    port.map_or_else(|| "something that is no number".to_owned(), |port| port.to_string());
                seen(Reason::AddressPort, &port).expected("443")
            }
            error => seen(Reason::AddressMalformed, typed).detail("problem", error.to_string()),
        }
    }

    /// Adds what was seen.
    #[must_use]
    pub fn observed(mut self, text: impl AsRef<str>) -> Self {
        self.evidence = self.evidence.observed(text);
        self
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(mut self, text: impl AsRef<str>) -> Self {
        self.evidence = self.evidence.expected(text);
        self
    }

    /// Adds a fact by name.
    #[must_use]
    pub fn detail(mut self, name: &'static str, text: impl AsRef<str>) -> Self {
        self.evidence = self.evidence.detail(name, text);
        self
    }

    /// The finding that it is, under the check that the catalogue names.
    pub fn finding(self, at: std::time::SystemTime) -> Finding {
        let check: Check = self.reason.entry().check;
        Finding::new(check, Outcome::of(self.reason), at).with(self.evidence)
    }
}

impl From<Reason> for Obstacle {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.reason.entry();
        write!(f, "{} ({})", entry.title, entry.code)?;
        match &self.evidence.observed {
            Some(observed) => write!(f, ": {observed}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Obstacle {}
