//! How the state follows from what was recorded.

use super::event::{Event, Fact};
use super::message::{Message, MessageSeverity};
use super::plan::Item;
use super::run::{AbortedAs, Heard, Publication, Run, RunItem, Silence, Stage, Status, Then};
use super::survey::Present;
use super::upload::{Marking, Upload};
use super::{State, Survey};
use crate::time::Timestamp;

/// An event that cannot have happened in the state before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the history has an event that does not follow from those before: {fact:?}")]
#[non_exhaustive]
pub struct IllegalEvent {
    /// What is said to have happened.
    pub fact: Box<Fact>,
}

/// The state that a whole history leads to.
///
/// # Errors
///
/// [`IllegalEvent`] where the history is damaged.
pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<State, IllegalEvent> {
    events.into_iter().try_fold(State::default(), State::apply)
}

/// How much of a message the state repeats, in characters.
const REPEATED: usize = 300;

impl State {
    /// Applies one recorded event, whether it is new or replayed.
    ///
    /// # Errors
    ///
    /// [`IllegalEvent`] where the event cannot have happened in this state.
    pub fn apply(mut self, event: &Event) -> Result<Self, IllegalEvent> {
        match self.advance(event) {
            Some(()) => Ok(self),
            None => Err(IllegalEvent { fact: Box::new(event.fact.clone()) }),
        }
    }

    /// The table of legal transitions: `None` for everything that is not in it.
    fn advance(&mut self, event: &Event) -> Option<()> {
        let at = event.at;
        match &event.fact {
            Fact::LookRequested { by } if self.active().is_none() => self.look = Some(by.clone()),
            Fact::LookStopped { found } => {
                self.look.take()?;
                self.look_stop = Some(found.clone());
            }
            Fact::Surveyed { survey } => self.learn(at, survey),
            Fact::Uploaded { package, by } => {
                let published = self.uploads.get(&package.integration).and_then(|known| known.published);
                let upload = Upload { published, ..Upload::new(package.clone(), by.clone(), at) };
                self.uploads.insert(package.integration.clone(), upload);
                self.edition += 1;
            }
            Fact::Discarded { integration, .. } => {
                self.uploads.remove(integration)?;
                self.edition += 1;
            }
            Fact::MarkRequested { integration } if self.look.is_some() => {
                self.uploads.get_mut(integration)?.marking = Marking::Wanted;
            }
            Fact::Marked { integration } => {
                let upload = self.wanted_mark(integration)?;
                upload.publish(upload.package.digest, at, true);
            }
            Fact::MarkRefused { integration, found } => {
                self.wanted_mark(integration)?.marking = Marking::Refused(found.clone());
            }
            Fact::Started { by, plan } if self.active().is_none() => {
                let number = self.run.as_ref().map_or(0, |run| run.number) + 1;
                self.run = Some(Run::new(number, by.clone(), at, plan.clone()));
            }
            Fact::RetryRequested { item, by } => self.retry(item, by, at)?,
            Fact::Done { item, present } => self.finish(item, *present, at)?,
            fact => {
                let run = self.run.as_mut()?;
                advance_run(run, fact, at)?;
                if run.has_ended() {
                    self.edition += 1;
                }
            }
        }
        Some(())
    }

    fn learn(&mut self, at: Timestamp, survey: &Survey) {
        self.look = None;
        self.look_stop = None;
        self.edition += 1;
        self.survey = Some((at, survey.clone()));
    }

    /// What somebody published by hand and was not looked at yet.
    fn wanted_mark(&mut self, integration: &super::IntegrationName) -> Option<&mut Upload> {
        self.uploads.get_mut(integration).filter(|upload| upload.marking == Marking::Wanted)
    }

    /// A publication that has ended goes on, with one more item to do.
    fn retry(&mut self, item: &Item, by: &super::Holder, at: Timestamp) -> Option<()> {
        let run = self.run.as_mut()?;
        if run.has_ended() {
            run.stage = Stage::Working;
            run.silence = None;
            run.by = by.clone();
        }
        let item = run.item_mut(item)?;
        if !matches!(item.status, Status::Failed(_) | Status::Cancelled) {
            return None;
        }
        let is_doubtful = item.sent.is_some();
        item.is_repeated |= is_doubtful;
        item.status = Status::Queued { is_doubtful, busy: None };
        item.is_cancelled = false;
        item.attempt = 0;
        item.heard = Heard::default();
        item.changed = at;
        Some(())
    }

    /// An item is there, whoever brought it there; what is known of it follows.
    fn finish(&mut self, item: &Item, present: Present, at: Timestamp) -> Option<()> {
        let known = self.run.as_mut()?.item_mut(item)?;
        if known.status.is_final() {
            return None;
        }
        known.status = Status::Done;
        known.changed = at;
        let digest = known.planned.digest;
        match (item, &mut self.survey) {
            (Item::Dependency(id), Some((_, survey))) => {
                let surveyed = survey.dependencies.iter_mut().filter(|surveyed| surveyed.id == *id);
                surveyed.for_each(|surveyed| surveyed.present = Some(present));
            }
            (Item::Integration(name), _) => {
                if let (Some(upload), Some(digest)) = (self.uploads.get_mut(name), digest) {
                    upload.publish(digest, at, false);
                }
            }
            _ => {}
        }
        Some(())
    }
}

/// What happens to a publication as a whole.
fn advance_run(run: &mut Run, fact: &Fact, at: Timestamp) -> Option<()> {
    if run.has_ended() {
        return None;
    }
    match fact {
        Fact::Prepared if run.stage == Stage::Preparing => run.stage = Stage::Working,
        Fact::FellSilent { found } if run.silence.is_none() => {
            run.silence = Some(Silence { since: at, found: found.clone() });
            return Some(());
        }
        Fact::AnsweredAgain => {}
        Fact::LogInAwaited if run.waiting.is_none() => run.waiting = Some(at),
        Fact::WentOn { by } => {
            run.waiting.take()?;
            run.by = by.clone();
            // It was nobody's fault that nothing happened meanwhile.
            if let Some(item) = current_mut(run) {
                item.changed = at;
                item.sent = item.sent.map(|_| at);
            }
        }
        Fact::Ended { found } => run.stage = Stage::Ended(at, found.clone()),
        Fact::CancelRequested { item } => run.item_mut(item)?.is_cancelled = true,
        _ => {
            let item = run.item_mut(about(fact)?)?;
            advance_item(item, fact, at)?;
            item.changed = at;
        }
    }
    run.silence = None;
    Some(())
}

fn current_mut(run: &mut Run) -> Option<&mut RunItem> {
    let item = run.current()?.planned.item.clone();
    run.item_mut(&item)
}

/// The item that a fact is about.
const fn about(fact: &Fact) -> Option<&Item> {
    match fact {
        Fact::Sending { item, .. }
        | Fact::Unsent { item, .. }
        | Fact::Absent { item }
        | Fact::Accepted { item, .. }
        | Fact::Said { item, .. }
        | Fact::Validated { item }
        | Fact::Withdrawn { item, .. }
        | Fact::Continued { item }
        | Fact::Deployed { item }
        | Fact::Failed { item, .. }
        | Fact::Cancelled { item } => Some(item),
        _ => None,
    }
}

/// What happens to one item.
fn advance_item(item: &mut RunItem, fact: &Fact, at: Timestamp) -> Option<()> {
    if matches!(fact, Fact::Unsent { is_busy: false, .. }) {
        item.is_repeated = true;
    }
    let next = if matches!(item.status, Status::Queued { .. } | Status::Uploading { .. }) {
        sending(item, fact, at)
    } else {
        accepted(item, fact)
    };
    item.status = next.or_else(|| ended(&item.status, fact))?;
    Some(())
}

/// Until the environment has accepted the package, or sent it back.
fn sending(item: &mut RunItem, fact: &Fact, at: Timestamp) -> Option<Status> {
    Some(match (&item.status, fact) {
        (Status::Queued { busy, .. }, Fact::Absent { .. }) => {
            Status::Queued { is_doubtful: false, busy: *busy }
        }
        (Status::Queued { busy, .. }, Fact::Sending { fence, .. }) => {
            item.attempt = item.attempt.saturating_add(1);
            // While somebody else is publishing it, the time does not count for it.
            item.sent = Some(at);
            item.busy_before = *busy;
            Status::Uploading { fence: *fence }
        }
        (Status::Uploading { .. }, Fact::Unsent { is_busy: true, .. }) => {
            item.attempt = item.attempt.saturating_sub(1);
            Status::Queued { is_doubtful: true, busy: item.busy_before.or(Some(at)) }
        }
        (Status::Uploading { .. }, Fact::Unsent { is_busy: false, .. }) => {
            Status::Queued { is_doubtful: true, busy: None }
        }
        (Status::Uploading { .. }, Fact::Accepted { publication, .. }) => {
            item.heard = Heard::default();
            Status::Validating(Publication { id: *publication, after: 0 })
        }
        (Status::Uploading { fence }, Fact::Said { messages, .. }) => {
            item.heard.take(messages);
            Status::Uploading { fence: *fence }
        }
        _ => return None,
    })
}

/// From step 1 on.
fn accepted(item: &mut RunItem, fact: &Fact) -> Option<Status> {
    Some(match (&item.status, fact) {
        (Status::Validating(_), Fact::Unsent { is_busy: false, .. }) => {
            Status::Queued { is_doubtful: true, busy: None }
        }
        (Status::Validating(publication), Fact::Said { messages, last, .. }) => {
            item.heard.take(messages);
            Status::Validating(Publication { after: *last, ..*publication })
        }
        (Status::Deploying(publication), Fact::Said { messages, last, .. }) => {
            item.heard.take(messages);
            Status::Deploying(Publication { after: *last, ..*publication })
        }
        (Status::Validating(publication), Fact::Validated { .. }) if item.is_repeated => {
            Status::Checking(*publication)
        }
        (Status::Validating(publication), Fact::Validated { .. })
        | (Status::Checking(publication), Fact::Absent { .. }) => {
            Status::Steering(*publication, Then::Continue)
        }
        (
            Status::Validating(publication) | Status::Checking(publication),
            Fact::Withdrawn { found, present, .. },
        ) => {
            let aborted = match (found, present) {
                (Some(found), _) => AbortedAs::Failed(found.clone()),
                (None, Some(present)) => AbortedAs::Done(*present),
                (None, None) => AbortedAs::Cancelled,
            };
            Status::Steering(*publication, Then::Abort(aborted))
        }
        (Status::Steering(publication, Then::Continue), Fact::Continued { .. }) => {
            Status::Deploying(*publication)
        }
        (Status::Deploying(_), Fact::Deployed { .. }) => Status::Verifying,
        _ => return None,
    })
}

/// An end that everything can come to that has none yet.
fn ended(status: &Status, fact: &Fact) -> Option<Status> {
    match fact {
        Fact::Failed { found, .. } if !status.is_final() => Some(Status::Failed(found.clone())),
        Fact::Cancelled { .. } if !status.is_final() => Some(Status::Cancelled),
        _ => None,
    }
}

impl Heard {
    fn take(&mut self, messages: &[Message]) {
        for message in messages {
            self.messages += 1;
            let sentence = || message.sentence().chars().take(REPEATED).collect::<String>();
            match message.severity {
                MessageSeverity::Error => {
                    self.errors += 1;
                    self.first_error.get_or_insert_with(sentence);
                }
                MessageSeverity::Warning => self.warnings += 1,
                MessageSeverity::Info | MessageSeverity::Stop => {}
            }
            self.last = Some(sentence());
        }
    }
}
