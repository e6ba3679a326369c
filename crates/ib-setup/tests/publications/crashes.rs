//! The program ends between doing something and recording it, or before it hears that it was recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Kept, Lease, Leased, Release, Store, StoreError};
use ib_setup::testing::MemoryStore;
use ib_setup::{HistoryId, Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};

use super::world::{DEVELOPMENT, World};

/// A store that fails once, before or after it has written.
struct Failing {
    inner: Arc<MemoryStore>,
    left: AtomicUsize,
    is_written: bool,
}

#[async_trait]
impl Store for Failing {
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

#[tokio::test]
async fn a_crash_at_any_append_still_ends_with_everything_installed_once() {
    let mut number = 1;
    let mut crashes = 0;
    // Until nothing is left to crash at.
    for is_written in [false, true].into_iter().cycle() {
        let world = World::with(&[], |scenario| {
            scenario.environment_mut(DEVELOPMENT).unwrap().publish_idle_s = 90;
        })
        .await;
        let first = world.program();
        let id = first.come_in("maria").await;
        first.work(id).await;
        first.start(id).await;
        let messages = {
            let failing = Failing { inner: world.store.clone(), left: AtomicUsize::new(number), is_written };
            let dying = world.program_over(Arc::new(failing));
            let mut has_died = false;
            while !has_died && dying.publications.view(id).await.unwrap().run.unwrap().is_active() {
                match dying.step().await {
                    Ok(true) => {}
                    Ok(false) => world.wait(Duration::from_secs(1)),
                    Err(_) => has_died = true,
                }
            }
            crashes += usize::from(has_died);
            // Another one goes on once the lease has run out.
            world.wait(Duration::from_mins(1));
            first.work(id).await;
            if !has_died {
                assert!(crashes > 40, "{crashes}");
                return;
            }
            first.messages(id).await
        };
        let what = format!("append {number}, written: {is_written}");
        world.assert_installed_once(&what);
        let mut unique = messages.clone();
        unique.sort();
        unique.dedup();
        assert!(unique.len() >= 16, "{what}: {messages:#?}");
        number += usize::from(is_written);
        world.simulator.shutdown().await;
    }
}
