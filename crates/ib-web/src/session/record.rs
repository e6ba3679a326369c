//! A session, as it is kept.

use std::time::Duration;

use ib_setup::{SetupId, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    Live(Live),
    /// It has another token now; the shelf's key of that.
    Moved {
        to: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Live {
    begun: Timestamp,
    pub(super) seen: Timestamp,
    pub(super) setups: Vec<SetupId>,
}

impl Live {
    pub(super) const fn begun(now: Timestamp) -> Self {
        Self { begun: now, seen: now, setups: Vec::new() }
    }

    pub(super) fn ends(&self, absolute: Duration) -> Timestamp {
        self.begun.plus(absolute)
    }
}

impl Record {
    /// `None` for what another version of this program wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
