//! The audit trail: who did what to an infrastructure, when, where, and from where (F8).
//!
//! It is read from the histories, which are append-only and hold everything that happened: there is no second record
//! that could say something else. What people asked for is in it, and what came of that; what was merely observed,
//! such as a look that found something, is not. Nothing in it is a secret, for no event holds one.
//!
//! It begins where people came in: a log-in that failed in a set-up which never led to the infrastructure belongs to
//! nobody's trail, nor does what somebody tried in a set-up before they entered the address by which they came in.
//!
//! Each page is read from the histories anew, in pieces and with no more than the page in memory. A set-up is read
//! only where it can add something to the page.

mod act;
mod entry;
mod environment;
mod id;
mod newest;
mod publication;
mod registration;
#[cfg(test)]
mod tests;
mod trail;
mod words;

use crate::history::{self, Machine};
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::ports::StoreError;
use crate::setup::{Setup, SetupError};
use crate::time::Timestamp;
use newest::Newest;
use trail::read;

pub use act::Act;
pub use entry::{Change, Entry, Outcome};
pub use id::{EntryId, EntryIdError};

/// How many entries a page has at most.
///
/// Whoever shows one asks for [one more](Audit::entries).
pub const LARGEST: usize = 500;

/// Reads audit trails. Whoever asks names the set-up by which they came in: it leads to its own infrastructure alone.
///
/// ```
/// # #[cfg(feature = "testing")] {
/// use std::sync::Arc;
///
/// use ib_setup::registration::Rules;
/// use ib_setup::testing::{Scripted, ports};
/// use ib_setup::{Audit, AuditError, Setup};
///
/// # futures_util::future::FutureExt::now_or_never(async {
/// let setup = Setup::new(ports(Arc::new(Scripted::default())), Rules::new("1"));
/// let id = setup.begin().await.unwrap();
/// let refused = Audit::new(setup).entries(id, None, 50).await;
/// assert!(matches!(refused, Err(AuditError::NotRegistered)));
/// # }).unwrap();
/// # }
/// ```
#[derive(Clone)]
pub struct Audit {
    setup: Setup,
}

/// Why there is no audit trail to read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The set-up is not registered, so it leads to no infrastructure.
    #[error("the infrastructure is not registered yet")]
    NotRegistered,
    /// The infrastructure has no such entry.
    #[error("there is no such entry")]
    NoSuchEntry,
    /// What lies behind it failed.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The history of publications is damaged.
    #[error(transparent)]
    Publications(#[from] crate::publication::IllegalEvent),
    /// The history of environments is damaged.
    #[error(transparent)]
    Environments(#[from] crate::environment::IllegalEvent),
}

impl From<StoreError> for AuditError {
    fn from(error: StoreError) -> Self {
        Self::Setup(error.into())
    }
}

impl From<crate::registration::IllegalEvent> for AuditError {
    fn from(error: crate::registration::IllegalEvent) -> Self {
        Self::Setup(error.into())
    }
}

type Result<T> = std::result::Result<T, AuditError>;

impl Audit {
    /// The trails of the infrastructures that `setup` registers.
    pub const fn new(setup: Setup) -> Self {
        Self { setup }
    }

    /// The newest entries first, at most `limit` of them; with `before`, those that come after it in that order. The
    /// last one's id leads to the next page, so that nothing is skipped or told twice.
    ///
    /// Never more than [`LARGEST`] come, but for one that tells whether there is another page.
    ///
    /// # Errors
    ///
    /// [`AuditError::NotRegistered`]; [`AuditError::NoSuchEntry`] where `before` is not one of the infrastructure's;
    /// otherwise what lies behind it failed.
    pub async fn entries(&self, setup: SetupId, before: Option<EntryId>, limit: usize) -> Result<Vec<Entry>> {
        let (state, _) = self.setup.load(setup).await?;
        let infrastructure = state.infrastructure().ok_or(AuditError::NotRegistered)?;
        let before = match before {
            Some(id) => Some((self.recorded(infrastructure, id).await?, id)),
            None => None,
        };
        let store = &*self.setup.ports.store;
        let mut newest = Newest::new(before, limit.min(LARGEST + 1));
        let environments = HistoryId::Environments(infrastructure);
        read::<environment::Trail>(store, environments, &mut newest).await?;
        let publications = HistoryId::Publications(infrastructure);
        read::<publication::Trail>(store, publications, &mut newest).await?;
        self.set_ups(infrastructure, &mut newest).await?;
        Ok(newest.into_entries())
    }

    /// The set-ups by which people came in, for as long as one can add something: the one that changed last comes
    /// first.
    async fn set_ups(&self, infrastructure: InfrastructureId, newest: &mut Newest) -> Result<()> {
        let store = &*self.setup.ports.store;
        for setup in store.registered(infrastructure, None).await? {
            let mut own = newest.empty();
            let last = read::<registration::Trail>(store, setup.into(), &mut own).await?;
            newest.merge(own);
            if last.is_some_and(|last| newest.is_before_all(last)) {
                break;
            }
        }
        Ok(())
    }

    /// When the event behind an entry was recorded, if it is one of the infrastructure's.
    async fn recorded(&self, infrastructure: InfrastructureId, id: EntryId) -> Result<Timestamp> {
        let recorded = match id.history() {
            HistoryId::Publications(its) if its == infrastructure => {
                self.at::<crate::publication::State>(id).await?
            }
            HistoryId::Environments(its) if its == infrastructure => {
                self.at::<crate::environment::State>(id).await?
            }
            HistoryId::Setup(setup) => match self.setup.load(setup).await {
                Ok((state, _)) if state.infrastructure() == Some(infrastructure) => {
                    self.at::<crate::registration::State>(id).await?
                }
                Ok(_) | Err(SetupError::Unknown) => None,
                Err(error) => return Err(error.into()),
            },
            HistoryId::Publications(_) | HistoryId::Environments(_) => None,
        };
        recorded.ok_or(AuditError::NoSuchEntry)
    }

    async fn at<M: Machine>(&self, id: EntryId) -> Result<Option<Timestamp>> {
        let events = history::events::<M>(&*self.setup.ports.store, id.history(), id.sequence(), 1).await?;
        Ok(events.first().map(M::at))
    }
}
