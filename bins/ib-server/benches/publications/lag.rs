//! How late publications are listened to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Clock as _, Kept, Lease, Leased, Release, Store, StoreError};
use ib_setup::system::SystemClock;
use ib_setup::{HistoryId, Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};

/// When each publication is due, in milliseconds; 0 where nobody said so. And how late those were that were asked.
pub(crate) struct Lag {
    due: Vec<AtomicU64>,
    late: Mutex<Vec<u32>>,
}

/// When one is due that was never asked.
const NEVER: u64 = u64::MAX;

impl Lag {
    pub(crate) fn new(count: usize) -> Self {
        Self { due: (0..count).map(|_| AtomicU64::new(NEVER)).collect(), late: Mutex::default() }
    }

    /// How many were never asked.
    pub(crate) fn untouched(&self) -> usize {
        self.due.iter().filter(|due| due.load(Ordering::Relaxed) == NEVER).count()
    }

    /// The environment with that number was asked.
    pub(crate) fn asked(&self, number: usize) {
        let due = self.due[number].swap(0, Ordering::Relaxed);
        if due > 0 && due != NEVER {
            let late = SystemClock.now().as_millis().saturating_sub(due);
            self.late.lock().unwrap().push(u32::try_from(late).unwrap());
        }
    }

    /// How late they were since this was last asked, in order, in milliseconds.
    pub(crate) fn take(&self) -> Vec<u32> {
        let mut late = std::mem::take(&mut *self.late.lock().unwrap());
        late.sort_unstable();
        late
    }
}

/// A store that notes when a publication is due.
pub(crate) struct Noting<S> {
    pub(crate) store: S,
    pub(crate) lag: Arc<Lag>,
    pub(crate) numbers: BTreeMap<InfrastructureId, usize>,
}

#[async_trait]
impl<S: Store> Store for Noting<S> {
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError> {
        self.store.load(history).await
    }

    async fn events(
        &self,
        history: HistoryId,
        after: usize,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.store.events(history, after, limit).await
    }

    async fn append(
        &self,
        history: HistoryId,
        expected: usize,
        addition: Addition<'_>,
    ) -> Result<(), StoreError> {
        self.store.append(history, expected, addition).await
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        self.store.unfinished(address, username).await
    }

    async fn registered(
        &self,
        infrastructure: InfrastructureId,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        self.store.registered(infrastructure, username).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        only: Option<HistoryId>,
    ) -> Result<Vec<Leased>, StoreError> {
        self.store.lease(now, until, limit, only).await
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError> {
        self.store.renew(lease, until).await
    }

    async fn release(&self, releases: &[Release]) -> Result<(), StoreError> {
        for Release { lease, due, .. } in releases {
            if let (HistoryId::Publications(infrastructure), Some(due)) = (lease.history, due) {
                let number = self.numbers[&infrastructure];
                self.lag.due[number].store(due.as_millis(), Ordering::Relaxed);
            }
        }
        self.store.release(releases).await
    }

    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError> {
        self.store.find(identity).await
    }

    async fn claim(
        &self,
        identity: &Identity,
        proposed: InfrastructureId,
    ) -> Result<InfrastructureId, StoreError> {
        self.store.claim(identity, proposed).await
    }

    async fn infrastructure(&self, id: InfrastructureId) -> Result<Option<Infrastructure>, StoreError> {
        self.store.infrastructure(id).await
    }
}
