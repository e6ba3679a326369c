//! Packages of integrations in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::integration::ModuleFile;
use ib_env_client::Package;
use sha2::{Digest as _, Sha256};

use super::published::INTEGRATION;
use crate::id::InfrastructureId;
use crate::ports::{Depot, DepotError, PackageError, PackageFlaw, Pieces, Stored};
use crate::time::Timestamp;

type Shelf = BTreeMap<(InfrastructureId, Sha256Digest), Vec<u8>>;

/// Packages of integrations in memory. By default a package is the text `integration NAME`, which a
/// [`Scripted`](super::Scripted) environment knows too, and everything else is none.
#[derive(Debug)]
pub struct MemoryDepot {
    shelf: Mutex<Shelf>,
    read: ReadModules,
}

/// Tells the modules of a package; `None` for what is none.
pub type ReadModules = fn(&[u8]) -> Option<BTreeSet<ModuleFile>>;

impl Default for MemoryDepot {
    fn default() -> Self {
        Self::reading(modules)
    }
}

impl MemoryDepot {
    /// Where `read` tells what is a package.
    pub const fn reading(read: ReadModules) -> Self {
        Self { shelf: Mutex::new(Shelf::new()), read }
    }

    /// Takes everything away.
    pub fn clear(&self) {
        self.shelf().clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The modules of an integration's package.
fn modules(content: &[u8]) -> Option<BTreeSet<ModuleFile>> {
    let (word, name) = std::str::from_utf8(content).ok()?.split_once(' ')?;
    let module = |suffix| ModuleFile::of_path(&format!("{name}_{suffix}.oml"));
    (word == INTEGRATION).then(|| ["DRV", "IS"].into_iter().filter_map(module).collect())
}

#[async_trait]
impl Depot for MemoryDepot {
    async fn put(&self, infrastructure: InfrastructureId, pieces: Pieces<'_>) -> Result<Stored, DepotError> {
        let pieces: Vec<_> = pieces.try_collect().await.map_err(DepotError::Interrupted)?;
        let content = pieces.concat();
        let modules = (self.read)(&content).ok_or(DepotError::NoPackage(PackageFlaw::OtherKind))?;
        let digest = Sha256Digest::new(Sha256::digest(&content).into());
        let size = content.len() as u64;
        self.shelf().insert((infrastructure, digest), content);
        Ok(Stored { digest, size, modules })
    }

    async fn open(
        &self,
        infrastructure: InfrastructureId,
        digest: &Sha256Digest,
    ) -> Result<Package, PackageError> {
        let content = self.shelf().get(&(infrastructure, *digest)).cloned();
        content.map(Package::of_bytes).ok_or_else(|| PackageError::Missing { file: digest.to_string() })
    }

    /// Nothing here has an age.
    async fn sweep(
        &self,
        _: InfrastructureId,
        _: &BTreeSet<Sha256Digest>,
        _: Timestamp,
    ) -> Result<(), DepotError> {
        Ok(())
    }
}
