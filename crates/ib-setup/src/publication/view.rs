//! What a person sees.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;
use ib_domain::integration::IntegrationName;
use ib_domain::permission::user::Username;

use super::plan::{Item, Planned, Why, plan};
use super::run::{Holder, Run, RunItem, Stage, Status, Then};
use super::survey::{Catalogs, Integration, Surveyed};
use super::upload::Upload;
use super::{State, owed};
use crate::found::Found;
use crate::time::Timestamp;

/// What is there, what would be done about it, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct View {
    /// Tells this plan from every other one; [`Start`](super::Command::Start) names it.
    pub edition: u32,
    /// When what is there was last looked at; `None` before.
    pub looked: Option<Timestamp>,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// Why the last look came to nothing.
    pub look_stop: Option<Found>,
    /// The dependencies in the order of installation; none before the first look.
    pub dependencies: Vec<DependencyView>,
    /// Whether an integration is published there.
    pub has_integrations: bool,
    /// The integrations by name: those that are published there, and those whose package was uploaded.
    pub integrations: Vec<IntegrationView>,
    /// How many database catalogs are in use there.
    pub catalogs: Catalogs,
    /// Everything that would be published now.
    pub plan: Vec<Planned>,
    /// The publication that is under way, or else the last one.
    pub run: Option<RunView>,
}

impl View {
    /// Whether a look has ended, whatever came of it. Whoever has registered a moment ago was not looked for yet.
    #[must_use]
    pub const fn has_been_looked_at(&self) -> bool {
        self.looked.is_some() || self.look_stop.is_some()
    }
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DependencyView {
    /// What was found of it.
    pub surveyed: Surveyed,
    /// Why it would be published; `None` where it is as it should be.
    pub due: Option<Why>,
}

/// One integration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntegrationView {
    /// What it is called.
    pub name: IntegrationName,
    /// How it stands.
    pub standing: IntegrationStanding,
    /// The package that was uploaded; `None` where somebody published it in another way.
    pub upload: Option<Upload>,
    /// How far it is in the publication that is under way, or was in the last one.
    pub item: Option<ItemView>,
}

/// How an integration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntegrationStanding {
    /// What is there is not known.
    Unknown,
    /// It is not there.
    NotPublished,
    /// It is being published.
    UnderWay,
    /// It is there as it should be.
    Published,
    /// It is there, and a package was uploaded since.
    Changed,
    /// It is there, and its modules do not fit together.
    Inconsistent,
}

impl IntegrationStanding {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotPublished => "not_published",
            Self::UnderWay => "under_way",
            Self::Published => "published",
            Self::Changed => "changed",
            Self::Inconsistent => "inconsistent",
        }
    }

    fn of(
        state: &State,
        upload: Option<&Upload>,
        found: Option<&Integration>,
        item: Option<&ItemView>,
    ) -> Self {
        let is_under_way = item.is_some_and(|item| !item.status.is_final());
        match (found, upload) {
            _ if is_under_way && state.active().is_some() => Self::UnderWay,
            _ if state.survey.is_none() => Self::Unknown,
            (None, _) => Self::NotPublished,
            (Some(found), _) if found.is_inconsistent => Self::Inconsistent,
            (Some(_), Some(upload)) if !upload.is_published() => Self::Changed,
            (Some(_), _) => Self::Published,
        }
    }
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunView {
    /// Counts the publications of the infrastructure.
    pub number: u32,
    /// For whom it is made.
    pub by: Holder,
    /// When it was started.
    pub begun: Timestamp,
    /// How far it is.
    pub status: RunStatus,
    /// When something last happened.
    pub changed: Timestamp,
    /// Since when the environment does not answer, and what was found in place of an answer.
    pub silence: Option<(Timestamp, Found)>,
    /// Why nothing was done, where that is so.
    pub stop: Option<Found>,
    /// Its items, in order.
    pub items: Vec<ItemView>,
}

impl RunView {
    /// Whether it is under way, so that nobody else can start one.
    pub const fn is_active(&self) -> bool {
        !matches!(self.status, RunStatus::Ended)
    }

    /// How many items are done.
    pub fn done(&self) -> usize {
        self.items.iter().filter(|item| item.status == ItemStatus::Done).count()
    }

    /// The item that is worked on.
    pub fn current(&self) -> Option<&ItemView> {
        self.items.iter().find(|item| item.status.is_under_way())
    }

    /// Whether `username` may retry and cancel: whoever it is made for, and everybody once it has ended.
    pub fn is_open_to(&self, username: &Username) -> bool {
        !self.is_active() || self.by.username == *username
    }
}

/// How far a publication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunStatus {
    /// Rights, packages and what is there are looked at once more.
    Preparing,
    /// Items are published.
    Working,
    /// Somebody has to log in for it to go on.
    WaitingForLogIn,
    /// It has ended.
    Ended,
}

impl RunStatus {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Working => "working",
            Self::WaitingForLogIn => "waiting_for_log_in",
            Self::Ended => "ended",
        }
    }
}

/// An item of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemView {
    /// What was planned.
    pub planned: Planned,
    /// How far it is.
    pub status: ItemStatus,
    /// Why it failed.
    pub found: Option<Found>,
    /// What keeps it from being begun.
    pub blocked_by: Option<Item>,
    /// When something last happened to it.
    pub changed: Timestamp,
    /// How often it was sent since somebody asked for it.
    pub attempt: u8,
    /// How many messages, warnings and errors there are.
    pub heard: [u32; 3],
    /// What the environment said last. Untrusted text.
    pub last: Option<String>,
    /// Whether it can be tried again.
    pub can_retry: bool,
    /// Whether it can be cancelled.
    pub can_cancel: bool,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemStatus {
    /// Not begun.
    Queued,
    /// Something before it was not done.
    Blocked,
    /// Waiting until the environment has ended another publication of it.
    Busy,
    /// Being sent.
    Uploading,
    /// Step 1: being compiled.
    Validating,
    /// Step 2: being deployed.
    Deploying,
    /// Being read back.
    Verifying,
    /// Being cancelled.
    Cancelling,
    /// There as it should be.
    Done,
    /// It came to nothing.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

impl ItemStatus {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Blocked => "blocked",
            Self::Busy => "busy",
            Self::Uploading => "uploading",
            Self::Validating => "validating",
            Self::Deploying => "deploying",
            Self::Verifying => "verifying",
            Self::Cancelling => "cancelling",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it has begun and not ended.
    pub const fn is_under_way(self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::Uploading
                | Self::Validating
                | Self::Deploying
                | Self::Verifying
                | Self::Cancelling
        )
    }

    /// Whether nothing follows any more by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Blocked | Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// What a person sees in a state.
#[must_use]
pub fn view(state: &State) -> View {
    let survey = state.survey();
    let plan = survey.map(|survey| plan(survey, &[].into())).unwrap_or_default();
    let due = |id: DependencyId| {
        let planned = plan.iter().find(|planned| planned.item == Item::Dependency(id));
        planned.map(|planned| planned.why.clone())
    };
    let run = state.run.as_ref().map(run_view);
    let dependency =
        |surveyed: &Surveyed| DependencyView { surveyed: surveyed.clone(), due: due(surveyed.id) };
    View {
        edition: state.edition,
        looked: state.survey.as_ref().map(|(at, _)| *at),
        is_looking: matches!(owed(state), Some(super::Effect::Look { .. })),
        look_stop: state.look_stop.as_deref().cloned(),
        dependencies: survey
            .map(|survey| survey.dependencies.iter().map(dependency).collect())
            .unwrap_or_default(),
        has_integrations: survey.is_some_and(|survey| !survey.integrations.is_empty()),
        integrations: integrations(state, run.as_ref()),
        catalogs: survey.map(|survey| survey.catalogs).unwrap_or_default(),
        run,
        plan,
    }
}

fn integrations(state: &State, run: Option<&RunView>) -> Vec<IntegrationView> {
    let survey = state.survey();
    let found = survey.iter().flat_map(|survey| &survey.integrations).map(|found| &found.name);
    let names: BTreeSet<_> = found.chain(state.uploads.keys()).collect();
    let one = |name: &IntegrationName| {
        let wanted = Item::Integration(name.clone());
        let item = run.and_then(|run| run.items.iter().find(|item| item.planned.item == wanted)).cloned();
        let upload = state.upload(name);
        let found = survey.and_then(|survey| survey.integration(name));
        let standing = IntegrationStanding::of(state, upload, found, item.as_ref());
        IntegrationView { name: name.clone(), standing, upload: upload.cloned(), item }
    };
    names.into_iter().map(one).collect()
}

fn run_view(run: &Run) -> RunView {
    let (status, stop, ended) = match &run.stage {
        Stage::Ended(at, found) => (RunStatus::Ended, found.as_deref().cloned(), Some(*at)),
        _ if run.waiting.is_some() => (RunStatus::WaitingForLogIn, None, run.waiting),
        Stage::Preparing => (RunStatus::Preparing, None, None),
        Stage::Working => (RunStatus::Working, None, None),
    };
    let changed = run.items.iter().map(|item| item.changed).chain(ended).chain([run.begun]).max();
    RunView {
        number: run.number,
        by: run.by.clone(),
        begun: run.begun,
        status,
        changed: changed.unwrap_or(run.begun),
        silence: run.silence.as_ref().map(|silence| (silence.since, (*silence.found).clone())),
        stop,
        items: run.items.iter().map(|item| item_view(run, item)).collect(),
    }
}

fn item_view(run: &Run, item: &RunItem) -> ItemView {
    let blocked_by = match item.status {
        Status::Queued { .. } => run.blocks(item).cloned(),
        _ => None,
    };
    let (status, found) = match &item.status {
        Status::Queued { .. } if blocked_by.is_some() => (ItemStatus::Blocked, None),
        Status::Queued { busy: Some(_), .. } => (ItemStatus::Busy, None),
        Status::Queued { .. } => (ItemStatus::Queued, None),
        Status::Uploading { .. } | Status::Validating(_) if item.is_cancelled => {
            (ItemStatus::Cancelling, None)
        }
        Status::Uploading { .. } => (ItemStatus::Uploading, None),
        Status::Validating(_) | Status::Checking(_) => (ItemStatus::Validating, None),
        Status::Steering(_, Then::Abort(_)) => (ItemStatus::Cancelling, None),
        Status::Steering(_, Then::Continue) | Status::Deploying(_) => (ItemStatus::Deploying, None),
        Status::Verifying => (ItemStatus::Verifying, None),
        Status::Done => (ItemStatus::Done, None),
        Status::Failed(found) => (ItemStatus::Failed, Some((**found).clone())),
        Status::Cancelled => (ItemStatus::Cancelled, None),
    };
    let is_active = !run.has_ended();
    ItemView {
        planned: item.planned.clone(),
        status,
        found,
        blocked_by,
        changed: item.changed,
        attempt: item.attempt,
        heard: [item.heard.messages, item.heard.warnings, item.heard.errors],
        last: item.heard.last.clone(),
        can_retry: matches!(status, ItemStatus::Failed | ItemStatus::Cancelled),
        can_cancel: is_active
            && matches!(
                status,
                ItemStatus::Queued
                    | ItemStatus::Blocked
                    | ItemStatus::Busy
                    | ItemStatus::Uploading
                    | ItemStatus::Validating
            ),
    }
}
