//! A bound on how fast one client may change things. It keeps a flood from the store; how often an address, a
//! log-in or a code may be tried is counted elsewhere, for all processes together.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ib_setup::Client;

use crate::settings::Settings;

/// How many clients are remembered before those who have rested are forgotten.
const CLIENTS: usize = 10_000;

/// How much each client asked for lately.
pub(crate) struct Flood(DefaultKeyedRateLimiter<Client>);

impl Flood {
    pub(crate) fn new(settings: &Settings) -> Self {
        let quota = Quota::per_second(settings.changes_each_second).allow_burst(settings.changes_at_once);
        Self(RateLimiter::keyed(quota))
    }

    /// Seconds to wait, where a client asks for too much.
    pub(crate) fn pause(&self, client: Client) -> Option<u64> {
        if self.0.len() > CLIENTS {
            self.0.retain_recent();
        }
        let early = self.0.check_key(&client).err()?;
        Some(early.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
    }
}
