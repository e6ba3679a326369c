//! A session, as it is kept.

use std::time::Duration;

use ib_setup::{SetupId, Timestamp};
use serde::{Deserialize, Serialize};

use super::LIFE;

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
    pub(super) begun: Timestamp,
    pub(super) seen: Timestamp,
    pub(super) setups: Vec<SetupId>,
    /// Where it was given to a page that embeds the Setup widget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) embedded: Option<Embedded>,
}

/// What a page may do that embeds the Setup widget.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Embedded {
    /// The origin of the page, as browsers send it.
    pub(super) origin: String,
    /// The shelf's key of the session that gave it; they end together.
    pub(super) of: String,
}

impl Live {
    pub(super) const fn begun(now: Timestamp) -> Self {
        Self { begun: now, seen: now, setups: Vec::new(), embedded: None }
    }

    pub(super) fn ends(&self, absolute: Duration) -> Timestamp {
        let longest = if self.embedded.is_some() { absolute.min(LIFE) } else { absolute };
        self.begun.plus(longest)
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
