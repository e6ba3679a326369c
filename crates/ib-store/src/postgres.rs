//! PostgreSQL: any number of processes.

mod secrets;
mod shelf;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Clock, Kept, Lease, Standing, Store, StoreError};
use ib_setup::registration::Event;
use ib_setup::{Identity, Infrastructure, InfrastructureId, SetupId, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

use crate::error::OpenError;
use crate::row::{self, AddressRow, Entry, unavailable};
use crate::vault::{Keys, SealedVault};

/// How long an operation may wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 10;
/// Of the lock under which infrastructures are claimed; any number that nobody else in the database uses.
const CLAIM_LOCK: i64 = 0x6962_636c_6169_6d31;

const ENTER: &str = "
    insert into setup (id, sequence, snapshot, due_at, address, username, infrastructure, changed)
    values ($1, $2, $3, $4, $5, $6, $7, nextval('setup_change'))
    on conflict (id) do update set sequence = excluded.sequence, snapshot = excluded.snapshot,
        due_at = excluded.due_at, address = excluded.address, username = excluded.username,
        infrastructure = excluded.infrastructure, changed = excluded.changed
    where setup.sequence = $8";

const ADVANCE: &str = "
    update setup set sequence = $2, snapshot = $3, due_at = $4, address = $5, username = $6,
        infrastructure = $7, changed = nextval('setup_change')
    where id = $1 and sequence = $8";

const EVENTS: &str = "
    insert into event (setup, number, event)
    select $1::text, $2::bigint + number, event from unnest($3::text[]) with ordinality as given (event, number)";

const UNFINISHED: &str = "
    select id from setup
    where address = $1 and ($2::text is null or username = $2) and infrastructure is null
    order by changed desc";

// The rows are chosen in a step of its own: chosen in a subquery, more than the limit could be locked.
const LEASE: &str = "
    with free as materialized (
        select id from setup
        where due_at <= $1 and (leased_until is null or leased_until <= $1)
        order by due_at, id limit $3 for update skip locked)
    update setup set leased_until = $2, lease_token = lease_token + 1
    from free where setup.id = free.id
    returning setup.id, lease_token";

const CANDIDATES: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id in (select infrastructure from infrastructure_address where address = any($1))
    order by i.number";

const INFRASTRUCTURE: &str = "
    select i.id, i.serial, a.address
    from infrastructure i join infrastructure_address a on a.infrastructure = i.id
    where i.id = $1";

/// Keeps set-ups in a PostgreSQL database, which several processes may share. Clones share its connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects to the database at `url`, such as `postgres://user@host/database`, and brings its tables up
    /// to date.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. No error repeats the URL, which may hold a password.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Url)?;
        let options = options.application_name("integration-builder");
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(options).await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self { pool })
    }

    /// A vault in this database. A secret that nobody opens for `limit` is forgotten.
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

    /// Ends every connection. Clones and vaults fail afterwards.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// `false` where another number of events is there.
    async fn write(&self, entry: Entry, snapshot: &str, events: &[String]) -> sqlx::Result<bool> {
        let mut transaction = self.pool.begin().await?;
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
            .bind(events)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn enter(&self, identity: &Identity, proposed: InfrastructureId) -> sqlx::Result<InfrastructureId> {
        let mut transaction = self.pool.begin().await?;
        // Of two at the same time, the second one waits here until it can see the first one's row.
        sqlx::query("select pg_advisory_xact_lock($1)").bind(CLAIM_LOCK).execute(&mut *transaction).await?;
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
async fn holder(connection: &mut PgConnection, identity: &Identity) -> sqlx::Result<Option<Infrastructure>> {
    let rows: Vec<AddressRow> =
        sqlx::query_as(CANDIDATES).bind(row::leads(identity)).fetch_all(connection).await?;
    Ok(row::infrastructures(rows)?.into_iter().find(|known| known.holds(identity)))
}

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, setup: SetupId) -> Result<Option<Kept>, StoreError> {
        let found = sqlx::query_as("select sequence, snapshot from setup where id = $1")
            .bind(setup.to_string())
            .fetch_optional(&self.pool)
            .await;
        found.and_then(|found| found.map(row::kept).transpose()).map_err(unavailable)
    }

    async fn history(&self, setup: SetupId) -> Result<Vec<Event>, StoreError> {
        let found = sqlx::query_scalar("select event from event where setup = $1 order by number")
            .bind(setup.to_string())
            .fetch_all(&self.pool)
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
        let written = self.write(entry, snapshot, &row::write_events(events)?).await.map_err(unavailable)?;
        if written { Ok(()) } else { Err(StoreError::Conflict) }
    }

    async fn unfinished(
        &self,
        address: &EnvironmentAddress,
        username: Option<&Username>,
    ) -> Result<Vec<SetupId>, StoreError> {
        let found = sqlx::query_scalar(UNFINISHED)
            .bind(address.authority())
            .bind(username.map(row::folded))
            .fetch_all(&self.pool)
            .await;
        let read = |ids: Vec<String>| ids.iter().map(|id| row::setup(id)).collect();
        found.and_then(read).map_err(unavailable)
    }

    async fn lease(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<Lease>, StoreError> {
        let leased = sqlx::query_as(LEASE)
            .bind(row::millis(now))
            .bind(row::millis(until))
            .bind(row::number(limit))
            .fetch_all(&self.pool)
            .await;
        let read = |leased: Vec<_>| leased.into_iter().map(row::lease).collect();
        leased.and_then(read).map_err(unavailable)
    }

    async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        let Ok(token) = i64::try_from(lease.token) else { return Ok(()) };
        let released = sqlx::query("update setup set leased_until = null where id = $1 and lease_token = $2")
            .bind(lease.setup.to_string())
            .bind(token)
            .execute(&self.pool)
            .await;
        released.map(drop).map_err(unavailable)
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
        let rows = sqlx::query_as(INFRASTRUCTURE).bind(id.to_string()).fetch_all(&self.pool).await;
        let read = rows.and_then(row::infrastructures).map_err(unavailable)?;
        Ok(read.into_iter().next())
    }
}
