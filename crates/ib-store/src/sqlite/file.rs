//! The database file: created for its owner alone, and held by one process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// Creates the file where it is missing and locks it. Returns its real path, so that a link to it meets the
/// same lock.
pub(crate) fn claim(path: &Path) -> Result<(PathBuf, File), OpenError> {
    let failed = |source| OpenError::File { path: path.to_owned(), source };
    private(path).map_err(failed)?;
    let path = path.canonicalize().map_err(failed)?;
    // A file of its own: closing any handle of the database itself would drop SQLite's own locks.
    let mut name = path.clone().into_os_string();
    name.push(".lock");
    let lock = private(Path::new(&name)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok((path, lock)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Busy { path }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens a file, which is created readable for its owner alone. SQLite gives the files beside it the same
/// rights.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
