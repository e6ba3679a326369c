//! The dependencies: the five applications that integrations need (D1 to D6, `integration-builder.md` 4).
//!
//! Which five they are is fixed; their versions, packages, keys and what each of them needs come from a
//! [catalogue](catalogue::DependencyCatalogue) that the operator supplies. What an environment holds of each
//! is a [state](state::DependencyState), decided from the [version](version::DependencyVersion) that the
//! application's description names.
//!
//! ```
//! use ib_domain::dependency::DependencyId;
//! use ib_domain::dependency::state::{DependencyState, Installed};
//! use ib_domain::dependency::version::DependencyVersion;
//!
//! let wanted: DependencyVersion = "2.4.0".parse()?;
//! let found = Installed::described("Manages connections. Version: 1.9.2");
//! let DependencyState::Outdated { breaking, .. } = DependencyState::of(Some(found), wanted) else {
//!     unreachable!("1.9.2 is older");
//! };
//! assert!(breaking, "the first number rises");
//!
//! assert_eq!(DependencyId::ALL[0].name(), "Common Shared Services");
//! # Ok::<(), ib_domain::dependency::version::NoVersion>(())
//! ```

pub mod catalogue;
pub mod digest;
#[cfg(feature = "serde")]
mod file;
pub mod package;
pub mod state;
pub mod version;

use std::collections::BTreeSet;
use std::fmt;

use digest::Sha256Digest;
use package::PackageFile;
use version::DependencyVersion;

use crate::permission::key::ApplicationKey;
use crate::permission::user::Application;
use crate::text::harmless;

/// One of the five dependencies (D4). Where a catalogue leaves the choice, their order is the order of
/// installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum DependencyId {
    /// Shared services.
    CommonSharedServices,
    /// Stores secrets in the environment.
    SecretManagerLocalService,
    /// Helpers used by generated modules.
    IntegrationBuilderUtils,
    /// Helpers for SharePoint integrations.
    #[cfg_attr(feature = "serde", serde(rename = "sharepoint-integration-utils"))]
    SharePointIntegrationUtils,
    /// Manages connections and keeps the status of integrations current (A2).
    IntegrationManager,
}

impl DependencyId {
    /// All five, in their order.
    pub const ALL: [Self; 5] = [
        Self::CommonSharedServices,
        Self::SecretManagerLocalService,
        Self::IntegrationBuilderUtils,
        Self::SharePointIntegrationUtils,
        Self::IntegrationManager,
    ];

    /// The application's name, exactly as the platform shows it (D4).
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommonSharedServices => "Common Shared Services",
            Self::SecretManagerLocalService => "Secret Manager Local Service",
            Self::IntegrationBuilderUtils => "Integration Builder Utils",
            Self::SharePointIntegrationUtils => "SharePoint Integration Utils",
            Self::IntegrationManager => "Integration Manager",
        }
    }

    /// The id as it stands in files, commands and paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommonSharedServices => "common-shared-services",
            Self::SecretManagerLocalService => "secret-manager-local-service",
            Self::IntegrationBuilderUtils => "integration-builder-utils",
            Self::SharePointIntegrationUtils => "sharepoint-integration-utils",
            Self::IntegrationManager => "integration-manager",
        }
    }

    /// The dependency with that name, whatever its case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for DependencyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is the id of no dependency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is the id of no dependency")]
pub struct UnknownDependency(String);

impl std::str::FromStr for DependencyId {
    type Err = UnknownDependency;

    fn from_str(text: &str) -> Result<Self, UnknownDependency> {
        let known = Self::ALL.into_iter().find(|id| id.as_str() == text);
        known.ok_or_else(|| UnknownDependency(harmless(text, SHOWN_LIMIT)))
    }
}

/// How much of a text that was not understood is repeated, in characters.
const SHOWN_LIMIT: usize = 60;

/// A dependency as the catalogue describes it. Its name follows from its id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "file::Entry", try_from = "file::Entry"))]
pub struct Dependency {
    /// Which one it is.
    pub id: DependencyId,
    /// The key of its application.
    pub application_key: ApplicationKey,
    /// The version that its package holds.
    pub version: DependencyVersion,
    /// The dependencies that must be there before it.
    pub needs: BTreeSet<DependencyId>,
    /// The names of its modules.
    pub modules: Vec<String>,
    /// The file that holds its package.
    pub package: PackageFile,
    /// The SHA-256 digest of its package, checked before every upload.
    pub package_sha256: Sha256Digest,
    /// The integrations that need it.
    pub required_for: RequiredFor,
}

impl Dependency {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.id.name()
    }

    /// Its application, for questions about permissions.
    pub fn application(&self) -> Application {
        Application { key: self.application_key.clone(), name: self.name().into() }
    }
}

/// The integrations that need a dependency. In a catalogue file a list of names, where `*` stands for all.
///
/// ```
/// use ib_domain::dependency::RequiredFor;
///
/// let required = RequiredFor::from(vec!["SharePoint".to_owned()]);
/// assert!(required.includes("sharepoint") && !required.includes("Salesforce"));
/// assert!(RequiredFor::Everything.includes("Salesforce"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Vec<String>", from = "Vec<String>"))]
#[non_exhaustive]
pub enum RequiredFor {
    /// Every integration.
    Everything,
    /// Integrations with the systems of these names only, in lower case.
    Systems(BTreeSet<String>),
}

const EVERYTHING: &str = "*";

impl RequiredFor {
    /// Whether integrations with a system need the dependency; case does not count.
    pub fn includes(&self, system: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Systems(systems) => systems.contains(&system.trim().to_lowercase()),
        }
    }
}

impl From<Vec<String>> for RequiredFor {
    fn from(names: Vec<String>) -> Self {
        if names.iter().any(|name| name.trim() == EVERYTHING) {
            Self::Everything
        } else {
            Self::Systems(names.iter().map(|name| name.trim().to_lowercase()).collect())
        }
    }
}

impl From<RequiredFor> for Vec<String> {
    fn from(required: RequiredFor) -> Self {
        match required {
            RequiredFor::Everything => vec![EVERYTHING.to_owned()],
            RequiredFor::Systems(systems) => systems.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_are_named_in_their_order() {
        assert!(DependencyId::ALL.is_sorted());
        let names = DependencyId::ALL.map(DependencyId::name);
        assert_eq!(
            names,
            [
                "Common Shared Services",
                "Secret Manager Local Service",
                "Integration Builder Utils",
                "SharePoint Integration Utils",
                "Integration Manager",
            ]
        );
    }

    #[test]
    fn ids_and_names_are_read_back() {
        for id in DependencyId::ALL {
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(DependencyId::of_name(&format!(" {} ", id.name().to_uppercase())), Some(id));
        }
        assert!("Integration Manager".parse::<DependencyId>().is_err());
        assert_eq!(DependencyId::of_name("Integration Manager 2"), None);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn an_id_is_the_same_on_the_wire() {
        for id in DependencyId::ALL {
            assert_eq!(serde_json::to_value(id).unwrap(), id.as_str());
        }
    }

    #[test]
    fn required_for_survives_a_round_trip() {
        for names in [vec!["*"], vec![], vec!["salesforce", "sharepoint"]] {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            assert_eq!(Vec::from(RequiredFor::from(names.clone())), names);
        }
        assert!(!RequiredFor::from(vec![]).includes(""));
        assert!(RequiredFor::Everything.includes("salesforce"));
        let some = RequiredFor::from(vec![" Salesforce".to_owned()]);
        assert!(some.includes("SALESFORCE ") && !some.includes("sap"));
    }
}
