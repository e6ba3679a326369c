//! SQLite: one file, one process at a time.

mod backup;
mod file;
mod recent;
mod secrets;
mod shelf;
mod store;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::Clock;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::error::OpenError;
use crate::vault::{Keys, SealedVault};
use recent::Recent;

/// How long another program, such as a backup, may hold the database before a write fails.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
const WRITE: &str = "begin immediate";

/// Keeps histories in an SQLite file. Clones share it.
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
        let writes = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone());
        let writes = writes.await.map_err(OpenError::database)?;
        sqlx::migrate!("migrations/sqlite").run(&writes).await.map_err(OpenError::tables)?;
        // Whoever held a lease is gone: the file has one process at a time.
        sqlx::query("update history set leased_until = null where leased_until is not null")
            .execute(&writes)
            .await
            .map_err(OpenError::database)?;
        let reads = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        Ok(Self { reads, writes, lock: Arc::new(lock), recent: Arc::default() })
    }

    /// A vault in this file. A secret that nobody opens for `limit`, or a sixteenth less, is forgotten.
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
}
