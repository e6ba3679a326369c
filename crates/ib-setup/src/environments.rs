//! The environments of infrastructures: what an embedder calls.

mod introduce;
mod links;
mod perform;
mod waivers;

use std::sync::Arc;
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::EnvironmentName;
use ib_domain::permission::user::Username;

use crate::environment::{Command, Event, Ground, IllegalEvent, Rejection, State, View, decide, view};
use crate::history;
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::link::LinkKeys;
use crate::ports::{Kept, Lease, Standing, Store, StoreError};
use crate::request_source::RequestSource;
use crate::setup::{self, Setup, SetupError};
use crate::throttle::Attempt;
use crate::time::Timestamp;

pub use links::{
    IssuedSecret, LinkCaller, LinkConfiguration, LinkError, LinkProof, REPORT_PAUSE, SignatureRefusal,
};

/// How often an environment is looked at again, by default.
pub(crate) const EVERY: Duration = Duration::from_hours(4);

/// Adds, changes and watches the environments of registered infrastructures.
///
/// The methods named after what a person does only record it and return at once; a [`Driver`](crate::Driver) does
/// the work. Whoever calls them names the set-up by which they came in: only a set-up that is registered leads to
/// an infrastructure, and only to its own.
#[derive(Clone)]
pub struct Environments {
    setup: Setup,
    every: Duration,
    links: Option<Arc<dyn LinkKeys>>,
    /// The file that declares what is asked for.
    file: Option<FileName>,
}

/// Why something about environments could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentsError {
    /// The set-up is not registered, so it leads to no infrastructure.
    #[error("the infrastructure is not registered yet")]
    NotRegistered,
    /// It cannot be asked now.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What lies behind it failed, or what was entered is no address.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The history is damaged.
    #[error(transparent)]
    History(#[from] IllegalEvent),
}

impl From<StoreError> for EnvironmentsError {
    fn from(error: StoreError) -> Self {
        Self::Setup(error.into())
    }
}

type Result<T> = std::result::Result<T, EnvironmentsError>;

/// A person who came in, and where to.
struct WayIn {
    infrastructure: InfrastructureId,
    address: EnvironmentAddress,
    username: Username,
}

impl Environments {
    /// The environments of the infrastructures that `setup` registers, each looked at every four hours.
    pub const fn new(setup: Setup) -> Self {
        Self { setup, every: EVERY, links: None, file: None }
    }

    /// Sets how often an environment is looked at again.
    #[must_use]
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// The same for whoever asks from `source`: what is recorded for them says so, and addresses that they enter are
    /// counted for theirs too.
    #[must_use]
    pub fn acting_from(&self, source: RequestSource) -> Self {
        Self { setup: self.setup.acting_from(source), ..self.clone() }
    }

    /// The same for what nobody asks for.
    pub(crate) fn by_itself(self) -> Self {
        Self { setup: self.setup.by_itself(), ..self }
    }

    /// The same for a file that declares environments and waivers (F6): whatever is asked for by it is changed for that
    /// file alone, until it is [released](Self::release).
    #[must_use]
    pub fn for_file(&self, file: FileName) -> Self {
        Self { file: Some(file), ..self.clone() }
    }

    /// The file that declares what is asked for, where there is one.
    pub const fn file(&self) -> Option<&FileName> {
        self.file.as_ref()
    }

    /// Which environments there are, and what was last seen of each.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError::NotRegistered`]; [`EnvironmentsError::Setup`], [`EnvironmentsError::History`].
    pub async fn view(&self, setup: SetupId) -> Result<View> {
        let way_in = self.way_in(setup).await?;
        Ok(self.shown(&self.load(way_in.infrastructure).await?.0))
    }

    /// The same at `now` for whoever has a store and nothing else, and so can only look.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn view_in(store: &dyn Store, setup: SetupId, now: Timestamp) -> Result<View> {
        let way_in = way_in(store, setup).await?;
        Ok(view(&load(store, way_in.infrastructure).await?.0, EVERY, now))
    }

    /// The same, with whether LifeTime may be asked for more. Where nobody was seen to [come in](Self::came_in) yet,
    /// whoever asks has.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn seen_by(&self, setup: SetupId) -> Result<(View, bool)> {
        let WayIn { infrastructure, address, username } = self.way_in(setup).await?;
        let can_import = self.setup.ports.lifetimes.access(&address).is_some();
        let (mut state, _) = self.load(infrastructure).await?;
        if !state.has_begun() {
            state = self.record(infrastructure, Command::Begin { address, by: username }, None).await?;
        }
        Ok((self.shown(&state), can_import))
    }

    /// Somebody came in by a set-up: its infrastructure has an environment from then on, development. Nothing
    /// happens where the set-up is not registered.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn came_in(&self, setup: SetupId) -> Result<()> {
        match self.way_in(setup).await {
            Ok(WayIn { infrastructure, address, username }) => {
                let command = Command::Begin { address, by: username };
                self.record(infrastructure, command, None).await.map(drop)
            }
            Err(EnvironmentsError::NotRegistered) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Something was published to development: it is looked at again, so that nobody is told of what was missing
    /// before.
    pub(crate) async fn published(&self, infrastructure: InfrastructureId) -> Result<()> {
        self.record(infrastructure, Command::Published, None).await.map(drop)
    }

    /// A person adds an environment (E4 to E6). What is there already under that name and address stays.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`SetupError::Address`] for what is no address, [`SetupError::Throttled`] after too
    /// many of them, [`EnvironmentsError::Rejected`] where it is there already or is LifeTime.
    pub async fn add(&self, setup: SetupId, name: EnvironmentName, typed: &str) -> Result<View> {
        let address = EnvironmentAddress::parse(typed).map_err(SetupError::from)?;
        self.enter(setup, address, |address, by| Command::Add { name: name.clone(), address, by }).await
    }

    /// A person gives an environment another name or another address.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); [`Rejection::NoSuchEnvironment`], [`Rejection::IsDevelopment`].
    pub async fn edit(
        &self,
        setup: SetupId,
        name: EnvironmentName,
        new_name: EnvironmentName,
        typed: &str,
    ) -> Result<View> {
        let address = EnvironmentAddress::parse(typed).map_err(SetupError::from)?;
        let command = |address, by| Command::Edit { name, new_name, address, by };
        self.enter(setup, address, command).await
    }

    /// A person wants an environment of that name to be there, with this address and perhaps another name: it is
    /// added, or changed where it is there.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add) and [`edit`](Self::edit).
    pub async fn put(
        &self,
        setup: SetupId,
        name: EnvironmentName,
        new_name: EnvironmentName,
        typed: &str,
    ) -> Result<View> {
        let is_there = self.view(setup).await?.environments.iter().any(|known| known.name.is_same(&name));
        if is_there {
            self.edit(setup, name, new_name, typed).await
        } else {
            self.add(setup, new_name, typed).await
        }
    }

    /// A person removes an environment.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`Rejection::NoSuchEnvironment`], [`Rejection::IsDevelopment`].
    pub async fn remove(&self, setup: SetupId, name: EnvironmentName) -> Result<View> {
        self.command(setup, |by| Command::Remove { name, by }).await
    }

    /// A person wants to change again what a file declared of an environment, its waivers included.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`Rejection::NoSuchEnvironment`], [`Rejection::NotDeclared`].
    pub async fn release(&self, setup: SetupId, name: EnvironmentName) -> Result<View> {
        self.command(setup, |by| Command::Release { name, by }).await
    }

    /// A person wants an environment looked at now, or all of them.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`Rejection::NoSuchEnvironment`].
    pub async fn look(&self, setup: SetupId, name: Option<EnvironmentName>) -> Result<View> {
        self.command(setup, |by| Command::Look { name, by }).await
    }

    /// A person wants all environments that LifeTime lists.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`Rejection::NoLifeTime`] where nobody here may ask it.
    pub async fn import(&self, setup: SetupId) -> Result<View> {
        self.command(setup, |by| Command::Import { by }).await
    }

    /// Whether LifeTime may be asked for the infrastructure that a set-up leads to.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn can_import(&self, setup: SetupId) -> Result<bool> {
        Ok(self.setup.ports.lifetimes.access(&self.way_in(setup).await?.address).is_some())
    }

    /// Everything that happened to the environments, in order; at most `limit` of it, after the first `after`
    /// events.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn history(&self, setup: SetupId, after: usize, limit: usize) -> Result<Vec<Event>> {
        let history = HistoryId::Environments(self.way_in(setup).await?.infrastructure);
        Ok(history::events::<State>(&*self.setup.ports.store, history, after, limit).await?)
    }

    async fn way_in(&self, setup: SetupId) -> Result<WayIn> {
        way_in(&*self.setup.ports.store, setup).await
    }

    /// What somebody enters is looked at, so it counts as an address that they try.
    async fn enter(
        &self,
        setup: SetupId,
        address: EnvironmentAddress,
        command: impl FnOnce(EnvironmentAddress, Username) -> Command,
    ) -> Result<View> {
        let WayIn { infrastructure, username, .. } = self.way_in(setup).await?;
        let attempt = Attempt::Address(address.clone());
        let command = self.declared(command(address, username));
        Ok(self.shown(&self.record(infrastructure, command, Some((setup, attempt))).await?))
    }

    async fn command(&self, setup: SetupId, command: impl FnOnce(Username) -> Command) -> Result<View> {
        let WayIn { infrastructure, username, .. } = self.way_in(setup).await?;
        let command = self.declared(command(username));
        Ok(self.shown(&self.record(infrastructure, command, None).await?))
    }

    fn declared(&self, command: Command) -> Command {
        match &self.file {
            Some(file) => Command::For(file.clone(), Box::new(command)),
            None => command,
        }
    }

    fn shown(&self, state: &State) -> View {
        view(state, self.every, self.now())
    }

    /// What is known of the infrastructure besides.
    async fn ground(&self, infrastructure: InfrastructureId) -> Result<Ground> {
        let Some(known) = self.setup.ports.store.infrastructure(infrastructure).await? else {
            return Ok(Ground::default());
        };
        let access = known.addresses.iter().find_map(|address| self.setup.ports.lifetimes.access(address));
        let lifetime = access.map(|(address, _)| address);
        Ok(Ground { development: known.addresses, serial: known.serial, lifetime })
    }

    /// Decides on a command, and records what follows. Nothing is counted where nothing follows.
    async fn record(
        &self,
        infrastructure: InfrastructureId,
        command: Command,
        attempt: Option<(SetupId, Attempt)>,
    ) -> Result<State> {
        let ground = self.ground(infrastructure).await?;
        let mut attempt = attempt;
        loop {
            let (state, sequence) = self.load(infrastructure).await?;
            let events = decide(&state, command.clone(), &ground, self.now())?;
            if events.is_empty() {
                return Ok(state);
            }
            if let Some((setup, attempt)) = attempt.take() {
                self.setup.admit(setup, &attempt).await?;
            }
            let events: Vec<_> =
                events.into_iter().map(|event| event.asked_from(self.setup.source)).collect();
            match self.append(infrastructure, sequence, state, &events, None).await {
                Err(EnvironmentsError::Setup(SetupError::Store(StoreError::Conflict))) => {}
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
        infrastructure: InfrastructureId,
        sequence: usize,
        state: State,
        events: &[Event],
        lease: Option<Lease>,
    ) -> Result<State> {
        let standing = |state: &State| Standing { due: self.next(state), ..Standing::default() };
        let at = (HistoryId::Environments(infrastructure), sequence);
        history::append(&*self.setup.ports.store, at, state, events, standing, lease).await
    }

    /// The time by which everything is decided.
    pub fn now(&self) -> Timestamp {
        self.setup.ports.clock.now()
    }
}

async fn way_in(store: &dyn Store, setup: SetupId) -> Result<WayIn> {
    let (state, _) = setup::load(store, setup).await?;
    match (state.infrastructure(), state.signer()) {
        (Some(infrastructure), Some(signer)) => {
            Ok(WayIn { infrastructure, address: signer.address, username: signer.username })
        }
        _ => Err(EnvironmentsError::NotRegistered),
    }
}

async fn load(store: &dyn Store, infrastructure: InfrastructureId) -> Result<(State, usize)> {
    let history = HistoryId::Environments(infrastructure);
    match store.load(history).await? {
        Some(kept) => history::restore(store, history, &kept).await,
        None => Ok((State::default(), 0)),
    }
}
