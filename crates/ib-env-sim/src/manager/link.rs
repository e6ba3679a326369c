//! What an Integration Manager knows of its link to the service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The digits of a link that tell its infrastructure.
pub(super) const INFRASTRUCTURE: usize = 32;

/// An introduction that was not proved yet.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Introduction {
    pub(super) link: String,
    pub(super) challenge: Challenge,
    pub(super) expires_at: Timestamp,
}

/// A challenge; its `Debug` form is a placeholder.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Challenge(pub(super) String);

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}

/// A secret that was given for a proof.
#[derive(Clone)]
pub(super) struct Secret {
    pub(super) link: String,
    pub(super) generation: u32,
    pub(super) bytes: [u8; 32],
}

/// What the Integration Manager of one environment knows. It holds secrets, so its `Debug` form tells little.
#[derive(Default)]
pub(crate) struct Manager {
    pub(super) pending: Option<Introduction>,
    pub(super) secret: Option<Secret>,
    /// Counts the requests that it signed, so that each has a nonce of its own.
    pub(super) signed: u64,
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Manager").field("state", &self.state()).finish_non_exhaustive()
    }
}

/// What an Integration Manager shows of its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ManagerState {
    /// The link that it was proved with.
    pub link: Option<String>,
    /// The generation of its secret.
    pub generation: Option<u32>,
    /// Whether an introduction was taken on and not proved yet.
    pub is_introduced: bool,
}

impl Manager {
    /// What it shows.
    pub(crate) fn state(&self) -> ManagerState {
        let secret = self.secret.as_ref();
        ManagerState {
            link: secret.map(|secret| secret.link.clone()),
            generation: secret.map(|secret| secret.generation),
            is_introduced: self.pending.is_some(),
        }
    }

    /// Whether it is linked to another infrastructure than a link's.
    pub(super) fn is_elsewhere(&self, link: &str) -> bool {
        self.secret.as_ref().is_some_and(|own| own.link.get(..INFRASTRUCTURE) != link.get(..INFRASTRUCTURE))
    }
}
