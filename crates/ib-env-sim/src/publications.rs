//! The publications of one host: ids, locks, and how often each application was published.

pub(crate) mod publication;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use publication::{PublishPhase, StartedBy};

use publication::{Order, Publication};

use crate::scenario::{Application, Environment};
use crate::soap::{Fault, Value};

/// How many publications of a host are remembered.
const REMEMBERED: usize = 256;

/// All publications of one host.
#[derive(Debug, Default)]
pub(crate) struct Publications {
    last: i32,
    known: BTreeMap<i32, Publication>,
    counts: BTreeMap<String, Count>,
}

#[derive(Debug, Default)]
struct Count {
    /// Those that a rule kept from starting, too.
    tried: u64,
    started: u64,
    deployed: u64,
}

/// A publication that has started.
pub(crate) struct Started {
    pub(crate) id: i32,
    /// Whether the caller shall not hear of it.
    pub(crate) is_lost: bool,
}

/// A publication as the control API lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ListedPublication {
    /// The environment's host.
    pub host: String,
    /// Its id there.
    pub id: i32,
    /// The application's name.
    pub application: String,
    /// The names of the modules in it.
    pub modules: Vec<String>,
    /// How far it is.
    pub phase: PublishPhase,
    /// What was handed over.
    pub started_by: StartedBy,
    /// Whether the environment holds what it brought.
    pub deployed: bool,
    /// Whether it was let go on to its second step.
    pub continued: bool,
    /// How many messages were shown.
    pub messages: usize,
}

/// How often an application was published on a host. Nothing is ever taken from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublicationCount {
    /// The environment's host.
    pub host: String,
    /// The application's name.
    pub application: String,
    /// How many publications were started.
    pub started: u64,
    /// How many of them were deployed.
    pub deployed: u64,
}

/// What was published on every host, in the order of hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublicationList {
    /// The publications, by id; the finished ones of a host are forgotten when it has had 256.
    pub publications: Vec<ListedPublication>,
    /// How often each application was published, since the simulator started.
    pub counts: Vec<PublicationCount>,
}

impl Publications {
    pub(crate) fn get(&mut self, id: i32) -> Result<&mut Publication, Fault> {
        let found = self.known.get_mut(&id);
        found.ok_or_else(|| Fault::service(format!("There is no publication with the id {id}.")))
    }

    /// Starts a publication, or says why there is none: a rule forbids it, or somebody publishes the same.
    pub(crate) fn start(
        &mut self,
        order: Order,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<Started, String> {
        self.abandon(environment, now);
        let name = order.application.name.clone();
        let is_first = self.counts.get(&name).is_none_or(|count| count.tried == 0);
        let rule = environment.publish_rule(&name).filter(|rule| rule.concerns(is_first));
        let refusal = rule.and_then(|rule| rule.not_started.clone());
        if refusal.is_none()
            && let Some(obstacle) = self.obstacle(&order.application)
        {
            return Err(obstacle);
        }
        let count = self.counts.entry(name).or_default();
        count.tried += 1;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        count.started += 1;
        self.last += 1;
        self.known.insert(self.last, Publication::new(order, rule, is_first, now));
        Ok(Started { id: self.last, is_lost: rule.is_some_and(|rule| rule.lose_start) })
    }

    /// Why an application cannot be published now. Forgets what is finished where there is too much of it.
    fn obstacle(&mut self, application: &Application) -> Option<String> {
        let mut running = self.known.values().filter(|other| other.phase != PublishPhase::Finished);
        if let Some(other) = running.find(|other| other.shares_with(application)) {
            return Some(format!("The application {} is already being published.", other.application.name));
        }
        if self.known.len() >= REMEMBERED {
            self.known.retain(|_, other| other.phase != PublishPhase::Finished);
        }
        let full = self.known.len() >= REMEMBERED;
        full.then(|| "Too many publications are running.".to_owned())
    }

    /// What is new in a publication, and the application if this deployed it.
    pub(crate) fn poll(
        &mut self,
        id: i32,
        after: i32,
        environment: &Environment,
        now: Timestamp,
    ) -> Result<(Vec<Value>, Option<Application>), Fault> {
        self.abandon(environment, now);
        let publication = self.get(id)?;
        let rule = environment.publish_rule(&publication.application.name);
        let was_deployed = publication.deployed;
        let outputs = publication.poll(after, rule, now);
        let new = publication.deployed && !was_deployed;
        let deployed = new.then(|| publication.application.clone());
        if let Some(application) = &deployed {
            self.counts.entry(application.name.clone()).or_default().deployed += 1;
        }
        Ok((outputs, deployed))
    }

    /// Aborts what nobody has asked about for too long.
    fn abandon(&mut self, environment: &Environment, now: Timestamp) {
        let limit = SignedDuration::from_secs(i64::from(environment.publish_idle_s));
        for publication in self.known.values_mut() {
            let silent = now.duration_since(publication.last_contact) > limit;
            if publication.phase != PublishPhase::Finished && silent {
                publication.abort("The publication was aborted because nobody asked about it.");
            }
        }
    }

    /// Writes down what there is.
    pub(crate) fn list(&self, host: &str, list: &mut PublicationList) {
        let host = || host.to_owned();
        list.publications.extend(self.known.iter().map(|(id, known)| ListedPublication {
            host: host(),
            id: *id,
            application: known.application.name.clone(),
            modules: known.application.modules.iter().map(|module| module.name.clone()).collect(),
            phase: known.phase,
            started_by: known.by,
            deployed: known.deployed,
            continued: known.continued,
            messages: known.shown(),
        }));
        list.counts.extend(self.counts.iter().map(|(application, count)| PublicationCount {
            host: host(),
            application: application.clone(),
            started: count.started,
            deployed: count.deployed,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_still_counts() {
        let environment = Environment::default();
        let now = Timestamp::UNIX_EPOCH;
        let mut all = Publications::default();
        let total = REMEMBERED as u64 + 10;
        for _ in 0..total {
            let application = Application { name: "Orders".to_owned(), ..Application::default() };
            let order = Order { application, by: StartedBy::Package, two_step: false };
            let Ok(Started { id, .. }) = all.start(order, &environment, now) else {
                panic!("nobody else publishes");
            };
            (0..2).for_each(|_| drop(all.poll(id, 0, &environment, now).unwrap()));
        }
        let mut list = PublicationList::default();
        all.list("a.example", &mut list);
        assert!(list.publications.len() <= REMEMBERED);
        assert_eq!(list.publications.last().unwrap().id, i32::try_from(total).unwrap());
        assert_eq!((list.counts[0].started, list.counts[0].deployed), (total, total));
    }
}
