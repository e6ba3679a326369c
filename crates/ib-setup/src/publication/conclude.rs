//! What follows from the world's answers.

use ib_domain::reason::Reason;

use super::command::{Answer, Facts, Rejection};
use super::effect::{Effect, owed};
use super::event::Fact;
use super::integrations;
use super::limits::{aborted, withdrawn};
use super::message::{self, Message, MessageSeverity};
use super::plan::Item;
use super::run::{Run, RunItem, Status};
use super::survey::{Present, Survey, is_fit};
use super::trouble::{failed, not_verified, with_errors};
use super::{ATTEMPTS, BUSY_LIMIT, State};
use crate::found::Found;
use crate::time::Timestamp;

/// A driver is about to do something that must not be repeated blindly.
pub(super) fn begin(state: &State, effect: &Effect, fence: u64) -> Facts {
    match effect {
        Effect::Send { item, .. } if owed(state).as_ref() == Some(effect) => {
            Ok(vec![Fact::Sending { item: item.clone(), fence }])
        }
        _ => Err(Rejection::NotAwaited),
    }
}

/// Whether the state still waits for the answer to `effect`.
fn awaits(state: &State, effect: &Effect) -> bool {
    if let Effect::Send { run, item, attempt } = effect {
        let sending = state.active().filter(|active| active.number == *run).and_then(|run| run.item(item));
        let is_sent = sending.is_some_and(|item| {
            matches!(item.status, Status::Uploading { .. }) && item.attempt == attempt.saturating_add(1)
        });
        return is_sent || owed(state).as_ref() == Some(effect);
    }
    owed(state).as_ref() == Some(effect)
}

pub(super) fn conclude(state: &State, effect: Effect, answer: Answer, now: Timestamp) -> Facts {
    if !awaits(state, &effect) {
        return Err(Rejection::NotAwaited);
    }
    let Some(run) = state.active() else { return Ok(looked(state, answer)) };
    let is_answered = !matches!(answer, Answer::NoAnswer(_));
    let facts = match (effect, answer) {
        (Effect::Send { item, .. }, Answer::NoLogIn) => {
            let is_sent = run.item(&item).is_some_and(|item| matches!(item.status, Status::Uploading { .. }));
            let unsent = is_sent.then_some(Fact::Unsent { item, is_busy: false });
            unsent.into_iter().chain([Fact::LogInAwaited]).collect()
        }
        (_, Answer::NoLogIn) => vec![Fact::LogInAwaited],
        (Effect::Prepare { .. }, answer) => prepared(run, answer),
        (effect, answer) => {
            let item = effect.item().and_then(|item| run.item(item));
            concluded(run, item.ok_or(Rejection::NotAwaited)?, &effect, answer, now)
        }
    };
    // An answer that changes nothing still ends a silence.
    let ends_silence = is_answered && facts.is_empty() && run.silence.is_some();
    Ok(if ends_silence { vec![Fact::AnsweredAgain] } else { facts })
}

fn looked(state: &State, answer: Answer) -> Vec<Fact> {
    let found = match answer {
        Answer::Surveyed(survey) => {
            let marked = integrations::marked(state, &survey);
            return [Fact::Surveyed { survey }].into_iter().chain(marked).collect();
        }
        Answer::NoAnswer(found) | Answer::Forbidden(found) => found,
        _ => Box::new(Found::of_reason(Reason::LoginForgotten, "the environment")),
    };
    let not_marked = integrations::not_marked(state, &found);
    [Fact::LookStopped { found }].into_iter().chain(not_marked).collect()
}

fn prepared(run: &Run, answer: Answer) -> Vec<Fact> {
    match answer {
        Answer::Prepared { survey, refused: Some(found), .. } => {
            vec![Fact::Surveyed { survey }, Fact::Ended { found: Some(found) }]
        }
        Answer::Prepared { survey, refused: None, kept } => {
            let mut facts = vec![Fact::Prepared];
            let open = || run.items.iter().filter(|item| !item.status.is_final());
            let done = open().filter_map(|known| {
                let item = &known.planned.item;
                let present =
                    fit(known, in_survey(&survey, item)).filter(|_| known.planned.wanted.is_some())?;
                Some(Fact::Done { item: item.clone(), present })
            });
            facts.extend(done);
            let is_done = |facts: &[Fact], wanted: &Item| {
                facts.iter().any(|fact| matches!(fact, Fact::Done { item, .. } if item == wanted))
            };
            for (item, found) in kept {
                let is_open = open().any(|known| known.planned.item == item);
                if is_open && !is_done(&facts, &item) {
                    facts.push(Fact::Failed { item, found: Box::new(found) });
                }
            }
            facts.insert(0, Fact::Surveyed { survey });
            facts
        }
        Answer::NoAnswer(found) => silent(run, found),
        Answer::Forbidden(found) => vec![Fact::Ended { found: Some(found) }],
        _ => Vec::new(),
    }
}

fn in_survey(survey: &Survey, item: &Item) -> Option<Present> {
    match item {
        Item::Dependency(id) => survey.dependency(*id)?.present,
        Item::Integration(_) => None,
    }
}

/// What is there, where it is as it should be.
fn fit(item: &RunItem, present: Option<Present>) -> Option<Present> {
    present.filter(|present| match item.planned.wanted {
        Some(wanted) => is_fit(Some(*present), wanted),
        None => !present.is_inconsistent,
    })
}

fn silent(run: &Run, found: Box<Found>) -> Vec<Fact> {
    if run.silence.is_some() { Vec::new() } else { vec![Fact::FellSilent { found }] }
}

/// What follows from an answer about one item.
fn concluded(run: &Run, known: &RunItem, effect: &Effect, answer: Answer, now: Timestamp) -> Vec<Fact> {
    let item = known.planned.item.clone();
    match (effect, answer) {
        (Effect::Recover { .. }, _) => unsent(run, known),
        (Effect::Send { .. }, Answer::NoAnswer(found)) => {
            let mut facts = unsent(run, known);
            if matches!(facts[..], [Fact::Unsent { .. }]) {
                facts.push(Fact::FellSilent { found });
            }
            facts
        }
        (_, Answer::NoAnswer(found)) => silent(run, found),
        (_, Answer::Forbidden(found) | Answer::NoPackage(found)) => vec![Fact::Failed { item, found }],
        (Effect::Recognise { .. }, Answer::ReadBack(present)) => {
            // Whether what is there is what was sent, nobody can tell of an integration's package.
            let present = present.filter(|_| !known.planned.is_from_upload());
            vec![match (fit(known, present), &known.status) {
                (None, _) => Fact::Absent { item },
                // It is there already: what was sent is taken back.
                (present, Status::Checking(_)) => Fact::Withdrawn { item, found: None, present },
                (Some(present), _) => Fact::Done { item, present },
            }]
        }
        (Effect::Send { .. }, Answer::Accepted { publication, messages }) => {
            let last = messages.iter().filter_map(|message| message.id).max().unwrap_or(0);
            let accepted = Fact::Accepted { item: item.clone(), publication };
            let said = (!messages.is_empty()).then_some(Fact::Said { item, messages, last });
            [accepted].into_iter().chain(said).collect()
        }
        (Effect::Send { .. }, Answer::NotAccepted { messages }) => not_accepted(run, known, messages, now),
        (Effect::Listen { after, .. }, Answer::Heard { messages, last, is_finished }) => {
            heard(run, known, *after, (messages, last, is_finished))
        }
        (Effect::Continue { .. }, Answer::Told) => vec![Fact::Continued { item }],
        (Effect::Abort { .. }, Answer::Told) => aborted(known).into_iter().collect(),
        (Effect::Verify { .. }, Answer::ReadBack(present)) => vec![match fit(known, present) {
            Some(present) => Fact::Done { item, present },
            None => Fact::Failed { found: Box::new(not_verified(run, known, present)), item },
        }],
        _ => Vec::new(),
    }
}

/// It is not known whether an item was taken on: it is looked at, then sent again, unless that was tried enough.
fn unsent(run: &Run, known: &RunItem) -> Vec<Fact> {
    let item = known.planned.item.clone();
    if known.is_cancelled {
        return vec![Fact::Cancelled { item }];
    }
    if known.attempt >= ATTEMPTS {
        return vec![failed(
            run,
            known,
            Reason::PublicationInterrupted,
            "it was sent several times without an answer",
        )];
    }
    vec![Fact::Unsent { item, is_busy: false }]
}

fn not_accepted(run: &Run, known: &RunItem, messages: Vec<Message>, now: Timestamp) -> Vec<Fact> {
    let item = known.planned.item.clone();
    let words = messages.iter().map(Message::sentence).collect::<Vec<_>>().join(" ");
    let lower = words.to_lowercase();
    if lower.contains("already being published") && known.is_cancelled {
        return vec![Fact::Cancelled { item }];
    }
    if lower.contains("already being published") {
        let busy = known.busy_before.is_some_and(|since| since.plus(BUSY_LIMIT) <= now);
        return if busy {
            vec![failed(run, known, Reason::PublicationInterrupted, &words)]
        } else {
            vec![Fact::Unsent { item, is_busy: true }]
        };
    }
    let is_forbidden = lower.contains("not allowed") || lower.contains("permission");
    let reason = if is_forbidden { Reason::PublicationForbidden } else { Reason::PublicationNotStarted };
    let words = if words.is_empty() { "it did not say why" } else { words.as_str() };
    let failed = failed(run, known, reason, words);
    let said = (!messages.is_empty()).then_some(Fact::Said { item, messages, last: 0 });
    said.into_iter().chain([failed]).collect()
}

/// What follows from a page of messages.
fn heard(run: &Run, known: &RunItem, after: i64, page: (Vec<Message>, i64, bool)) -> Vec<Fact> {
    let (messages, last, is_finished) = page;
    let item = known.planned.item.clone();
    let new = message::new(messages, after, last, known.heard.messages);
    let last = new.iter().filter_map(|message| message.id).max().unwrap_or(after).max(last);
    let is_stopped = new.iter().any(|message| message.severity == MessageSeverity::Stop);
    let errors = new.iter().filter(|message| message.severity == MessageSeverity::Error).count() > 0
        || known.heard.errors > 0;
    let mut known = known.clone();
    let first_error = new.iter().find(|message| message.severity == MessageSeverity::Error);
    if known.heard.first_error.is_none() {
        known.heard.first_error = first_error.map(Message::sentence);
    }
    // What was said last may come after the end: it has ended once nothing new comes.
    let has_ended = is_finished && new.is_empty() && last == after;
    let mut facts = Vec::new();
    if !new.is_empty() || last > after {
        facts.push(Fact::Said { item: item.clone(), messages: new, last });
    }
    facts.extend(match &known.status {
        Status::Validating(_) if has_ended => ended_early(run, &known, errors),
        Status::Validating(_) if is_stopped && errors => Some(withdrawn(&known, with_errors(run, &known))),
        Status::Validating(_) if is_stopped && known.is_cancelled => {
            Some(Fact::Withdrawn { item, found: None, present: None })
        }
        Status::Validating(_) if is_stopped => Some(Fact::Validated { item }),
        Status::Deploying(_) if has_ended && errors => {
            Some(Fact::Failed { item, found: Box::new(with_errors(run, &known)) })
        }
        Status::Deploying(_) if has_ended => Some(Fact::Deployed { item }),
        _ => None,
    });
    facts
}

/// A publication ended without step 2: nothing was deployed.
fn ended_early(run: &Run, known: &RunItem, errors: bool) -> Option<Fact> {
    let item = known.planned.item.clone();
    if errors {
        return Some(Fact::Failed { item, found: Box::new(with_errors(run, known)) });
    }
    unsent(run, known).pop()
}
