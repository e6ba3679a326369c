//! The catalogue of dependencies: which version of each is wanted, and what its package holds.
//!
//! A catalogue is complete and free of contradictions, or it is none: all five dependencies, each once, no
//! application key or module in two of them.
//!
//! ```
//! use ib_domain::dependency::catalogue::{CatalogueError, DependencyCatalogue};
//! use ib_domain::dependency::DependencyId;
//!
//! let error = DependencyCatalogue::new(vec![]).unwrap_err();
//! assert_eq!(error, CatalogueError::Absent(DependencyId::ALL.to_vec()));
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependency, DependencyId};
use crate::permission::key::ApplicationKey;

/// All five dependencies, in the order of installation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Vec<file::Entry>", try_from = "Vec<file::Entry>"))]
pub struct DependencyCatalogue {
    /// At the place that its id has among [`DependencyId::ALL`].
    dependencies: [Dependency; DependencyId::ALL.len()],
}

/// Why a list of dependencies is no catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// Some of the five are not in it.
    #[error("the catalogue lacks {}", .0.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", "))]
    Absent(Vec<DependencyId>),
    /// One is in it twice.
    #[error("{0} is in the catalogue twice")]
    Twice(DependencyId),
    /// Two have one application key.
    #[error("two dependencies have the application key {0}")]
    SameKey(ApplicationKey),
    /// A module's name is empty, or is in the catalogue twice whatever its case.
    #[error("the module name \"{module}\" of {dependency} is empty or taken")]
    Module {
        /// The dependency.
        dependency: DependencyId,
        /// The module's name.
        module: String,
    },
    /// One has no modules, so nobody could tell whether it is installed.
    #[error("{0} has no modules")]
    NoModules(DependencyId),
    /// An entry of a file gives a name that is not that of its id (D4).
    #[error("{id} must be named \"{}\"", id.name())]
    Name {
        /// The id of the entry.
        id: DependencyId,
    },
}

impl DependencyCatalogue {
    /// Makes a catalogue of five dependencies, given in any order.
    ///
    /// # Errors
    ///
    /// A [`CatalogueError`] when one is absent or there twice, or two of them share a key or a module.
    pub fn new(dependencies: Vec<Dependency>) -> Result<Self, CatalogueError> {
        let mut catalogue = BTreeMap::new();
        let mut keys = BTreeSet::new();
        let mut modules = BTreeSet::new();
        for dependency in dependencies {
            let id = dependency.id;
            if catalogue.contains_key(&id) {
                return Err(CatalogueError::Twice(id));
            }
            if !keys.insert(dependency.application_key.clone()) {
                return Err(CatalogueError::SameKey(dependency.application_key));
            }
            claim_modules(&dependency, &mut modules)?;
            catalogue.insert(id, dependency);
        }
        let absent: Vec<_> = DependencyId::ALL.into_iter().filter(|id| !catalogue.contains_key(id)).collect();
        let dependencies: Vec<_> = catalogue.into_values().collect();
        let dependencies = dependencies.try_into().map_err(|_| CatalogueError::Absent(absent))?;
        Ok(Self { dependencies })
    }

    /// The dependencies in the order of installation.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Dependency> {
        self.dependencies.iter()
    }

    /// The entry of one dependency.
    pub fn get(&self, id: DependencyId) -> &Dependency {
        &self.dependencies[id as usize]
    }

    /// The dependency with that application key.
    pub fn by_key(&self, key: &ApplicationKey) -> Option<&Dependency> {
        self.iter().find(|dependency| dependency.application_key == *key)
    }
}

fn claim_modules(dependency: &Dependency, taken: &mut BTreeSet<String>) -> Result<(), CatalogueError> {
    if dependency.modules.is_empty() {
        return Err(CatalogueError::NoModules(dependency.id));
    }
    for module in &dependency.modules {
        if module.trim().is_empty() || !taken.insert(module.trim().to_lowercase()) {
            return Err(CatalogueError::Module { dependency: dependency.id, module: module.clone() });
        }
    }
    Ok(())
}

#[cfg(feature = "serde")]
mod file {
    //! The catalogue as it stands in a file: a list whose entries carry the name for people to read.

    use super::super::RequiredFor;
    use super::super::digest::Sha256Digest;
    use super::super::version::DependencyVersion;
    use super::{ApplicationKey, CatalogueError, Dependency, DependencyCatalogue, DependencyId};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Entry {
        id: DependencyId,
        name: String,
        application_key: ApplicationKey,
        version: DependencyVersion,
        modules: Vec<String>,
        package_sha256: Sha256Digest,
        required_for: RequiredFor,
    }

    impl TryFrom<Entry> for Dependency {
        type Error = CatalogueError;

        fn try_from(entry: Entry) -> Result<Self, CatalogueError> {
            let Entry { id, name, application_key, version, modules, package_sha256, required_for } = entry;
            if name != id.name() {
                return Err(CatalogueError::Name { id });
            }
            Ok(Self { id, application_key, version, modules, package_sha256, required_for })
        }
    }

    impl From<Dependency> for Entry {
        fn from(dependency: Dependency) -> Self {
            let name = dependency.name().to_owned();
            let Dependency { id, application_key, version, modules, package_sha256, required_for } =
                dependency;
            Self { id, name, application_key, version, modules, package_sha256, required_for }
        }
    }

    impl TryFrom<Vec<Entry>> for DependencyCatalogue {
        type Error = CatalogueError;

        fn try_from(entries: Vec<Entry>) -> Result<Self, CatalogueError> {
            let dependencies: Result<_, _> = entries.into_iter().map(Dependency::try_from).collect();
            Self::new(dependencies?)
        }
    }

    impl From<DependencyCatalogue> for Vec<Entry> {
        fn from(catalogue: DependencyCatalogue) -> Self {
            catalogue.dependencies.into_iter().map(Entry::from).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dependency::RequiredFor;
    use crate::dependency::digest::Sha256Digest;
    use rstest::rstest;

    fn five() -> Vec<Dependency> {
        DependencyId::ALL
            .map(|id| Dependency {
                id,
                application_key: ApplicationKey::parse(&format!("key-{id}")).unwrap(),
                version: "2.4.0".parse().unwrap(),
                modules: vec![format!("Module_{id}")],
                package_sha256: Sha256Digest::new([7; 32]),
                required_for: RequiredFor::Everything,
            })
            .into()
    }

    #[test]
    fn the_order_given_does_not_matter() {
        let mut reversed = five();
        reversed.reverse();
        let catalogue = DependencyCatalogue::new(reversed).unwrap();
        assert!(catalogue.iter().map(|dependency| dependency.id).eq(DependencyId::ALL));
        for id in DependencyId::ALL {
            let dependency = catalogue.get(id);
            assert_eq!(dependency.id, id);
            assert_eq!(catalogue.by_key(&dependency.application_key), Some(dependency));
            assert_eq!(dependency.application().name, id.name());
        }
    }

    fn absent(dependencies: &mut Vec<Dependency>) {
        dependencies.remove(1);
    }
    fn twice(dependencies: &mut Vec<Dependency>) {
        dependencies.push(dependencies[2].clone());
    }
    fn same_key(dependencies: &mut [Dependency]) {
        dependencies[3].application_key = dependencies[0].application_key.clone();
    }
    fn same_module(dependencies: &mut [Dependency]) {
        dependencies[3].modules = vec![dependencies[0].modules[0].to_uppercase()];
    }

    #[rstest]
    #[case(|all: &mut Vec<_>| absent(all), "the catalogue lacks secret-manager-local-service")]
    #[case(|all: &mut Vec<_>| twice(all), "integration-builder-utils is in the catalogue twice")]
    #[case(|all: &mut Vec<_>| same_key(all), "two dependencies have the application key key-common-shared-services")]
    #[case(|all: &mut Vec<_>| same_module(all), "the module name \"MODULE_COMMON-SHARED-SERVICES\" of sharepoint-integration-utils is empty or taken")]
    #[case(|all: &mut Vec<Dependency>| all[4].modules.clear(), "integration-manager has no modules")]
    #[case(|all: &mut Vec<Dependency>| all[4].modules.push(" ".into()), "the module name \" \" of integration-manager is empty or taken")]
    fn contradictions(#[case] spoil: fn(&mut Vec<Dependency>), #[case] message: &str) {
        let mut dependencies = five();
        spoil(&mut dependencies);
        assert_eq!(DependencyCatalogue::new(dependencies).unwrap_err().to_string(), message);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_catalogue_is_validated_on_the_way_in() {
        let catalogue = DependencyCatalogue::new(five()).unwrap();
        let text = serde_json::to_string(&catalogue).unwrap();
        assert_eq!(serde_json::from_str::<DependencyCatalogue>(&text).unwrap(), catalogue);

        let misnamed = text.replace("Integration Manager", "integration manager");
        let error = serde_json::from_str::<DependencyCatalogue>(&misnamed).unwrap_err();
        assert!(error.to_string().contains("must be named"), "{error}");
        assert!(serde_json::from_str::<DependencyCatalogue>("[]").is_err());
    }
}
