//! The packages of integrations, in a folder: for each infrastructure a folder of its own, in it a file for each
//! package, called after its digest.

mod arrival;
mod inspect;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::package::PackageFile;
use ib_env_client::Package;
use ib_setup::ports::{Depot, DepotError, PackageError, Pieces, Stored};
use ib_setup::{InfrastructureId, Timestamp};
use tokio::fs;

use crate::packages::PackageHandle;
use arrival::Arrival;
#[cfg(test)]
use inspect::FILES;

/// How long a package may be unless somebody says otherwise, in bytes.
const PACKAGE_LIMIT: u64 = 256 * 1024 * 1024;

/// What the name of a package's file ends in.
const ENDING: &str = ".oap";

/// Packages of integrations in a folder, which several processes may share.
///
/// A package is written piece by piece, looked at, and only then given its name: nobody ever sees half of one. What a
/// process that was killed left behind is [swept](Depot::sweep) away later.
///
/// ```
/// use futures_util::stream;
/// use futures_util::StreamExt as _;
/// use ib_setup::InfrastructureId;
/// use ib_setup::ports::{Depot, DepotError, PackageFlaw};
/// use ib_store::DepotFolder;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let folder = tempfile::tempdir()?;
/// let depot = DepotFolder::open(folder.path())?;
/// let pieces = stream::iter([Ok("no package".into())]).boxed();
/// let refused = depot.put(InfrastructureId::new(1), pieces).await;
/// assert!(matches!(refused, Err(DepotError::NoPackage(PackageFlaw::OtherKind))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DepotFolder {
    /// Free of links.
    folder: PathBuf,
    limit: u64,
}

impl DepotFolder {
    /// Opens a folder, and makes it where it is not there.
    ///
    /// # Errors
    ///
    /// What the system says where there is no such folder and none can be made.
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        std::fs::create_dir_all(folder.as_ref())?;
        Ok(Self { folder: folder.as_ref().canonicalize()?, limit: PACKAGE_LIMIT })
    }

    /// Sets how many bytes a package may have; unpacked, it may have eight times as many.
    #[must_use]
    pub const fn limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    fn of(&self, infrastructure: InfrastructureId) -> PathBuf {
        self.folder.join(infrastructure.to_string())
    }
}

fn name(digest: &Sha256Digest) -> String {
    format!("{digest}{ENDING}")
}

fn unavailable(error: io::Error) -> DepotError {
    DepotError::Unavailable(error.into())
}

#[async_trait]
impl Depot for DepotFolder {
    async fn put(&self, infrastructure: InfrastructureId, pieces: Pieces<'_>) -> Result<Stored, DepotError> {
        let folder = self.of(infrastructure);
        fs::create_dir_all(&folder).await.map_err(unavailable)?;
        let arrival = Arrival::begin(&folder).map_err(unavailable)?;
        let (arrival, digest, size) = arrival.receive(pieces, self.limit).await?;
        let (arrival, modules) = arrival.inspected(self.limit).await?;
        arrival.keep_as(&folder.join(name(&digest))).await.map_err(unavailable)?;
        Ok(Stored { digest, size, modules })
    }

    async fn open(
        &self,
        infrastructure: InfrastructureId,
        digest: &Sha256Digest,
    ) -> Result<Package, PackageError> {
        let file = name(digest);
        let missing = || PackageError::Missing { file: file.clone() };
        let name: PackageFile = file.parse().map_err(|_| missing())?;
        let mut handle = PackageHandle::open(&self.of(infrastructure), &name).await?;
        let size = handle.verify(digest).await?;
        handle.into_package(size, *digest).await
    }

    async fn sweep(
        &self,
        infrastructure: InfrastructureId,
        wanted: &BTreeSet<Sha256Digest>,
        before: Timestamp,
    ) -> Result<(), DepotError> {
        let wanted: BTreeSet<_> = wanted.iter().map(name).collect();
        let swept = sweep(&self.of(infrastructure), &wanted, before.into()).await;
        swept
            .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
            .map_err(unavailable)
    }
}

/// Removes every file that is not wanted and was last written before `before`. Another process may do the same.
async fn sweep(folder: &Path, wanted: &BTreeSet<String>, before: SystemTime) -> io::Result<()> {
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        if entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
            continue;
        }
        let Ok(metadata) = entry.metadata().await else { continue };
        if metadata.is_file() && metadata.modified()? < before {
            match fs::remove_file(entry.path()).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
