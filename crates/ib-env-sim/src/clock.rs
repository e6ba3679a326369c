//! The simulator's clock: lock-outs, token expiry and time stamps read it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::lock::locked;

/// A clock that can be driven. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use ib_env_sim::Clock;
///
/// let clock = Clock::manual("2026-01-15T09:00:00Z".parse().unwrap());
/// clock.advance(Duration::from_secs(30));
/// assert_eq!(clock.now().to_string(), "2026-01-15T09:00:30Z");
/// ```
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug)]
enum Time {
    /// Stands still until advanced.
    Manual(Timestamp),
    /// Runs with the machine's clock, ahead of it by this much.
    System(SignedDuration),
}

impl Clock {
    /// A clock that stands still until it is advanced.
    pub fn manual(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Time::Manual(start))))
    }

    /// A clock that runs with the machine's and can be advanced as well.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Time::System(SignedDuration::ZERO))))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match *locked(&self.0) {
            Time::Manual(now) => now,
            Time::System(ahead) => later(Timestamp::now(), ahead),
        }
    }

    /// Moves the clock forward; at the end of time it stays.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        match &mut *locked(&self.0) {
            Time::Manual(now) => *now = later(*now, by),
            Time::System(ahead) => *ahead = ahead.saturating_add(by),
        }
    }
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}
