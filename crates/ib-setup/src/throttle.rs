//! How often something may be tried: pure rules about counted attempts, and the limits by default.
//!
//! We send credentials to somebody else's environment, so nobody may guess passwords through us, and nobody's
//! slips may get them or others locked out there. Attempts are counted on the [shelf](crate::ports::Shelf)
//! that all processes share; one that comes too early is [refused](Throttled) before anything is written.

mod admission;
mod attempt;
mod client;
mod defaults;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ib_domain::reason::Reason;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

pub(crate) use attempt::{Attempt, LogInAttempt};
pub use client::Client;

/// How often something may be tried. The pause doubles with each attempt beyond the free ones.
///
/// ```
/// use std::time::Duration;
/// use ib_setup::Timestamp;
/// use ib_setup::throttle::Limit;
///
/// let seconds = Duration::from_secs;
/// let limit = Limit { free: 1, first: seconds(10), longest: seconds(60), window: seconds(600) };
/// let at = |second: u64| Timestamp::from_millis(second * 1_000);
///
/// let first = limit.admit(None, at(0)).expect("the first attempt is free");
/// assert_eq!(limit.admit(Some(first), at(3)), Err(at(10)), "the second one comes too early");
/// let second = limit.admit(Some(first), at(10)).expect("the pause is over");
/// assert_eq!(limit.admit(Some(second), at(10)), Err(at(30)), "and the next pause is longer");
/// assert_eq!(limit.admit(Some(second), at(610)), limit.admit(None, at(610)), "all is forgotten");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many attempts need no pause.
    pub free: u32,
    /// How long after the last free attempt the next one may come.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// How long after the last attempt everything is forgotten.
    pub window: Duration,
}

/// The attempts that are remembered: how many, and when the last one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    count: u32,
    last: Timestamp,
}

impl Limit {
    /// The attempts with one more at `now`.
    ///
    /// # Errors
    ///
    /// From when on an attempt is admitted, if that is later than `now`. A refused attempt does not count.
    pub fn admit(&self, before: Option<Attempts>, now: Timestamp) -> Result<Attempts, Timestamp> {
        let Some(before) = before.filter(|before| now < before.last.plus(self.window)) else {
            return Ok(Attempts { count: 1, last: now });
        };
        let until = before.last.plus(self.pause(before.count));
        // A pause that ends later than the longest one would: the clock went back since it began.
        if now < until && until <= now.plus(self.longest) {
            return Err(until);
        }
        Ok(Attempts { count: before.count.saturating_add(1), last: now })
    }

    /// How long after the last of `count` attempts the next one may come.
    fn pause(&self, count: u32) -> Duration {
        let Some(doublings) = count.checked_sub(self.free.max(1)) else {
            return Duration::ZERO;
        };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest).min(self.window)
    }

    /// When `attempts` are forgotten.
    fn forgets(&self, attempts: Attempts) -> Timestamp {
        attempts.last.plus(self.window)
    }
}

/// How often one kind of attempt may be made, by whom it is counted for. All three hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes {
    /// For one [`Client`].
    pub client: Limit,
    /// For one environment, whoever asks.
    pub environment: Limit,
    /// For everybody together.
    pub everybody: Limit,
}

/// Every limit. What they are by default, and why, stands beside each number in
/// `crates/ib-setup/src/throttle/defaults.rs`.
///
/// ```
/// use ib_setup::throttle::Limits;
///
/// let mut limits = Limits::default();
/// limits.user.free = 2;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Log-ins of one user to one environment.
    pub user: Limit,
    /// Log-ins.
    pub log_ins: Scopes,
    /// Addresses that are looked at.
    pub addresses: Scopes,
    /// Activation codes.
    pub codes: Scopes,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptKind {
    /// An address is looked at (C1).
    Address,
    /// A log-in (C2).
    LogIn,
    /// An activation code is submitted (C5).
    Code,
}

impl AttemptKind {
    /// The stable word for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::LogIn => "log-in",
            Self::Code => "activation-code",
        }
    }
}

/// An attempt that comes too early. Nothing was sealed or recorded; waiting is the remedy.
///
/// It does not tell whose attempts were counted, for that is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this service pauses before the next attempt ({})", kind.id())]
#[non_exhaustive]
pub struct Throttled {
    /// What was tried.
    pub kind: AttemptKind,
    /// From when on it may be tried again.
    pub until: Timestamp,
}

impl Throttled {
    /// What the catalogue says about it.
    ///
    /// ```
    /// # use ib_setup::Throttled;
    /// fn advice(throttled: Throttled) -> &'static str {
    ///     throttled.reason().entry().action
    /// }
    /// ```
    pub const fn reason(self) -> Reason {
        match self.kind {
            AttemptKind::Address => Reason::AddressThrottled,
            AttemptKind::LogIn => Reason::LoginThrottled,
            AttemptKind::Code => Reason::CodeThrottled,
        }
    }
}
