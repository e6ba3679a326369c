//! `ib.support/1`: everything that helps whoever is asked for help, and nothing that is not theirs to know.

mod copy;
mod environment;
mod people;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ib_setup::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::copy::Copier;
use crate::check::timestamp;
use crate::dependencies::{DependenciesDocument, MessageDocument};
use crate::environments::EnvironmentsDocument;
use crate::integrations::IntegrationsDocument;
use crate::setup::{SetupDocument, StepDocument};

pub use self::environment::{
    SupportEnvironment, SupportEnvironments, SupportFeature, SupportLink, SupportWaiver,
};

/// Name and version of the document.
pub const SCHEMA: &str = "ib.support/1";

/// What a support report leaves out, as a sentence for whoever hands it on.
pub const LEFT_OUT: &str = "Passwords, codes, tokens, user names, who answers for a waiver and why, client addresses, serial numbers and file names are left out; read it before you hand it on.";

/// How many events of a history a report's messages are looked for in, from the newest on.
pub const EVENTS: usize = 500;

/// A support report.
///
/// It is an allow-list: each field is copied by its own line of code, so that what is added to another document is
/// not in it until somebody decides that. Left out are passwords, codes, tokens and ids; user names, which become
/// `person 1`, `person 2` in the order in which they first appear; owners and whys of waivers; addresses of clients;
/// serial numbers; names and digests of files; and whatever a person typed that is no address. Texts of an
/// environment are bounded, with the user names that are known here replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportDocument {
    /// Always `ib.support/1`.
    pub schema: String,
    /// The program that made it.
    pub made_by: SupportProgram,
    /// When, in RFC 3339.
    pub made_at: String,
    /// Where the set-up stands.
    pub set_up: SupportSetup,
    /// The environments; nothing before registration.
    pub environments: Option<SupportEnvironments>,
    /// The dependencies; nothing before registration, or where the program installs none.
    pub dependencies: Option<SupportDependencies>,
    /// The integrations; nothing before registration, or where the program publishes none.
    pub integrations: Option<SupportIntegrations>,
    /// The publication that is under way, or else the last one.
    pub publication: Option<SupportPublication>,
}

/// The program that made a support report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportProgram {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Where a set-up stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportSetup {
    /// The development environment's address: the one that was recognised, or else what was typed, where that is one.
    pub address: Option<String>,
    /// Its Platform Server version, once it is known.
    pub version: Option<String>,
    /// Who sets up.
    pub user: Option<String>,
    /// The open step.
    pub step: String,
    /// Every step, in order.
    pub steps: Vec<StepDocument>,
    /// Whether the infrastructure is registered.
    pub is_registered: bool,
    /// What is in the way of the open step.
    pub stop: Option<SupportStop>,
    /// What was found, by address.
    pub targets: Vec<SupportTarget>,
}

/// What is in the way of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportStop {
    /// The stable dotted id.
    pub id: String,
    /// Why, where none of the targets' findings says so.
    pub finding: Option<SupportFinding>,
}

/// What was found about one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportTarget {
    /// The address; nothing where what was typed is none.
    pub address: Option<String>,
    /// What it is for.
    pub role: String,
    /// One per check, in the order of the layers.
    pub findings: Vec<SupportFinding>,
}

/// The answer to one check. Its code leads to message, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportFinding {
    /// The check's stable id.
    pub check: String,
    /// How it came out, as in `ib.setup/1`.
    pub status: String,
    /// The stable code of the reason.
    pub code: Option<String>,
    /// What it rests on, by name, as far as it is about the environment and not about a person or a file.
    pub evidence: BTreeMap<String, String>,
}

/// The dependencies. Why one failed is told by the item of the publication with its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportDependencies {
    /// When what is there was last looked at, in RFC 3339.
    pub looked_at: Option<String>,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// Why the last look came to nothing.
    pub stop: Option<SupportFinding>,
    /// In the order of installation.
    pub dependencies: Vec<SupportDependency>,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportDependency {
    /// Its id.
    pub id: String,
    /// How it stands, as in `ib.dependencies/1`.
    pub state: String,
    /// The version that is there, where it is known.
    pub installed: Option<String>,
    /// The version that is wanted.
    pub wanted: String,
    /// Why its package cannot be sent now, or what else is worth knowing about it.
    pub trouble: Option<SupportFinding>,
}

/// The integrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportIntegrations {
    /// Whether they are published by hand; nothing where that is not known.
    pub by_hand: Option<bool>,
    /// By name.
    pub integrations: Vec<SupportIntegration>,
}

/// One integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportIntegration {
    /// What it is called.
    pub name: String,
    /// Which system it leads to; nothing where no package was uploaded.
    pub kind: Option<String>,
    /// How it stands, as in `ib.integrations/1`.
    pub status: String,
    /// Who uploaded its package.
    pub uploaded_by: Option<String>,
    /// When, in RFC 3339.
    pub uploaded_at: Option<String>,
    /// When a package of it was published last, in RFC 3339.
    pub published_at: Option<String>,
    /// Why what somebody published by hand does not count.
    pub not_confirmed: Option<SupportFinding>,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportPublication {
    /// Counts the publications of the infrastructure.
    pub number: u32,
    /// For whom it is made.
    pub by: String,
    /// How far it is, as in `ib.dependencies/1`.
    pub status: String,
    /// When it was started, in RFC 3339.
    pub begun_at: String,
    /// When something last happened, in RFC 3339.
    pub changed_at: String,
    /// Whether nothing has happened for so long that it is worth saying.
    pub is_stalled: bool,
    /// What was found in place of an answer, while the environment gives none.
    pub silence: Option<SupportFinding>,
    /// Why nothing was done, where that is so.
    pub stop: Option<SupportFinding>,
    /// Its items, in order.
    pub items: Vec<SupportItem>,
}

/// An item of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportItem {
    /// The id of a dependency, or the name of an integration.
    pub item: String,
    /// `dependency` or `integration`.
    pub kind: String,
    /// How far it is, as in `ib.dependencies/1`.
    pub status: String,
    /// When something last happened to it, in RFC 3339.
    pub changed_at: String,
    /// How often it was sent since somebody asked for it.
    pub attempt: u8,
    /// Why it failed.
    pub finding: Option<SupportFinding>,
    /// The last warnings and errors of the environment about it, twenty at most. Untrusted text.
    pub messages: Vec<SupportMessage>,
}

/// A message of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportMessage {
    /// When it was heard, in RFC 3339.
    pub at: String,
    /// `warning` or `error`.
    pub severity: String,
    /// What it says, on one line of at most 300 characters.
    pub text: String,
}

/// What a support report is made from.
#[derive(Debug, Clone, Copy)]
pub struct SupportSources<'a> {
    /// Where the set-up stands.
    pub setup: &'a SetupDocument,
    /// What there is once it is registered.
    pub environments: Option<&'a EnvironmentsDocument>,
    /// The same, where dependencies are installed.
    pub dependencies: Option<&'a DependenciesDocument>,
    /// The same, where integrations are published.
    pub integrations: Option<&'a IntegrationsDocument>,
    /// What the environment said about the last publication.
    pub messages: &'a [MessageDocument],
}

impl SupportDocument {
    /// Makes a report at `now`.
    ///
    /// ```
    /// use ib_api::setup::SetupDocument;
    /// use ib_api::support::{SupportDocument, SupportProgram, SupportSources};
    /// use ib_setup::registration::{State, view};
    /// use ib_setup::{SetupId, Timestamp};
    ///
    /// let setup = SetupDocument::new(SetupId::new(1), &view(&State::default()));
    /// let sources =
    ///     SupportSources { setup: &setup, environments: None, dependencies: None, integrations: None, messages: &[] };
    /// let program = SupportProgram { name: "ib".to_owned(), version: "1.0.0".to_owned() };
    /// let report = SupportDocument::new(program, Timestamp::from_millis(0), &sources);
    /// assert_eq!((report.set_up.step.as_str(), report.environments), ("address", None));
    /// ```
    pub fn new(made_by: SupportProgram, now: Timestamp, sources: &SupportSources<'_>) -> Self {
        let copier = Copier::of(sources);
        let publication = sources.dependencies.and_then(|known| known.publication.as_ref());
        Self {
            schema: SCHEMA.to_owned(),
            made_by,
            made_at: timestamp(now.into()),
            set_up: copier.setup(sources.setup),
            environments: sources.environments.map(|known| copier.environments(known)),
            dependencies: sources.dependencies.map(|known| copier.dependencies(known)),
            integrations: sources.integrations.map(|known| copier.integrations(known)),
            publication: publication.map(|run| copier.publication(run, sources.messages)),
        }
    }

    /// The day on which it was made, in UTC.
    pub fn day(&self) -> &str {
        self.made_at.split_once('T').map_or("", |(day, _)| day)
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
