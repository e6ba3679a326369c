//! Sealed secrets in SQLite.

use async_trait::async_trait;
use serde_json::json;

use super::{SqliteStore, WRITE};
use crate::vault::{Resealed, Secrets, Slot, hex};

const RESEAL: &str = "
    update secret set sealed = unhex(given.value ->> 2)
    from json_each($1) as given
    where secret.setup = given.value ->> 0 and secret.kind = given.value ->> 1";

#[async_trait]
impl Secrets for SqliteStore {
    async fn put(&self, slot: &Slot, sealed: Vec<u8>, until: i64) -> sqlx::Result<()> {
        let put = sqlx::query(
            "insert into secret (setup, kind, sealed, until) values ($1, $2, $3, $4)
             on conflict (setup, kind) do update set sealed = excluded.sealed, until = excluded.until",
        );
        let put = put.bind(&slot.setup).bind(&slot.kind).bind(sealed).bind(until);
        put.execute(&self.writes).await.map(drop)
    }

    async fn get(&self, slot: &Slot, now: i64) -> sqlx::Result<Option<(Vec<u8>, i64)>> {
        let get =
            sqlx::query_as("select sealed, until from secret where setup = $1 and kind = $2 and until > $3");
        get.bind(&slot.setup).bind(&slot.kind).bind(now).fetch_optional(&self.reads).await
    }

    async fn touch(&self, slot: &Slot, now: i64, until: i64) -> sqlx::Result<()> {
        let touch = sqlx::query("update secret set until = $4 where setup = $1 and kind = $2 and until > $3");
        let touch = touch.bind(&slot.setup).bind(&slot.kind).bind(now).bind(until);
        touch.execute(&self.writes).await.map(drop)
    }

    async fn remove(&self, slot: &Slot) -> sqlx::Result<()> {
        let remove = sqlx::query("delete from secret where setup = $1 and kind = $2");
        remove.bind(&slot.setup).bind(&slot.kind).execute(&self.writes).await.map(drop)
    }

    async fn sweep(&self, now: i64) -> sqlx::Result<u64> {
        let sweep = sqlx::query("delete from secret where until <= $1").bind(now);
        Ok(sweep.execute(&self.writes).await?.rows_affected())
    }

    async fn check(&self, proposed: Vec<u8>) -> sqlx::Result<Vec<u8>> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
        sqlx::query("insert into key_check (id, sealed) values (1, $1) on conflict do nothing")
            .bind(proposed)
            .execute(&mut *transaction)
            .await?;
        let check = sqlx::query_scalar("select sealed from key_check").fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(check)
    }

    async fn rotate(&self, check: Vec<u8>, reseal: &Resealed<'_>) -> sqlx::Result<u64> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
        let rows: Vec<(String, String, Vec<u8>)> =
            sqlx::query_as("select setup, kind, sealed from secret").fetch_all(&mut *transaction).await?;
        let mut given = Vec::with_capacity(rows.len());
        for (setup, kind, sealed) in rows {
            let slot = Slot { setup, kind };
            let sealed = reseal(&slot, &sealed)?;
            given.push(json!([slot.setup, slot.kind, hex(&sealed)]));
        }
        let given = json!(given).to_string();
        let resealed = sqlx::query(RESEAL).bind(given).execute(&mut *transaction).await?;
        sqlx::query("update key_check set sealed = $1").bind(check).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(resealed.rows_affected())
    }
}
