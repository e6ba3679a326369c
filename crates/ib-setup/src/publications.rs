//! Dependencies, integrations and their publications: what an embedder calls.

mod integrations;
mod messages;
mod pace;
mod perform;
mod survey;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ib_domain::dependency::DependencyId;
use ib_domain::dependency::catalogue::DependencyCatalogue;

use crate::history;
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::ports::{Depot, Kept, Lease, Leased, Packages, Release, Standing, Store, StoreError, VaultError};
use crate::publication::{
    Command, Effect, Event, Holder, IllegalEvent, Item, Rejection, State, View, decide, later, owed, view,
};
use crate::request_source::RequestSource;
use crate::setup::{self, Setup, SetupError};
use crate::time::Timestamp;

pub use integrations::{DownloadError, UploadError, UploadRequest};
pub use pace::Pace;

/// Installs and updates the dependencies of registered infrastructures, and publishes their integrations.
///
/// The methods named after what a person does only record it and return at once; a [`Driver`](crate::Driver) does
/// the work. Whoever calls them names the set-up by which they came in: only a set-up that is registered leads to
/// an infrastructure, and only to its own.
#[derive(Clone)]
pub struct Publications {
    setup: Setup,
    catalogue: Arc<DependencyCatalogue>,
    packages: Arc<dyn Packages>,
    /// `None` where no packages of integrations are kept.
    depot: Option<Arc<dyn Depot>>,
    pace: Pace,
}

/// What can be published.
#[derive(Clone)]
pub struct Dependencies {
    /// Which versions are wanted.
    pub catalogue: Arc<DependencyCatalogue>,
    /// Their packages.
    pub packages: Arc<dyn Packages>,
    /// Where the packages of integrations are kept; without it, nobody can upload any.
    pub depot: Option<Arc<dyn Depot>>,
}

/// Why something about dependencies could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublicationsError {
    /// The set-up is not registered, so it leads to no infrastructure.
    #[error("the infrastructure is not registered yet")]
    NotRegistered,
    /// It cannot be asked now.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What lies behind it failed.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The history is damaged.
    #[error(transparent)]
    History(#[from] IllegalEvent),
}

impl From<StoreError> for PublicationsError {
    fn from(error: StoreError) -> Self {
        Self::Setup(error.into())
    }
}

impl From<VaultError> for PublicationsError {
    fn from(error: VaultError) -> Self {
        Self::Setup(error.into())
    }
}

type Result<T> = std::result::Result<T, PublicationsError>;

impl Publications {
    /// Publications of `dependencies`, for the infrastructures that `setup` registers, at the usual [`Pace`].
    pub fn new(setup: Setup, dependencies: Dependencies) -> Self {
        let Dependencies { catalogue, packages, depot } = dependencies;
        Self { setup, catalogue, packages, depot, pace: Pace::default() }
    }

    /// Sets how often environments are asked.
    #[must_use]
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same for whoever asks from `source`: what is recorded for them says so.
    #[must_use]
    pub fn acting_from(&self, source: RequestSource) -> Self {
        Self { setup: self.setup.acting_from(source), ..self.clone() }
    }

    /// The same for what nobody asks for.
    pub(crate) fn by_itself(self) -> Self {
        Self { setup: self.setup.by_itself(), ..self }
    }

    /// What is there, what would be done about it, and how far that is.
    ///
    /// # Errors
    ///
    /// [`PublicationsError::NotRegistered`]; [`PublicationsError::Setup`], [`PublicationsError::History`].
    pub async fn view(&self, setup: SetupId) -> Result<View> {
        Ok(self.seen_by(setup).await?.0)
    }

    /// The same, with whoever came in by the set-up and so sees it.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn seen_by(&self, setup: SetupId) -> Result<(View, Holder)> {
        Self::seen_in(&*self.setup.ports.store, setup).await
    }

    /// The same for whoever has a store and nothing else, and so can only look.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn seen_in(store: &dyn Store, setup: SetupId) -> Result<(View, Holder)> {
        let (infrastructure, holder) = way_in(store, setup).await?;
        Ok((view(&load(store, infrastructure).await?.0), holder))
    }

    /// A person wants to know what is there (D1).
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn look(&self, setup: SetupId) -> Result<View> {
        self.command(setup, Command::Look).await
    }

    /// A person wants everything done that the plan of that `edition` names (D3), or only what concerns the
    /// dependencies `only`.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`]; [`Rejection::PlanOutdated`] where the plan is another one by now.
    pub async fn start(&self, setup: SetupId, edition: u32, only: BTreeSet<DependencyId>) -> Result<View> {
        self.command(setup, |by| Command::Start { by, edition, only: only.clone() }).await
    }

    /// A person wants an item tried again.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`]; [`Rejection::NotFailed`] where it did not fail.
    pub async fn retry(&self, setup: SetupId, item: Item) -> Result<View> {
        self.command(setup, |by| Command::Retry { by, item: item.clone() }).await
    }

    /// A person wants an item cancelled, or everything that is not done.
    ///
    /// # Errors
    ///
    /// [`PublicationsError`]; [`Rejection::TooLate`] where the environment deploys it already.
    pub async fn cancel(&self, setup: SetupId, item: Option<Item>) -> Result<View> {
        self.command(setup, |by| Command::Cancel { by, item: item.clone() }).await
    }

    /// Somebody came in by a set-up: a publication that waits for a log-in goes on, and what is there is looked at
    /// where that is not known. Nothing happens where the set-up is not registered.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn came_in(&self, setup: SetupId) -> Result<()> {
        let (infrastructure, holder) = match self.way_in(setup).await {
            Ok(way_in) => way_in,
            Err(PublicationsError::NotRegistered) => return Ok(()),
            Err(error) => return Err(error),
        };
        let state = self.record(infrastructure, Command::LoggedIn(holder.clone())).await?;
        if view(&state).looked.is_none() {
            self.record(infrastructure, Command::Look(holder)).await?;
        }
        Ok(())
    }

    /// The infrastructure that a set-up leads to, and whoever came in by it.
    async fn way_in(&self, setup: SetupId) -> Result<(InfrastructureId, Holder)> {
        way_in(&*self.setup.ports.store, setup).await
    }

    async fn command(&self, setup: SetupId, command: impl FnOnce(Holder) -> Command) -> Result<View> {
        let (infrastructure, holder) = self.way_in(setup).await?;
        Ok(view(&self.record(infrastructure, command(holder)).await?))
    }

    /// Decides on what a person asked for, and records what follows.
    async fn record(&self, infrastructure: InfrastructureId, command: Command) -> Result<State> {
        let history = HistoryId::Publications(infrastructure);
        loop {
            let (state, sequence) = self.load(infrastructure).await?;
            let events = decide(&state, command.clone(), self.now())?;
            if events.is_empty() {
                return Ok(state);
            }
            let events: Vec<_> =
                events.into_iter().map(|event| event.asked_from(self.setup.source)).collect();
            match self.append(history, sequence, state, &events, None).await {
                Err(PublicationsError::Setup(SetupError::Store(StoreError::Conflict))) => {}
                recorded => return recorded,
            }
        }
    }

    async fn load(&self, infrastructure: InfrastructureId) -> Result<(State, usize)> {
        load(&*self.setup.ports.store, infrastructure).await
    }

    async fn restore(&self, history: HistoryId, kept: &Kept) -> Result<(State, usize)> {
        history::restore(&*self.setup.ports.store, history, kept).await
    }

    async fn append(
        &self,
        history: HistoryId,
        sequence: usize,
        state: State,
        events: &[Event],
        lease: Option<Lease>,
    ) -> Result<State> {
        // What a driver records stays due until it gives the lease back: the environments may have yet to hear of it.
        let due = |state: &State| {
            let is_due = lease.is_some() || owed(state).is_some();
            if is_due { Some(self.now()) } else { later(state) }
        };
        let standing = |state: &State| Standing { due: due(state), ..Standing::default() };
        let at = (history, sequence);
        history::append(&*self.setup.ports.store, at, state, events, standing, lease).await
    }

    fn now(&self) -> Timestamp {
        self.setup.ports.clock.now()
    }
}

/// The infrastructure that a set-up leads to, and whoever came in by it.
async fn way_in(store: &dyn Store, setup: SetupId) -> Result<(InfrastructureId, Holder)> {
    let (state, _) = setup::load(store, setup).await?;
    match (state.infrastructure(), state.signer()) {
        (Some(infrastructure), Some(signer)) => {
            let holder = Holder { setup, username: signer.username, address: signer.address };
            Ok((infrastructure, holder))
        }
        _ => Err(PublicationsError::NotRegistered),
    }
}

async fn load(store: &dyn Store, infrastructure: InfrastructureId) -> Result<(State, usize)> {
    let history = HistoryId::Publications(infrastructure);
    match store.load(history).await? {
        Some(kept) => history::restore(store, history, &kept).await,
        None => Ok((State::default(), 0)),
    }
}

/// A piece of work under a lease.
struct Work {
    lease: Lease,
    state: State,
    sequence: usize,
}

impl Publications {
    /// Does what is owed until the environment has to be given time, and says whether development may be another by
    /// that, or by what was done before: where nothing was owed, a driver was gone before it could say so.
    pub(crate) async fn work(&self, leased: Leased) -> Result<(Release, bool)> {
        let lease = leased.lease;
        let (state, sequence) = self.restore(lease.history, &leased.kept).await?;
        let (was_active, were_over) = (state.active().is_some(), state.dependencies_over());
        let was_idle = !was_active && owed(&state).is_none();
        let mut work = Work { lease, state, sequence };
        self.record_under(&mut work, Command::Tick).await?;
        while let Some(effect) = owed(&work.state) {
            let Some(answer) = self.perform(&mut work, &effect).await? else { continue };
            let has_changed = self.record_under(&mut work, Command::Conclude { effect, answer }).await?;
            if !has_changed || waits(&work.state) {
                break;
            }
        }
        let release = Release { lease, sequence: work.sequence, due: self.next(&work.state) };
        let has_ended = was_active && work.state.active().is_none();
        Ok((release, was_idle || has_ended || work.state.dependencies_over() > were_over))
    }

    /// Records what follows from `command`, if the lease still holds; `false` where nothing does.
    async fn record_under(&self, work: &mut Work, command: Command) -> Result<bool> {
        let Work { lease, .. } = *work;
        loop {
            let events = match decide(&work.state, command.clone(), self.now()) {
                Ok(events) => events,
                Err(Rejection::NotAwaited) => return Ok(false),
                Err(rejection) => return Err(rejection.into()),
            };
            if events.is_empty() {
                return Ok(false);
            }
            let state = work.state.clone();
            match self.append(lease.history, work.sequence, state, &events, Some(lease)).await {
                Ok(state) => {
                    work.sequence += events.len();
                    work.state = state;
                    return Ok(true);
                }
                // A person asked for something meanwhile.
                Err(PublicationsError::Setup(SetupError::Store(StoreError::Conflict))) => {
                    let kept =
                        self.setup.ports.store.load(lease.history).await?.ok_or(SetupError::Unknown)?;
                    (work.state, work.sequence) = self.restore(lease.history, &kept).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// When to look again at what is under way, a little apart from the others.
    fn next(&self, state: &State) -> Option<Timestamp> {
        let now = self.now();
        let Some(effect) = owed(state) else { return later(state) };
        let since = state.silent_since().or_else(|| state.changed()).unwrap_or(now);
        let quiet = Duration::from_millis(now.as_millis().saturating_sub(since.as_millis()));
        let pause = self.pace.pause(quiet, matches!(effect, Effect::Listen { .. }));
        // Up to a fifth more, so that those that began together do not stay together.
        let spread = u32::try_from(self.setup.ports.ids.next() % 200).unwrap_or(0);
        Some(now.plus(pause + pause * spread / 1_000))
    }
}

/// Whether the environment has to be given time before anything else makes sense.
fn waits(state: &State) -> bool {
    match owed(state) {
        None | Some(Effect::Listen { .. }) => true,
        Some(Effect::Recognise { item, .. }) => state.is_silent() || state.is_busy(&item),
        Some(_) => state.is_silent(),
    }
}
