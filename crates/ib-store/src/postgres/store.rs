//! Histories and infrastructures in PostgreSQL.

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Kept, Lease, Leased, Release, Store, StoreError};
use ib_setup::{HistoryId, Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};
use sqlx::postgres::PgConnection;

use super::PostgresStore;
use crate::row::{self, AddressRow, Entry, unavailable};
use crate::sql;

/// Of the lock under which infrastructures are claimed; any number that nobody else in the database uses.
const CLAIM_LOCK: i64 = 0x6962_636c_6169_6d31;

const KEPT: &str = "select sequence, snapshot from history where id = $1";

const BEGIN: &str = "
    insert into history (id, sequence, snapshot, due_at, address, username, infrastructure, changed)
    values ($1, $2, $3, $4, $5, $6, $7, nextval('history_change'))
    on conflict (id) do update set sequence = excluded.sequence, snapshot = excluded.snapshot,
        due_at = excluded.due_at, address = excluded.address, username = excluded.username,
        infrastructure = excluded.infrastructure, changed = excluded.changed
    where history.sequence = $8";

const ADVANCE: &str = "
    update history set sequence = $2, snapshot = $3, due_at = $4, address = $5, username = $6,
        infrastructure = $7, changed = nextval('history_change')
    where id = $1 and sequence = $8 and ($9::bigint is null or lease_token = $9)";

const ENTER_EVENTS: &str = "
    insert into event (history, number, event)
    select $1::text, $2::bigint + number, event from unnest($3::text[]) with ordinality as given (event, number)";

// The rows are chosen in a step of its own: chosen in a subquery, more than the limit could be locked.
const LEASE: &str = "
    with free as materialized (
        select id from history
        where due_at <= $1 and (leased_until is null or leased_until <= $1) and ($4::text is null or id = $4)
        order by due_at, id limit $3 for update skip locked)
    update history set leased_until = $2, lease_token = lease_token + 1
    from free where history.id = free.id
    returning due_at, history.id, lease_token, sequence, snapshot";

const RELEASE: &str = "
    update history set leased_until = null,
        due_at = case when history.sequence = given.sequence then given.due_at else history.due_at end
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as given (id, token, sequence, due_at)
    where history.id = given.id and history.lease_token = given.token";

const CANDIDATES: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id in (select infrastructure from infrastructure_address where address = any($1))
    order by i.number";

impl PostgresStore {
    /// Fails where the database does; what it returns is what it says to the append.
    async fn write(
        &self,
        entry: Entry,
        snapshot: &str,
        events: &[String],
    ) -> sqlx::Result<Result<(), StoreError>> {
        let mut transaction = self.pool.begin().await?;
        let enter = sqlx::query(if entry.may_begin() { BEGIN } else { ADVANCE })
            .bind(&entry.id)
            .bind(entry.sequence)
            .bind(snapshot)
            .bind(entry.due)
            .bind(&entry.address)
            .bind(&entry.username)
            .bind(&entry.infrastructure)
            .bind(entry.expected);
        let enter = if entry.may_begin() { enter } else { enter.bind(entry.token) };
        if enter.execute(&mut *transaction).await?.rows_affected() == 0 {
            return refusal(&mut transaction, &entry).await.map(Err);
        }
        sqlx::query(ENTER_EVENTS)
            .bind(&entry.id)
            .bind(entry.expected)
            .bind(events)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn enter(&self, identity: &Identity, proposed: InfrastructureId) -> sqlx::Result<InfrastructureId> {
        let mut transaction = self.pool.begin().await?;
        // Of two at the same time, the second one waits here until it can see the first one's row.
        sqlx::query("select pg_advisory_xact_lock($1)").bind(CLAIM_LOCK).execute(&mut *transaction).await?;
        let known = holder(&mut transaction, identity).await?;
        let mut entered = known.unwrap_or_else(|| Infrastructure::new(proposed, identity));
        entered.learn(identity);
        sqlx::query(sql::ENTER_INFRASTRUCTURE)
            .bind(entered.id.to_string())
            .bind(entered.serial.map(String::from))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(sql::ENTER_ADDRESS)
            .bind(identity.address.authority())
            .bind(entered.id.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(entered.id)
    }
}

/// Why nothing was updated.
async fn refusal(connection: &mut PgConnection, entry: &Entry) -> sqlx::Result<StoreError> {
    let Some(token) = entry.token else { return Ok(StoreError::Conflict) };
    let last: Option<i64> = sqlx::query_scalar(sql::TOKEN).bind(&entry.id).fetch_optional(connection).await?;
    Ok(if last == Some(token) { StoreError::Conflict } else { StoreError::LeaseLost })
}

/// The first registered infrastructure that holds `identity`.
async fn holder(connection: &mut PgConnection, identity: &Identity) -> sqlx::Result<Option<Infrastructure>> {
    let rows: Vec<AddressRow> =
        sqlx::query_as(CANDIDATES).bind(row::leads(identity)).fetch_all(connection).await?;
    Ok(row::infrastructures(rows)?.into_iter().find(|known| known.holds(identity)))
}

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError> {
        let found = sqlx::query_as(KEPT).bind(history.to_string()).fetch_optional(&self.pool).await;
        found.and_then(|found| found.map(row::kept).transpose()).map_err(unavailable)
    }

    async fn events(
        &self,
        history: HistoryId,
        after: usize,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let found = sqlx::query_scalar(sql::EVENTS)
            .bind(history.to_string())
            .bind(row::number(after))
            .bind(row::number(limit))
            .fetch_all(&self.pool)
            .await;
        found.map_err(unavailable)
    }

    async fn append(
        &self,
        history: HistoryId,
        expected: usize,
        addition: Addition<'_>,
    ) -> Result<(), StoreError> {
        let entry = Entry::new(history, expected, addition);
        self.write(entry, addition.snapshot, addition.events).await.map_err(unavailable)?
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let found = sqlx::query_scalar(sql::UNFINISHED)
            .bind(address.authority())
            .bind(username.map(row::folded))
            .fetch_all(&self.pool)
            .await;
        found.and_then(row::setups).map_err(unavailable)
    }

    async fn registered(
        &self,
        infrastructure: InfrastructureId,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let found = sqlx::query_scalar(sql::REGISTERED)
            .bind(infrastructure.to_string())
            .bind(username.map(row::folded))
            .fetch_all(&self.pool)
            .await;
        found.and_then(row::setups).map_err(unavailable)
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        only: Option<HistoryId>,
    ) -> Result<Vec<Leased>, StoreError> {
        let leased = sqlx::query_as(LEASE)
            .bind(row::millis(now))
            .bind(row::millis(until))
            .bind(row::number(limit))
            .bind(only.map(|only| only.to_string()))
            .fetch_all(&self.pool)
            .await;
        leased.and_then(row::leased).map_err(unavailable)
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError> {
        let renewed = sqlx::query(sql::RENEW)
            .bind(lease.history.to_string())
            .bind(row::token(lease))
            .bind(row::millis(until))
            .execute(&self.pool)
            .await;
        let renewed = renewed.map_err(unavailable)?.rows_affected();
        if renewed == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    async fn release(&self, releases: &[Release]) -> Result<(), StoreError> {
        let (ids, tokens, sequences, dues): (Vec<_>, Vec<_>, Vec<_>, Vec<_>) =
            row::released(releases).collect();
        let release = sqlx::query(RELEASE).bind(ids).bind(tokens).bind(sequences).bind(dues);
        release.execute(&self.pool).await.map(drop).map_err(unavailable)
    }

    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(unavailable)?;
        let found = holder(&mut connection, identity).await.map_err(unavailable)?;
        Ok(found.map(|found| found.id))
    }

    async fn claim(
        &self,
        identity: &Identity,
        proposed: InfrastructureId,
    ) -> Result<InfrastructureId, StoreError> {
        self.enter(identity, proposed).await.map_err(unavailable)
    }

    async fn infrastructure(&self, id: InfrastructureId) -> Result<Option<Infrastructure>, StoreError> {
        let rows = sqlx::query_as(sql::INFRASTRUCTURE).bind(id.to_string()).fetch_all(&self.pool).await;
        let read = rows.and_then(row::infrastructures).map_err(unavailable)?;
        Ok(read.into_iter().next())
    }
}
