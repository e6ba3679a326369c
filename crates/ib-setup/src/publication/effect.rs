//! What the world owes a publication.

use super::plan::Item;
use super::run::{Holder, Publication, Run, Stage, Status, Then};
use super::{LOG_IN_WAIT, State};
use crate::time::Timestamp;

/// Work that the world owes. A crash between doing it and recording what came of it does it again, so each says
/// why that is safe.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// See what is there. Safe to repeat: it only reads.
    Look {
        /// With whose credentials.
        by: Holder,
    },
    /// Look once more whether the publication may begin. Safe to repeat: it only reads.
    Prepare {
        /// The number of the publication.
        run: u32,
        /// With whose credentials.
        by: Holder,
    },
    /// Look whether what may have been sent before is there: before it is sent again, and once more before step 2.
    /// Safe to repeat: it only reads.
    Recognise {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
    },
    /// Send an item, in two steps. **Not** repeated blindly: a driver records
    /// [`Begin`](super::Command::Begin) before it sends, and whoever finds that without an answer looks at what is
    /// there first. What was sent without an answer deploys nothing, for nobody tells it to go on.
    Send {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
        /// How often it was sent before.
        attempt: u8,
    },
    /// Record that a driver which was sending is gone. Safe to repeat: it only records.
    Recover {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
        /// The lease under which it was sent.
        fence: u64,
    },
    /// Listen to a publication. Safe to repeat: it only reads, from the last message on.
    Listen {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
        /// The environment's own number.
        publication: i64,
        /// The last message that was read.
        after: i64,
    },
    /// Let step 2 begin. Safe to repeat: the environment begins it once for each of its numbers.
    Continue {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
        /// The environment's own number.
        publication: i64,
    },
    /// End it after step 1. Safe to repeat, for the same reason.
    Abort {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
        /// The environment's own number.
        publication: i64,
    },
    /// Read back what is there. Safe to repeat: it only reads.
    Verify {
        /// The number of the publication.
        run: u32,
        /// The item.
        item: Item,
    },
}

impl Effect {
    /// The item that it is about.
    pub const fn item(&self) -> Option<&Item> {
        match self {
            Self::Look { .. } | Self::Prepare { .. } => None,
            Self::Recognise { item, .. }
            | Self::Send { item, .. }
            | Self::Recover { item, .. }
            | Self::Listen { item, .. }
            | Self::Continue { item, .. }
            | Self::Abort { item, .. }
            | Self::Verify { item, .. } => Some(item),
        }
    }
}

/// What the world still owes. Derived from the state alone, so a restart asks for the same again.
#[must_use]
pub fn owed(state: &State) -> Option<Effect> {
    match &state.run {
        Some(run) if !run.has_ended() => owed_to(run),
        _ => state.look.as_ref().map(|by| Effect::Look { by: by.clone() }),
    }
}

fn owed_to(run: &Run) -> Option<Effect> {
    let number = run.number;
    if run.waiting.is_some() {
        return None;
    }
    if run.stage == Stage::Preparing {
        return Some(Effect::Prepare { run: number, by: run.by.clone() });
    }
    let current = run.current()?;
    let (run, item) = (number, current.planned.item.clone());
    Some(match &current.status {
        Status::Queued { is_doubtful: true, .. } | Status::Checking(_) => Effect::Recognise { run, item },
        Status::Queued { .. } => Effect::Send { run, item, attempt: current.attempt },
        Status::Uploading { fence } => Effect::Recover { run, item, fence: *fence },
        Status::Validating(Publication { id, after }) | Status::Deploying(Publication { id, after }) => {
            Effect::Listen { run, item, publication: *id, after: *after }
        }
        Status::Steering(publication, Then::Continue) => {
            Effect::Continue { run, item, publication: publication.id }
        }
        Status::Steering(publication, Then::Abort(_)) => {
            Effect::Abort { run, item, publication: publication.id }
        }
        Status::Verifying => Effect::Verify { run, item },
        Status::Done | Status::Failed(_) | Status::Cancelled => return None,
    })
}

/// When a driver should look at it next, where nothing is owed now.
pub(crate) fn later(state: &State) -> Option<Timestamp> {
    let run = state.run.as_ref().filter(|run| !run.has_ended())?;
    run.waiting.map(|since| since.plus(LOG_IN_WAIT))
}
