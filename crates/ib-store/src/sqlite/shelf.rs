//! The shelf in SQLite.

use async_trait::async_trait;
use ib_setup::Timestamp;
use ib_setup::ports::{Record, Shelf, StoreError};

use super::SqliteStore;
use super::recent::to_its_end;
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
        let read = async {
            let get = sqlx::query_as("select value, version, until from shelf where key = $1");
            let found = get.bind(key).fetch_optional(&self.reads).await;
            found.and_then(|found| found.map(row::shelved).transpose()).map_err(unavailable)
        };
        let found = self.recent.record(key, read).await?;
        Ok(found.filter(|(_, until)| *until > now).map(|(record, _)| record))
    }

    async fn put(
        &self,
        key: &str,
        expected: Option<u64>,
        value: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let (store, key, value) = (self.clone(), key.to_owned(), value.to_owned());
        let expected = expected.map(row::expected).transpose()?;
        to_its_end(async move {
            let put = sqlx::query_scalar(PUT)
                .bind(&key)
                .bind(value)
                .bind(row::millis(until))
                .bind(row::millis(now))
                .bind(expected)
                .fetch_optional(&store.writes)
                .await;
            store.recent.forget_record(&key);
            row::version(put.map_err(unavailable)?.ok_or(StoreError::Conflict)?).map_err(unavailable)
        })
        .await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let (store, key) = (self.clone(), key.to_owned());
        to_its_end(async move {
            let removed =
                sqlx::query("delete from shelf where key = $1").bind(&key).execute(&store.writes).await;
            store.recent.forget_record(&key);
            removed.map(drop).map_err(unavailable)
        })
        .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sweep = sqlx::query("delete from shelf where until <= $1").bind(row::millis(now));
        Ok(sweep.execute(&self.writes).await.map_err(unavailable)?.rows_affected())
    }
}
