//! How often environments are asked.

use std::time::Duration;

/// How soon a publication is listened to again after something new, by default.
const SOON: Duration = Duration::from_secs(1);
/// How long at most between two looks at a publication that says nothing new, by default
/// (`service-center-soap.md` 4.3).
const LONG: Duration = Duration::from_secs(5);
/// How long at most between two attempts where the environment is busy or does not answer, by default.
const LONGEST: Duration = Duration::from_secs(30);

/// How often an environment is asked what became of a publication: soon after something new, ever later where
/// nothing is.
///
/// ```
/// use std::time::Duration;
///
/// use ib_setup::Pace;
///
/// let patient = Pace::default().long(Duration::from_secs(10));
/// assert_eq!(patient.shortest(), Duration::from_secs(1));
/// assert_eq!(Pace::NONE.shortest(), Duration::ZERO);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    soon: Duration,
    long: Duration,
    longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { soon: SOON, long: LONG, longest: LONGEST }
    }
}

impl Pace {
    /// No pauses at all, for an environment that takes no time, such as a simulated one.
    pub const NONE: Self = Self { soon: Duration::ZERO, long: Duration::ZERO, longest: Duration::ZERO };

    /// Sets how soon it is asked again after something new; 1 s by default.
    #[must_use]
    pub const fn soon(self, soon: Duration) -> Self {
        Self { soon, ..self }
    }

    /// Sets how long at most between two looks at a publication that says nothing new; 5 s by default.
    #[must_use]
    pub const fn long(self, long: Duration) -> Self {
        Self { long, ..self }
    }

    /// Sets how long at most between two attempts where it is busy or does not answer; 30 s by default.
    #[must_use]
    pub const fn longest(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// The shortest pause: nothing new is to be seen sooner.
    pub const fn shortest(&self) -> Duration {
        self.soon
    }

    /// The pause where nothing was new for so long; whether a publication is listened to.
    pub(super) fn pause(&self, quiet: Duration, is_listening: bool) -> Duration {
        let longest = if is_listening { self.long } else { self.longest };
        (quiet / 4).min(longest).max(self.soon)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::at_once(0, true, 1)]
    #[case::later(12, true, 3)]
    #[case::listening(600, true, 5)]
    #[case::silent(600, false, 30)]
    fn the_longer_nothing_happens_the_longer_the_pause(
        #[case] quiet: u64,
        #[case] is_listening: bool,
        #[case] pause: u64,
    ) {
        let pause = Duration::from_secs(pause);
        assert_eq!(Pace::default().pause(Duration::from_secs(quiet), is_listening), pause);
    }

    #[test]
    fn without_pauses_nothing_is_waited_for() {
        assert_eq!(Pace::NONE.pause(Duration::from_hours(1), false), Duration::ZERO);
    }
}
