//! One publication: two steps, messages by number (`service-center-soap.md` 4.3).
//!
//! It moves on only when it is polled, so a test sees the same sequence every time.

use jiff::Timestamp;
use serde::Serialize;

use crate::scenario::{Application, PublishMessage, PublishRule};
use crate::soap::{Fault, Outputs, Value};

/// How many new messages one poll brings where no rule makes it slower.
const PER_POLL: usize = 2;

/// A message of a publication.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    kind: String,
    text: String,
    detail: String,
}

impl Message {
    pub(crate) fn new(kind: &str, text: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), text: text.into(), detail: String::new() }
    }
}

/// How far a publication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PublishPhase {
    /// Its first step.
    Validating,
    /// A `PublishStop` was seen; continue or abort is due.
    Waiting,
    /// Its second step, or all of it where nobody asked for two.
    Deploying,
    /// Done, failed or aborted.
    Finished,
}

use PublishPhase::{Deploying, Finished, Validating, Waiting};

/// What was handed over to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StartedBy {
    /// A package.
    Package,
    /// The names of modules that are in the environment already.
    Staging,
}

/// What shall be published.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) application: Application,
    pub(crate) by: StartedBy,
    pub(crate) two_step: bool,
}

#[derive(Debug)]
pub(crate) struct Publication {
    pub(crate) application: Application,
    pub(crate) by: StartedBy,
    pub(crate) phase: PublishPhase,
    pub(crate) deployed: bool,
    pub(crate) continued: bool,
    /// Whether it is the first one of its application.
    is_first: bool,
    messages: Vec<Message>,
    visible: usize,
    polls: u32,
    second_step: Vec<Message>,
    pub(crate) last_contact: Timestamp,
}

pub(crate) fn record(id: usize, message: Message) -> Value {
    Value::Record(vec![
        ("Id", Value::Int(i32::try_from(id).unwrap_or(i32::MAX))),
        ("Message", Value::text(message.text)),
        ("Detail", Value::text(message.detail)),
        ("Type", Value::text(message.kind)),
    ])
}

impl Publication {
    pub(crate) fn new(order: Order, rule: Option<&PublishRule>, is_first: bool, now: Timestamp) -> Self {
        let Order { application, by, two_step } = order;
        let name = &application.name;
        let mut first = vec![
            Message::new("Info", format!("Uploading {name}")),
            Message::new("Info", format!("Compiling {name}")),
        ];
        first.extend(ruled(rule, false));
        let mut second = vec![Message::new("Info", format!("Deploying {name}"))];
        second.extend(ruled(rule, true));
        if two_step {
            first.push(Message::new("PublishStop", "Validated; waiting to continue."));
        } else {
            first.append(&mut second);
        }
        Self {
            application,
            by,
            phase: if two_step { Validating } else { Deploying },
            deployed: false,
            continued: false,
            is_first,
            messages: first,
            visible: 0,
            polls: 0,
            second_step: second,
            last_contact: now,
        }
    }

    pub(crate) fn shares_with(&self, other: &Application) -> bool {
        let mine = &self.application;
        mine.name == other.name
            || mine.modules.iter().any(|module| other.modules.iter().any(|theirs| theirs.name == module.name))
    }

    /// The rule, if it is still one for this publication.
    pub(crate) fn under<'a>(&self, rule: Option<&'a PublishRule>) -> Option<&'a PublishRule> {
        rule.filter(|rule| rule.concerns(self.is_first))
    }

    /// What is new after a message. The rule is the one of this moment, so that a stalled publication goes on when
    /// its rule is changed.
    pub(crate) fn poll(&mut self, after: i32, rule: Option<&PublishRule>, now: Timestamp) -> Vec<Value> {
        self.last_contact = now;
        self.advance(self.under(rule));
        let after = usize::try_from(after).unwrap_or(0);
        let new = self.messages.iter().take(self.visible).enumerate().skip(after);
        let records: Vec<Value> = new.map(|(index, message)| record(index + 1, message.clone())).collect();
        let last = if records.is_empty() { after } else { self.visible };
        vec![
            Value::List("PublicationMessage", records),
            Value::Int(i32::try_from(last).unwrap_or(i32::MAX)),
            Value::Bool(self.phase == Finished),
        ]
    }

    /// Makes the next messages visible, and ends the step whose messages all are.
    fn advance(&mut self, rule: Option<&PublishRule>) {
        let stall = rule.and_then(|rule| rule.stall_after).map_or(usize::MAX, |after| after as usize);
        self.reveal(rule.map_or(1, |rule| rule.polls_per_message), stall);
        if self.visible < self.messages.len() {
            return;
        }
        match self.phase {
            Validating => self.phase = Waiting,
            Deploying if self.visible < stall => {
                self.phase = Finished;
                self.deployed = !self.has_errors();
            }
            Deploying | Waiting | Finished => {}
        }
    }

    fn reveal(&mut self, polls_per_message: u32, stall: usize) {
        let until = self.messages.len().min(stall);
        if self.visible >= until {
            return;
        }
        self.polls += 1;
        if self.polls >= polls_per_message {
            let step = if polls_per_message > 1 { 1 } else { PER_POLL };
            self.visible = (self.visible + step).min(until);
            self.polls = 0;
        }
    }

    fn has_errors(&self) -> bool {
        self.messages.iter().any(|message| message.kind == "Error")
    }

    /// How many messages were shown.
    pub(crate) const fn shown(&self) -> usize {
        self.visible
    }

    pub(crate) fn go_on(&mut self, now: Timestamp) -> Outputs {
        if self.phase != Waiting {
            return Err(Fault::service("The publication is not waiting to be continued."));
        }
        self.last_contact = now;
        self.phase = Deploying;
        self.continued = true;
        if self.has_errors() {
            self.messages.push(Message::new("Error", "Execution Plan Abort"));
        } else {
            self.messages.append(&mut self.second_step);
        }
        Ok(Vec::new())
    }

    pub(crate) fn abort(&mut self, text: &str) {
        if self.phase == Finished {
            return;
        }
        self.messages.truncate(self.visible);
        self.messages.push(Message::new("Info", text));
        self.visible = self.messages.len();
        self.phase = Finished;
    }
}

fn ruled(rule: Option<&PublishRule>, second_step: bool) -> impl Iterator<Item = Message> {
    let of_step = move |message: &&PublishMessage| (message.step == 2) == second_step;
    rule.into_iter().flat_map(|rule| &rule.messages).filter(of_step).map(|message| Message {
        kind: message.kind.clone(),
        text: message.message.clone(),
        detail: message.detail.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(outputs: &[Value]) -> (usize, i32, bool) {
        let [Value::List(_, records), Value::Int(last), Value::Bool(finished)] = outputs else {
            panic!("three outputs");
        };
        (records.len(), *last, *finished)
    }

    fn orders(two_step: bool) -> Publication {
        let application = Application { name: "Orders".to_owned(), ..Application::default() };
        let order = Order { application, by: StartedBy::Package, two_step };
        Publication::new(order, None, true, Timestamp::UNIX_EPOCH)
    }

    prop_compose! {
        fn pace()(polls_per_message in 1..4u32, stall_after in prop::option::of(0..6u32), once: bool) -> PublishRule {
            PublishRule { polls_per_message, stall_after, once, ..PublishRule::default() }
        }
    }

    proptest! {
        /// Whatever a client does in between and however the rule changes: each message comes once, numbers grow
        /// without gaps, and what is finished or deployed stays so.
        #[test]
        fn messages_are_neither_lost_nor_repeated(
            two_step: bool, deeds in prop::collection::vec((0..4u8, prop::option::of(pace())), 1..30),
        ) {
            let now = Timestamp::UNIX_EPOCH;
            let mut publication = orders(two_step);
            let (mut after, mut was_finished, mut was_deployed) = (0, false, false);
            for (deed, rule) in deeds {
                match deed {
                    0 => drop(publication.go_on(now)),
                    1 => publication.abort("enough"),
                    _ => {
                        let (new, last, finished) = numbers(&publication.poll(after, rule.as_ref(), now));
                        prop_assert_eq!(last, after + i32::try_from(new).unwrap());
                        prop_assert!(finished || !was_finished);
                        (after, was_finished) = (last, finished);
                    }
                }
                prop_assert!(publication.deployed || !was_deployed);
                was_deployed = publication.deployed;
            }
            prop_assert!(was_finished || publication.phase == Finished || !was_deployed);
        }

        /// The n-th message of a slow publication is there after so many polls, and none before.
        #[test]
        fn a_slow_publication_takes_its_polls(polls_per_message in 2..9u32, polls in 0..40u32) {
            let rule = PublishRule { polls_per_message, ..PublishRule::default() };
            let mut publication = orders(true);
            for _ in 0..polls {
                publication.poll(0, Some(&rule), Timestamp::UNIX_EPOCH);
            }
            prop_assert_eq!(publication.shown(), (polls / polls_per_message).min(3) as usize);
        }
    }
}
