//! What is there: dependencies and integrations on the development environment.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ib_domain::dependency::DependencyId;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::state::{DependencyState, Installed};
use ib_domain::dependency::version::DependencyVersion;
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

/// The name of an integration: what the names of its modules have before `_DRV` and `_IS`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct IntegrationName(String);

/// A text that is no name of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of an integration has 1 to 100 letters, digits and underscores")]
pub struct NoIntegrationName;

/// What the names of an integration's modules end in (`integration-builder.md` 1).
const SUFFIXES: [&str; 2] = ["_DRV", "_IS"];

impl IntegrationName {
    /// The integration that a module belongs to, by the module's name.
    ///
    /// ```
    /// use ib_setup::publication::IntegrationName;
    ///
    /// let name = IntegrationName::of_module("Orders_IS").expect("a service module");
    /// assert_eq!(name.as_str(), "Orders");
    /// assert_eq!(IntegrationName::of_module("OSIntegrationManager"), None);
    /// ```
    pub fn of_module(module: &str) -> Option<Self> {
        let stem = SUFFIXES.iter().find_map(|suffix| module.strip_suffix(suffix))?;
        stem.parse().ok()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IntegrationName {
    type Err = NoIntegrationName;

    fn from_str(text: &str) -> Result<Self, NoIntegrationName> {
        let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_short = (1..=100).contains(&text.chars().count());
        if plain && is_short { Ok(Self(text.to_owned())) } else { Err(NoIntegrationName) }
    }
}

impl TryFrom<String> for IntegrationName {
    type Error = NoIntegrationName;

    fn try_from(text: String) -> Result<Self, NoIntegrationName> {
        text.parse()
    }
}

impl From<IntegrationName> for String {
    fn from(name: IntegrationName) -> Self {
        name.0
    }
}

impl fmt::Display for IntegrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
