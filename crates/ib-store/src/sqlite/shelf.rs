//! The shelf in SQLite.

use async_trait::async_trait;
use ib_setup::Timestamp;
use ib_setup::ports::{Record, Shelf, StoreError};

use super::SqliteStore;
use crate::row::{self, unavailable};

// What is replaced makes way for a new row, whose version is a new one.
const PUT: &str = "
    insert or replace into shelf (key, value, until)
    select $1, $2, $3
    where $5 is (select version from shelf where key = $1 and until > $4)
    returning version";

#[async_trait]
impl Shelf for SqliteStore {
    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Record>, StoreError> {
        let get = sqlx::query_as("select value, version from shelf where key = $1 and until > $2");
        let found = get.bind(key).bind(row::millis(now)).fetch_optional(&self.reads).await;
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
        let put = sqlx::query_scalar(PUT)
            .bind(key)
            .bind(value)
            .bind(row::millis(until))
            .bind(row::millis(now))
            .bind(expected.map(row::expected).transpose()?)
            .fetch_optional(&self.writes)
            .await;
        row::version(put.map_err(unavailable)?.ok_or(StoreError::Conflict)?).map_err(unavailable)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let remove = sqlx::query("delete from shelf where key = $1").bind(key);
        remove.execute(&self.writes).await.map(drop).map_err(unavailable)
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sweep = sqlx::query("delete from shelf where until <= $1").bind(row::millis(now));
        Ok(sweep.execute(&self.writes).await.map_err(unavailable)?.rows_affected())
    }
}
