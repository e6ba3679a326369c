//! The shelf in PostgreSQL.

use async_trait::async_trait;
use ib_setup::Timestamp;
use ib_setup::ports::{Record, Shelf, StoreError};

use super::PostgresStore;
use crate::row::{self, unavailable};

const PUT: &str = "
    insert into shelf (key, value, version, until) values ($1, $2, nextval('shelf_version'), $3)
    on conflict (key) do update
        set value = excluded.value, version = excluded.version, until = excluded.until
        where shelf.until <= $4
    returning version";

const REPLACE: &str = "
    update shelf set value = $2, version = nextval('shelf_version'), until = $3
    where key = $1 and until > $4 and version = $5
    returning version";

#[async_trait]
impl Shelf for PostgresStore {
    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Record>, StoreError> {
        let get = sqlx::query_as("select value, version from shelf where key = $1 and until > $2");
        let found = get.bind(key).bind(row::millis(now)).fetch_optional(&self.pool).await;
        found.and_then(|found| found.map(row::record).transpose()).map_err(unavailable)
    }

    async fn put(
        &self,
        key: &str,
        expected: Option<u64>,
        value: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let put = sqlx::query_scalar(if expected.is_some() { REPLACE } else { PUT });
        let put = put.bind(key).bind(value).bind(row::millis(until)).bind(row::millis(now));
        let put = match expected {
            Some(version) => put.bind(row::expected(version)?),
            None => put,
        };
        let put = put.fetch_optional(&self.pool).await.map_err(unavailable)?;
        row::version(put.ok_or(StoreError::Conflict)?).map_err(unavailable)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let remove = sqlx::query("delete from shelf where key = $1").bind(key);
        remove.execute(&self.pool).await.map(drop).map_err(unavailable)
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sweep = sqlx::query("delete from shelf where until <= $1").bind(row::millis(now));
        Ok(sweep.execute(&self.pool).await.map_err(unavailable)?.rows_affected())
    }
}
