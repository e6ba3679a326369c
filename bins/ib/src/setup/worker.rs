//! Work on an infrastructure, done by this very run.

use std::convert::Infallible;
use std::time::Duration;

use ib_api::problem::{Problem, ProblemKind};
use ib_setup::ports::{Lease, Leased, Release};
use ib_setup::{Driver, DriverError, HistoryId, Timestamp};
use tokio::time::sleep;

use super::desk::Refused;
use super::embedded;

/// How long to rest where work is under way and none is due.
const REST: Duration = Duration::from_secs(1);

/// Does the work that is due.
pub(crate) struct Worker(Driver);

impl Worker {
    pub(crate) const fn new(driver: Driver) -> Self {
        Self(driver)
    }

    /// Does what is due for a history, or rests where nothing is; returns when there is next work, where that is known.
    pub(crate) async fn work(&self, history: HistoryId) -> Result<Option<Timestamp>, Refused> {
        let leased = self.0.lease(1, Some(history)).await.map_err(|error| embedded::refused(&error))?;
        let Some(leased) = leased.into_iter().next() else {
            sleep(REST).await;
            return Ok(None);
        };
        let release = self.hold(leased).await.map_err(|error| refused(&error))?;
        let due = release.due;
        self.0.release(&[release]).await.map_err(|error| embedded::refused(&error))?;
        Ok(due)
    }

    /// Does the work, and renews the lease while that takes long.
    async fn hold(&self, leased: Leased) -> Result<Release, DriverError> {
        let lease = leased.lease;
        tokio::select! {
            worked = self.0.work(leased) => worked,
            never = self.renew(lease) => match never {},
        }
    }

    /// Renews a lease again and again. What is recorded under one that is lost is refused, so the work ends by itself.
    async fn renew(&self, lease: Lease) -> Infallible {
        loop {
            sleep(self.0.renew_every()).await;
            if let Err(error) = self.0.renew(lease).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the lease cannot be renewed");
            }
        }
    }
}

fn refused(error: &DriverError) -> Refused {
    Box::new(match error {
        DriverError::Setup(error) => Problem::of_setup(error, ""),
        DriverError::Publications(error) => Problem::of_publications(error),
        DriverError::Environments(error) => Problem::of_environments(error, ""),
        _ => Problem::new(ProblemKind::Internal, "The work could not be done. Please report it."),
    })
}
