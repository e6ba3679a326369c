//! Dependencies and integrations, and the publications that bring them to the development environment: what is
//! there, what would be done about it, and how far that is (D3 to D6, B11, B12).
//!
//! One history for each infrastructure, and in it one publication at a time: the lock is the state itself, so it
//! cannot be left behind. `decide` says what follows from a command, `apply` is the table of legal transitions,
//! [`owed`] derives the work that the world still owes, [`view`] what a person sees.
//!
//! # Why nothing is deployed twice
//!
//! Every item is sent in two steps, and only a driver that knows the environment's own number of a publication
//! tells it to go on with step 2. What was sent without a recorded answer has no number here: it deploys nothing.
//! Before anything is sent again, what is there is read, and once more before step 2, when the environment
//! keeps everybody else from deploying the item; while it says that the item is being published already, it is
//! waited for.

mod apply;
mod command;
mod conclude;
mod decide;
mod effect;
mod event;
#[cfg(test)]
mod explore;
mod integrations;
mod limits;
mod message;
mod plan;
mod run;
mod snapshot;
mod survey;
#[cfg(test)]
mod tests;
mod trouble;
mod upload;
mod view;

use std::collections::BTreeMap;
use std::time::Duration;

use ib_domain::integration::IntegrationName;
use serde::{Deserialize, Serialize};

use crate::found::Found;
use crate::time::Timestamp;

pub use apply::{IllegalEvent, replay};
pub use command::{Answer, Command, Rejection};
pub use decide::decide;
pub(crate) use effect::later;
pub use effect::{Effect, owed};
pub use event::{Event, Fact};
pub use message::{Message, MessageSeverity, Said};
pub use plan::{Item, Planned, Why, plan};
pub use run::Holder;
use run::Run;
pub(crate) use run::RunItem;
pub use survey::{Catalogs, INTEGRATIONS, Integration, ModuleRef, Present, Survey, Surveyed};
pub use upload::{PublishedPackage, Upload, UploadedPackage};
pub use view::{
    DependencyView, IntegrationStanding, IntegrationView, ItemStatus, ItemView, RunStatus, RunView, View,
    view,
};

/// How long an item may take from being sent to being verified (`service-center-soap.md` 4.3).
pub(crate) const ITEM_LIMIT: Duration = Duration::from_mins(30);
/// How long an environment may give no answer before an item is given up.
pub(crate) const SILENCE_LIMIT: Duration = Duration::from_mins(10);
/// How long an item waits while the environment says that somebody else is publishing it.
pub(crate) const BUSY_LIMIT: Duration = Duration::from_mins(15);
/// How long a publication waits for somebody to log in.
pub(crate) const LOG_IN_WAIT: Duration = Duration::from_hours(24);
/// After how long without a change faces say so.
pub const STALL: Duration = Duration::from_mins(2);
/// How often an item is sent before a person is asked.
pub(crate) const ATTEMPTS: u8 = 10;

/// What is known of an infrastructure's dependencies and integrations, and the publication that is under way or was the last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct State {
    /// Counts what makes a plan another one.
    edition: u32,
    survey: Option<(Timestamp, Survey)>,
    /// Who wants to know what is there.
    look: Option<Holder>,
    /// Why the last look came to nothing.
    look_stop: Option<Box<Found>>,
    /// The packages of integrations that people uploaded.
    uploads: BTreeMap<IntegrationName, Upload>,
    run: Option<Run>,
}

impl State {
    /// Whose credentials are used now.
    pub(crate) fn holder(&self) -> Option<&Holder> {
        self.run.as_ref().filter(|run| !run.has_ended()).map(|run| &run.by).or(self.look.as_ref())
    }

    /// The publication that is under way.
    pub(crate) fn active(&self) -> Option<&Run> {
        self.run.as_ref().filter(|run| !run.has_ended())
    }

    /// An item of the last publication.
    pub(crate) fn item(&self, item: &Item) -> Option<&RunItem> {
        self.run.as_ref()?.item(item)
    }

    /// What the last publication was to do.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Planned> {
        self.run.iter().flat_map(|run| &run.items).map(|item| &item.planned)
    }

    /// What was last found.
    pub(crate) fn survey(&self) -> Option<&Survey> {
        self.survey.as_ref().map(|(_, survey)| survey)
    }

    /// How many dependencies of the last publication are installed, or failed and may be in part.
    pub(crate) fn dependencies_over(&self) -> usize {
        let is_over = |item: &&RunItem| {
            let is_dependency = matches!(item.planned.item, Item::Dependency(_));
            is_dependency && matches!(item.status, run::Status::Done | run::Status::Failed(_))
        };
        self.run.iter().flat_map(|run| &run.items).filter(is_over).count()
    }

    /// The package that was uploaded for an integration.
    pub(crate) fn upload(&self, integration: &IntegrationName) -> Option<&Upload> {
        self.uploads.get(integration)
    }

    /// The packages that must be kept: those that were uploaded last.
    pub(crate) fn uploads(&self) -> impl Iterator<Item = &Upload> {
        self.uploads.values()
    }

    /// When something last happened to the item that is worked on.
    pub(crate) fn changed(&self) -> Option<Timestamp> {
        Some(self.active()?.current()?.changed)
    }

    /// Whether the environment does not answer.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent_since().is_some()
    }

    /// Whether the environment says that somebody else is publishing an item.
    pub(crate) fn is_busy(&self, item: &Item) -> bool {
        self.item(item).is_some_and(|item| matches!(item.status, run::Status::Queued { busy: Some(_), .. }))
    }

    /// Since when there is no answer.
    pub(crate) fn silent_since(&self) -> Option<Timestamp> {
        self.active()?.silence.as_ref().map(|silence| silence.since)
    }
}
