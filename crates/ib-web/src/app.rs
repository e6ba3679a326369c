//! What every request shares.

use std::sync::Arc;
use std::time::Duration;

use ib_api::problem::{Problem, ProblemKind};
use ib_setup::ports::{Ids, StoreError};
use ib_setup::registration::{Step, View};
use ib_setup::{Audit, Environments, Publications, RequestSource, Setup, SetupError, SetupId};
use tracing::error;

use crate::driver::Driver;
use crate::flood::Flood;
use crate::once::{Once, Turn};
use crate::session::{Session, Sessions};
use crate::settings::Settings;
use crate::watchers::Watchers;

pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) setup: Setup,
    pub(crate) sessions: Sessions,
    pub(crate) once: Once,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) flood: Flood,
    /// `None` where the operator gave no catalogue of dependencies.
    pub(crate) publications: Option<Publications>,
    pub(crate) environments: Environments,
    pub(crate) driver: Arc<Driver>,
    pub(crate) watchers: Watchers,
}

/// What came of a request, or why it was not done.
pub(crate) type Answer<T> = Result<T, Box<Problem>>;

impl App {
    /// Begins a set-up and gives it to the session.
    pub(crate) async fn begin(&self, session: Session) -> Answer<(Session, SetupId)> {
        let setup = self.setup.begin().await.map_err(|error| self.refuse(&error, ""))?;
        let session = self.sessions.own(session, setup, None).await.map_err(|error| unavailable(&error))?;
        Ok((session, setup))
    }

    /// Does `work` for a set-up once for each `key`, and wakes the driver; `None` where it was done before.
    pub(crate) async fn once<T>(
        &self,
        session: &Session,
        key: Option<&str>,
        request: &str,
        setup: SetupId,
        work: impl Future<Output = Answer<T>>,
    ) -> Answer<Option<T>> {
        let turn = match key {
            Some(key) => {
                self.once.begin(&session.token, key, request).await.map_err(|error| unavailable(&error))?
            }
            None => return self.done(work.await).map(Some),
        };
        let ticket = match turn {
            Turn::First(ticket) => ticket,
            Turn::Again(_) => return Ok(None),
            Turn::Other => return Err(key_reused().into()),
        };
        let result = self.done(work.await);
        let noted = match &result {
            Ok(_) => self.once.done(ticket, setup).await,
            Err(_) => self.once.undo(ticket).await,
        };
        noted.map_err(|error| unavailable(&error))?;
        result.map(Some)
    }

    fn done<T>(&self, result: Answer<T>) -> Answer<T> {
        if result.is_ok() {
            self.driver.nudge();
        }
        result
    }

    /// The set-up's view once nothing is under way, or when `limit` has passed. Whoever was let in goes on
    /// where they were in an earlier session; then it is another set-up.
    pub(crate) async fn settled(
        &self,
        session: &Session,
        setup: SetupId,
        limit: Duration,
    ) -> Answer<(SetupId, View)> {
        let view = self.driver.settled(setup, limit).await.map_err(|error| self.refuse(&error, ""))?;
        if view.open != Step::Welcome {
            return Ok((setup, view));
        }
        let earlier = self.setup.resume(setup).await.map_err(|error| self.refuse(&error, ""))?;
        if earlier == setup {
            return Ok((setup, view));
        }
        self.sessions
            .own(session.clone(), earlier, Some(setup))
            .await
            .map_err(|error| unavailable(&error))?;
        self.driver.nudge();
        let view = self.driver.settled(earlier, limit).await.map_err(|error| self.refuse(&error, ""))?;
        Ok((earlier, view))
    }

    /// The set-ups, for whoever asks from there: attempts are counted for them, and what they do is recorded as theirs.
    pub(crate) fn setup_for(&self, from: RequestSource) -> Setup {
        self.setup.acting_from(from)
    }

    /// The environments, for whoever asks from there.
    pub(crate) fn environments_for(&self, from: RequestSource) -> Environments {
        self.environments.acting_from(from)
    }

    /// The publications, for whoever asks from there.
    pub(crate) fn publications_for(&self, from: RequestSource) -> Answer<Publications> {
        Ok(self.publications()?.acting_from(from))
    }

    /// Who did what.
    pub(crate) fn audit(&self) -> Audit {
        Audit::new(self.setup.clone())
    }

    /// Why a set-up did not do what was asked; what is behind it goes to the log, not to the client.
    pub(crate) fn refuse(&self, error: &SetupError, typed: &str) -> Problem {
        self.told(Problem::of_setup(error, typed), error)
    }

    /// The problem for the client, what is behind it for the log.
    pub(crate) fn told(&self, problem: Problem, error: &(dyn std::error::Error + 'static)) -> Problem {
        if problem.status >= 500 {
            error!(error, "a request could not be done");
        }
        problem.counted_from(self.sessions.clock.now().into())
    }

    /// Ends a session and forgets the secrets of its set-ups.
    pub(crate) async fn log_out(&self, session: &Session) -> Answer<()> {
        for setup in session.setups() {
            self.setup.forget(*setup).await.map_err(|error| self.refuse(&error, ""))?;
        }
        Ok(self.sessions.end(session).await.map_err(|error| unavailable(&error))?)
    }
}

pub(crate) fn unavailable(error: &StoreError) -> Problem {
    error!(error = error as &dyn std::error::Error, "the store cannot be used");
    Problem::new(ProblemKind::Unavailable, "Nothing was changed. Try again in a moment.")
}

pub(crate) fn key_reused() -> Problem {
    Problem::new(ProblemKind::KeyReused, "Use a new key for each request, and the same only to repeat one.")
}
