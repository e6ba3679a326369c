//! A store, a shelf, a vault, a clock and ids in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;

use crate::id::{InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Infrastructure};
use crate::ports::{
    Clock, Ids, Kept, Lease, Record, Secret, SecretKind, Shelf, Standing, Store, StoreError, Vault,
    VaultError,
};
use crate::registration::Event;
use crate::time::Timestamp;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps histories, infrastructures and what lies on the shelf in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    setups: BTreeMap<SetupId, Row>,
    /// Counts appends, leases and versions.
    count: u64,
    infrastructures: Vec<Infrastructure>,
    records: BTreeMap<String, (Record, Timestamp)>,
}

impl Contents {
    fn record(&self, key: &str, now: Timestamp) -> Option<&Record> {
        self.records.get(key).filter(|(_, until)| *until > now).map(|(record, _)| record)
    }
}

#[derive(Debug, Default)]
struct Row {
    events: Vec<Event>,
    snapshot: Arc<str>,
    standing: Standing,
    changed: u64,
    lease: Option<(u64, Timestamp)>,
}

impl Row {
    fn is_free(&self, now: Timestamp) -> bool {
        let due = self.standing.due.is_some_and(|due| due <= now);
        due && self.lease.is_none_or(|(_, until)| until <= now)
    }
}

impl MemoryStore {
    /// A store in which one set-up has that history, and no snapshot.
    pub fn holding(setup: SetupId, events: Vec<Event>) -> Self {
        let setups = [(setup, Row { events, ..Row::default() })].into();
        Self(Mutex::new(Contents { setups, ..Contents::default() }))
    }

    /// Every registered infrastructure.
    pub fn infrastructures(&self) -> Vec<Infrastructure> {
        lock(&self.0).infrastructures.clone()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, setup: SetupId) -> Result<Option<Kept>, StoreError> {
        let kept = lock(&self.0);
        let row = kept.setups.get(&setup);
        Ok(row.map(|row| Kept { sequence: row.events.len(), snapshot: Arc::clone(&row.snapshot) }))
    }

    async fn history(&self, setup: SetupId) -> Result<Vec<Event>, StoreError> {
        Ok(lock(&self.0).setups.get(&setup).map(|row| row.events.clone()).unwrap_or_default())
    }

    async fn append(
        &self,
        setup: SetupId,
        expected: usize,
        events: &[Event],
        snapshot: &str,
        standing: &Standing,
    ) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        if kept.setups.get(&setup).map_or(0, |row| row.events.len()) != expected {
            return Err(StoreError::Conflict);
        }
        kept.count += 1;
        let changed = kept.count;
        let row = kept.setups.entry(setup).or_default();
        row.events.extend_from_slice(events);
        row.snapshot = snapshot.into();
        row.standing.clone_from(standing);
        row.changed = changed;
        Ok(())
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let kept = lock(&self.0);
        let wanted = |row: &Row| {
            let signed = row.standing.signed.as_ref().filter(|_| row.standing.infrastructure.is_none());
            signed.is_some_and(|signed| {
                signed.address == *address && username.is_none_or(|username| signed.username == *username)
            })
        };
        let mut found: Vec<_> = kept.setups.iter().filter(|(_, row)| wanted(row)).collect();
        found.sort_by_key(|(_, row)| std::cmp::Reverse(row.changed));
        Ok(found.into_iter().map(|(setup, _)| *setup).collect())
    }

    async fn lease(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<Lease>, StoreError> {
        let kept = &mut *lock(&self.0);
        let free = kept.setups.iter_mut().filter(|(_, row)| row.is_free(now)).take(limit);
        let leases = free.map(|(setup, row)| {
            kept.count += 1;
            row.lease = Some((kept.count, until));
            Lease { setup: *setup, token: kept.count }
        });
        Ok(leases.collect())
    }

    async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        if let Some(row) = kept.setups.get_mut(&lease.setup) {
            row.lease = row.lease.filter(|(token, _)| *token != lease.token);
        }
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

    async fn infrastructure(&self, id: InfrastructureId) -> Result<Option<Infrastructure>, StoreError> {
        Ok(lock(&self.0).infrastructures.iter().find(|known| known.id == id).cloned())
    }
}

#[async_trait]
impl Shelf for MemoryStore {
    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Record>, StoreError> {
        Ok(lock(&self.0).record(key, now).cloned())
    }

    async fn put(
        &self,
        key: &str,
        expected: Option<u64>,
        value: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut kept = lock(&self.0);
        if kept.record(key, now).map(|record| record.version) != expected {
            return Err(StoreError::Conflict);
        }
        kept.count += 1;
        let version = kept.count;
        kept.records.insert(key.to_owned(), (Record { value: value.into(), version }, until));
        Ok(version)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        lock(&self.0).records.remove(key);
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut kept = lock(&self.0);
        let before = kept.records.len();
        kept.records.retain(|_, (_, until)| *until > now);
        Ok((before - kept.records.len()) as u64)
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
