//! One publication: its items, and how far each is.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use serde::{Deserialize, Serialize};

use super::plan::{Item, Planned};
use super::survey::Present;
use crate::found::Found;
use crate::id::SetupId;
use crate::time::Timestamp;

/// Whoever a publication is made for: their credentials are used, through the set-up by which they came in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// The set-up.
    pub setup: SetupId,
    /// Who.
    pub username: Username,
    /// The development environment.
    pub address: EnvironmentAddress,
}

/// A publication: everything that was planned, done in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Counts the publications of the infrastructure.
    pub(crate) number: u32,
    pub(crate) by: Holder,
    pub(crate) begun: Timestamp,
    pub(crate) stage: Stage,
    #[serde(with = "super::snapshot::items")]
    pub(crate) items: Vec<RunItem>,
    /// Since when it waits for somebody to log in.
    pub(crate) waiting: Option<Timestamp>,
    pub(crate) silence: Option<Silence>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Rights, packages and what is there are looked at once more.
    Preparing,
    Working,
    /// With why nothing was done, where that is so.
    Ended(Timestamp, Option<Box<Found>>),
}

/// The environment does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Silence {
    pub(crate) since: Timestamp,
    pub(crate) found: Box<Found>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RunItem {
    pub(crate) planned: Planned,
    pub(crate) status: Status,
    /// Somebody wants it cancelled as soon as that is possible.
    pub(crate) is_cancelled: bool,
    /// How often it was sent since somebody asked for it.
    pub(crate) attempt: u8,
    /// Whether it may have been sent more than once: then what is there is looked at before step 2 too.
    pub(crate) is_repeated: bool,
    /// When it was last sent.
    pub(crate) sent: Option<Timestamp>,
    /// Since when the environment had been busy with it when it was last sent.
    pub(crate) busy_before: Option<Timestamp>,
    /// When something last happened to it.
    pub(crate) changed: Timestamp,
    pub(crate) heard: Heard,
}

/// What an environment said about an item, in short; the history has every message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Heard {
    pub(crate) messages: u32,
    pub(crate) warnings: u32,
    pub(crate) errors: u32,
    pub(crate) last: Option<String>,
    pub(crate) first_error: Option<String>,
}

/// How far an item is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Status {
    Queued {
        /// It may have been sent before: what is there is looked at first.
        is_doubtful: bool,
        /// Since when the environment says that somebody else is publishing it.
        busy: Option<Timestamp>,
    },
    /// It is being sent, under the lease with that token. Whoever reads this under another lease does not know
    /// whether it was taken on.
    Uploading {
        fence: u64,
    },
    /// Step 1: the environment compiles and deploys nothing yet.
    Validating(Publication),
    /// Step 1 has ended. It may have been sent before, and may have been deployed since that was looked at; now
    /// nobody else deploys it, for this publication holds its modules.
    Checking(Publication),
    /// Step 1 has ended; the environment is told how to go on.
    Steering(Publication, Then),
    /// Step 2.
    Deploying(Publication),
    /// What is there is read back.
    Verifying,
    Done,
    Failed(Box<Found>),
    Cancelled,
}

/// The environment's own number of a publication, and of the last message that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Publication {
    pub(crate) id: i64,
    pub(crate) after: i64,
}

/// How a validated publication goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Then {
    Continue,
    Abort(AbortedAs),
}

/// What an item is once its publication was aborted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum AbortedAs {
    Cancelled,
    Failed(Box<Found>),
    /// It was there already.
    Done(Present),
}

/// How an item begins.
impl Default for Status {
    fn default() -> Self {
        Self::Queued { is_doubtful: false, busy: None }
    }
}

impl Status {
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Cancelled)
    }

    const fn is_queued(&self) -> bool {
        matches!(self, Self::Queued { .. })
    }
}

impl Run {
    pub(crate) fn new(number: u32, by: Holder, at: Timestamp, plan: Vec<Planned>) -> Self {
        let item = |planned| RunItem {
            planned,
            status: Status::default(),
            is_cancelled: false,
            attempt: 0,
            is_repeated: false,
            sent: None,
            busy_before: None,
            changed: at,
            heard: Heard::default(),
        };
        let items = plan.into_iter().map(item).collect();
        Self { number, by, begun: at, stage: Stage::Preparing, items, waiting: None, silence: None }
    }

    pub(crate) const fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended(..))
    }

    pub(crate) fn item(&self, item: &Item) -> Option<&RunItem> {
        self.items.iter().find(|known| known.planned.item == *item)
    }

    pub(crate) fn item_mut(&mut self, item: &Item) -> Option<&mut RunItem> {
        self.items.iter_mut().find(|known| known.planned.item == *item)
    }

    /// The item that is worked on: the one that has begun, or the first that may.
    pub(crate) fn current(&self) -> Option<&RunItem> {
        let begun = self.items.iter().find(|item| !item.status.is_final() && !item.status.is_queued());
        begun.or_else(|| self.items.iter().find(|item| item.status.is_queued() && self.is_ready(item)))
    }

    /// Whether everything that has to be done before is done.
    fn is_ready(&self, item: &RunItem) -> bool {
        let is_done = |before: &Item| self.item(before).is_none_or(|before| before.status == Status::Done);
        item.planned.after.iter().all(is_done)
    }

    /// What keeps a queued item from being begun: something before it that was not done and is not under way.
    pub(crate) fn blocks<'i>(&self, item: &'i RunItem) -> Option<&'i Item> {
        let is_over = |before: &&Item| {
            self.item(before).is_some_and(|before| match before.status {
                Status::Failed(_) | Status::Cancelled => true,
                Status::Queued { .. } => self.blocks(before).is_some(),
                _ => false,
            })
        };
        item.planned.after.iter().find(is_over)
    }
}
