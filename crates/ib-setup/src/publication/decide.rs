//! What follows from a command.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::Reason;

use super::command::{Answer, Command, Rejection};
use super::effect::{Effect, owed};
use super::event::{Event, Fact};
use super::message::{self, Message, MessageSeverity};
use super::plan::{Item, plan};
use super::run::{AbortedAs, Holder, Run, RunItem, Stage, Status, Then};
use super::survey::{Present, Survey, is_fit};
use super::{ATTEMPTS, BUSY_LIMIT, ITEM_LIMIT, LOG_IN_WAIT, SILENCE_LIMIT, State};
use crate::found::Found;
use crate::time::Timestamp;

type Facts = Result<Vec<Fact>, Rejection>;

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

/// What time alone brings to an end.
fn tick(state: &State, now: Timestamp) -> Vec<Fact> {
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
fn withdrawn(known: &RunItem, found: Found) -> Fact {
    let item = known.planned.item.clone();
    Fact::Withdrawn { item, found: Some(Box::new(found)), present: None }
}

fn timed_out(run: &Run, item: &RunItem) -> Found {
    let limit = format!("{} minutes", ITEM_LIMIT.as_secs() / 60);
    found(Reason::PublicationTimedOut, run, Some(item), [("expected", limit.as_str())])
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
fn aborted(known: &RunItem) -> Option<Fact> {
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

/// A driver is about to do something that must not be repeated blindly.
fn begin(state: &State, effect: &Effect, fence: u64) -> Facts {
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

fn conclude(state: &State, effect: Effect, answer: Answer, now: Timestamp) -> Facts {
    if !awaits(state, &effect) {
        return Err(Rejection::NotAwaited);
    }
    let Some(run) = state.active() else { return Ok(looked(answer)) };
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

fn looked(answer: Answer) -> Vec<Fact> {
    vec![match answer {
        Answer::Surveyed(survey) => Fact::Surveyed { survey },
        Answer::NoAnswer(found) | Answer::Forbidden(found) => Fact::LookStopped { found },
        _ => {
            Fact::LookStopped { found: Box::new(Found::of_reason(Reason::LoginForgotten, "the environment")) }
        }
    }]
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

fn with_errors(run: &Run, known: &RunItem) -> Found {
    let error = known.heard.first_error.as_deref().unwrap_or("it named no error");
    found(Reason::PublicationErrors, run, Some(known), [("observed", error)])
}

fn not_verified(run: &Run, known: &RunItem, present: Option<Present>) -> Found {
    let seen = present.map_or_else(|| "not there".to_owned(), |present| present.to_string());
    let wanted = match known.planned.wanted {
        Some(version) => format!("version {version}, with modules that fit"),
        None => "modules that fit".to_owned(),
    };
    found(Reason::NotVerified, run, Some(known), [("observed", seen.as_str()), ("expected", wanted.as_str())])
}

fn failed(run: &Run, known: &RunItem, reason: Reason, observed: &str) -> Fact {
    let found = found(reason, run, Some(known), [("observed", observed)]);
    Fact::Failed { item: known.planned.item.clone(), found: Box::new(found) }
}

/// What the catalogue says about it, with what was seen.
fn found<const N: usize>(
    reason: Reason,
    run: &Run,
    item: Option<&RunItem>,
    seen: [(&'static str, &str); N],
) -> Found {
    let mut evidence = Evidence::new().detail("username", run.by.username.as_str());
    if let Some(item) = item {
        evidence = evidence.detail("item", item.planned.item.name());
    }
    for (name, text) in seen {
        // A sentence of the catalogue goes on behind it.
        let text = text.trim_end_matches('.');
        evidence = match name {
            "observed" => evidence.observed(text),
            "expected" => evidence.expected(text),
            name => evidence.detail(name, text),
        };
    }
    let finding = Finding::new(reason.entry().check, Outcome::of(reason), std::time::SystemTime::UNIX_EPOCH);
    Found::record(&finding.with(evidence), run.by.address.host())
}
