//! What follows from a command.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;

use super::State;
use super::command::{Command, Rejection};
use super::conclude::{begin, conclude};
use super::event::{Event, Fact};
use super::limits::tick;
use super::plan::{Item, plan};
use super::run::{Holder, Run, RunItem, Stage, Status, Then};
use crate::time::Timestamp;

pub(super) type Facts = Result<Vec<Fact>, Rejection>;

/// Decides whether `command` may be asked now, and which events follow. No event means that there is nothing
/// left to do.
///
/// # Errors
///
/// A [`Rejection`] when it cannot be asked now.
pub fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    let facts = match command {
        Command::Look(by) => Ok(look(state, by)),
        Command::Start { by, edition, only } => start(state, by, edition, &only),
        Command::Retry { by, item } => retry(state, by, item),
        Command::Cancel { by, item } => cancel(state, &by, item.as_ref()),
        Command::LoggedIn(by) => Ok(logged_in(state, by)),
        Command::Tick => Ok(tick(state, now)),
        Command::Begin { effect, fence } => begin(state, &effect, fence),
        Command::Conclude { effect, answer } => conclude(state, effect, answer, now),
    }?;
    let mut events: Vec<_> = facts.into_iter().map(|fact| Event::new(now, fact)).collect();
    if leads_to_the_end(state, &events) {
        events.push(Event::new(now, Fact::Ended { found: None }));
    }
    Ok(events)
}

/// Whether nothing is left that can be done, once `events` have happened.
fn leads_to_the_end(state: &State, events: &[Event]) -> bool {
    let next = events.iter().try_fold(state.clone(), State::apply);
    let run = next.ok().and_then(|next| next.run);
    !events.is_empty() && run.is_some_and(|run| run.stage == Stage::Working && run.current().is_none())
}

fn look(state: &State, by: Holder) -> Vec<Fact> {
    if state.active().is_some() || state.look.is_some() {
        Vec::new()
    } else {
        vec![Fact::LookRequested { by }]
    }
}

fn start(state: &State, by: Holder, edition: u32, only: &BTreeSet<DependencyId>) -> Facts {
    if let Some(run) = state.active() {
        return Err(held(run, &by).unwrap_or(Rejection::UnderWay));
    }
    let survey = state.survey().filter(|_| state.edition == edition);
    let plan = plan(survey.ok_or(Rejection::PlanOutdated)?, only);
    if plan.is_empty() { Err(Rejection::NothingToDo) } else { Ok(vec![Fact::Started { by, plan }]) }
}

/// Somebody else holds the publication.
fn held(run: &Run, by: &Holder) -> Option<Rejection> {
    (run.by.username != by.username).then(|| Rejection::Held { by: run.by.username.clone() })
}

fn retry(state: &State, by: Holder, item: Item) -> Facts {
    let run = state.run.as_ref().ok_or(Rejection::NoSuchItem)?;
    let known = run.item(&item).ok_or(Rejection::NoSuchItem)?;
    if let Some(held) = state.active().and_then(|run| held(run, &by)) {
        return Err(held);
    }
    match &known.status {
        Status::Failed(_) | Status::Cancelled => Ok(vec![Fact::RetryRequested { item, by }]),
        _ => Err(Rejection::NotFailed),
    }
}

fn cancel(state: &State, by: &Holder, item: Option<&Item>) -> Facts {
    let Some(run) = state.active() else { return Ok(Vec::new()) };
    if let Some(held) = held(run, by) {
        return Err(held);
    }
    let Some(item) = item else {
        let open = run.items.iter().filter(|known| !known.status.is_final());
        let mut facts: Vec<_> = open.filter_map(|known| cancel_item(run, known).ok().flatten()).collect();
        if run.stage == Stage::Preparing {
            facts.push(Fact::Ended { found: None });
        }
        return Ok(facts);
    };
    let known = run.item(item).ok_or(Rejection::NoSuchItem)?;
    Ok(cancel_item(run, known)?.into_iter().collect())
}

fn cancel_item(run: &Run, known: &RunItem) -> Result<Option<Fact>, Rejection> {
    let item = known.planned.item.clone();
    Ok(match &known.status {
        Status::Queued { .. } => Some(Fact::Cancelled { item }),
        // Nobody tells it to go on, so it deploys nothing.
        Status::Uploading { .. } | Status::Validating(_) | Status::Checking(_) if run.waiting.is_some() => {
            Some(Fact::Cancelled { item })
        }
        Status::Uploading { .. } | Status::Validating(_) if known.is_cancelled => None,
        Status::Uploading { .. } | Status::Validating(_) => Some(Fact::CancelRequested { item }),
        Status::Checking(_) => Some(Fact::Withdrawn { item, found: None, present: None }),
        Status::Steering(_, Then::Continue) | Status::Deploying(_) | Status::Verifying => {
            return Err(Rejection::TooLate);
        }
        Status::Steering(_, Then::Abort(_)) | Status::Done | Status::Failed(_) | Status::Cancelled => None,
    })
}

fn logged_in(state: &State, by: Holder) -> Vec<Fact> {
    match state.active() {
        Some(run) if run.waiting.is_some() => vec![Fact::WentOn { by }],
        _ => Vec::new(),
    }
}
