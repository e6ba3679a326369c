//! Why a store or a vault cannot be opened, and what to do about it.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use sqlx::migrate::MigrateError;

use crate::vault::keys::KeyId;

/// Why a store or a vault cannot be opened. The text says what a person can do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the SQLite database.
    #[error(
        "another process uses {}: stop it first; SQLite serves one process at a time, PostgreSQL several",
        path.display()
    )]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// A file cannot be created or read.
    #[error(
        "{} cannot be used: check that its folder is there and belongs to the user who runs this",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The URL cannot be read. It is not repeated, since it may hold a password.
    #[error("the database URL cannot be read: it looks like postgres://user@host/database")]
    Url,
    /// The database does not answer as one.
    #[error(
        "the database cannot be opened: check that it is there, that its server runs and that the user may \
         connect"
    )]
    Database(#[source] Box<dyn Error + Send + Sync>),
    /// A newer program wrote the database.
    #[error("a newer version of this program wrote the database: use that version or restore a backup")]
    Newer,
    /// The tables are not the ones that this program makes.
    #[error(
        "the tables cannot be brought up to date: use a database of its own, whose user may create tables"
    )]
    Tables(#[source] Box<dyn Error + Send + Sync>),
    /// The secrets are sealed under a key that was not given.
    #[error(
        "the secrets in the database are sealed under the key {sealed}, and the keys given are {given:?}: add \
         that key to the key file below the current one. If it is lost, delete the rows of the tables secret \
         and key_check; people then log in again, and nothing else is lost"
    )]
    WrongKey {
        /// The key that is needed.
        sealed: KeyId,
        /// The keys that were given.
        given: Vec<KeyId>,
    },
    /// The check value or a secret in the database is damaged.
    #[error(
        "what is sealed in the database is damaged: restore a backup, or delete the rows of the tables secret and key_check"
    )]
    Damaged,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

impl OpenError {
    pub(crate) fn database(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }

    pub(crate) fn tables(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => Self::Newer,
            MigrateError::Execute(error) => Self::database(error),
            error => Self::Tables(error.into()),
        }
    }
}
