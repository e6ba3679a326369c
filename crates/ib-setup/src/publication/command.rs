//! What can be asked, and what the world answers.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;
use ib_domain::integration::IntegrationName;
use ib_domain::permission::user::Username;

use super::effect::Effect;
use super::event::Fact;
use super::message::Message;
use super::plan::Item;
use super::run::{Holder, Run};
use super::survey::{Present, Survey};
use super::upload::UploadedPackage;
use crate::found::Found;

/// What can be asked of the publications of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// See what is there.
    Look(Holder),
    /// Install and update, as planned.
    Start {
        /// For whom.
        by: Holder,
        /// The [edition](super::View::edition) of the plan that they saw.
        edition: u32,
        /// Which dependencies, with what they need; all where it is empty.
        only: BTreeSet<DependencyId>,
    },
    /// Keep the package of an integration, in place of an earlier one.
    Upload {
        /// The package.
        package: UploadedPackage,
        /// Who.
        by: Username,
    },
    /// Forget the package of an integration.
    Discard {
        /// The integration.
        integration: IntegrationName,
        /// Who.
        by: Username,
    },
    /// Publish integrations: those whose package was uploaded from that, others again as they are.
    Publish {
        /// For whom.
        by: Holder,
        /// The [edition](super::View::edition) of what they saw.
        edition: u32,
        /// Which.
        integrations: BTreeSet<IntegrationName>,
    },
    /// Somebody published the package of an integration by hand (B12); look whether it is there.
    Mark {
        /// Who.
        by: Holder,
        /// Which.
        integration: IntegrationName,
    },
    /// Try an item again that failed, was cancelled or was kept from being begun.
    Retry {
        /// For whom.
        by: Holder,
        /// The item.
        item: Item,
    },
    /// Cancel one item, or everything that is not done.
    Cancel {
        /// For whom.
        by: Holder,
        /// The item; `None` for everything.
        item: Option<Item>,
    },
    /// Somebody logged in.
    LoggedIn(Holder),
    /// Time has passed.
    Tick,
    /// A driver is about to do what is owed, under the lease with that token.
    Begin {
        /// The effect.
        effect: Effect,
        /// The lease's token.
        fence: u64,
    },
    /// The world answered.
    Conclude {
        /// What was done.
        effect: Effect,
        /// What came of it.
        answer: Answer,
    },
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// What is there.
    Surveyed(Survey),
    /// What is there, why nothing may be done, and what keeps single items from being sent.
    Prepared {
        /// What was found.
        survey: Survey,
        /// Why nothing may be done.
        refused: Option<Box<Found>>,
        /// What keeps single items from being sent.
        kept: Vec<(Item, Found)>,
    },
    /// The environment took a package on.
    Accepted {
        /// Its own number for it.
        publication: i64,
        /// What it said.
        messages: Vec<Message>,
    },
    /// The environment did not take a package on.
    NotAccepted {
        /// What it said.
        messages: Vec<Message>,
    },
    /// What a publication said.
    Heard {
        /// The messages.
        messages: Vec<Message>,
        /// The number to ask on from.
        last: i64,
        /// Whether it has ended.
        is_finished: bool,
    },
    /// The environment was told; what became of it is heard later.
    Told,
    /// What is there of an item.
    ReadBack(Option<Present>),
    /// There is nothing to send.
    NoPackage(Box<Found>),
    /// No answer, or one that may be another one later.
    NoAnswer(Box<Found>),
    /// The credentials are no longer kept, or no longer accepted.
    NoLogIn,
    /// It may not be done.
    Forbidden(Box<Found>),
}

/// Why a command is refused. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Somebody else's publication is under way.
    #[error("{by} has a publication under way")]
    Held {
        /// Who.
        by: Username,
    },
    /// A publication is under way already.
    #[error("a publication is under way")]
    UnderWay,
    /// What is there is not known, or is no longer what was seen.
    #[error("the plan has changed since it was shown")]
    PlanOutdated,
    /// Everything is as it should be.
    #[error("there is nothing to do")]
    NothingToDo,
    /// Multiple Database Catalogs are in use, so nothing is published from here (B12).
    #[error("with several database catalogs, integrations are published in Service Center")]
    SeveralCatalogs,
    /// There is no integration of that name.
    #[error("there is no integration {0}")]
    NoSuchIntegration(IntegrationName),
    /// There are too many integrations.
    #[error("there are too many integrations")]
    TooManyIntegrations,
    /// There is no such item in the publication.
    #[error("there is no such item in the publication")]
    NoSuchItem,
    /// The environment already deploys the item, which nobody can undo.
    #[error("it is being deployed, and cannot be cancelled any more")]
    TooLate,
    /// The item can only be tried again once it has failed or was cancelled.
    #[error("it did not fail")]
    NotFailed,
    /// The state no longer waits for this answer.
    #[error("nothing waits for this answer any more")]
    NotAwaited,
}

/// What follows from a command, or why nothing does.
pub(super) type Facts = Result<Vec<Fact>, Rejection>;

/// Somebody else holds the publication.
pub(super) fn held(run: &Run, by: &Holder) -> Option<Rejection> {
    (run.by.username != by.username).then(|| Rejection::Held { by: run.by.username.clone() })
}
