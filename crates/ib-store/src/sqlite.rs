//! SQLite: one file, one process at a time.

mod file;
mod recent;
mod secrets;
mod shelf;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Clock, Kept, Lease, Standing, Store, StoreError};
use ib_setup::registration::Event;
use ib_setup::{Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};
use serde_json::json;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use crate::error::OpenError;
use crate::row::{self, AddressRow, Entry, unavailable};
use crate::vault::{Keys, SealedVault};
use recent::{Recent, to_its_end};

/// How long another program, such as a backup, may hold the database before a write fails.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
const WRITE: &str = "begin immediate";

const ENTER: &str = "
    insert into setup (id, sequence, snapshot, due_at, address, username, infrastructure, changed)
    values ($1, $2, $3, $4, $5, $6, $7, (select coalesce(max(changed), 0) + 1 from setup))
    on conflict (id) do update set sequence = excluded.sequence, snapshot = excluded.snapshot,
        due_at = excluded.due_at, address = excluded.address, username = excluded.username,
        infrastructure = excluded.infrastructure, changed = excluded.changed
    where setup.sequence = $8";

const ADVANCE: &str = "
    update setup set sequence = $2, snapshot = $3, due_at = $4, address = $5, username = $6,
        infrastructure = $7, changed = (select max(changed) + 1 from setup)
    where id = $1 and sequence = $8";

const EVENTS: &str = "
    insert into event (setup, number, event)
    select $1, $2 + key + 1, value from json_each($3)";

const UNFINISHED: &str = "
    select id from setup
    where address = $1 and ($2 is null or username = $2) and infrastructure is null
    order by changed desc";

const LEASE: &str = "
    update setup set leased_until = $2, lease_token = lease_token + 1
    where id in (
        select id from setup
        where due_at <= $1 and (leased_until is null or leased_until <= $1)
        order by due_at, id limit $3)
    returning id, lease_token";

const CANDIDATES: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id in (
        select infrastructure from infrastructure_address
        where address in (select value from json_each($1)))
    order by i.number";

const INFRASTRUCTURE: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id = $1";

/// Keeps set-ups in an SQLite file. Clones share it.
///
/// One process at a time: the file with `.lock` behind its name is locked while the store is open.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    reads: SqlitePool,
    /// One connection, so that writers of this process wait in line instead of failing as busy.
    writes: SqlitePool,
    lock: Arc<File>,
    recent: Arc<Recent>,
}

impl SqliteStore {
    /// Opens the file, which is created for its owner alone, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; [`OpenError::Busy`] while another process has it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let (path, lock) = file::claim(path.as_ref())?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let writes = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writes).await?;
        // Whoever held a lease is gone: the file has one process at a time.
        sqlx::query("update setup set leased_until = null").execute(&writes).await?;
        let reads = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        Ok(Self { reads, writes, lock: Arc::new(lock), recent: Arc::default() })
    }

    /// A vault in this file. A secret that nobody opens for `limit` is forgotten.
    ///
    /// # Errors
    ///
    /// [`OpenError::WrongKey`] where the secrets are sealed under another key, and other [`OpenError`]s.
    pub async fn vault(
        &self,
        keys: Keys,
        clock: Arc<dyn Clock>,
        limit: Duration,
    ) -> Result<SealedVault, OpenError> {
        SealedVault::open(Arc::new(self.clone()), keys, clock, limit).await
    }

    /// Ends every use of the file, so that another process can have it. Clones and vaults fail afterwards.
    pub async fn close(&self) {
        self.reads.close().await;
        self.writes.close().await;
        // The lock ends with the last clone at the latest.
        drop(self.lock.unlock());
    }

    /// `false` where another number of events is there.
    async fn write(&self, entry: Entry, snapshot: &str, events: &[String]) -> sqlx::Result<bool> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
        let entered = sqlx::query(if entry.expected == 0 { ENTER } else { ADVANCE })
            .bind(&entry.id)
            .bind(entry.sequence)
            .bind(snapshot)
            .bind(entry.due)
            .bind(entry.address)
            .bind(entry.username)
            .bind(entry.infrastructure)
            .bind(entry.expected)
            .execute(&mut *transaction)
            .await?;
        if entered.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(EVENTS)
            .bind(&entry.id)
            .bind(entry.expected)
            .bind(json!(events).to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn enter(&self, identity: &Identity, proposed: InfrastructureId) -> sqlx::Result<InfrastructureId> {
        let mut transaction = self.writes.begin_with(WRITE).await?;
        let known = holder(&mut transaction, identity).await?;
        let mut entered = known.unwrap_or_else(|| Infrastructure::new(proposed, identity));
        entered.learn(identity);
        sqlx::query(
            "insert into infrastructure (id, serial) values ($1, $2)
             on conflict (id) do update set serial = excluded.serial",
        )
        .bind(entered.id.to_string())
        .bind(entered.serial.map(String::from))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "insert into infrastructure_address (address, infrastructure) values ($1, $2)
             on conflict do nothing",
        )
        .bind(identity.address.authority())
        .bind(entered.id.to_string())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(entered.id)
    }
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
    async fn load(&self, setup: SetupId) -> Result<Option<Kept>, StoreError> {
        let read = async {
            let found = sqlx::query_as("select sequence, snapshot from setup where id = $1")
                .bind(setup.to_string())
                .fetch_optional(&self.reads)
                .await;
            found.and_then(|found| found.map(row::kept).transpose()).map_err(unavailable)
        };
        self.recent.setup(setup, read).await
    }

    async fn history(&self, setup: SetupId) -> Result<Vec<Event>, StoreError> {
        let found = sqlx::query_scalar("select event from event where setup = $1 order by number")
            .bind(setup.to_string())
            .fetch_all(&self.reads)
            .await;
        let read = |texts: Vec<String>| texts.iter().map(|text| row::event(text)).collect();
        found.and_then(read).map_err(unavailable)
    }

    async fn append(
        &self,
        setup: SetupId,
        expected: usize,
        events: &[Event],
        snapshot: &str,
        standing: &Standing,
    ) -> Result<(), StoreError> {
        let entry = Entry::new(setup, expected, events, standing);
        let (store, snapshot, events) = (self.clone(), snapshot.to_owned(), row::write_events(events)?);
        to_its_end(async move {
            let written = store.write(entry, &snapshot, &events).await;
            store.recent.forget_setup(setup);
            if written.map_err(unavailable)? { Ok(()) } else { Err(StoreError::Conflict) }
        })
        .await
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let found = sqlx::query_scalar(UNFINISHED)
            .bind(address.authority())
            .bind(username.map(row::folded))
            .fetch_all(&self.reads)
            .await;
        let read = |ids: Vec<String>| ids.iter().map(|id| row::setup(id)).collect();
        found.and_then(read).map_err(unavailable)
    }

    async fn lease(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<Lease>, StoreError> {
        let leased = sqlx::query_as(LEASE)
            .bind(row::millis(now))
            .bind(row::millis(until))
            .bind(row::number(limit))
            .fetch_all(&self.writes)
            .await;
        let read = |leased: Vec<_>| leased.into_iter().map(row::lease).collect();
        leased.and_then(read).map_err(unavailable)
    }

    async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        let Ok(token) = i64::try_from(lease.token) else { return Ok(()) };
        let released = sqlx::query("update setup set leased_until = null where id = $1 and lease_token = $2")
            .bind(lease.setup.to_string())
            .bind(token)
            .execute(&self.writes)
            .await;
        released.map(drop).map_err(unavailable)
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
        let rows = sqlx::query_as(INFRASTRUCTURE).bind(id.to_string()).fetch_all(&self.reads).await;
        let read = rows.and_then(row::infrastructures).map_err(unavailable)?;
        Ok(read.into_iter().next())
    }
}
