//! What a publication would do, before it does anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use ib_domain::dependency::DependencyId;
use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::integration::{IntegrationName, NoIntegrationName};
use serde::{Deserialize, Serialize};

use super::survey::{Present, Survey, Surveyed};
use super::upload::Upload;

/// What is published as one: a dependency's package, or the modules of an integration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Item {
    /// A dependency.
    Dependency(DependencyId),
    /// An integration, which is published again as it is.
    Integration(IntegrationName),
}

impl Item {
    /// What to call it in a sentence.
    pub fn name(&self) -> &str {
        match self {
            Self::Dependency(id) => id.name(),
            Self::Integration(name) => name.as_str(),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dependency(id) => id.fmt(f),
            Self::Integration(name) => name.fmt(f),
        }
    }
}

impl FromStr for Item {
    type Err = NoIntegrationName;

    /// The id of a dependency holds a hyphen, which no name of an integration does.
    fn from_str(text: &str) -> Result<Self, NoIntegrationName> {
        match text.parse() {
            Ok(id) => Ok(Self::Dependency(id)),
            Err(_) => text.parse().map(Self::Integration),
        }
    }
}

impl TryFrom<String> for Item {
    type Error = NoIntegrationName;

    fn try_from(text: String) -> Result<Self, NoIntegrationName> {
        text.parse()
    }
}

impl From<Item> for String {
    fn from(item: Item) -> Self {
        item.to_string()
    }
}

/// Something that is to be published, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Planned {
    /// What.
    pub item: Item,
    /// Why.
    pub why: Why,
    /// What has to be done before.
    pub after: BTreeSet<Item>,
    /// The version to install; `None` for an integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<DependencyVersion>,
    /// The digest of its package; `None` for an integration that is published again as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Sha256Digest>,
}

impl Planned {
    /// Whether it is an integration that is published from the package that was uploaded.
    pub(super) const fn is_from_upload(&self) -> bool {
        matches!(self.item, Item::Integration(_)) && self.digest.is_some()
    }
}

/// Why something is to be published.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// It is not there.
    Missing,
    /// An older version is there.
    Outdated {
        /// That version.
        installed: DependencyVersion,
        /// Whether the integrations that use it are published again (D6).
        is_breaking: bool,
    },
    /// It is there, and nothing tells its version; it may be a breaking update.
    UnknownVersion,
    /// It is there, but its modules do not fit together.
    Inconsistent,
    /// Somebody wants it.
    Wanted,
    /// A dependency that it may use changes in a way that breaks it (D6).
    BrokenBy {
        /// The dependencies that change so.
        dependencies: BTreeSet<DependencyId>,
    },
}

impl Why {
    fn of(surveyed: &Surveyed) -> Option<Self> {
        match surveyed.present {
            None => Some(Self::Missing),
            Some(Present { version: None, .. }) => Some(Self::UnknownVersion),
            Some(Present { version: Some(installed), .. }) if installed < surveyed.wanted => {
                Some(Self::Outdated { installed, is_breaking: surveyed.wanted.breaks(installed) })
            }
            Some(Present { is_inconsistent: true, .. }) => Some(Self::Inconsistent),
            Some(_) => None,
        }
    }

    /// Whether integrations have to be published again. Where the version is not known, it cannot be told, so
    /// they are.
    const fn breaks(&self) -> bool {
        matches!(self, Self::Outdated { is_breaking: true, .. } | Self::UnknownVersion)
    }
}

/// Everything that has to be published for the dependencies `only`, or for all of them where it is empty:
/// what is missing or outdated, with what it needs, in order; then every integration, once, where one of
/// them changes in a way that breaks integrations.
///
/// The platform tells nobody which integration uses which dependency, so all of them are published again.
#[must_use]
pub fn plan(survey: &Survey, only: &BTreeSet<DependencyId>) -> Vec<Planned> {
    let wanted = closure(survey, only);
    let due: Vec<_> = survey
        .dependencies
        .iter()
        .filter(|surveyed| wanted.contains(&surveyed.id))
        .filter_map(|surveyed| Some((surveyed, Why::of(surveyed)?)))
        .collect();
    let breaking: BTreeSet<_> =
        due.iter().filter(|(_, why)| why.breaks()).map(|(surveyed, _)| surveyed.id).collect();
    let is_due = |id: &DependencyId| due.iter().any(|(surveyed, _)| surveyed.id == *id);
    let dependencies = due.iter().map(|(surveyed, why)| Planned {
        item: Item::Dependency(surveyed.id),
        why: why.clone(),
        after: surveyed.needs.iter().filter(|id| is_due(id)).map(|id| Item::Dependency(*id)).collect(),
        wanted: Some(surveyed.wanted),
        digest: Some(surveyed.digest),
    });
    let affected = survey.integrations.iter().filter(|_| !breaking.is_empty());
    let integrations = affected.map(|integration| Planned {
        item: Item::Integration(integration.name.clone()),
        why: Why::BrokenBy { dependencies: breaking.clone() },
        after: breaking.iter().map(|id| Item::Dependency(*id)).collect(),
        wanted: None,
        digest: None,
    });
    dependencies.chain(integrations).collect()
}

/// `only` and everything that they need; all where it is empty.
fn closure(survey: &Survey, only: &BTreeSet<DependencyId>) -> BTreeSet<DependencyId> {
    if only.is_empty() {
        return survey.dependencies.iter().map(|surveyed| surveyed.id).collect();
    }
    let mut wanted = only.clone();
    // What is needed stands before what needs it, so one pass from the end finds everything.
    for surveyed in survey.dependencies.iter().rev() {
        if wanted.contains(&surveyed.id) {
            wanted.extend(&surveyed.needs);
        }
    }
    wanted
}

/// Everything that has to be published for `integrations`: the dependencies that are not there, in order, then each
/// integration from the package that was uploaded, or as it is where none was.
///
/// What is outdated stays as it is: an update may break other integrations, and is for somebody to decide.
pub(super) fn plan_integrations(
    survey: &Survey,
    uploads: &BTreeMap<IntegrationName, Upload>,
    integrations: &BTreeSet<IntegrationName>,
) -> Vec<Planned> {
    let is_missing = |planned: &Planned| matches!(planned.why, Why::Missing);
    let mut items: Vec<_> = plan(survey, &BTreeSet::new()).into_iter().filter(is_missing).collect();
    let missing: BTreeSet<_> = items.iter().map(|planned| planned.item.clone()).collect();
    for planned in &mut items {
        planned.after.retain(|item| missing.contains(item));
    }
    items.extend(integrations.iter().map(|name| Planned {
        item: Item::Integration(name.clone()),
        why: Why::Wanted,
        after: missing.clone(),
        wanted: None,
        digest: uploads.get(name).map(|upload| upload.package.digest),
    }));
    items
}
