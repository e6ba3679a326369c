//! Publications: two steps, messages by number, locks (`service-center-soap.md` 4.3).
//!
//! A publication moves on only when it is polled, at most [`PER_POLL`] messages at a time, so a test sees the same
//! sequence every time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Outputs;
use crate::scenario::{Application, Environment, PublishMessage, PublishRule};
use crate::soap::{Fault, Value};

/// How many new messages one poll brings.
const PER_POLL: usize = 2;
/// How many publications of a host are remembered.
const REMEMBERED: usize = 256;

/// A message of a publication.
#[derive(Debug, Clone)]
pub(super) struct Message {
    kind: String,
    text: String,
    detail: String,
}

impl Message {
    pub(super) fn new(kind: &str, text: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), text: text.into(), detail: String::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Validating,
    /// A `PublishStop` was seen; continue or abort is due.
    Waiting,
    Deploying,
    Finished,
}

#[derive(Debug)]
pub(super) struct Publication {
    application: Application,
    phase: Phase,
    messages: Vec<Message>,
    visible: usize,
    second_step: Vec<Message>,
    last_contact: Timestamp,
}

/// All publications of one host.
#[derive(Debug, Default)]
pub(crate) struct Publications {
    last: i32,
    known: BTreeMap<i32, Publication>,
}

/// What a start came to: an id, or why there is none.
pub(super) enum Started {
    Yes(i32),
    No(String),
}

pub(super) fn record(id: usize, message: Message) -> Value {
    Value::Record(vec![
        ("Id", Value::Int(i32::try_from(id).unwrap_or(i32::MAX))),
        ("Message", Value::text(message.text)),
        ("Detail", Value::text(message.detail)),
        ("Type", Value::text(message.kind)),
    ])
}

impl Publications {
    pub(super) fn get(&mut self, id: i32) -> Result<&mut Publication, Fault> {
        let found = self.known.get_mut(&id);
        found.ok_or_else(|| Fault::service(format!("There is no publication with the id {id}.")))
    }

    pub(super) fn start(&mut self, publication: Publication) -> Started {
        let mut running = self.known.values().filter(|other| other.phase != Phase::Finished);
        if let Some(other) = running.find(|other| other.shares_with(&publication.application)) {
            let text = format!("The application {} is already being published.", other.application.name);
            return Started::No(text);
        }
        if self.known.len() >= REMEMBERED {
            self.known.retain(|_, other| other.phase != Phase::Finished);
        }
        if self.known.len() >= REMEMBERED {
            return Started::No("Too many publications are running.".to_owned());
        }
        self.last += 1;
        self.known.insert(self.last, publication);
        Started::Yes(self.last)
    }

    /// Aborts what nobody has asked about for too long.
    pub(super) fn abandon(&mut self, environment: &Environment, now: Timestamp) {
        let limit = SignedDuration::from_secs(i64::from(environment.publish_idle_s));
        for publication in self.known.values_mut() {
            if publication.phase != Phase::Finished && now.duration_since(publication.last_contact) > limit {
                publication.abort("The publication was aborted because nobody asked about it.");
            }
        }
    }
}

impl Publication {
    pub(super) fn new(
        application: Application,
        two_step: bool,
        rule: Option<&PublishRule>,
        now: Timestamp,
    ) -> Self {
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
        let phase = if two_step { Phase::Validating } else { Phase::Deploying };
        Self { application, phase, messages: first, visible: 0, second_step: second, last_contact: now }
    }

    fn shares_with(&self, other: &Application) -> bool {
        let mine = &self.application;
        mine.name == other.name
            || mine.modules.iter().any(|module| other.modules.iter().any(|theirs| theirs.name == module.name))
    }

    pub(super) fn poll(&mut self, after: i32, now: Timestamp) -> (Vec<Value>, Option<Application>) {
        self.last_contact = now;
        let deployed = self.advance();
        let after = usize::try_from(after).unwrap_or(0);
        let new = self.messages.iter().take(self.visible).enumerate().skip(after);
        let records: Vec<Value> = new.map(|(index, message)| record(index + 1, message.clone())).collect();
        let last = if records.is_empty() { after } else { self.visible };
        let finished = self.phase == Phase::Finished;
        let outputs = vec![
            Value::List("PublicationMessage", records),
            Value::Int(i32::try_from(last).unwrap_or(i32::MAX)),
            Value::Bool(finished),
        ];
        (outputs, deployed)
    }

    /// Makes the next messages visible; gives the application when this finished its deployment.
    fn advance(&mut self) -> Option<Application> {
        self.visible = (self.visible + PER_POLL).min(self.messages.len());
        if self.visible < self.messages.len() {
            return None;
        }
        match self.phase {
            Phase::Validating => {
                self.phase = Phase::Waiting;
                None
            }
            Phase::Deploying => {
                self.phase = Phase::Finished;
                (!self.has_errors()).then(|| self.application.clone())
            }
            Phase::Waiting | Phase::Finished => None,
        }
    }

    fn has_errors(&self) -> bool {
        self.messages.iter().any(|message| message.kind == "Error")
    }

    pub(super) fn go_on(&mut self, now: Timestamp) -> Outputs {
        if self.phase != Phase::Waiting {
            return Err(Fault::service("The publication is not waiting to be continued."));
        }
        self.last_contact = now;
        self.phase = Phase::Deploying;
        if self.has_errors() {
            self.messages.push(Message::new("Error", "Execution Plan Abort"));
        } else {
            self.messages.append(&mut self.second_step);
        }
        Ok(Vec::new())
    }

    pub(super) fn abort(&mut self, text: &str) {
        if self.phase == Phase::Finished {
            return;
        }
        self.messages.truncate(self.visible);
        self.messages.push(Message::new("Info", text));
        self.visible = self.messages.len();
        self.phase = Phase::Finished;
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

    proptest! {
        /// Whatever a client does in between: each message comes once, numbers grow without gaps, what is finished
        /// stays finished, and an application is deployed at most once.
        #[test]
        fn messages_are_neither_lost_nor_repeated(two_step: bool, deeds in proptest::collection::vec(0..4u8, 1..30)) {
            let application = Application { name: "Orders".to_owned(), ..Application::default() };
            let now = Timestamp::UNIX_EPOCH;
            let mut publication = Publication::new(application, two_step, None, now);
            let (mut after, mut deployments, mut was_finished) = (0, 0, false);
            for deed in deeds {
                match deed {
                    0 => drop(publication.go_on(now)),
                    1 => publication.abort("enough"),
                    _ => {
                        let (outputs, deployed) = publication.poll(after, now);
                        let (new, last, finished) = numbers(&outputs);
                        prop_assert_eq!(last, after + i32::try_from(new).unwrap());
                        prop_assert!(finished || !was_finished);
                        deployments += usize::from(deployed.is_some());
                        (after, was_finished) = (last, finished);
                    }
                }
            }
            prop_assert!(deployments <= 1);
        }
    }
}
