//! What the driver needs, as traits.

mod depot;
mod packages;
mod shelf;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_env_client::{Credentials, Token};

use crate::activation::ActivationCode;
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Infrastructure};
use crate::time::Timestamp;

pub use depot::{Depot, DepotError, PackageFlaw, Pieces, Stored};
pub use packages::{PackageError, Packages};
pub use shelf::{Record, Shelf};

/// Why a store or a shelf did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else was first: load again and think again.
    #[error("somebody else was first")]
    Conflict,
    /// The lease ran out, and somebody else holds the history: leave the work to them.
    #[error("the lease is lost")]
    LeaseLost,
    /// The store cannot be used now.
    #[error("the store cannot be used")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// What a store keeps beside a history, derived from its state, to find it by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Standing {
    /// When there is next work for a driver; `None` for not before somebody asks. What is left to do for other
    /// histories is work too, and stays until the driver [says](Release) that it is done.
    pub due: Option<Timestamp>,
    /// The user who was let in by a set-up, and where; `None` before.
    pub signed: Option<Signer>,
    /// The infrastructure, once a set-up is registered.
    pub infrastructure: Option<InfrastructureId>,
}

/// A user who was let in, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signer {
    /// The environment that let them in.
    pub address: EnvironmentAddress,
    /// Who.
    pub username: Username,
}

/// What a history came to, without its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// How many events there are.
    pub sequence: usize,
    /// The state that they led to, as [`append`](Store::append) was given it.
    pub snapshot: Arc<str>,
}

/// What is appended to a history.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The events, as texts that their machine reads back.
    pub events: &'a [String],
    /// The state that they lead to, in place of the earlier one.
    pub snapshot: &'a str,
    /// What the history is found by from now on.
    pub standing: &'a Standing,
    /// The lease under which it was decided; nothing is appended once it is lost. `None` for what a person
    /// asked for.
    pub lease: Option<Lease>,
}

/// A history with work that is due, for one driver until the lease runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The history.
    pub history: HistoryId,
    /// Tells this lease from every other one of the history; a later one has a greater one.
    pub token: u64,
}

/// A lease, and what the history came to so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The lease.
    pub lease: Lease,
    /// What it is about.
    pub kept: Kept,
}

/// A lease that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// The lease.
    pub lease: Lease,
    /// How many events the history had when the work ended.
    pub sequence: usize,
    /// When there is next work, `None` for not before somebody asks; provided that the history still has so many
    /// events: whatever was appended meanwhile knows better.
    pub due: Option<Timestamp>,
}

/// Keeps what happened. `testing::conformance` checks one of your own.
#[async_trait]
pub trait Store: Send + Sync {
    /// What a history came to; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError>;

    /// Up to `limit` events of a history in order, from the one after the first `after`; none for one that is
    /// not known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn events(&self, history: HistoryId, after: usize, limit: usize)
    -> Result<Vec<String>, StoreError>;

    /// Appends, all or nothing and in one transaction, if exactly `expected` events are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if another number of events is there, [`StoreError::LeaseLost`] where it is
    /// recorded under a lease and somebody else has leased the history since, [`StoreError::Unavailable`].
    async fn append(
        &self,
        history: HistoryId,
        expected: usize,
        addition: Addition<'_>,
    ) -> Result<(), StoreError>;

    /// The set-ups at `address` that are not registered yet, in which `username` (or anybody) was let in; the
    /// one that changed last comes first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError>;

    /// The set-ups by which `username` (or anybody) came in to a registered infrastructure; the one that changed
    /// last comes first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn registered(
        &self,
        infrastructure: InfrastructureId,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError>;

    /// Leases up to `limit` histories that are due at `now` and that nobody else holds, until `until`; those
    /// that waited longest come first. With `only`, no other one. One statement: of two drivers, one gets each.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        only: Option<HistoryId>,
    ) -> Result<Vec<Leased>, StoreError>;

    /// Holds a history until `until`, for work that takes longer than a lease.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] where somebody else has leased it since, [`StoreError::Unavailable`].
    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError>;

    /// Gives leases back, in one statement; nothing happens to those that ran out and that somebody else holds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn release(&self, releases: &[Release]) -> Result<(), StoreError>;

    /// The registered infrastructure that [holds](Infrastructure::holds) `identity`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError>;

    /// Enters the infrastructure of `identity` as `proposed`, or [learns](Infrastructure::learn) about the
    /// one that is registered already. Returns its id. One step: of two at the same time, both get the same
    /// id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn claim(
        &self,
        identity: &Identity,
        proposed: InfrastructureId,
    ) -> Result<InfrastructureId, StoreError>;

    /// A registered infrastructure; `None` for an id that is not known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn infrastructure(&self, id: InfrastructureId) -> Result<Option<Infrastructure>, StoreError>;
}

/// Why a vault did not do what was asked. It never says what was to be kept.
#[derive(Debug, thiserror::Error)]
#[error("the vault cannot be used")]
pub struct VaultError(#[source] pub Box<dyn Error + Send + Sync>);

/// Something to keep sealed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Secret {
    /// An IT user's credentials.
    Credentials(Credentials),
    /// An activation code.
    Code(ActivationCode),
}

/// What kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// An IT user's credentials.
    Credentials,
    /// An activation code.
    Code,
}

impl Secret {
    /// Its kind.
    pub const fn kind(&self) -> SecretKind {
        match self {
            Self::Credentials(_) => SecretKind::Credentials,
            Self::Code(_) => SecretKind::Code,
        }
    }
}

/// Keeps secrets sealed, bound to their set-up, one of each kind, and forgets them when a session ends or
/// its idle limit passes.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps a secret in place of an earlier one of its kind.
    ///
    /// # Errors
    ///
    /// [`VaultError`].
    async fn seal(&self, setup: SetupId, secret: Secret) -> Result<(), VaultError>;

    /// The secret, if it is still there.
    ///
    /// # Errors
    ///
    /// [`VaultError`].
    async fn open(&self, setup: SetupId, kind: SecretKind) -> Result<Option<Secret>, VaultError>;

    /// Forgets a secret. Forgetting it again is no error.
    ///
    /// # Errors
    ///
    /// [`VaultError`].
    async fn forget(&self, setup: SetupId, kind: SecretKind) -> Result<(), VaultError>;
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Makes ids that nobody guesses and that never come twice.
pub trait Ids: Send + Sync {
    /// The next number.
    fn next(&self) -> u128;
}

/// Knows with which service account the LifeTime of an infrastructure may be asked.
pub trait LifeTimes: Send + Sync {
    /// LifeTime's address and a token, for the infrastructure with that development environment.
    fn access(&self, development: &EnvironmentAddress) -> Option<(EnvironmentAddress, Token)>;
}

/// By development environment; an empty map is an installation without any access to LifeTime.
impl LifeTimes for BTreeMap<EnvironmentAddress, (EnvironmentAddress, Token)> {
    fn access(&self, development: &EnvironmentAddress) -> Option<(EnvironmentAddress, Token)> {
        self.get(development).cloned()
    }
}
