//! `ib.dependencies/1`: the dependencies of an infrastructure, what would be done about them, and how far that is.

use ib_domain::environment::{Purpose, Role};
use ib_domain::permission::user::Username;
use ib_setup::publication::{
    DependencyView, Item, ItemStatus, ItemView, Planned, RunStatus, RunView, STALL, Said, View, Why,
};
use ib_setup::{Found, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{timestamp, word};
use crate::exit::Exit;
use crate::setup::FindingDocument;

/// Name and version of the document.
pub const SCHEMA: &str = "ib.dependencies/1";

/// The dependencies of an infrastructure, what would be done about them, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct DependenciesDocument {
    /// Always `ib.dependencies/1`.
    pub schema: String,
    /// Tells this plan from every other one; whoever starts a publication names it.
    pub edition: u32,
    /// When what is there was last looked at, in RFC 3339; nothing before.
    pub looked_at: Option<String>,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// Why the last look came to nothing.
    pub stop: Option<FindingDocument>,
    /// The dependencies, in the order of installation; none before the first look.
    pub dependencies: Vec<DependencyDocument>,
    /// Everything that would be published now, in order.
    pub plan: Vec<PlannedDocument>,
    /// The publication that is under way, or else the last one.
    pub publication: Option<PublicationDocument>,
    /// The exit code of a command that ends with this document.
    pub exit: u8,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct DependencyDocument {
    /// Its id, such as `integration-manager`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `installed`, `missing`, `outdated`, `unknown_version` or `inconsistent`.
    pub state: String,
    /// The version that is there, where it is known.
    pub installed: Option<String>,
    /// The version that the catalogue's package holds.
    pub wanted: String,
    /// Whether the update forces integrations to be published again.
    pub is_breaking: bool,
    /// Why its package cannot be sent now, or what else is worth knowing about it.
    pub trouble: Option<FindingDocument>,
}

/// Something that would be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct PlannedDocument {
    /// The id of a dependency, or the name of an integration.
    pub item: String,
    /// What to call it.
    pub name: String,
    /// `dependency` or `integration`.
    pub kind: String,
    /// `missing`, `outdated`, `unknown_version`, `inconsistent` or `broken_by`.
    pub why: String,
    /// The same as a sentence.
    pub reason: String,
    /// What is done before.
    pub after: Vec<String>,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct PublicationDocument {
    /// Counts the publications of the infrastructure.
    pub number: u32,
    /// The IT user for whom it is made.
    pub by: String,
    /// Whether that is whoever asks.
    pub is_yours: bool,
    /// `preparing`, `working`, `waiting_for_log_in` or `ended`.
    pub status: String,
    /// When it was started, in RFC 3339.
    pub begun_at: String,
    /// When something last happened, in RFC 3339.
    pub changed_at: String,
    /// Whether nothing has happened for so long that it is worth saying.
    pub is_stalled: bool,
    /// What was found in place of an answer, while the environment gives none.
    pub silence: Option<FindingDocument>,
    /// Why nothing was done, where that is so.
    pub stop: Option<FindingDocument>,
    /// How many items are done.
    pub done: usize,
    /// Its items, in order.
    pub items: Vec<ItemDocument>,
}

/// An item of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ItemDocument {
    /// The id of a dependency, or the name of an integration.
    pub item: String,
    /// What to call it.
    pub name: String,
    /// `dependency` or `integration`.
    pub kind: String,
    /// Why it is published, as a sentence.
    pub reason: String,
    /// `queued`, `blocked`, `busy`, `uploading`, `validating`, `deploying`, `verifying`, `cancelling`, `done`,
    /// `failed` or `cancelled`.
    pub status: String,
    /// When something last happened to it, in RFC 3339.
    pub changed_at: String,
    /// How often it was sent since somebody asked for it.
    pub attempt: u8,
    /// How many messages the environment gave.
    pub messages: u32,
    /// How many of them are warnings.
    pub warnings: u32,
    /// How many of them are errors.
    pub errors: u32,
    /// What the environment said last. Untrusted text.
    pub last: Option<String>,
    /// Why it failed.
    pub finding: Option<FindingDocument>,
    /// What keeps it from being begun.
    pub blocked_by: Option<String>,
    /// Whether whoever asks can try it again.
    pub can_retry: bool,
    /// Whether whoever asks can cancel it.
    pub can_cancel: bool,
}

/// What the environment said about the items of the last publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct MessagesDocument {
    /// The messages, in order.
    pub messages: Vec<MessageDocument>,
    /// The number to ask on from.
    pub next: usize,
}

/// A message of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct MessageDocument {
    /// The item that it is about.
    pub item: String,
    /// When it was heard, in RFC 3339.
    pub at: String,
    /// Its number within the publication of the item, where there is one.
    pub id: Option<i64>,
    /// `info`, `warning`, `error` or `stop`.
    pub severity: String,
    /// What it says. Untrusted text.
    pub text: String,
    /// More of it. Untrusted text.
    pub detail: String,
}

impl DependenciesDocument {
    /// Puts a view on the wire, as `username` sees it at `now`.
    ///
    /// ```
    /// use ib_api::dependencies::DependenciesDocument;
    /// use ib_domain::permission::user::Username;
    /// use ib_setup::publication::{State, view};
    /// use ib_setup::Timestamp;
    ///
    /// let nothing_known = view(&State::default());
    /// let maria = Username::parse("maria")?;
    /// let document = DependenciesDocument::new(&nothing_known, &maria, Timestamp::from_millis(0));
    /// assert_eq!((document.dependencies.len(), document.exit), (0, 5));
    /// # Ok::<(), ib_domain::permission::user::UsernameError>(())
    /// ```
    pub fn new(view: &View, username: &Username, now: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            edition: view.edition,
            looked_at: view.looked.map(at),
            is_looking: view.is_looking,
            stop: view.look_stop.as_ref().map(finding),
            dependencies: view.dependencies.iter().map(DependencyDocument::from).collect(),
            plan: view.plan.iter().map(PlannedDocument::from).collect(),
            publication: view.run.as_ref().map(|run| PublicationDocument::new(run, username, now)),
            exit: exit(view).code(),
        }
    }

    /// How many tasks are open for a person: everything that would be published and is not under way.
    pub fn open(&self) -> usize {
        match &self.publication {
            Some(publication) if publication.is_active() => {
                publication.items.iter().filter(|item| item.status != "done").count()
            }
            _ => self.plan.len(),
        }
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl PublicationDocument {
    fn new(run: &RunView, username: &Username, now: Timestamp) -> Self {
        let is_open = run.is_open_to(username);
        let is_working = matches!(run.status, RunStatus::Preparing | RunStatus::Working);
        Self {
            number: run.number,
            by: run.by.username.to_string(),
            is_yours: run.by.username == *username,
            status: run.status.id().to_owned(),
            begun_at: at(run.begun),
            changed_at: at(run.changed),
            is_stalled: is_working && run.changed.plus(STALL) <= now,
            silence: run.silence.as_ref().map(|(_, found)| finding(found)),
            stop: run.stop.as_ref().map(finding),
            done: run.done(),
            items: run.items.iter().map(|item| ItemDocument::new(item, is_open)).collect(),
        }
    }

    /// Whether it is under way, so that nobody else can start one.
    pub fn is_active(&self) -> bool {
        self.status != RunStatus::Ended.id()
    }

    /// The item that is worked on.
    pub fn current(&self) -> Option<&ItemDocument> {
        let is_still = ["queued", "blocked", "done", "failed", "cancelled"];
        self.items.iter().find(|item| !is_still.contains(&item.status.as_str()))
    }
}

impl ItemDocument {
    pub(crate) fn new(item: &ItemView, is_open: bool) -> Self {
        let [messages, warnings, errors] = item.heard;
        let PlannedDocument { item: id, name, kind, reason, .. } = PlannedDocument::from(&item.planned);
        Self {
            item: id,
            name,
            kind,
            reason,
            status: item.status.id().to_owned(),
            changed_at: at(item.changed),
            attempt: item.attempt,
            messages,
            warnings,
            errors,
            last: item.last.clone(),
            finding: item.found.as_ref().map(finding),
            blocked_by: item.blocked_by.as_ref().map(|item| item.name().to_owned()),
            can_retry: is_open && item.can_retry,
            can_cancel: is_open && item.can_cancel,
        }
    }
}

impl From<&DependencyView> for DependencyDocument {
    fn from(view: &DependencyView) -> Self {
        let surveyed = &view.surveyed;
        Self {
            id: surveyed.id.to_string(),
            name: surveyed.id.name().to_owned(),
            state: view.due.as_ref().map_or("installed", why_id).to_owned(),
            installed: surveyed
                .present
                .and_then(|present| present.version)
                .map(|version| version.to_string()),
            wanted: surveyed.wanted.to_string(),
            is_breaking: matches!(view.due, Some(Why::Outdated { is_breaking: true, .. })),
            trouble: surveyed.trouble.as_ref().map(finding),
        }
    }
}

impl From<&Planned> for PlannedDocument {
    fn from(planned: &Planned) -> Self {
        let kind = match planned.item {
            Item::Dependency(_) => "dependency",
            _ => "integration",
        };
        Self {
            item: planned.item.to_string(),
            name: planned.item.name().to_owned(),
            kind: kind.to_owned(),
            why: why_id(&planned.why).to_owned(),
            reason: sentence(planned),
            after: planned.after.iter().map(ToString::to_string).collect(),
        }
    }
}

const fn why_id(why: &Why) -> &'static str {
    match why {
        Why::Missing => "missing",
        Why::Outdated { .. } => "outdated",
        Why::UnknownVersion => "unknown_version",
        Why::Inconsistent => "inconsistent",
        Why::Wanted => "wanted",
        _ => "broken_by",
    }
}

/// Why something is published.
fn sentence(planned: &Planned) -> String {
    let wanted = planned.wanted.map(|version| version.to_string()).unwrap_or_default();
    match &planned.why {
        Why::Missing => format!("Not there yet; version {wanted} will be installed."),
        Why::Outdated { installed, is_breaking: false } => {
            format!("Version {installed} will be updated to {wanted}.")
        }
        Why::Outdated { installed, .. } => {
            format!(
                "Version {installed} will be updated to {wanted}, a change that integrations have to be published again for."
            )
        }
        Why::UnknownVersion => format!(
            "Its description names no version, so it is treated as outdated: version {wanted} will be installed, and integrations published again."
        ),
        Why::Inconsistent => {
            format!("Its modules do not fit together; version {wanted} will be installed again.")
        }
        Why::Wanted if planned.digest.is_some() => "Its package will be published.".to_owned(),
        Why::Wanted => "It will be published again as it is.".to_owned(),
        Why::BrokenBy { dependencies } => {
            let names: Vec<_> = dependencies.iter().map(|id| id.name()).collect();
            format!("It may use {}, and will be published again.", names.join(", "))
        }
        _ => String::new(),
    }
}

impl MessagesDocument {
    /// Puts messages on the wire.
    pub fn new(said: &[Said], next: usize) -> Self {
        let message = |said: &Said| MessageDocument {
            item: said.item.to_string(),
            at: at(said.at),
            id: said.message.id,
            severity: word(&said.message.severity),
            text: said.message.text.clone(),
            detail: said.message.detail.clone(),
        };
        Self { messages: said.iter().map(message).collect(), next }
    }
}

pub(crate) fn at(time: Timestamp) -> String {
    timestamp(time.into())
}

pub(crate) fn finding(found: &Found) -> FindingDocument {
    FindingDocument::new(found, &Role::Environment(Purpose::Development))
}

/// The exit code of a command that ends where `view` stands.
pub fn exit(view: &View) -> Exit {
    let Some(run) = &view.run else { return of_look(view) };
    match run.status {
        RunStatus::Preparing | RunStatus::Working => Exit::CouldNotTell,
        RunStatus::WaitingForLogIn => Exit::Login,
        _ if run.stop.as_ref().is_some_and(rejects_login) => Exit::Login,
        _ if run.stop.is_some() || run.items.iter().any(|item| item.status == ItemStatus::Failed) => {
            Exit::Failed
        }
        _ => of_look(view),
    }
}

fn rejects_login(found: &Found) -> bool {
    found.reason == Some(ib_domain::reason::Reason::LoginForgotten)
}

/// What is to be done waits for a person.
fn of_look(view: &View) -> Exit {
    match &view.look_stop {
        Some(stop) if rejects_login(stop) => Exit::Login,
        Some(_) => Exit::CouldNotTell,
        None if view.looked.is_none() => Exit::CouldNotTell,
        None if view.plan.is_empty() => Exit::Passed,
        None => Exit::UserAction,
    }
}
