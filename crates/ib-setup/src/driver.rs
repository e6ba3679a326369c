//! Work that is due, for whatever history, one lease at a time.

use std::time::Duration;

use crate::id::HistoryId;
use crate::ports::{Leased, Release};
use crate::publications::{Publications, PublicationsError};
use crate::setup::{Setup, SetupError};

/// How long a driver may hold a history before another one goes on with it, by default.
const LEASE: Duration = Duration::from_mins(1);

/// Does the work that is due. It names no runtime: whoever embeds it decides how much is done side by side, and
/// how long to wait when nothing is due.
#[derive(Clone)]
pub struct Driver {
    setup: Setup,
    publications: Publications,
    lease: Duration,
}

impl Driver {
    /// A driver that holds a history for a minute at most.
    pub const fn new(setup: Setup, publications: Publications) -> Self {
        Self { setup, publications, lease: LEASE }
    }

    /// Sets how long it may hold a history before another driver goes on with it. Longer than one piece of work
    /// takes: nothing is done twice with harm otherwise either, but some of it twice.
    #[must_use]
    pub const fn lease_for(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Leases up to `limit` histories that have work now; with `only`, no other one.
    ///
    /// # Errors
    ///
    /// [`SetupError::Store`].
    pub async fn lease(&self, limit: usize, only: Option<HistoryId>) -> Result<Vec<Leased>, SetupError> {
        let ports = &self.setup.ports;
        let now = ports.clock.now();
        Ok(ports.store.lease(now, now.plus(self.lease), limit, only).await?)
    }

    /// Does what is due, and says how to give the lease back. Where that fails, the history rests until the lease
    /// runs out.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`]. Nothing is lost: the next lease goes on.
    pub async fn work(&self, leased: Leased) -> Result<Release, PublicationsError> {
        let lease = leased.lease;
        match lease.history {
            HistoryId::Setup(setup) => {
                let view = self.setup.drive(setup).await?;
                if view.infrastructure.is_some() {
                    self.publications.came_in(setup).await?;
                }
                Ok(Release { lease, due: None })
            }
            HistoryId::Publications(_) => self.publications.work(leased).await,
        }
    }

    /// Gives leases back.
    ///
    /// # Errors
    ///
    /// [`SetupError::Store`].
    pub async fn release(&self, releases: &[Release]) -> Result<(), SetupError> {
        Ok(self.setup.ports.store.release(releases).await?)
    }
}
