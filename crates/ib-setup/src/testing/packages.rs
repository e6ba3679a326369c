//! Packages in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::{Dependency, DependencyId};
use ib_env_client::Package;
use sha2::{Digest as _, Sha256};

use crate::ports::{PackageError, Packages};

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
        let found = Sha256Digest::new(Sha256::digest(&content).into());
        if found == dependency.package_sha256 {
            Ok(content)
        } else {
            Err(PackageError::Altered { file, found })
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
