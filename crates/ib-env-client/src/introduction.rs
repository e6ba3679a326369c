//! How this service introduces itself to an environment's Integration Manager.

use std::fmt;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

/// Where Integration Manager takes introductions, below the path that is kept open for it.
#[cfg(feature = "http")]
pub(crate) const PATH: &str = "/OSIntegrationManager_API/rest/v1/introduction";

/// What an environment is told so that it can prove to be the one at its address. `Debug` leaves the challenge out.
#[derive(Clone)]
pub struct Introduction {
    link: String,
    challenge: SecretString,
    expires_at: SystemTime,
}

impl Introduction {
    /// The introduction of a link. The challenge goes to the environment and nowhere else.
    pub fn new(link: impl Into<String>, challenge: SecretString, expires_at: SystemTime) -> Self {
        Self { link: link.into(), challenge, expires_at }
    }

    /// Which link it is about.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// The challenge, for the request that carries it.
    pub fn challenge(&self) -> &str {
        self.challenge.expose_secret()
    }

    /// Until when it may be proved.
    pub const fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for Introduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introduction")
            .field("link", &self.link)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// An Integration Manager that took an introduction on. It still has to prove that it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduced {
    /// Its version, as it tells it: up to 50 harmless characters. Untrusted text.
    pub version: String,
}
