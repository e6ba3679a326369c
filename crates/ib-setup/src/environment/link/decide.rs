//! What follows from a command about links.

use std::net::IpAddr;

use ib_domain::environment::EnvironmentName;
use ib_domain::permission::user::Username;

use super::{Earlier, HEARD_AGAIN, Link, ManagerVersion, Outcome, Report};
use crate::environment::event::Fact;
use crate::environment::{Number, Rejection, State};
use crate::found::Found;
use crate::link::LinkKeyId;
use crate::time::Timestamp;

fn link(state: &State, number: Number) -> Option<&Link> {
    state.environment(number).map(|known| &known.link)
}

/// An environment that was removed meanwhile is not introduced to.
pub(in crate::environment) fn introducing(state: &State, numbers: Vec<Number>, key: LinkKeyId) -> Vec<Fact> {
    let numbers: Vec<_> = numbers.into_iter().filter(|number| state.environment(*number).is_some()).collect();
    if numbers.is_empty() { Vec::new() } else { vec![Fact::Introducing { numbers, key }] }
}

/// What comes late, or after the proof, tells nothing.
pub(in crate::environment) fn answered(
    state: &State,
    answers: Vec<(Number, u32, Result<String, Box<Found>>)>,
) -> Vec<Fact> {
    let fact = |(number, turn, answer): (Number, u32, Result<String, Box<Found>>)| {
        let last = link(state, number).filter(|link| link.turn == turn)?.introduction.as_ref()?;
        match answer {
            _ if last.outcome != Outcome::Sent => None,
            Ok(version) => Some(Fact::Introduced { number, turn, version: ManagerVersion::new(&version) }),
            // It is as it was.
            Err(found) if last.earlier == Earlier::NotTaken(found.clone()) => None,
            Err(found) => Some(Fact::NotIntroduced { number, turn, found }),
        }
    };
    answers.into_iter().filter_map(fact).collect()
}

pub(in crate::environment) fn proved(
    state: &State,
    (number, turn): (Number, u32),
    key: LinkKeyId,
    version: ManagerVersion,
    from: Option<IpAddr>,
    now: Timestamp,
) -> Vec<Fact> {
    let Some(link) = link(state, number) else { return Vec::new() };
    match link.challenge(now) {
        Ok((open, _)) if open == turn => {
            vec![Fact::Proved { number, turn, generation: link.issued + 1, key, version, from }]
        }
        _ => Vec::new(),
    }
}

/// What cannot be proved any more is not counted, so the events are bounded.
pub(in crate::environment) fn proof_refused(
    state: &State,
    number: Number,
    turn: u32,
    now: Timestamp,
) -> Vec<Fact> {
    let open = link(state, number).and_then(|link| link.challenge(now).ok());
    if open.is_some_and(|(open, _)| open == turn) {
        vec![Fact::ProofRefused { number, turn }]
    } else {
        Vec::new()
    }
}

pub(in crate::environment) fn signed(state: &State, number: Number, generation: u32) -> Vec<Fact> {
    let secret = link(state, number).and_then(|link| link.secret);
    let is_new = secret.is_some_and(|secret| secret.generation == generation && !secret.is_used);
    if is_new { vec![Fact::SecretUsed { number, generation }] } else { Vec::new() }
}

/// A report that says nothing new is worth a word from time to time.
pub(in crate::environment) fn reported(
    state: &State,
    number: Number,
    report: Report,
    now: Timestamp,
) -> Vec<Fact> {
    let Some(link) = link(state, number) else { return Vec::new() };
    match &link.report {
        Some(known) if known.report == report => {
            let is_due = known.at.plus(HEARD_AGAIN) <= now;
            if is_due { vec![Fact::Heard { number }] } else { Vec::new() }
        }
        _ => vec![Fact::Reported { number, report: Box::new(report) }],
    }
}

pub(in crate::environment) fn rotate(
    state: &State,
    name: &EnvironmentName,
    by: Username,
) -> Result<Vec<Fact>, Rejection> {
    let known = state.named(name).ok_or_else(|| Rejection::NoSuchEnvironment(name.clone()))?;
    if known.link.secret.is_none() {
        return Err(Rejection::NotLinked(name.clone()));
    }
    let is_asked = known.link.is_rotating;
    Ok(if is_asked { Vec::new() } else { vec![Fact::SecretWanted { number: known.number, by }] })
}
