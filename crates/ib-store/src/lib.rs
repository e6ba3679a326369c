//! Where histories are kept: SQLite for one process, PostgreSQL for several, with secrets sealed; where packages of
//! dependencies come from, and where those of integrations are kept.
//!
//! [`SqliteStore`] and [`PostgresStore`] implement [`Store`](ib_setup::ports::Store) and
//! [`Shelf`](ib_setup::ports::Shelf); either one gives a [`SealedVault`], which implements
//! [`Vault`](ib_setup::ports::Vault) in the same database. What an embedder may rely on:
//!
//! - an append is on disk as a whole, or not at all, whatever crashes;
//! - of several drivers, one gets each history that is due, and one whose lease somebody else took over
//!   appends nothing more;
//! - of two processes that put something on the shelf at once, one wins and the other one hears of it;
//! - a password or an activation code is in the database only as ciphertext, under a [key](Keys) that is not
//!   in the database, and bound to its set-up and kind;
//! - a program with the wrong key is refused before it writes anything.
//!
//! [`PackageFolder`] implements [`Packages`](ib_setup::ports::Packages) over a folder, and [`DepotFolder`] implements
//! [`Depot`](ib_setup::ports::Depot).
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//! use std::time::{Duration, SystemTime};
//!
//! use ib_env_client::{Credentials, Password};
//! use ib_setup::ports::{Clock, Secret, SecretKind, Store, Vault};
//! use ib_setup::{SetupId, Timestamp};
//! use ib_store::{Keys, SqliteStore};
//!
//! struct SystemClock;
//!
//! impl Clock for SystemClock {
//!     fn now(&self) -> Timestamp {
//!         SystemTime::now().into()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let keys = Keys::create(folder.path().join("key"))?; // on first start; afterwards `Keys::read`
//! let store = SqliteStore::open(folder.path().join("setups.db")).await?;
//! let vault = store.vault(keys, Arc::new(SystemClock), Duration::from_secs(30 * 60)).await?;
//!
//! let setup = SetupId::new(1);
//! assert!(store.load(setup.into()).await?.is_none());
//!
//! let credentials = Credentials::new("maria", Password::new("correct horse".to_owned())?)?;
//! vault.seal(setup, Secret::Credentials(credentials)).await?;
//! assert!(vault.open(setup, SecretKind::Credentials).await?.is_some());
//! store.close().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod depot;
mod error;
mod packages;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod vault;

pub use depot::DepotFolder;
pub use error::OpenError;
pub use packages::{CatalogueFileError, PackageFolder};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
pub use vault::{KeyError, KeyId, Keys, SealedVault};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
