//! Registration: what an embedder calls.

mod drive;
mod perform;

use std::sync::Arc;

use ib_domain::address::{AddressError, EnvironmentAddress};
use ib_domain::permission::user::{Username, UsernameError};
use ib_env_client::{Connect, Credentials};

use crate::activation::{ActivationAuthority, ActivationCode};
use crate::id::SetupId;
use crate::ports::{Clock, Ids, LifeTimes, Secret, SecretKind, Shelf, Store, StoreError, Vault, VaultError};
use crate::registration::{Command, Event, IllegalEvent, Rejection, Rules, State, View, view};
use crate::request_source::RequestSource;
use crate::throttle::{Client, Limits, Throttled};
pub(crate) use drive::load;

/// Everything that a [`Setup`] needs from outside.
#[derive(Clone)]
pub struct Ports {
    /// Leads to environments.
    pub connect: Arc<dyn Connect>,
    /// Keeps what happened.
    pub store: Arc<dyn Store>,
    /// Keeps what all processes share and nobody needs later, such as counted attempts. It should last as long
    /// as the store: a log-in that waits is not sent where it is lost.
    pub shelf: Arc<dyn Shelf>,
    /// Keeps secrets.
    pub vault: Arc<dyn Vault>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Verifies activation codes; [`AcceptUnverified`](crate::AcceptUnverified) where nobody can.
    pub authority: Arc<dyn ActivationAuthority>,
    /// Knows how LifeTime may be asked; an empty map where it may not.
    pub lifetimes: Arc<dyn LifeTimes>,
}

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// There is no such set-up.
    #[error("there is no such set-up")]
    Unknown,
    /// What was entered is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// What was entered is no user name.
    #[error(transparent)]
    Username(#[from] UsernameError),
    /// It cannot be asked now.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It comes too early.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// The store or the shelf failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The history is damaged.
    #[error(transparent)]
    History(#[from] IllegalEvent),
}

/// Registers infrastructures.
///
/// The methods named after what a person does only record it and return at once; [`drive`](Self::drive) then
/// does the work. Both may be called from any process that shares the store, the shelf and the vault.
#[derive(Clone)]
pub struct Setup {
    pub(crate) ports: Ports,
    pub(crate) rules: Rules,
    pub(crate) limits: Limits,
    pub(crate) client: Option<Client>,
    pub(crate) source: Option<RequestSource>,
}

impl Setup {
    /// Registers infrastructures under the operator's `rules` and the [limits](Limits) by default.
    pub const fn new(ports: Ports, rules: Rules) -> Self {
        Self { ports, rules, limits: Limits::DEFAULT, client: None, source: None }
    }

    /// Sets how often something may be tried. Processes that share a shelf should agree on it.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same for `client`: what they try is counted for them too. Without it, as where there is one user
    /// only, it is counted by user, by environment and for everybody.
    #[must_use]
    pub fn for_client(&self, client: Client) -> Self {
        Self { client: Some(client), ..self.clone() }
    }

    /// The same for whoever asks from `source`: what is recorded for them says so. Where they have an address, what
    /// they try is [counted](Self::for_client) for it too. What a driver records came from nobody.
    #[must_use]
    pub fn acting_from(&self, source: RequestSource) -> Self {
        let client = source.client.map(Client::new).or(self.client);
        Self { client, source: Some(source), ..self.clone() }
    }

    /// The same for what nobody asks for.
    pub(crate) fn by_itself(self) -> Self {
        Self { source: None, ..self }
    }

    /// Begins a set-up.
    ///
    /// # Errors
    ///
    /// [`SetupError::Store`].
    pub async fn begin(&self) -> Result<SetupId, SetupError> {
        loop {
            let setup = SetupId::new(self.ports.ids.next());
            let state = State::default();
            let events = [Event::new(self.ports.clock.now(), self.rules.clone().into())];
            if self.append(setup, 0, state, &events).await?.is_some() {
                return Ok(setup);
            }
        }
    }

    /// What a person sees of a set-up. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`SetupError::Unknown`], [`SetupError::Store`], [`SetupError::History`].
    pub async fn view(&self, setup: SetupId) -> Result<View, SetupError> {
        Ok(view(&self.load(setup).await?.0))
    }

    /// The same for whoever has a store and nothing else, and so can only look.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn view_in(store: &dyn Store, setup: SetupId) -> Result<View, SetupError> {
        Ok(view(&load(store, setup).await?.0))
    }

    /// A person enters the development environment's address, or corrects it (C1).
    ///
    /// # Errors
    ///
    /// [`SetupError::Address`] for what is no address, [`SetupError::Throttled`] after too many of them; nothing
    /// is recorded then. Otherwise as for every command: [`SetupError`].
    pub async fn enter_address(&self, setup: SetupId, typed: &str) -> Result<View, SetupError> {
        let address = EnvironmentAddress::parse(typed)?;
        self.command(setup, Command::EnterAddress(address)).await
    }

    /// A person logs in (C2): one call is at most one attempt. The credentials are kept in the vault alone.
    ///
    /// # Errors
    ///
    /// [`SetupError`]; [`Rejection::LogInUnderWay`] while another attempt is, and [`SetupError::Throttled`] after
    /// too many, or while the same user is being logged in through another set-up.
    pub async fn log_in(&self, setup: SetupId, credentials: Credentials) -> Result<View, SetupError> {
        let command = Command::LogIn(Username::parse(credentials.username())?);
        Ok(view(&self.record(setup, &command, Some(&Secret::Credentials(credentials))).await?))
    }

    /// A person goes on from the welcome page (C3).
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn choose_set_up(&self, setup: SetupId) -> Result<View, SetupError> {
        self.command(setup, Command::ChooseSetUp).await
    }

    /// A person accepts the disclaimer in the version that they read (C4).
    ///
    /// # Errors
    ///
    /// [`SetupError`]; [`Rejection::DisclaimerOutdated`] when it has changed.
    pub async fn accept_disclaimer(&self, setup: SetupId, version: &str) -> Result<View, SetupError> {
        self.command(setup, Command::AcceptDisclaimer { version: version.to_owned() }).await
    }

    /// A person wants the check of the infrastructure made again.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn check_again(&self, setup: SetupId) -> Result<View, SetupError> {
        self.command(setup, Command::CheckAgain).await
    }

    /// A person enters the activation code (C5). It is kept in the vault alone, until it was verified.
    ///
    /// # Errors
    ///
    /// [`SetupError`]; [`SetupError::Throttled`] after too many.
    pub async fn enter_code(&self, setup: SetupId, code: ActivationCode) -> Result<View, SetupError> {
        let command = Command::EnterCode(code.shape());
        Ok(view(&self.record(setup, &command, Some(&Secret::Code(code))).await?))
    }

    /// The set-up in which the user of `setup` got further before, at the same environment: one that was left
    /// when a session ended. It is given the credentials; `setup` itself where there is none.
    ///
    /// Call it once the user is let in. Nobody else than the user who was let in there gets to a set-up.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn resume(&self, setup: SetupId) -> Result<SetupId, SetupError> {
        let (state, _) = self.load(setup).await?;
        let Some(signer) = state.signer().filter(|_| state.infrastructure().is_none()) else {
            return Ok(setup);
        };
        let earlier = self.ports.store.unfinished(&signer.address, Some(&signer.username)).await?;
        for earlier in earlier.into_iter().filter(|earlier| *earlier != setup) {
            if self.load(earlier).await?.0.is_further_than(&state) {
                self.hand_over(setup, earlier).await?;
                return Ok(earlier);
            }
        }
        Ok(setup)
    }

    async fn hand_over(&self, from: SetupId, to: SetupId) -> Result<(), SetupError> {
        if let Some(credentials) = self.ports.vault.open(from, SecretKind::Credentials).await? {
            self.ports.vault.seal(to, credentials).await?;
            self.ports.vault.forget(from, SecretKind::Credentials).await?;
        }
        Ok(())
    }

    /// Forgets every secret of a set-up, as a log-out does. Work that needs them waits for the next log-in.
    ///
    /// # Errors
    ///
    /// [`SetupError::Vault`].
    pub async fn forget(&self, setup: SetupId) -> Result<(), SetupError> {
        self.ports.vault.forget(setup, SecretKind::Credentials).await?;
        Ok(self.ports.vault.forget(setup, SecretKind::Code).await?)
    }

    async fn command(&self, setup: SetupId, command: Command) -> Result<View, SetupError> {
        Ok(view(&self.record(setup, &command, None).await?))
    }
}
