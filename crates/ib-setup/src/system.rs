//! The machine's clock, and ids from its random numbers.

use std::time::SystemTime;

use crate::ports::{Clock, Ids};
use crate::time::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// Ids of 128 random bits.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    /// # Panics
    ///
    /// Where the machine has no random numbers to give: an id that can be guessed would be worse.
    fn next(&self) -> u128 {
        let mut bytes = [0; 16];
        if let Err(error) = getrandom::fill(&mut bytes) {
            #[expect(clippy::panic, reason = "nothing safe can be done without random numbers")]
            {
                panic!("the machine gives no random numbers: {error}");
            }
        }
        u128::from_be_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_time_goes_on() {
        assert_ne!(RandomIds.next(), RandomIds.next());
        assert!(SystemClock.now() > Timestamp::from_millis(1_700_000_000_000));
    }
}
