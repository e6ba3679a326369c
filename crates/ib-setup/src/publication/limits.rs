//! What time alone brings to an end.

use ib_domain::reason::Reason;

use super::event::Fact;
use super::run::{AbortedAs, Run, RunItem, Stage, Status, Then};
use super::trouble::{failed, found, timed_out};
use super::{BUSY_LIMIT, ITEM_LIMIT, LOG_IN_WAIT, SILENCE_LIMIT, State};
use crate::found::Found;
use crate::time::Timestamp;

/// What time alone brings to an end.
pub(super) fn tick(state: &State, now: Timestamp) -> Vec<Fact> {
    let Some(run) = state.active() else { return Vec::new() };
    let is_over = |since: Timestamp, limit| since.plus(limit) <= now;
    if let Some(since) = run.waiting {
        return if is_over(since, LOG_IN_WAIT) { waited_in_vain(run) } else { Vec::new() };
    }
    if let Some(silence) = run.silence.as_ref().filter(|silence| is_over(silence.since, SILENCE_LIMIT)) {
        return give_up(run, &silence.found);
    }
    let Some(current) = run.current() else { return Vec::new() };
    match (&current.status, current.sent) {
        (Status::Queued { busy: Some(since), .. }, _) if is_over(*since, BUSY_LIMIT) => {
            vec![failed(run, current, Reason::PublicationInterrupted, "it is being published already")]
        }
        (Status::Validating(_) | Status::Checking(_), Some(sent)) if is_over(sent, ITEM_LIMIT) => {
            vec![withdrawn(current, timed_out(run, current))]
        }
        (Status::Deploying(_) | Status::Verifying, Some(sent)) if is_over(sent, ITEM_LIMIT) => {
            let found = Box::new(timed_out(run, current));
            vec![Fact::Failed { item: current.planned.item.clone(), found }]
        }
        _ => Vec::new(),
    }
}

/// Nobody logged in: what was under way comes to nothing.
fn waited_in_vain(run: &Run) -> Vec<Fact> {
    let found = Box::new(found(Reason::LoginForgotten, run, None, []));
    let begun = run.current().filter(|item| !matches!(item.status, Status::Queued { .. }));
    let failed = begun.map(|item| Fact::Failed { item: item.planned.item.clone(), found: found.clone() });
    failed.into_iter().chain([Fact::Ended { found: Some(found) }]).collect()
}

/// A publication ends after step 1, for the item failed.
pub(super) fn withdrawn(known: &RunItem, found: Found) -> Fact {
    let item = known.planned.item.clone();
    Fact::Withdrawn { item, found: Some(Box::new(found)), present: None }
}

/// What was under way when the environment fell silent for too long comes to nothing.
fn give_up(run: &Run, found: &Found) -> Vec<Fact> {
    match run.current() {
        Some(current) if run.stage == Stage::Working => {
            let item = current.planned.item.clone();
            vec![aborted(current).unwrap_or_else(|| Fact::Failed { item, found: Box::new(found.clone()) })]
        }
        _ => vec![Fact::Ended { found: Some(Box::new(found.clone())) }],
    }
}

/// What an item is once its publication was aborted.
pub(super) fn aborted(known: &RunItem) -> Option<Fact> {
    let item = known.planned.item.clone();
    match &known.status {
        Status::Steering(_, Then::Abort(AbortedAs::Cancelled)) => Some(Fact::Cancelled { item }),
        Status::Steering(_, Then::Abort(AbortedAs::Done(present))) => {
            Some(Fact::Done { item, present: *present })
        }
        Status::Steering(_, Then::Abort(AbortedAs::Failed(found))) => {
            Some(Fact::Failed { item, found: found.clone() })
        }
        _ => None,
    }
}
