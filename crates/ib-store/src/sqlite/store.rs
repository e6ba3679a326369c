//! Histories and infrastructures in SQLite.

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Kept, Lease, Leased, Release, Store, StoreError};
use ib_setup::{HistoryId, Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use super::recent::to_its_end;
use super::{SqliteStore, WRITE};
use crate::row::{self, AddressRow, Entry, unavailable};
use crate::sql;

const KEPT: &str = "
    select sequence, state from history join snapshot on snapshot.history = history.id where id = $1";

/// An append in one go: everybody waits while the one connection that writes is asked and answers, so it is asked
/// once. Nothing follows where nothing was entered into the history.
macro_rules! append {
    ($enter:literal) => {
        concat!(
            $enter,
            ";
            insert into snapshot (history, state)
            select $1, $9 where changes() > 0
            on conflict (history) do update set state = excluded.state;
            insert into event (history, number, event)
            select $1, $7 + key + 1, value from json_each($10) where changes() > 0"
        )
    };
}

const BEGIN: &str = append!(
    "
    insert into history (id, sequence, due_at, address, username, infrastructure, changed)
    values ($1, $2, $3, $4, $5, $6, (select coalesce(max(changed), 0) + 1 from history))
    on conflict (id) do update set sequence = excluded.sequence, due_at = excluded.due_at,
        address = excluded.address, username = excluded.username,
        infrastructure = excluded.infrastructure, changed = excluded.changed
    where history.sequence = $7"
);

const ADVANCE: &str = append!(
    "
    update history set sequence = $2, due_at = $3, address = $4, username = $5, infrastructure = $6,
        changed = (select max(changed) + 1 from history)
    where id = $1 and sequence = $7 and ($8 is null or lease_token = $8)"
);

const LEASE: &str = "
    update history set leased_until = $2, lease_token = lease_token + 1
    where id in (
        select id from history
        where due_at <= $1 and (leased_until is null or leased_until <= $1) and ($4 is null or id = $4)
        order by due_at, id limit $3)
    returning due_at, id, lease_token, sequence, (select state from snapshot where history = id)";

const RELEASE: &str = "
    update history set leased_until = null,
        due_at = case when history.sequence = given.sequence then given.due_at else history.due_at end
    from (
        select value ->> 0 as id, value ->> 1 as token, value ->> 2 as sequence, value ->> 3 as due_at
        from json_each($1)) as given
    where history.id = given.id and history.lease_token = given.token";

const CANDIDATES: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id in (
        select infrastructure from infrastructure_address
        where address in (select value from json_each($1)))
    order by i.number";

impl SqliteStore {
    /// Fails where the database does; what it returns is what it says to the append.
    async fn write(
        &self,
        entry: Entry,
        snapshot: &str,
        events: &str,
    ) -> sqlx::Result<Result<(), StoreError>> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
        let append = sqlx::query(if entry.may_begin() { BEGIN } else { ADVANCE })
            .bind(&entry.id)
            .bind(entry.sequence)
            .bind(entry.due)
            .bind(&entry.address)
            .bind(&entry.username)
            .bind(&entry.infrastructure)
            .bind(entry.expected)
            .bind(entry.token)
            .bind(snapshot)
            .bind(events);
        if append.execute(&mut *transaction).await?.rows_affected() == 0 {
            return refusal(&mut transaction, &entry).await.map(Err);
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn enter(&self, identity: &Identity, proposed: InfrastructureId) -> sqlx::Result<InfrastructureId> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
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
async fn refusal(connection: &mut SqliteConnection, entry: &Entry) -> sqlx::Result<StoreError> {
    let Some(token) = entry.token else { return Ok(StoreError::Conflict) };
    let last: Option<i64> = sqlx::query_scalar(sql::TOKEN).bind(&entry.id).fetch_optional(connection).await?;
    Ok(if last == Some(token) { StoreError::Conflict } else { StoreError::LeaseLost })
}

/// The first registered infrastructure that holds `identity`.
async fn holder(
    connection: &mut SqliteConnection,
    identity: &Identity,
) -> sqlx::Result<Option<Infrastructure>> {
    let rows: Vec<AddressRow> = sqlx::query_as(CANDIDATES)
        .bind(json!(row::leads(identity)).to_string())
        .fetch_all(connection)
        .await?;
    Ok(row::infrastructures(rows)?.into_iter().find(|known| known.holds(identity)))
}

#[async_trait]
impl Store for SqliteStore {
    async fn load(&self, history: HistoryId) -> Result<Option<Kept>, StoreError> {
        let read = async {
            let found = sqlx::query_as(KEPT).bind(history.to_string()).fetch_optional(&self.reads).await;
            found.and_then(|found| found.map(row::kept).transpose()).map_err(unavailable)
        };
        self.recent.history(history, read).await
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
            .fetch_all(&self.reads)
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
        let (snapshot, events) = (addition.snapshot.to_owned(), json!(addition.events).to_string());
        let store = self.clone();
        to_its_end(async move {
            let written = store.write(entry, &snapshot, &events).await;
            store.recent.forget_history(history);
            written.map_err(unavailable)?
        })
        .await
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let found = sqlx::query_scalar(sql::UNFINISHED)
            .bind(address.authority())
            .bind(username.map(row::folded))
            .fetch_all(&self.reads)
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
            .fetch_all(&self.reads)
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
            .fetch_all(&self.writes)
            .await;
        leased.and_then(row::leased).map_err(unavailable)
    }

    async fn renew(&self, lease: Lease, until: Timestamp) -> Result<(), StoreError> {
        let renewed = sqlx::query(sql::RENEW)
            .bind(lease.history.to_string())
            .bind(row::token(lease))
            .bind(row::millis(until))
            .execute(&self.writes)
            .await;
        let renewed = renewed.map_err(unavailable)?.rows_affected();
        if renewed == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    async fn release(&self, releases: &[Release]) -> Result<(), StoreError> {
        let rows: Vec<_> = row::released(releases).collect();
        let release = sqlx::query(RELEASE).bind(json!(rows).to_string());
        release.execute(&self.writes).await.map(drop).map_err(unavailable)
    }

    async fn find(&self, identity: &Identity) -> Result<Option<InfrastructureId>, StoreError> {
        let mut connection = self.reads.acquire().await.map_err(unavailable)?;
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
        let rows = sqlx::query_as(sql::INFRASTRUCTURE).bind(id.to_string()).fetch_all(&self.reads).await;
        let read = rows.and_then(row::infrastructures).map_err(unavailable)?;
        Ok(read.into_iter().next())
    }
}
