//! Somewhere to keep histories, opened as often as a test wants.

use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::{Clock, Shelf, Store};
use ib_store::{Keys, OpenError, PostgresStore, SealedVault, SqliteStore};
use sqlx::AnyConnection;
use sqlx::any::install_default_drivers;
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(String),
}

/// A store that is in use.
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) async fn open(&self) -> Opened {
        match self {
            Self::Sqlite(folder) => {
                Opened::Sqlite(SqliteStore::open(folder.path().join("db")).await.unwrap())
            }
            Self::Postgres(url) => Opened::Postgres(PostgresStore::open(url).await.unwrap()),
        }
    }

    /// A connection that knows nothing of the store.
    pub(crate) async fn connect(&self) -> AnyConnection {
        install_default_drivers();
        let url = match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("db").display()),
            Self::Postgres(url) => url.clone(),
        };
        AnyConnection::connect(&url).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        let mut connection = self.connect().await;
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }
}

impl Opened {
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) fn shelf(&self) -> Arc<dyn Shelf> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) async fn vault(
        &self,
        keys: Keys,
        clock: Arc<dyn Clock>,
        limit: Duration,
    ) -> Result<SealedVault, OpenError> {
        match self {
            Self::Sqlite(store) => store.vault(keys, clock, limit).await,
            Self::Postgres(store) => store.vault(keys, clock, limit).await,
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}
