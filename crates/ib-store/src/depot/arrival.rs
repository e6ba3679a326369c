//! A package on its way into the folder.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use futures_util::StreamExt as _;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::integration::ModuleFile;
use ib_setup::ports::{DepotError, Pieces};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::task::spawn_blocking;

use super::{inspect, unavailable};

/// A file without its final name. It is removed unless it is kept.
pub(super) struct Arrival(NamedTempFile);

impl Arrival {
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        tempfile::Builder::new().prefix("arriving-").tempfile_in(folder).map(Self)
    }

    /// Writes what comes in, up to `limit` bytes, and gives its digest and size.
    pub(super) async fn receive(
        self,
        mut pieces: Pieces<'_>,
        limit: u64,
    ) -> Result<(Self, Sha256Digest, u64), DepotError> {
        let mut file = File::from_std(self.0.reopen().map_err(unavailable)?);
        let (mut hasher, mut size) = (Sha256::new(), 0);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(DepotError::Interrupted)?;
            size += piece.len() as u64;
            if size > limit {
                return Err(DepotError::TooLarge { limit });
            }
            hasher.update(&piece);
            file.write_all(&piece).await.map_err(unavailable)?;
        }
        // What is recorded about it outlives a power cut, so it has to as well.
        file.sync_all().await.map_err(unavailable)?;
        Ok((self, Sha256Digest::new(hasher.finalize().into()), size))
    }

    /// The modules in it, if it is a package that may have `limit` bytes.
    pub(super) async fn inspected(self, limit: u64) -> Result<(Self, BTreeSet<ModuleFile>), DepotError> {
        let inspected = spawn_blocking(move || {
            let modules = inspect::modules(self.0.reopen().map_err(unavailable)?, limit)?;
            Ok((self, modules))
        });
        inspected.await.map_err(|error| unavailable(io::Error::other(error)))?
    }

    /// Gives it its name, in place of the same file, and so a new age.
    pub(super) async fn keep_as(self, path: &Path) -> io::Result<()> {
        let path = path.to_owned();
        let kept = spawn_blocking(move || {
            let parent = path.parent().map(Path::to_owned);
            self.0.persist(&path).map_err(|error| error.error)?;
            // The name is kept by the folder.
            parent.map_or(Ok(()), |parent| std::fs::File::open(parent)?.sync_all())
        });
        kept.await.map_err(io::Error::other)?
    }
}
