//! Packages in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ib_domain::dependency::catalogue::{CatalogueError, DependencyCatalogue};
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::dependency::{Dependency, DependencyId, RequiredFor};
use ib_domain::permission::key::ApplicationKey;
use ib_env_client::Package;
use sha2::{Digest as _, Sha256};

use super::MemoryDepot;
use crate::ports::{PackageError, Packages};
use crate::publications::Dependencies;

/// Packages in memory, which can be changed or taken away.
#[derive(Debug, Default)]
pub struct MemoryPackages(Mutex<BTreeMap<DependencyId, Vec<u8>>>);

impl MemoryPackages {
    /// Puts a package in place of an earlier one.
    pub fn put(&self, id: DependencyId, content: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, content);
    }

    /// Takes a package away.
    pub fn remove(&self, id: DependencyId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn content(&self, dependency: &Dependency) -> Result<Vec<u8>, PackageError> {
        let file = dependency.package.to_string();
        let packages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(content) = packages.get(&dependency.id).cloned() else {
            return Err(PackageError::Missing { file });
        };
        let found = digest(&content);
        if found == dependency.package_sha256 {
            Ok(content)
        } else {
            Err(PackageError::Altered { file, expected: dependency.package_sha256, found })
        }
    }
}

#[async_trait]
impl Packages for MemoryPackages {
    async fn verify(&self, dependency: &Dependency) -> Result<(), PackageError> {
        self.content(dependency).map(drop)
    }

    async fn open(&self, dependency: &Dependency) -> Result<Package, PackageError> {
        self.content(dependency).map(Package::of_bytes)
    }
}

fn digest(content: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(content).into())
}

/// The five dependencies in one version, with packages that hold nothing but their ids and that version. All others
/// need Common Shared Services. A [`Scripted`](super::Scripted) environment knows what these packages hold.
///
/// # Errors
///
/// [`CatalogueError`]; never, for the catalogue is as it should be.
pub fn dependencies(version: DependencyVersion) -> Result<Dependencies, CatalogueError> {
    let packages = MemoryPackages::default();
    let all = DependencyId::ALL.into_iter().filter_map(|id| {
        let content = format!("{id} {version}").into_bytes();
        let entry = dependency(id, version, digest(&content))?;
        packages.put(id, content);
        Some(entry)
    });
    let catalogue = DependencyCatalogue::new(all.collect())?;
    let depot = Arc::new(MemoryDepot::default());
    Ok(Dependencies { catalogue: Arc::new(catalogue), packages: Arc::new(packages), depot: Some(depot) })
}

/// `None` never: every key and file name is one.
fn dependency(
    id: DependencyId,
    version: DependencyVersion,
    package_sha256: Sha256Digest,
) -> Option<Dependency> {
    let first = DependencyId::CommonSharedServices;
    let number = DependencyId::ALL.iter().position(|known| *known == id)?;
    Some(Dependency {
        id,
        application_key: ApplicationKey::parse(&format!("00000000-0000-0000-0000-{number:012}")).ok()?,
        version,
        needs: if id == first { BTreeSet::new() } else { [first].into() },
        modules: vec![id.to_string()],
        package: format!("{id}.oap").parse().ok()?,
        package_sha256,
        required_for: RequiredFor::Everything,
    })
}
