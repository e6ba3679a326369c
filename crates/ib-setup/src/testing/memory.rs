//! A store, a vault, a clock and ids in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::id::{InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Infrastructure};
use crate::ports::{Clock, Ids, Secret, SecretKind, Store, StoreError, Vault, VaultError};
use crate::registration::Event;
use crate::time::Timestamp;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps histories and infrastructures in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    histories: BTreeMap<SetupId, Vec<Event>>,
    due: BTreeMap<SetupId, Timestamp>,
    infrastructures: Vec<Infrastructure>,
}

impl MemoryStore {
    /// A store in which one set-up has that history.
    pub fn holding(setup: SetupId, history: Vec<Event>) -> Self {
        let kept = Kept { histories: [(setup, history)].into(), ..Kept::default() };
        Self(Mutex::new(kept))
    }

    /// The set-ups that have work for a driver at `now`.
    pub fn due(&self, now: Timestamp) -> Vec<SetupId> {
        let kept = lock(&self.0);
        kept.due.iter().filter(|(_, due)| **due <= now).map(|(setup, _)| *setup).collect()
    }

    /// Every registered infrastructure.
    pub fn infrastructures(&self) -> Vec<Infrastructure> {
        lock(&self.0).infrastructures.clone()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, setup: SetupId) -> Result<Vec<Event>, StoreError> {
        Ok(lock(&self.0).histories.get(&setup).cloned().unwrap_or_default())
    }

    async fn append(
        &self,
        setup: SetupId,
        expected: usize,
        events: &[Event],
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        let history = kept.histories.entry(setup).or_default();
        if history.len() != expected {
            return Err(StoreError::Conflict);
        }
        history.extend_from_slice(events);
        match due {
            Some(due) => kept.due.insert(setup, due),
            None => kept.due.remove(&setup),
        };
        Ok(())
    }

    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError> {
        let kept = lock(&self.0);
        Ok(kept.infrastructures.iter().find(|known| known.holds(identity)).map(|known| known.id))
    }

    async fn claim(
        &self,
        identity: &Identity,
        proposed: InfrastructureId,
    ) -> Result<InfrastructureId, StoreError> {
        let mut kept = lock(&self.0);
        if let Some(known) = kept.infrastructures.iter_mut().find(|known| known.holds(identity)) {
            known.learn(identity);
            return Ok(known.id);
        }
        kept.infrastructures.push(Infrastructure::new(proposed, identity));
        Ok(proposed)
    }
}

/// Keeps secrets in memory, as long as it lives: no idle limit, no sealing.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<BTreeMap<(SetupId, SecretKind), Secret>>);

#[async_trait]
impl Vault for MemoryVault {
    async fn seal(&self, setup: SetupId, secret: Secret) -> Result<(), VaultError> {
        lock(&self.0).insert((setup, secret.kind()), secret);
        Ok(())
    }

    async fn open(&self, setup: SetupId, kind: SecretKind) -> Result<Option<Secret>, VaultError> {
        Ok(lock(&self.0).get(&(setup, kind)).cloned())
    }

    async fn forget(&self, setup: SetupId, kind: SecretKind) -> Result<(), VaultError> {
        lock(&self.0).remove(&(setup, kind));
        Ok(())
    }
}

/// A clock that stands still until it is set. It begins in 1970.
#[derive(Debug, Default)]
pub struct SetClock(AtomicU64);

impl SetClock {
    /// Sets the time.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Counts from 1. Anybody can guess its ids.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl Ids for SequentialIds {
    fn next(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1
    }
}
