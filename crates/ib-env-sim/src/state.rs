//! Everything that changes while the simulator runs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::lock::locked;
use crate::log::RequestLog;
use crate::login::{LockBook, Refusal, Session};
use crate::manager::link::Manager;
use crate::publications::{PublicationList, Publications};
use crate::scenario::{Action, Environment, Scenario};

/// The infrastructure as it is now.
#[derive(Debug)]
pub(crate) struct World {
    scenario: RwLock<Arc<Scenario>>,
    pub(crate) clock: Clock,
    pub(crate) log: RequestLog,
    pub(crate) locks: Mutex<LockBook>,
    publications: Mutex<BTreeMap<String, Publications>>,
    managers: Mutex<BTreeMap<String, Manager>>,
    /// What Integration Managers do by themselves.
    pub(crate) errands: Mutex<JoinSet<()>>,
    hits: Mutex<HashMap<(String, usize), u64>>,
    awake: Mutex<HashSet<String>>,
}

impl World {
    pub(crate) fn new(scenario: Scenario, clock: Clock) -> Self {
        Self {
            scenario: RwLock::new(Arc::new(scenario)),
            clock,
            log: RequestLog::default(),
            locks: Mutex::default(),
            publications: Mutex::default(),
            managers: Mutex::default(),
            errands: Mutex::default(),
            hits: Mutex::default(),
            awake: Mutex::default(),
        }
    }

    /// The scenario as it is at this moment.
    pub(crate) fn scenario(&self) -> Arc<Scenario> {
        Arc::clone(&self.scenario.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the scenario in one step, or not at all if `change` fails.
    pub(crate) fn change<T, E>(&self, change: impl FnOnce(&mut Scenario) -> Result<T, E>) -> Result<T, E> {
        let mut current = self.scenario.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Scenario::clone(&current);
        let outcome = change(&mut next)?;
        self.restart_changed_faults(&current, &next);
        *current = Arc::new(next);
        Ok(outcome)
    }

    /// Changed faults count their hits from zero.
    fn restart_changed_faults(&self, old: &Scenario, new: &Scenario) {
        let unchanged = |host: &str| {
            let faults = |scenario: &Scenario| scenario.environment(host).map(|found| found.faults.clone());
            faults(old) == faults(new)
        };
        locked(&self.hits).retain(|(host, _), _| unchanged(host));
    }

    /// The fault that this request runs into, if any; counts the hit.
    pub(crate) fn fault(
        &self,
        environment: &Environment,
        path: &str,
        http_method: &str,
        soap_method: Option<&str>,
    ) -> Option<Action> {
        let mut hits = locked(&self.hits);
        for (index, fault) in environment.faults.iter().enumerate() {
            if !fault.concerns(path, http_method, soap_method) {
                continue;
            }
            let seen = hits.entry((environment.host.clone(), index)).or_default();
            *seen += 1;
            let from = fault.after;
            let until = fault.times.map_or(u64::MAX, |times| from.saturating_add(times));
            if *seen > from && *seen <= until {
                return Some(fault.action.clone());
            }
        }
        None
    }

    /// Whether this is the first request that the host ever got.
    pub(crate) fn wakes(&self, host: &str) -> bool {
        locked(&self.awake).insert(host.to_ascii_lowercase())
    }

    /// One log-in attempt.
    pub(crate) fn log_in(
        &self,
        scenario: &Scenario,
        environment: &Environment,
        credentials: (&str, &str),
    ) -> Result<Session, Refusal> {
        locked(&self.locks).attempt(scenario, environment, credentials, self.clock.now())
    }

    /// Works on the publications of a host.
    pub(crate) fn publications<T>(&self, host: &str, work: impl FnOnce(&mut Publications) -> T) -> T {
        work(locked(&self.publications).entry(host.to_ascii_lowercase()).or_default())
    }

    /// Works on the Integration Manager of a host.
    pub(crate) fn manager<T>(&self, host: &str, work: impl FnOnce(&mut Manager) -> T) -> T {
        work(locked(&self.managers).entry(host.to_ascii_lowercase()).or_default())
    }

    /// Waits until no Integration Manager is under way any more.
    pub(crate) async fn finish_errands(&self) {
        let mut errands = std::mem::take(&mut *locked(&self.errands));
        while errands.join_next().await.is_some() {}
    }

    /// The publications of all hosts.
    pub(crate) fn published(&self) -> PublicationList {
        let mut list = PublicationList::default();
        locked(&self.publications).iter().for_each(|(host, all)| all.list(host, &mut list));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Fault;
    use std::convert::Infallible;

    fn world(faults: Vec<Fault>) -> World {
        let mut acme = Scenario::acme();
        acme.environments[0].faults = faults;
        World::new(acme, Clock::system())
    }

    fn ask(world: &World, path: &str) -> Option<Action> {
        let scenario = world.scenario();
        world.fault(&scenario.environments[0], path, "GET", None)
    }

    #[test]
    fn a_fault_hits_after_n_and_for_n_times() {
        let fault = Fault { after: 1, times: Some(2), ..Fault::always(Action::Status(502)) };
        let world = world(vec![fault]);
        let hit: Vec<bool> = (0..5).map(|_| ask(&world, "/").is_some()).collect();
        assert_eq!(hit, [false, true, true, false, false]);
    }

    #[test]
    fn the_first_matching_fault_wins_and_a_spent_one_gives_way() {
        let once =
            Fault { times: Some(1), path: Some("/a".to_owned()), ..Fault::always(Action::Status(502)) };
        let world = world(vec![once, Fault::always(Action::Status(503))]);
        assert_eq!(ask(&world, "/b"), Some(Action::Status(503)));
        assert_eq!(ask(&world, "/a"), Some(Action::Status(502)));
        assert_eq!(ask(&world, "/a"), Some(Action::Status(503)));
    }

    #[test]
    fn changed_faults_count_again_and_others_go_on() {
        let world = world(vec![Fault { times: Some(1), ..Fault::always(Action::Reset) }]);
        assert!(ask(&world, "/").is_some());
        let unrelated = |scenario: &mut Scenario| {
            scenario.environments[1].faults = vec![Fault::always(Action::Stall)];
            Ok::<_, Infallible>(())
        };
        world.change(unrelated).unwrap();
        assert!(ask(&world, "/").is_none());
        let again = |scenario: &mut Scenario| {
            scenario.environments[0].faults = vec![Fault { times: Some(2), ..Fault::always(Action::Reset) }];
            Ok::<_, Infallible>(())
        };
        world.change(again).unwrap();
        assert!(ask(&world, "/").is_some());
    }
}
