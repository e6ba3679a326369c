//! The packages of dependencies, in a folder with the catalogue that describes them.

mod catalogue_file;
mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ib_domain::dependency::Dependency;
use ib_domain::dependency::catalogue::DependencyCatalogue;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::package::PackageFile;
use ib_env_client::Package;
use ib_setup::ports::{PackageError, Packages};

pub use catalogue_file::CatalogueFileError;
pub(crate) use file::PackageHandle;
use file::Stamp;

/// Packages in a folder, described by its `catalogue.toml`: a `[[dependency]]` table for each of the five.
///
/// A package is never held as a whole, and never sent as a whole when it is not the one that the catalogue describes,
/// even if it changes on the way. A link that leads out of the folder is not followed.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use ib_setup::ports::{PackageError, Packages};
/// use ib_store::PackageFolder;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let folder = tempfile::tempdir()?;
/// ib_env_sim::dependencies::write_packages(folder.path(), &BTreeMap::new())?; // or real ones
/// let packages = PackageFolder::open(folder.path())?;
/// let first = packages.catalogue().iter().next().ok_or("no dependency")?;
/// assert_eq!(first.name(), "Common Shared Services");
///
/// packages.verify(first).await?;
/// assert!(packages.open(first).await?.size() > 0);
///
/// std::fs::write(folder.path().join(first.package.as_str()), "something else")?;
/// assert!(matches!(packages.verify(first).await, Err(PackageError::Altered { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PackageFolder {
    /// Free of links, so that what is in it can be told from what is not.
    folder: PathBuf,
    catalogue: DependencyCatalogue,
    /// What was verified last, and how the file looked from outside then.
    verified: Mutex<BTreeMap<PackageFile, (Sha256Digest, Stamp)>>,
}

impl PackageFolder {
    /// Reads `catalogue.toml` in a folder. The packages themselves are looked at when they are needed.
    ///
    /// # Errors
    ///
    /// [`CatalogueFileError`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, CatalogueFileError> {
        let (folder, catalogue) = catalogue_file::read(folder.as_ref())?;
        Ok(Self { folder, catalogue, verified: Mutex::default() })
    }

    /// The catalogue.
    pub const fn catalogue(&self) -> &DependencyCatalogue {
        &self.catalogue
    }

    fn is_verified(&self, dependency: &Dependency, stamp: Stamp) -> bool {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&dependency.package) == Some(&(dependency.package_sha256, stamp))
    }

    fn remember(&self, dependency: &Dependency, stamp: Stamp) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.insert(dependency.package.clone(), (dependency.package_sha256, stamp));
    }
}

#[async_trait]
impl Packages for PackageFolder {
    /// Reads a package only where it looks changed: another size, time or inode than when it was verified last.
    async fn verify(&self, dependency: &Dependency) -> Result<(), PackageError> {
        let mut handle = PackageHandle::open(&self.folder, &dependency.package).await?;
        let before = handle.stamp().await?;
        if self.is_verified(dependency, before) {
            return Ok(());
        }
        handle.verify(&dependency.package_sha256).await?;
        // Where it changed meanwhile, nobody knows which of its contents was read.
        if handle.stamp().await? == before {
            self.remember(dependency, before);
        }
        Ok(())
    }

    async fn open(&self, dependency: &Dependency) -> Result<Package, PackageError> {
        let mut handle = PackageHandle::open(&self.folder, &dependency.package).await?;
        let size = handle.verify(&dependency.package_sha256).await?;
        handle.into_package(size, dependency.package_sha256).await
    }
}

#[cfg(test)]
mod tests;
