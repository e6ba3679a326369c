//! What follows from a command.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;

use super::State;
use super::command::{Command, Facts, Rejection, held};
use super::conclude::{begin, conclude};
use super::event::{Event, Fact};
use super::integrations;
use super::limits::tick;
use super::plan::{Item, plan};
use super::run::{Holder, Run, RunItem, Stage, Status, Then};
use crate::time::Timestamp;

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
        Command::Upload { package, by } => integrations::upload(state, package, by),
        Command::Discard { integration, by } => integrations::discard(state, integration, by),
        Command::Publish { by, edition, integrations: names } => {
            integrations::publish(state, by, edition, &names)
        }
        Command::Mark { by, integration } => integrations::mark(state, by, integration),
        Command::Retry { by, item } => retry(state, by, item),
        Command::Cancel { by, item } => cancel(state, &by, item.as_ref()),
        Command::LoggedIn(by) => Ok(logged_in(state, by)),
        Command::Tick => Ok(tick(state, now)),
        Command::Begin { effect, fence } => begin(state, &effect, fence),
        Command::Conclude { effect, answer } => conclude(state, effect, answer, now),
    }?;
    let mut events: Vec<_> = facts.into_iter().map(|fact| Event::new(now, fact)).collect();
    let ending = ending(state, &events);
    events.extend(ending.into_iter().map(|fact| Event::new(now, fact)));
    Ok(events)
}

/// What follows where nothing is left that can be done, once `events` have happened. Integrations that were
/// published from a package may be new ones: what is there is looked at again.
fn ending(state: &State, events: &[Event]) -> Vec<Fact> {
    let next = events.iter().try_fold(state.clone(), State::apply);
    let run = next.ok().and_then(|next| next.run).filter(|_| !events.is_empty());
    let Some(run) = run.filter(|run| run.stage == Stage::Working && run.current().is_none()) else {
        return Vec::new();
    };
    let is_new = |item: &RunItem| item.status == Status::Done && item.planned.is_from_upload();
    let look = run.items.iter().any(is_new).then(|| Fact::LookRequested { by: run.by.clone() });
    [Fact::Ended { found: None }].into_iter().chain(look).collect()
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
