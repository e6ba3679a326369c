//! The limits by default, each number with its reason.
//!
//! The platform blocks a user for 30 s after 3 failed log-ins and for 1800 s after 6, and an address such as
//! ours for 300 s after 20 and for 3600 s after 50, each within 60 minutes (`it-user-permissions.md` 6).

use std::time::Duration;

use super::{Limit, Limits, Scopes};

/// Nobody can keep others out: whoever waits this long competes on equal terms.
const SHORT: Limit = Limit {
    // A department that sets up at the same time.
    free: 20,
    first: Duration::from_secs(1),
    // Slows guessing from many places down; a person hardly notices.
    longest: Duration::from_secs(5),
    // A rush that is over is over.
    window: Duration::from_mins(10),
};

/// Bounds the load of one installation and nothing else.
const ANYBODY: Limit = Limit {
    // More than people do within a minute.
    free: 100,
    first: Duration::from_millis(100),
    // Two attempts a second, however many ask.
    longest: Duration::from_millis(500),
    window: Duration::from_mins(1),
};

impl Limits {
    pub(crate) const DEFAULT: Self = Self {
        user: Limit {
            // Two slips and the right password. A third slip is blocked by the platform for 30 s only.
            free: 3,
            // The sixth attempt comes more than 60 minutes after the first, so the long block is not reached.
            first: Duration::from_mins(10),
            // The platform forgets a failed log-in after as long.
            longest: Duration::from_hours(1),
            // Longer than the longest pause: waiting it out gives no free attempts within the same hour.
            window: Duration::from_hours(2),
        },
        log_ins: Scopes {
            client: Limit {
                // A small team behind one address.
                free: 10,
                // At most 15 within an hour: no single client gets our address blocked at 20.
                first: Duration::from_mins(1),
                longest: Duration::from_mins(30),
                window: Duration::from_hours(2),
            },
            environment: SHORT,
            everybody: ANYBODY,
        },
        addresses: Scopes {
            client: Limit {
                // Correcting a name, and every environment of one infrastructure.
                free: 20,
                first: Duration::from_secs(5),
                // A dozen names an hour: of no use to somebody who looks for hosts.
                longest: Duration::from_mins(5),
                window: Duration::from_hours(1),
            },
            // Nobody is asked more than every 5 s through us.
            environment: SHORT,
            everybody: ANYBODY,
        },
        codes: Scopes {
            client: Limit {
                // Two slips, the serial number by mistake, the right code, and one to spare.
                free: 5,
                first: Duration::from_secs(30),
                // A code has more values than anybody can guess at this pace.
                longest: Duration::from_mins(15),
                window: Duration::from_hours(1),
            },
            environment: SHORT,
            everybody: ANYBODY,
        },
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
