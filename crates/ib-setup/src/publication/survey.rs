//! What is there: dependencies and integrations on the development environment.

use std::collections::BTreeSet;
use std::fmt;

use ib_domain::dependency::DependencyId;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::state::{DependencyState, Installed};
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::integration::IntegrationName;
use serde::{Deserialize, Serialize};

use crate::found::Found;

/// How many integrations a survey names. Nobody has as many; a host that claims more is not believed.
pub const INTEGRATIONS: usize = 500;

/// What was found on the development environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Survey {
    /// The dependencies, in the order of installation.
    pub dependencies: Vec<Surveyed>,
    /// The integrations that are published there, by name; at most [`INTEGRATIONS`].
    pub integrations: Vec<Integration>,
    /// Whether several database catalogs are in use.
    #[serde(default, skip_serializing_if = "Catalogs::is_unknown")]
    pub catalogs: Catalogs,
}

impl Survey {
    /// What was found of one dependency.
    pub fn dependency(&self, id: DependencyId) -> Option<&Surveyed> {
        self.dependencies.iter().find(|surveyed| surveyed.id == id)
    }

    /// What was found of one integration.
    pub fn integration(&self, name: &IntegrationName) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.name == *name)
    }
}

/// One dependency: what is wanted, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Surveyed {
    /// Which one.
    pub id: DependencyId,
    /// The version that the catalogue's package holds.
    pub wanted: DependencyVersion,
    /// The digest of that package.
    pub digest: Sha256Digest,
    /// What has to be there first.
    pub needs: BTreeSet<DependencyId>,
    /// What is there; `None` where it is not installed.
    pub present: Option<Present>,
    /// What is the matter with the package, so that it cannot be installed now; or that its version is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Found>,
}

impl Surveyed {
    /// Its state, as far as what was found decides it.
    pub fn state(&self) -> DependencyState {
        let found = self.present.map(|present| match present.version {
            Some(version) => Installed::Version(version),
            None => Installed::Unversioned,
        });
        DependencyState::of(found, self.wanted)
    }

    /// Whether it is there as it should be.
    pub fn is_fit(&self) -> bool {
        is_fit(self.present, self.wanted)
    }
}

/// Whether what is there is consistent and has the wanted version, or a later one.
pub(super) fn is_fit(present: Option<Present>, wanted: DependencyVersion) -> bool {
    present.is_some_and(|present| {
        !present.is_inconsistent && present.version.is_some_and(|version| version >= wanted)
    })
}

/// Something that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Present {
    /// Its version; `None` where its description names none, as for every integration.
    pub version: Option<DependencyVersion>,
    /// Whether one of its modules has outdated references, was not published since the last platform upgrade,
    /// or is not there (`service-center-soap.md` 4: notes 6 and 13).
    pub is_inconsistent: bool,
}

impl fmt::Display for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "version {version}")?,
            None => f.write_str("of no known version")?,
        }
        if self.is_inconsistent { f.write_str(", with modules that do not fit") } else { Ok(()) }
    }
}

/// An integration: an application that Integration Builder generated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Integration {
    /// Its name.
    pub name: IntegrationName,
    /// Its modules.
    pub modules: Vec<ModuleRef>,
    /// Whether one of them has outdated references, or was not published since the last platform upgrade.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_inconsistent: bool,
}

/// How many database catalogs an environment uses (B12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Catalogs {
    /// It does not tell.
    #[default]
    Unknown,
    /// One.
    One,
    /// Several: it has to be told for each module where its tables go, which nobody can do from here.
    Several,
}

impl Catalogs {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

/// A module of an integration, as the environment names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModuleRef {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// `eSpace` or `Extension`.
    pub kind: String,
}
