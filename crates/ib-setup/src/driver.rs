//! Work that is due, for whatever history, one lease at a time.

use std::time::Duration;

use crate::environments::{Environments, EnvironmentsError};
use crate::id::HistoryId;
use crate::ports::{Lease, Leased, Release};
use crate::publications::{Publications, PublicationsError};
use crate::setup::{Setup, SetupError};
use crate::time::Timestamp;

/// How long a driver may hold a history before another one goes on with it, by default.
const LEASE: Duration = Duration::from_mins(1);
/// How long what nobody here can do rests before it is looked at again.
const REST: Duration = Duration::from_mins(10);

/// Does the work that is due. It names no runtime: whoever embeds it decides how much is done side by side, and
/// how long to wait when nothing is due.
#[derive(Clone)]
pub struct Driver {
    setup: Setup,
    publications: Option<Publications>,
    environments: Environments,
    lease: Duration,
}

/// Why work could not be done. Nothing is lost: the next lease goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// A registration.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A publication.
    #[error(transparent)]
    Publications(#[from] PublicationsError),
    /// Looking at environments.
    #[error(transparent)]
    Environments(#[from] EnvironmentsError),
}

impl Driver {
    /// A driver of registrations, of looks at environments, and of publications where there are any. It holds a
    /// history for a minute. Nobody asks for what it records, wherever these act from.
    pub fn new(setup: Setup, publications: Option<Publications>) -> Self {
        let (setup, publications) = (setup.by_itself(), publications.map(Publications::by_itself));
        let environments = Environments::new(setup.clone());
        Self { setup, publications, environments, lease: LEASE }
    }

    /// Sets how environments are looked at.
    #[must_use]
    pub fn watching(mut self, environments: Environments) -> Self {
        self.environments = environments.by_itself();
        self
    }

    /// Sets how long it holds a history before another driver may go on with it.
    #[must_use]
    pub const fn lease_for(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How often a lease has to be [renewed](Self::renew) while the work takes longer.
    pub fn renew_every(&self) -> Duration {
        self.lease / 3
    }

    /// How long it is until then; nothing where that has passed.
    pub fn until(&self, due: Timestamp) -> Duration {
        let now = self.setup.ports.clock.now();
        Duration::from_millis(due.as_millis().saturating_sub(now.as_millis()))
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

    /// Holds a history for longer.
    ///
    /// # Errors
    ///
    /// [`SetupError::Store`] where somebody else has it by now: the work may be left to them.
    pub async fn renew(&self, lease: Lease) -> Result<(), SetupError> {
        let ports = &self.setup.ports;
        Ok(ports.store.renew(lease, ports.clock.now().plus(self.lease)).await?)
    }

    /// Does what is due, and says how to give the lease back. Where that fails, the history rests until the lease
    /// runs out.
    ///
    /// # Errors
    ///
    /// [`DriverError`]. Nothing is lost: the next lease goes on.
    pub async fn work(&self, leased: Leased) -> Result<Release, DriverError> {
        let lease = leased.lease;
        match (lease.history, &self.publications) {
            (HistoryId::Setup(setup), publications) => {
                let (state, sequence) = self.setup.advance(setup).await?;
                if state.infrastructure().is_some() {
                    self.environments.came_in(setup).await?;
                    if let Some(publications) = publications {
                        publications.came_in(setup).await?;
                    }
                }
                Ok(Release { lease, sequence, due: self.setup.next(&state) })
            }
            (HistoryId::Environments(infrastructure), _) => {
                Ok(self.environments.work(leased, infrastructure).await?)
            }
            (HistoryId::Publications(infrastructure), Some(publications)) => {
                let (release, is_another) = publications.work(leased).await?;
                if is_another {
                    self.environments.published(infrastructure).await?;
                }
                Ok(release)
            }
            (HistoryId::Publications(_), None) => {
                let later = self.setup.ports.clock.now().plus(REST);
                Ok(Release { lease, sequence: leased.kept.sequence, due: Some(later) })
            }
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
