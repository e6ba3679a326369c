//! A store that breaks down.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;

use super::MemoryStore;
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::infrastructure::{Identity, Infrastructure};
use crate::ports::{Addition, Kept, Lease, Leased, Release, Store, StoreError};
use crate::time::Timestamp;

/// A store that fails at one append, before or after it has written: as when a program ends between doing something
/// and recording it, or before it hears that it was recorded.
#[derive(Debug)]
pub struct FailingStore {
    inner: Arc<MemoryStore>,
    left: AtomicUsize,
    is_written: bool,
}

impl FailingStore {
    /// Fails at append `number`, counted from 1; where `is_written`, after it has written.
    pub const fn new(inner: Arc<MemoryStore>, number: usize, is_written: bool) -> Self {
        Self { inner, left: AtomicUsize::new(number), is_written }
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError> {
        self.inner.load(history).await
    }

    async fn events(
        &self,
        history: HistoryId,
        after: usize,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.inner.events(history, after, limit).await
    }

    async fn append(
        &self,
        history: HistoryId,
        expected: usize,
        addition: Addition<'_>,
    ) -> Result<(), StoreError> {
        let is_last = self.left.fetch_sub(1, Ordering::SeqCst) == 1;
        if !is_last || self.is_written {
            self.inner.append(history, expected, addition).await?;
        }
        if is_last { Err(StoreError::Unavailable("the power is off".into())) } else { Ok(()) }
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        self.inner.unfinished(address, username).await
    }

    async fn registered(
        &self,
        infrastructure: InfrastructureId,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        self.inner.registered(infrastructure, username).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        only: Option<HistoryId>,
    ) -> Result<Vec<Leased>, StoreError> {
        self.inner.lease(now, until, limit, only).await
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError> {
        self.inner.renew(lease, until).await
    }

    async fn release(&self, releases: &[Release]) -> Result<(), StoreError> {
        self.inner.release(releases).await
    }

    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError> {
        self.inner.find(identity).await
    }

    async fn claim(
        &self,
        identity: &Identity,
        proposed: InfrastructureId,
    ) -> Result<InfrastructureId, StoreError> {
        self.inner.claim(identity, proposed).await
    }

    async fn infrastructure(&self, id: InfrastructureId) -> Result<Option<Infrastructure>, StoreError> {
        self.inner.infrastructure(id).await
    }
}
