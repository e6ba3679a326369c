//! A store, a shelf, a vault, a clock and ids in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;

use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Infrastructure};
use crate::ports::{
    Addition, Clock, Ids, Kept, Lease, Leased, Record, Release, Secret, SecretKind, Shelf, Signer, Standing,
    Store, StoreError, Vault, VaultError,
};
use crate::time::Timestamp;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps histories, infrastructures and what lies on the shelf in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    histories: BTreeMap<HistoryId, Row>,
    /// Counts appends, leases and versions.
    count: u64,
    infrastructures: Vec<Infrastructure>,
    records: BTreeMap<String, (Record, Timestamp)>,
}

impl Contents {
    fn record(&self, key: &str, now: Timestamp) -> Option<&Record> {
        self.records.get(key).filter(|(_, until)| *until > now).map(|(record, _)| record)
    }

    /// The wanted set-ups in which `username` (or anybody) was let in; the one that changed last comes first.
    fn signed(
        &self,
        username: Option<&Username>,
        wanted: impl Fn(&Standing, &Signer) -> bool,
    ) -> Vec<SetupId> {
        let is_of = |signed: &Signer| username.is_none_or(|username| signed.username == *username);
        let found = self.histories.iter().filter_map(|(history, row)| match history {
            HistoryId::Setup(setup) => Some((*setup, row)),
            _ => None,
        });
        let mut found: Vec<_> = found
            .filter(|(_, row)| {
                row.standing
                    .signed
                    .as_ref()
                    .is_some_and(|signed| is_of(signed) && wanted(&row.standing, signed))
            })
            .collect();
        found.sort_by_key(|(_, row)| std::cmp::Reverse(row.changed));
        found.into_iter().map(|(setup, _)| setup).collect()
    }
}

#[derive(Debug, Default)]
struct Row {
    events: Vec<String>,
    snapshot: Arc<str>,
    standing: Standing,
    changed: u64,
    /// The last lease, and until when it holds; `None` once it was given back.
    lease: (u64, Option<Timestamp>),
}

impl Row {
    fn is_free(&self, now: Timestamp) -> bool {
        let due = self.standing.due.is_some_and(|due| due <= now);
        due && self.lease.1.is_none_or(|until| until <= now)
    }

    fn kept(&self) -> Kept {
        Kept { sequence: self.events.len(), snapshot: Arc::clone(&self.snapshot) }
    }
}

impl MemoryStore {
    /// A store in which one history has these events, and no snapshot.
    pub fn holding(history: impl Into<HistoryId>, events: Vec<String>) -> Self {
        let histories = [(history.into(), Row { events, ..Row::default() })].into();
        Self(Mutex::new(Contents { histories, ..Contents::default() }))
    }

    /// Every registered infrastructure.
    pub fn infrastructures(&self) -> Vec<Infrastructure> {
        lock(&self.0).infrastructures.clone()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError> {
        Ok(lock(&self.0).histories.get(&history).map(Row::kept))
    }

    async fn events(
        &self,
        history: HistoryId,
        after: usize,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let kept = lock(&self.0);
        let events = kept.histories.get(&history).map(|row| row.events.as_slice()).unwrap_or_default();
        Ok(events.iter().skip(after).take(limit).cloned().collect())
    }

    async fn append(
        &self,
        history: HistoryId,
        expected: usize,
        addition: Addition<'_>,
    ) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        let row = kept.histories.get(&history);
        if addition.lease.is_some_and(|lease| row.is_none_or(|row| row.lease.0 != lease.token)) {
            return Err(StoreError::LeaseLost);
        }
        if row.map_or(0, |row| row.events.len()) != expected {
            return Err(StoreError::Conflict);
        }
        kept.count += 1;
        let changed = kept.count;
        let row = kept.histories.entry(history).or_default();
        row.events.extend_from_slice(addition.events);
        row.snapshot = addition.snapshot.into();
        row.standing.clone_from(addition.standing);
        row.changed = changed;
        Ok(())
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let is_open = |standing: &Standing, signed: &Signer| {
            standing.infrastructure.is_none() && signed.address == *address
        };
        Ok(lock(&self.0).signed(username, is_open))
    }

    async fn registered(
        &self,
        infrastructure: InfrastructureId,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let is_it = |standing: &Standing, _: &Signer| standing.infrastructure == Some(infrastructure);
        Ok(lock(&self.0).signed(username, is_it))
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        only: Option<HistoryId>,
    ) -> Result<Vec<Leased>, StoreError> {
        let mut kept = lock(&self.0);
        let wanted = |history: &HistoryId| only.is_none_or(|only| *history == only);
        let mut free: Vec<_> =
            kept.histories.iter_mut().filter(|(history, row)| row.is_free(now) && wanted(history)).collect();
        free.sort_by_key(|(_, row)| row.standing.due);
        let leased = free.into_iter().take(limit).map(|(history, row)| {
            row.lease = (row.lease.0 + 1, Some(until));
            Leased { lease: Lease { history: *history, token: row.lease.0 }, kept: row.kept() }
        });
        Ok(leased.collect())
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        let row = kept.histories.get_mut(&lease.history).filter(|row| row.lease.0 == lease.token);
        row.ok_or(StoreError::LeaseLost)?.lease.1 = Some(until);
        Ok(())
    }

    async fn release(&self, releases: &[Release]) -> Result<(), StoreError> {
        let mut kept = lock(&self.0);
        for Release { lease, sequence, due } in releases {
            let row = kept.histories.get_mut(&lease.history).filter(|row| row.lease.0 == lease.token);
            let Some(row) = row else { continue };
            row.lease.1 = None;
            if *sequence == row.events.len() {
                row.standing.due = *due;
            }
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

impl MemoryVault {
    /// Forgets everything, as when every limit has passed.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }
}

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
