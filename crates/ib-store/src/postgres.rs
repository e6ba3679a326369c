//! PostgreSQL: any number of processes.

mod secrets;
mod shelf;
mod store;

use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::Clock;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::error::OpenError;
use crate::vault::{Keys, SealedVault};

/// How long an operation may wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 10;

/// Keeps histories in a PostgreSQL database, which several processes may share. Clones share its connections.
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
        let pool = pool.connect_with(options).await.map_err(OpenError::database)?;
        sqlx::migrate!("migrations/postgres").run(&pool).await.map_err(OpenError::tables)?;
        Ok(Self { pool })
    }

    /// A vault in this database. A secret that nobody opens for `limit`, or a sixteenth less, is forgotten.
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
}
