//! The catalogue of dependencies: which version of each is wanted, and what its package holds.
//!
//! A catalogue is complete and free of contradictions, or it is none: all five dependencies, each once, no
//! application key, module or package in two of them, and none that needs itself, be it through others.
//!
//! ```
//! use ib_domain::dependency::catalogue::{CatalogueError, DependencyCatalogue};
//! use ib_domain::dependency::DependencyId;
//!
//! let error = DependencyCatalogue::new(vec![]).unwrap_err();
//! assert_eq!(error, CatalogueError::Absent(DependencyId::ALL.to_vec()));
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::package::PackageFile;
use super::{Dependency, DependencyId};
use crate::permission::key::ApplicationKey;

const COUNT: usize = DependencyId::ALL.len();

/// All five dependencies, and the order in which they are installed: each one after those that it needs, and
/// where that leaves a choice, as in [`DependencyId::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Vec<Dependency>", try_from = "Vec<Dependency>"))]
pub struct DependencyCatalogue {
    /// At the place that its id has among [`DependencyId::ALL`].
    dependencies: [Dependency; COUNT],
    order: [DependencyId; COUNT],
}

/// Why a list of dependencies is no catalogue. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// Some of the five are not in it.
    #[error("the catalogue lacks {}: describe each of the five", joined(.0, ", "))]
    Absent(Vec<DependencyId>),
    /// One is in it twice.
    #[error("{0} is in the catalogue twice: keep one version of it")]
    Twice(DependencyId),
    /// Two have one application key.
    #[error("two dependencies have the application key {0}: give each its own")]
    SameKey(ApplicationKey),
    /// A module's name is empty, or is in the catalogue twice whatever its case.
    #[error("the module name \"{module}\" of {dependency} is empty or taken: name each module once")]
    Module {
        /// The dependency.
        dependency: DependencyId,
        /// The module's name.
        module: String,
    },
    /// One has no modules, so nobody could tell whether it is installed.
    #[error("{0} has no modules: name those in its package")]
    NoModules(DependencyId),
    /// Two have one package file, whatever its case.
    #[error("two dependencies have the package {0}: name each one's own")]
    SamePackage(PackageFile),
    /// Each of these needs the next one, and the last one needs the first.
    #[error("no order of installation is possible: {}; remove one of these needs", chain(.0))]
    Cycle(Vec<DependencyId>),
    /// An entry of a file gives a name that is not that of its id (D4).
    #[error("{id} must be named \"{}\"", id.name())]
    Name {
        /// The id of the entry.
        id: DependencyId,
    },
}

fn joined(ids: &[DependencyId], between: &str) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(between)
}

/// Who needs whom, from the first one back to it.
fn chain(cycle: &[DependencyId]) -> String {
    let first = cycle.first().copied();
    joined(&cycle.iter().copied().chain(first).collect::<Vec<_>>(), " needs ")
}

impl DependencyCatalogue {
    /// Makes a catalogue of five dependencies, given in any order.
    ///
    /// # Errors
    ///
    /// A [`CatalogueError`] when one is absent or there twice, two of them share a key, a module or a package, or
    /// one needs itself.
    pub fn new(dependencies: Vec<Dependency>) -> Result<Self, CatalogueError> {
        let mut catalogue = BTreeMap::new();
        let mut keys = BTreeSet::new();
        let (mut modules, mut packages) = (BTreeSet::new(), BTreeSet::new());
        for dependency in dependencies {
            let id = dependency.id;
            if catalogue.contains_key(&id) {
                return Err(CatalogueError::Twice(id));
            }
            if !keys.insert(dependency.application_key.clone()) {
                return Err(CatalogueError::SameKey(dependency.application_key));
            }
            if !packages.insert(dependency.package.as_str().to_lowercase()) {
                return Err(CatalogueError::SamePackage(dependency.package));
            }
            claim_modules(&dependency, &mut modules)?;
            catalogue.insert(id, dependency);
        }
        let absent: Vec<_> = DependencyId::ALL.into_iter().filter(|id| !catalogue.contains_key(id)).collect();
        let dependencies: Vec<_> = catalogue.into_values().collect();
        let dependencies = dependencies.try_into().map_err(|_| CatalogueError::Absent(absent))?;
        let order = order(&dependencies)?;
        Ok(Self { dependencies, order })
    }

    /// The dependencies in the order of installation.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Dependency> {
        self.order.iter().map(|id| self.get(*id))
    }

    /// The entry of one dependency.
    pub fn get(&self, id: DependencyId) -> &Dependency {
        &self.dependencies[id as usize]
    }

    /// The dependency with that application key.
    pub fn by_key(&self, key: &ApplicationKey) -> Option<&Dependency> {
        self.iter().find(|dependency| dependency.application_key == *key)
    }

    /// The dependencies `ids` and all that they need, in the order of installation.
    pub fn closure(&self, ids: &BTreeSet<DependencyId>) -> Vec<DependencyId> {
        let mut wanted = ids.clone();
        // Backwards, each one comes before all that it needs.
        for id in self.order.iter().rev() {
            if wanted.contains(id) {
                wanted.extend(&self.get(*id).needs);
            }
        }
        self.order.into_iter().filter(|id| wanted.contains(id)).collect()
    }
}

/// Each dependency after those that it needs, and otherwise as early as its id is.
fn order(dependencies: &[Dependency; COUNT]) -> Result<[DependencyId; COUNT], CatalogueError> {
    let mut order = DependencyId::ALL;
    for place in 0..COUNT {
        let (settled, open) = order.split_at_mut(place);
        let is_ready =
            |id: &DependencyId| dependencies[*id as usize].needs.iter().all(|need| settled.contains(need));
        match open.iter().position(is_ready) {
            Some(ready) => open[..=ready].rotate_right(1),
            None => return Err(CatalogueError::Cycle(cycle(dependencies, open))),
        }
    }
    Ok(order)
}

/// A cycle among dependencies each of which needs another one of them, or itself; its first id is the lowest.
fn cycle(dependencies: &[Dependency; COUNT], open: &[DependencyId]) -> Vec<DependencyId> {
    let mut path = Vec::new();
    let mut next = open.first().copied();
    while let Some(id) = next {
        if let Some(start) = path.iter().position(|passed| *passed == id) {
            let mut cycle = path.split_off(start);
            let lowest = cycle.iter().zip(0..).min().map_or(0, |(_, at)| at);
            cycle.rotate_left(lowest);
            return cycle;
        }
        path.push(id);
        next = dependencies[id as usize].needs.iter().copied().find(|need| open.contains(need));
    }
    path
}

impl TryFrom<Vec<Dependency>> for DependencyCatalogue {
    type Error = CatalogueError;

    fn try_from(dependencies: Vec<Dependency>) -> Result<Self, CatalogueError> {
        Self::new(dependencies)
    }
}

impl From<DependencyCatalogue> for Vec<Dependency> {
    fn from(catalogue: DependencyCatalogue) -> Self {
        catalogue.dependencies.into()
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

#[cfg(test)]
mod tests;
