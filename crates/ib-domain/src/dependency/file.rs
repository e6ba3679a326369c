//! A dependency as it stands in a file: its entry carries the name for people to read.

use std::collections::BTreeSet;

use super::catalogue::CatalogueError;
use super::digest::Sha256Digest;
use super::package::PackageFile;
use super::version::DependencyVersion;
use super::{Dependency, DependencyId, RequiredFor};
use crate::permission::key::ApplicationKey;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    id: DependencyId,
    name: String,
    application_key: ApplicationKey,
    version: DependencyVersion,
    #[serde(default)]
    needs: BTreeSet<DependencyId>,
    modules: Vec<String>,
    package: PackageFile,
    package_sha256: Sha256Digest,
    required_for: RequiredFor,
}

impl TryFrom<Entry> for Dependency {
    type Error = CatalogueError;

    fn try_from(entry: Entry) -> Result<Self, CatalogueError> {
        let Entry {
            id,
            name,
            application_key,
            version,
            needs,
            modules,
            package,
            package_sha256,
            required_for,
        } = entry;
        if name != id.name() {
            return Err(CatalogueError::Name { id });
        }
        Ok(Self { id, application_key, version, needs, modules, package, package_sha256, required_for })
    }
}

impl From<Dependency> for Entry {
    fn from(dependency: Dependency) -> Self {
        let name = dependency.name().to_owned();
        let Dependency {
            id,
            application_key,
            version,
            needs,
            modules,
            package,
            package_sha256,
            required_for,
        } = dependency;
        Self { id, name, application_key, version, needs, modules, package, package_sha256, required_for }
    }
}
