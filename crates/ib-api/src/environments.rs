//! `ib.environments/1`: the environments of an infrastructure, how each stands, and which features it limits.

use ib_domain::environment::Role;
use ib_domain::feature::{Availability, Feature, REPORTED};
use ib_setup::Timestamp;
use ib_setup::environment::{
    EnvironmentView, Inbound, LinkView, ReportView, ReportedIntegration, Sight, Standing, View,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{role, timestamp, word};
use crate::exit::Exit;
use crate::managers::ReportedDocument;
use crate::setup::FindingDocument;
use crate::waiver::WaiverRow;

/// Name and version of the document.
pub const SCHEMA: &str = "ib.environments/1";

/// The environments of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EnvironmentsDocument {
    /// Always `ib.environments/1`.
    pub schema: String,
    /// Development first, the others in the order in which they were added. LifeTime is never among them.
    pub environments: Vec<EnvironmentRow>,
    /// The last one that was refused after it had been looked at, until another one is added.
    pub refused: Option<RefusedDocument>,
    /// Whether LifeTime may be asked for more.
    pub can_import: bool,
    /// Whether LifeTime is being asked for more.
    pub is_importing: bool,
    /// Why LifeTime could not be asked.
    pub import_stop: Option<FindingDocument>,
    /// The exit code of a command that ends with this document.
    pub exit: u8,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EnvironmentRow {
    /// What it is called; no other one of the infrastructure is, whatever the case.
    pub name: String,
    /// Its address.
    pub address: String,
    /// `development`, `test`, `production`, or what else it is for, in lower case.
    pub role: String,
    /// Whether it is the one that users sign in to; it can be neither changed nor removed.
    pub is_development: bool,
    /// `new` (not looked at yet), `connected`, `not_connected`, `faulty` (reached, and something is wrong with it),
    /// `waived` (somebody decided to live with all that is wrong, which limits it all the same) or `stale` (what was
    /// seen is too old to tell anything about now).
    pub status: String,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// When it was last looked at, in RFC 3339.
    pub looked_at: Option<String>,
    /// Since when it is like this, in RFC 3339.
    pub since: Option<String>,
    /// Its Platform Server version, the last one that could be read.
    pub version: Option<String>,
    /// What it ran before that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_was: Option<EarlierVersion>,
    /// Who added it.
    pub added_by: String,
    /// When it was added, in RFC 3339.
    pub added_at: String,
    /// The file that declares it; it is changed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What its Integration Manager and this service know of each other; nothing where it was not introduced yet.
    pub link: Option<LinkDocument>,
    /// Everything that is not as it should be; `skipped`, with its waiver, where somebody decided to live with it.
    pub findings: Vec<FindingDocument>,
    /// The code of the finding that somebody should do something about first; nothing where nothing has to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// What people decided to live with, one for each code, expired or not.
    #[serde(default)]
    pub waivers: Vec<WaiverRow>,
    /// What can be done with it.
    pub features: Vec<FeatureDocument>,
}

/// A Platform Server version that an environment ran before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EarlierVersion {
    /// The version.
    pub version: String,
    /// When another one was seen, in RFC 3339.
    pub until: String,
    /// Whether registering took an activation code with it, and would take none any more.
    pub needed_code: bool,
}

/// What an environment's Integration Manager and this service know of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct LinkDocument {
    /// Whether the environment reaches this service, seen from its Integration Manager: `passed`, `failed`, or
    /// `unknown`. It is never passed before a proof.
    pub inbound: String,
    /// When it last proved that, in RFC 3339.
    pub proved_at: Option<String>,
    /// The address that the proof came from.
    pub proved_from: Option<String>,
    /// When it was last heard of, by a proof or a report, in RFC 3339.
    pub heard_at: Option<String>,
    /// The version of its Integration Manager, the last one that it told.
    pub version: Option<String>,
    /// The generation of its secret; nothing before a proof.
    pub generation: Option<u32>,
    /// Whether somebody wants a new secret.
    pub is_rotating: bool,
    /// What its Integration Manager reported last.
    pub report: Option<ReportDocument>,
}

/// What an Integration Manager reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ReportDocument {
    /// When it was last heard, in RFC 3339.
    pub at: String,
    /// Since when it says this, in RFC 3339.
    pub since: String,
    /// Whether it is too old to tell anything about now.
    pub is_stale: bool,
    /// The integrations that are there.
    pub integrations: Vec<ReportedDocument>,
}

/// Whether a feature can be used with an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FeatureDocument {
    /// The feature's stable name, such as `automatic_connections`.
    pub feature: String,
    /// The feature in words.
    pub label: String,
    /// `available`, `limited`, `unknown` or `not_applicable`.
    pub status: String,
    /// The codes of what is in its way.
    pub because: Vec<String>,
    /// What works in its place.
    pub instead: Option<String>,
}

/// An environment that does not belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct RefusedDocument {
    /// What it was to be called.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Why.
    pub finding: FindingDocument,
}

impl EnvironmentsDocument {
    /// Puts a view on the wire.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ib_api::environments::EnvironmentsDocument;
    /// use ib_setup::Timestamp;
    /// use ib_setup::environment::{State, view};
    ///
    /// let nobody_came_in = view(&State::default(), Duration::from_hours(4), Timestamp::from_millis(0));
    /// let document = EnvironmentsDocument::new(&nobody_came_in, false);
    /// assert_eq!((document.environments.len(), document.exit), (0, 5));
    /// ```
    pub fn new(view: &View, can_import: bool) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            environments: view.environments.iter().map(EnvironmentRow::from).collect(),
            refused: view.refused.as_ref().map(|refused| RefusedDocument {
                name: refused.name.to_string(),
                address: refused.address.authority(),
                finding: FindingDocument::new(&refused.found, &other()),
            }),
            can_import,
            is_importing: view.is_importing,
            import_stop: view.import_stop.as_ref().map(|stop| FindingDocument::new(stop, &Role::LifeTime)),
            exit: exit(view).code(),
        }
    }

    /// Whether something goes on by itself, so that asking again soon tells more.
    pub fn is_under_way(&self) -> bool {
        self.is_importing || self.environments.iter().any(|environment| environment.is_looking)
    }

    /// The environment of that name.
    pub fn environment(&self, name: &str) -> Option<&EnvironmentRow> {
        let wanted = name.trim().to_lowercase();
        self.environments.iter().find(|environment| environment.name.to_lowercase() == wanted)
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// Any environment but development.
fn other() -> Role {
    Role::Environment(ib_domain::environment::Purpose::Other(String::new()))
}

impl From<&EnvironmentView> for EnvironmentRow {
    fn from(view: &EnvironmentView) -> Self {
        let its_role = view.role();
        let sight = view.sight.as_ref();
        let feature = |feature: &Feature| FeatureDocument::new(*feature, &view.availability(*feature));
        Self {
            name: view.name.to_string(),
            address: view.address.authority(),
            role: role(&its_role),
            is_development: view.is_development(),
            status: view.standing.id().to_owned(),
            is_looking: view.is_looking,
            looked_at: sight.map(|sight| at(sight.at)),
            since: sight.map(|sight| at(sight.since)),
            version: sight.and_then(|sight| sight.version).map(|version| version.to_string()),
            version_was: sight.and_then(EarlierVersion::of),
            added_by: view.by.to_string(),
            added_at: at(view.added),
            file: view.file.as_ref().map(ToString::to_string),
            link: LinkDocument::of(&view.link),
            findings: view.troubles.iter().map(|it| FindingDocument::of_trouble(it, &its_role)).collect(),
            repair: view.repair().and_then(|trouble| Some(trouble.found.reason?.entry().code.to_owned())),
            waivers: view.waivers.iter().map(WaiverRow::from).collect(),
            features: REPORTED.iter().map(feature).collect(),
        }
    }
}

impl EarlierVersion {
    fn of(sight: &Sight) -> Option<Self> {
        let was = sight.was?;
        Some(Self {
            version: was.version.to_string(),
            until: at(was.until),
            needed_code: sight.outgrew_code(),
        })
    }
}

impl LinkDocument {
    fn of(link: &LinkView) -> Option<Self> {
        let nobody_asked = matches!(link.inbound, Inbound::Unknown(None)) && link.generation.is_none();
        if nobody_asked {
            return None;
        }
        let (proved, from, heard) = match &link.inbound {
            Inbound::Passed { proved, from, heard } => (Some(*proved), *from, Some(*heard)),
            _ => (None, None, None),
        };
        Some(Self {
            inbound: link.inbound.id().to_owned(),
            proved_at: proved.map(at),
            proved_from: from.map(|from| from.to_string()),
            heard_at: heard.map(at),
            version: link.version.as_ref().map(ToString::to_string),
            generation: link.generation,
            is_rotating: link.is_rotating,
            report: link.report.as_ref().map(ReportDocument::from),
        })
    }
}

impl From<&ReportView> for ReportDocument {
    fn from(view: &ReportView) -> Self {
        let reported = |known: &ReportedIntegration| ReportedDocument {
            name: known.name.to_string(),
            has_connection: known.has_connection,
        };
        Self {
            at: at(view.at),
            since: at(view.since),
            is_stale: view.is_stale,
            integrations: view.report.integrations.iter().map(reported).collect(),
        }
    }
}

impl FeatureDocument {
    fn new(feature: Feature, availability: &Availability) -> Self {
        let instead = feature.instead().filter(|_| matches!(availability, Availability::Limited(_)));
        Self {
            feature: word(&feature),
            label: feature.label().to_owned(),
            status: availability.id().to_owned(),
            because: availability.reasons().iter().map(|reason| reason.entry().code.to_owned()).collect(),
            instead: instead.map(str::to_owned),
        }
    }
}

fn at(time: Timestamp) -> String {
    timestamp(time.into())
}

/// The exit code of a command that ends where `view` stands: an environment other than development may be without a
/// connection, and what somebody decided to live with counts as little as in a check.
pub fn exit(view: &View) -> Exit {
    let all = &view.environments;
    let development = all.iter().find(|environment| environment.is_development());
    let is = |standing| all.iter().any(|environment| environment.standing == standing);
    let is_reached = development.is_some_and(|development| development.standing != Standing::NotConnected);
    if view.refused.is_some() || is(Standing::Faulty) {
        Exit::Failed
    } else if !is_reached || is(Standing::New) || is(Standing::Stale) || view.import_stop.is_some() {
        Exit::CouldNotTell
    } else {
        Exit::Passed
    }
}
