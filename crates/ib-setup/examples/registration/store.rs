//! The store of the example: each method is one step under one lock, as it would be one transaction of a database.

use async_trait::async_trait;
use ib_domain::{address::EnvironmentAddress, permission::user::Username};
use ib_setup::ports::{Addition, Kept, Lease, Leased, Release, Store, StoreError};
use ib_setup::{HistoryId, Identity, Infrastructure, InfrastructureId, SetupId, Timestamp as Time};
use tokio::sync::Mutex;

use crate::row::{Answer, Row};
use crate::table::Table;

/// Keeps everything until the process ends.
#[derive(Default)]
pub(crate) struct OwnStore(Mutex<Table>);

#[async_trait]
impl Store for OwnStore {
    async fn load(&self, id: HistoryId) -> Answer<Option<Kept>> {
        Ok(self.0.lock().await.rows.get(&id).map(Row::kept))
    }
    async fn events(&self, id: HistoryId, after: usize, limit: usize) -> Answer<Vec<String>> {
        let events = self.0.lock().await.rows.get(&id).map(|row| row.events.clone()).unwrap_or_default();
        Ok(events.into_iter().skip(after).take(limit).collect())
    }
    async fn append(&self, id: HistoryId, expected: usize, new: Addition<'_>) -> Answer<()> {
        self.0.lock().await.append(id, expected, &new)
    }
    async fn unfinished(&self, at: &EnvironmentAddress, who: Option<&Username>) -> Answer<Vec<SetupId>> {
        Ok(self.0.lock().await.signed(who, |is, by| is.infrastructure.is_none() && by.address == *at))
    }
    async fn registered(&self, id: InfrastructureId, who: Option<&Username>) -> Answer<Vec<SetupId>> {
        Ok(self.0.lock().await.signed(who, |is, _| is.infrastructure == Some(id)))
    }
    async fn lease(&self, now: Time, until: Time, most: usize, id: Option<HistoryId>) -> Answer<Vec<Leased>> {
        Ok(self.0.lock().await.lease(now, until, most, id))
    }
    async fn renew(&self, lease: Lease, until: Time) -> Answer<()> {
        self.0.lock().await.held(lease).map(|row| row.until = Some(until)).ok_or(StoreError::LeaseLost)
    }
    async fn release(&self, releases: &[Release]) -> Answer<()> {
        let mut table = self.0.lock().await;
        for release in releases {
            let Some(row) = table.held(release.lease) else { continue };
            row.release(release);
        }
        Ok(())
    }
    async fn find(&self, identity: &Identity) -> Answer<Option<InfrastructureId>> {
        Ok(self.0.lock().await.registered.find(|known| known.holds(identity)).map(|known| known.id))
    }
    async fn claim(&self, identity: &Identity, proposed: InfrastructureId) -> Answer<InfrastructureId> {
        Ok(self.0.lock().await.registered.claim(identity, proposed))
    }
    async fn infrastructure(&self, id: InfrastructureId) -> Answer<Option<Infrastructure>> {
        Ok(self.0.lock().await.registered.find(|known| known.id == id))
    }
}
