//! Sealed secrets in PostgreSQL.

use async_trait::async_trait;

use super::PostgresStore;
use crate::vault::{Resealed, Secrets, Slot};

const RESEAL: &str = "
    update secret set sealed = given.sealed
    from unnest($1::text[], $2::text[], $3::bytea[]) as given (setup, kind, sealed)
    where secret.setup = given.setup and secret.kind = given.kind";

#[async_trait]
impl Secrets for PostgresStore {
    async fn put(&self, slot: &Slot, sealed: Vec<u8>, until: i64) -> sqlx::Result<()> {
        let put = sqlx::query(
            "insert into secret (setup, kind, sealed, until) values ($1, $2, $3, $4)
             on conflict (setup, kind) do update set sealed = excluded.sealed, until = excluded.until",
        );
        let put = put.bind(&slot.setup).bind(&slot.kind).bind(sealed).bind(until);
        put.execute(&self.pool).await.map(drop)
    }

    async fn get(&self, slot: &Slot, now: i64) -> sqlx::Result<Option<(Vec<u8>, i64)>> {
        let get =
            sqlx::query_as("select sealed, until from secret where setup = $1 and kind = $2 and until > $3");
        get.bind(&slot.setup).bind(&slot.kind).bind(now).fetch_optional(&self.pool).await
    }

    async fn touch(&self, slot: &Slot, now: i64, until: i64) -> sqlx::Result<()> {
        let touch = sqlx::query("update secret set until = $4 where setup = $1 and kind = $2 and until > $3");
        let touch = touch.bind(&slot.setup).bind(&slot.kind).bind(now).bind(until);
        touch.execute(&self.pool).await.map(drop)
    }

    async fn remove(&self, slot: &Slot) -> sqlx::Result<()> {
        let remove = sqlx::query("delete from secret where setup = $1 and kind = $2");
        remove.bind(&slot.setup).bind(&slot.kind).execute(&self.pool).await.map(drop)
    }

    async fn sweep(&self, now: i64) -> sqlx::Result<u64> {
        let sweep = sqlx::query("delete from secret where until <= $1").bind(now);
        Ok(sweep.execute(&self.pool).await?.rows_affected())
    }

    async fn check(&self, proposed: Vec<u8>) -> sqlx::Result<Vec<u8>> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("insert into key_check (id, sealed) values (1, $1) on conflict do nothing")
            .bind(proposed)
            .execute(&mut *transaction)
            .await?;
        let check = sqlx::query_scalar("select sealed from key_check").fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(check)
    }

    async fn rotate(&self, check: Vec<u8>, reseal: &Resealed<'_>) -> sqlx::Result<u64> {
        let mut transaction = self.pool.begin().await?;
        let rows: Vec<(String, String, Vec<u8>)> =
            sqlx::query_as("select setup, kind, sealed from secret order by setup, kind for update")
                .fetch_all(&mut *transaction)
                .await?;
        let (mut setups, mut kinds, mut resealed) = (Vec::new(), Vec::new(), Vec::new());
        for (setup, kind, sealed) in rows {
            let slot = Slot { setup, kind };
            resealed.push(reseal(&slot, &sealed)?);
            setups.push(slot.setup);
            kinds.push(slot.kind);
        }
        let written = sqlx::query(RESEAL).bind(setups).bind(kinds).bind(resealed);
        let written = written.execute(&mut *transaction).await?;
        sqlx::query("update key_check set sealed = $1").bind(check).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(written.rows_affected())
    }
}
