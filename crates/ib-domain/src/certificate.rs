//! When a certificate has to be replaced.

use std::time::{Duration, SystemTime};

/// Whoever replaces certificates by hand needs so much time.
pub const NOTICE: Duration = Duration::from_hours(14 * 24);

/// From when until when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two ends are all that a span of time has")]
pub struct Validity {
    /// From when.
    pub begins: SystemTime,
    /// Until when.
    pub ends: SystemTime,
}

impl Validity {
    /// Whether it has to be replaced now, because it ends within [`NOTICE`] of `now`.
    ///
    /// One that lives for a short time only, because a program renews it, is given a third of its life: until then it
    /// is where it should be.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use ib_domain::certificate::Validity;
    ///
    /// let day = Duration::from_hours(24);
    /// let begins = SystemTime::UNIX_EPOCH;
    /// let yearly = Validity { begins, ends: begins + 365 * day };
    /// assert!(!yearly.ends_soon(begins + 350 * day));
    /// assert!(yearly.ends_soon(begins + 352 * day));
    ///
    /// let weekly = Validity { begins, ends: begins + 6 * day };
    /// assert!(!weekly.ends_soon(begins + 3 * day));
    /// assert!(weekly.ends_soon(begins + 5 * day));
    /// ```
    #[must_use]
    pub fn ends_soon(self, now: SystemTime) -> bool {
        let life = self.ends.duration_since(self.begins).unwrap_or_default();
        let left = self.ends.duration_since(now).unwrap_or_default();
        left < NOTICE.min(life / 3)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_ends_soon_goes_on_to_do_so(life in 0..4_000_u64, now in 0..5_000_u64, later in 0..5_000_u64) {
            let at = |hours| SystemTime::UNIX_EPOCH + Duration::from_hours(hours);
            let validity = Validity { begins: at(0), ends: at(life) };
            let (now, later) = (now.min(later), now.max(later));
            prop_assert!(!validity.ends_soon(at(now)) || validity.ends_soon(at(later)) || later >= life);
            prop_assert!(!validity.ends_soon(at(now)) || now >= life || at(life).duration_since(at(now)).unwrap() < NOTICE);
        }
    }

    #[test]
    fn a_long_life_ends_soon_two_weeks_before_its_end_and_a_short_one_after_two_thirds() {
        let day = |day: u32| SystemTime::UNIX_EPOCH + day * Duration::from_hours(24);
        let second = Duration::from_secs(1);
        for (life, from) in [(365, 351), (42, 28), (30, 20), (6, 4)] {
            let validity = Validity { begins: day(0), ends: day(life) };
            assert!(!validity.ends_soon(day(from)), "{life} days");
            assert!(validity.ends_soon(day(from) + second), "{life} days");
        }
    }

    #[test]
    fn what_was_never_valid_does_not_end_soon() {
        let (begins, ends) = (SystemTime::UNIX_EPOCH + NOTICE, SystemTime::UNIX_EPOCH);
        assert!(!Validity { begins, ends }.ends_soon(ends));
    }
}
