//! A copy of the database while somebody uses it.

use std::fs::{self, OpenOptions};
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::{PATIENCE, SqliteStore};
use crate::error::OpenError;

impl SqliteStore {
    /// Copies the database `from`, whichever process has it open, into the new file `to`, which its owner alone can
    /// read. The copy is one moment of the database, and is a database itself; secrets in it stay sealed, and the key
    /// is not in it.
    ///
    /// # Errors
    ///
    /// [`OpenError::File`] where `to` is there already or cannot be made, or `from` is not there;
    /// [`OpenError::Database`]. Nothing is left of a copy that is not whole.
    pub async fn back_up(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), OpenError> {
        let (from, to) = (from.as_ref(), to.as_ref());
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::File { path, source }
        };
        fs::metadata(from).map_err(failed(from))?;
        let target = to.to_str().ok_or_else(|| failed(to)(std::io::ErrorKind::InvalidFilename.into()))?;
        // SQLite writes into an empty file, whose rights stay as they are.
        private(to).map_err(failed(to))?;
        let copied = copy(from, target).await;
        if copied.is_err() {
            drop(fs::remove_file(to));
        }
        copied.map_err(OpenError::database)
    }
}

async fn copy(from: &Path, to: &str) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(from).create_if_missing(false).busy_timeout(PATIENCE);
    let mut connection = options.connect().await?;
    sqlx::query("vacuum into ?").bind(to).execute(&mut connection).await?;
    connection.close().await
}

/// Makes a file for its owner alone; one that is there already stays as it is.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
