//! The five dependencies: packages of them, and the catalogue that describes these.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use ib_domain::dependency::DependencyId;
//! use ib_env_sim::scenario::Application;
//!
//! # let folder = std::env::temp_dir().join(format!("ib-env-sim-dependencies-{}", std::process::id()));
//! let newer = BTreeMap::from([(DependencyId::IntegrationManager, "3.0.0".parse()?)]);
//! ib_env_sim::dependencies::write_packages(&folder, &newer)?;
//!
//! let package = std::fs::read(folder.join("integration-manager.oap"))?;
//! assert_eq!(Application::from_package(&package).name, "Integration Manager");
//! assert!(std::fs::read_to_string(folder.join("catalogue.toml"))?.contains(r#"version = "3.0.0""#));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::dependency::{Dependency, DependencyId, RequiredFor};
use ib_domain::permission::key::ApplicationKey;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::scenario::{Application, Module};

/// The version of whatever is given no other.
const USUAL_VERSION: &str = "2.4.0";

/// `catalogue.toml`: a table for each dependency.
#[derive(Serialize)]
struct Catalogue {
    dependency: Vec<Dependency>,
}

/// A package of each of the five dependencies, and its entry of a catalogue. A dependency has version 2.4.0 unless
/// `versions` names another.
///
/// A package is what [`Application::to_package`] makes of an application with the dependency's exact name and a
/// description that tells its version, so the simulator publishes it and then shows it as installed.
///
/// # Errors
/// An [`io::Error`] if what stands here cannot be read as it should; it never happens.
pub fn packages(
    versions: &BTreeMap<DependencyId, DependencyVersion>,
) -> io::Result<Vec<(Dependency, Vec<u8>)>> {
    let usual: DependencyVersion = USUAL_VERSION.parse().map_err(io::Error::other)?;
    DependencyId::ALL.into_iter().map(|id| package(id, *versions.get(&id).unwrap_or(&usual))).collect()
}

/// Writes [`packages`] into a folder, which is made if it is not there, and the `catalogue.toml` that
/// describes them.
///
/// # Errors
/// An [`io::Error`] if a file cannot be written.
pub fn write_packages(folder: &Path, versions: &BTreeMap<DependencyId, DependencyVersion>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut dependency = Vec::new();
    for (entry, package) in packages(versions)? {
        fs::write(folder.join(entry.package.to_string()), package)?;
        dependency.push(entry);
    }
    let text = toml::to_string(&Catalogue { dependency }).map_err(io::Error::other)?;
    fs::write(folder.join("catalogue.toml"), text)
}

fn package(id: DependencyId, version: DependencyVersion) -> io::Result<(Dependency, Vec<u8>)> {
    let application = application(id, version);
    let package = application.to_package();
    let entry = Dependency {
        id,
        application_key: ApplicationKey::parse(&application.key()).map_err(io::Error::other)?,
        version,
        needs: needs(id),
        modules: application.modules.into_iter().map(|module| module.name).collect(),
        package: format!("{id}.oap").parse().map_err(io::Error::other)?,
        package_sha256: Sha256Digest::new(Sha256::digest(&package).into()),
        required_for: required_for(id),
    };
    Ok((entry, package))
}

fn application(id: DependencyId, version: DependencyVersion) -> Application {
    let (purpose, modules) = content(id);
    Application {
        name: id.name().to_owned(),
        description: format!("{purpose}\nVersion: {version}"),
        modules: modules.iter().map(|name| Module::named(name)).collect(),
        ..Application::default()
    }
}

/// Purpose and modules (`integration-builder.md` 4); modules that are not public have invented names.
fn content(id: DependencyId) -> (&'static str, &'static [&'static str]) {
    match id {
        DependencyId::CommonSharedServices => {
            ("Shared services for integrations.", &["CommonSharedServices_CS"])
        }
        DependencyId::SecretManagerLocalService => {
            ("Stores secrets in the environment.", &["SecretManagerLocalService_CS"])
        }
        DependencyId::IntegrationBuilderUtils => ("Helpers of generated modules.", &["IntegrationUtils_Lib"]),
        DependencyId::SharePointIntegrationUtils => {
            ("Helpers of SharePoint integrations.", &["SharePointIntegrationUtils_Lib"])
        }
        DependencyId::IntegrationManager => {
            ("Manages connections.", &["OSIntegrationManager", "OSIntegrationManager_API"])
        }
        _ => ("", &[]),
    }
}

/// What must be there first. The real needs are not public.
fn needs(id: DependencyId) -> BTreeSet<DependencyId> {
    use DependencyId::{CommonSharedServices, IntegrationBuilderUtils, SecretManagerLocalService};
    match id {
        SecretManagerLocalService | IntegrationBuilderUtils => [CommonSharedServices].into(),
        DependencyId::SharePointIntegrationUtils => [IntegrationBuilderUtils].into(),
        DependencyId::IntegrationManager => {
            [CommonSharedServices, SecretManagerLocalService, IntegrationBuilderUtils].into()
        }
        _ => BTreeSet::new(),
    }
}

fn required_for(id: DependencyId) -> RequiredFor {
    match id {
        DependencyId::SharePointIntegrationUtils => RequiredFor::from(vec!["sharepoint online".to_owned()]),
        _ => RequiredFor::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ib_domain::dependency::catalogue::DependencyCatalogue;

    #[derive(serde::Deserialize)]
    struct Read {
        dependency: DependencyCatalogue,
    }

    fn catalogue(folder: &Path) -> DependencyCatalogue {
        let text = fs::read_to_string(folder.join("catalogue.toml")).unwrap();
        toml::from_str::<Read>(&text).unwrap().dependency
    }

    #[test]
    fn every_package_is_the_one_that_the_catalogue_describes() {
        let folder = tempfile::tempdir().unwrap();
        let newer = "3.1.0".parse().unwrap();
        write_packages(folder.path(), &BTreeMap::from([(DependencyId::IntegrationBuilderUtils, newer)]))
            .unwrap();
        let catalogue = catalogue(folder.path());
        assert!(catalogue.iter().map(|dependency| dependency.id).eq(DependencyId::ALL));
        for dependency in catalogue.iter() {
            let package = fs::read(folder.path().join(dependency.package.as_str())).unwrap();
            assert_eq!(<[u8; 32]>::from(Sha256::digest(&package)), *dependency.package_sha256.bytes());
            let application = Application::from_package(&package);
            assert_eq!(application.name, dependency.name());
            assert_eq!(application.key(), dependency.application_key.as_str());
            let described = DependencyVersion::in_description(&application.description);
            assert_eq!(described, Some(dependency.version));
            let modules = application.modules.iter().map(|module| &module.name);
            assert!(modules.eq(&dependency.modules));
        }
        assert_eq!(catalogue.get(DependencyId::IntegrationBuilderUtils).version, newer);
        assert_eq!(catalogue.get(DependencyId::IntegrationManager).version.to_string(), "2.4.0");
    }

    #[test]
    fn sharepoint_alone_is_not_for_everything() {
        let folder = tempfile::tempdir().unwrap();
        write_packages(folder.path(), &BTreeMap::new()).unwrap();
        for dependency in catalogue(folder.path()).iter() {
            assert!(dependency.required_for.includes("SharePoint Online"));
            let sharepoint = dependency.id == DependencyId::SharePointIntegrationUtils;
            assert_eq!(dependency.required_for.includes("Salesforce"), !sharepoint);
        }
    }
}
