//! Environments that reach the service, and those that do not: simulated Integration Managers call a service over
//! HTTP.

use std::sync::OnceLock;
use std::time::Duration;

use ib_domain::environment::EnvironmentName;
use ib_env_sim::ManagerVisit;
use ib_env_sim::scenario::{Action, Application, Environment, Fault, ManagerBehaviour, Module};
use ib_setup::audit::{Act, Entry, LARGEST, Outcome};
use ib_setup::environment::{Fact, Inbound, LinkView};
use ib_setup::ports::{Clock as _, Store};
use ib_setup::testing::{FailingStore, KnownLinkKey, MemoryStore, SetClock};
use ib_setup::{Audit, Driver, Environments, Face, RequestSource, Timestamp};
use rstest::rstest;

use super::*;
use crate::environments::drive;
use crate::service;

const DEV: &str = "dev.acme.example";
const HOUR: Duration = Duration::from_hours(1);

/// A registered infrastructure whose environments are looked at every hour and may call the service.
struct World {
    simulator: Simulator,
    store: Arc<MemoryStore>,
    clock: Arc<SetClock>,
    ports: Ports,
    environments: Environments,
    driver: Driver,
    setup: SetupId,
}

fn installed(environment: &mut Environment) {
    environment.integrations = 2;
    environment.integration_manager.connections = vec!["Orders01".to_owned()];
    environment.applications.push(Application {
        name: "Integration Manager".to_owned(),
        description: "Version: 2.4.0".to_owned(),
        modules: vec![Module::named("OSIntegrationManager_API")],
        ..Application::default()
    });
}

fn linking(ports: &Ports, key: u8) -> (Setup, Environments, Driver) {
    let setup = Setup::new(ports.clone(), Rules::new("1"));
    let environments = Environments::new(setup.clone()).every(HOUR).linking(Arc::new(KnownLinkKey(key)));
    let driver = Driver::new(setup.clone(), None).watching(environments.clone());
    (setup, environments, driver)
}

impl World {
    async fn with(change: impl FnOnce(&mut Environment)) -> Self {
        let world = Self::registered(change).await;
        world.drive().await;
        world
    }

    /// Nobody was introduced to yet.
    async fn registered(change: impl FnOnce(&mut Environment)) -> Self {
        let served = Arc::new(OnceLock::new());
        let url = service::open(&served).await;
        let simulator = simulator(|scenario| {
            scenario.service = url;
            installed(&mut scenario.environments[0]);
            installed(&mut scenario.environments[1]);
            change(&mut scenario.environments[0]);
        })
        .await;
        let (store, clock): (Arc<MemoryStore>, Arc<SetClock>) = Default::default();
        let now = u64::try_from(simulator.clock().now().as_millisecond()).unwrap();
        clock.set(Timestamp::from_millis(now));
        let ports = Ports { store: store.clone(), clock: clock.clone(), ..acme(&simulator, None) };
        let (setup, environments, driver) = linking(&ports, 1);
        let id = at_log_in(&setup).await;
        log_in(&setup, id, "maria", "maria-Pass-1").await;
        accept(&setup, id).await;
        environments.came_in(id).await.unwrap();
        served.set(environments.clone()).ok().unwrap();
        Self { simulator, store, clock, ports, environments, driver, setup: id }
    }

    /// Everything that is due now, and whatever Integration Managers make of it.
    async fn drive(&self) {
        drive(&self.driver).await.unwrap();
        self.simulator.finish_errands().await;
    }

    fn wait(&self, time: Duration) {
        self.clock.set(self.clock.now().plus(time));
        self.simulator.clock().advance(time);
    }

    async fn link(&self, name: &str) -> LinkView {
        let all = self.environments.view(self.setup).await.unwrap().environments;
        all.into_iter().find(|known| known.name.as_str() == name).unwrap().link
    }

    async fn development(&self) -> LinkView {
        self.link("Development").await
    }

    async fn visit(&self) -> ManagerVisit {
        self.simulator.report_now(DEV).await.unwrap()
    }

    fn behave(&self, behaviour: ManagerBehaviour) {
        self.simulator.update(|scenario| {
            scenario.environments[0].integration_manager.behaviour = behaviour;
        });
    }

    async fn look(&self) {
        self.environments.look(self.setup, None).await.unwrap();
        self.drive().await;
    }

    async fn facts(&self) -> Vec<Fact> {
        let events = self.environments.history(self.setup, 0, 1_000).await.unwrap();
        events.into_iter().map(|event| event.fact).collect()
    }

    async fn trail(&self) -> Vec<Entry> {
        let audit = Audit::new(Setup::new(self.ports.clone(), Rules::new("1")));
        audit.entries(self.setup, None, LARGEST).await.unwrap()
    }

    /// Everything that is stored about the environments, as text.
    async fn stored(&self) -> String {
        serde_json::to_string(&self.environments.history(self.setup, 0, 1_000).await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn an_environment_that_calls_back_is_passed_and_reports() {
    let world = World::with(|_| {}).await;
    let link = world.development().await;
    let now = world.clock.now();
    let from = Some("127.0.0.1".parse().unwrap());
    assert_eq!(link.inbound, Inbound::Passed { proved: now, from, heard: now });
    let report = link.report.unwrap();
    let told: Vec<_> =
        report.report.integrations.iter().map(|one| (one.name.as_str(), one.has_connection)).collect();
    assert_eq!(told, [("Invoices02", false), ("Orders01", true)]);
    assert_eq!((link.generation, link.version.unwrap().as_str()), (Some(1), "2.4.0"));
    let visit = world.visit().await;
    assert_eq!((visit.configuration, visit.status), (Some(200), Some(204)));
    assert_eq!(visit.environment.as_deref(), Some("Development"));
}

#[tokio::test]
async fn every_environment_has_a_link_of_its_own() {
    let world = World::with(|_| {}).await;
    let name: EnvironmentName = "Test".parse().unwrap();
    world.environments.add(world.setup, name, "qa.acme.example").await.unwrap();
    world.drive().await;
    assert_eq!(world.link("Test").await.inbound.id(), "passed");
    let visit = world.simulator.report_now("qa.acme.example").await.unwrap();
    assert_eq!(visit.environment.as_deref(), Some("Test"));
    let [dev, qa] = [DEV, "qa.acme.example"].map(|host| world.simulator.manager(host).link.unwrap());
    assert_eq!((&dev[..32], &dev[32..], &qa[32..]), (&qa[..32], "00000001", "00000002"));
}

#[tokio::test]
async fn without_integration_manager_it_is_not_known() {
    let world = World::with(|environment| environment.applications.clear()).await;
    let finding = world.development().await.inbound.finding(DEV).unwrap();
    assert_eq!(finding.reason, Some(Reason::ManagerAbsent));
    // Told once; each look asks again.
    let count = world.facts().await.len();
    world.wait(HOUR * 2);
    world.drive().await;
    let facts = world.facts().await;
    assert!(
        matches!(facts[count..], [Fact::Unchanged { .. }, Fact::Introducing { .. }]),
        "{:?}",
        &facts[count..]
    );
    assert_eq!(world.development().await.inbound.id(), "unknown");
}

#[rstest]
#[case::silent(ManagerBehaviour::Silent, Reason::ManagerSilent)]
#[case::late(ManagerBehaviour::Late, Reason::ManagerSilent)]
#[case::wrong_environment(ManagerBehaviour::WrongEnvironment, Reason::ManagerSilent)]
#[case::outdated(ManagerBehaviour::Outdated, Reason::ManagerAbsent)]
#[tokio::test]
async fn what_does_not_prove_is_never_passed(#[case] behaviour: ManagerBehaviour, #[case] reason: Reason) {
    let world = World::with(|environment| environment.integration_manager.behaviour = behaviour).await;
    for _ in 0..6 {
        world.wait(Duration::from_mins(2));
        world.visit().await;
        let inbound = world.development().await.inbound;
        assert_eq!(inbound.finding(DEV).map(|found| found.reason), Some(Some(reason)));
    }
    assert!(world.simulator.manager(DEV).link.is_none());
}

#[tokio::test]
async fn a_late_proof_is_refused() {
    let world = World::with(|environment| {
        environment.integration_manager.behaviour = ManagerBehaviour::Late;
    })
    .await;
    world.wait(Duration::from_mins(5) + Duration::from_millis(1));
    assert_eq!(world.visit().await.proof, Some(403));
}

#[tokio::test]
async fn what_is_signed_with_another_secret_is_refused_and_mended_by_the_next_look() {
    let world = World::with(|environment| {
        environment.integration_manager.behaviour = ManagerBehaviour::WrongSecret;
    })
    .await;
    let visit = world.visit().await;
    assert_eq!((visit.configuration, visit.status), (Some(401), Some(401)));
    assert_eq!(world.development().await.report, None);
    world.behave(ManagerBehaviour::Normal);
    world.wait(Duration::from_secs(1));
    world.look().await;
    assert_eq!(world.development().await.generation, Some(2));
    assert!(world.development().await.report.is_some());
}

#[tokio::test]
async fn what_comes_twice_is_refused_the_second_time() {
    let world = World::with(|environment| {
        environment.integration_manager.behaviour = ManagerBehaviour::Replay;
    })
    .await;
    let visit = world.visit().await;
    assert_eq!((visit.status, visit.replay), (Some(204), Some(401)));
}

#[tokio::test]
async fn a_request_of_another_time_is_refused() {
    let world = World::with(|_| {}).await;
    for (by, status) in [(Duration::from_mins(5), 204), (Duration::from_millis(1), 401)] {
        world.simulator.clock().advance(by);
        assert_eq!(world.visit().await.status, Some(status), "{by:?}");
    }
}

#[tokio::test]
async fn a_rotated_secret_takes_over() {
    let world = World::with(|_| {}).await;
    world.wait(Duration::from_secs(1));
    world.environments.rotate(world.setup, "development".parse().unwrap()).await.unwrap();
    assert!(world.development().await.is_rotating);
    world.drive().await;
    let link = world.development().await;
    assert_eq!((link.generation, link.is_rotating, link.inbound.id()), (Some(2), false, "passed"));
    assert_eq!(world.simulator.manager(DEV).generation, Some(2));
    assert_eq!(world.visit().await.status, Some(204));
    let trail = world.trail().await;
    let of = |act: Act| trail.iter().filter(move |entry| entry.act == act);
    assert_eq!(of(Act::SecretWanted).count(), 1);
    assert_eq!(of(Act::LinkProved).count(), 2);
    for proved in of(Act::LinkProved) {
        let from = RequestSource { face: Face::Api, client: "127.0.0.1".parse().ok() };
        assert_eq!((proved.from, proved.environment.as_deref()), (Some(from), Some("Development")));
        assert!(proved.who.is_none(), "no person did that");
    }
}

#[tokio::test]
async fn whoever_cannot_call_any_more_is_found_out_and_whoever_can_again_too() {
    let world = World::with(|_| {}).await;
    world.behave(ManagerBehaviour::Silent);
    let mut seen = Vec::new();
    for _ in 0..5 {
        world.wait(HOUR + HOUR / 4);
        world.drive().await;
        world.wait(Duration::from_mins(2));
        seen.push(world.development().await.inbound.id());
    }
    assert_eq!(seen, ["passed", "failed", "failed", "failed", "failed"]);
    assert!(world.development().await.report.unwrap().is_stale);
    world.behave(ManagerBehaviour::Normal);
    world.look().await;
    assert_eq!(world.development().await.inbound.id(), "passed");
}

#[tokio::test]
async fn a_report_that_never_changes_writes_next_to_nothing() {
    let world = World::with(|_| {}).await;
    let count = world.facts().await.len();
    for _ in 0..12 {
        world.wait(Duration::from_mins(1));
        assert_eq!(world.visit().await.status, Some(204));
    }
    let facts = world.facts().await;
    assert!(matches!(facts[count..], [Fact::Heard { number: 1 }]), "{:?}", &facts[count..]);
}

#[tokio::test]
async fn wrong_proofs_are_bounded_and_tell_nothing() {
    let world = World::with(|environment| {
        environment.integration_manager.behaviour = ManagerBehaviour::Silent;
    })
    .await;
    let view = Setup::new(world.ports.clone(), Rules::new("1")).view(world.setup).await.unwrap();
    let infrastructure = view.infrastructure.unwrap();
    let link = format!("{infrastructure}00000001");
    let wrong = |challenge| ib_setup::LinkProof { challenge, version: "1", from: None };
    let well_formed = format!("{}A", "planted".repeat(6));
    let mut told = std::collections::BTreeSet::new();
    for (link, challenge) in [
        (&link, "planted"),
        (&link, &well_formed),
        (&link, &well_formed),
        (&link, ""),
        (&link, &well_formed),
        (&link, &well_formed),
        (&"0".repeat(40), &well_formed),
        (&"x".to_owned(), &well_formed),
    ] {
        let error = world.environments.prove(link, wrong(challenge)).await.unwrap_err();
        told.insert(error.to_string());
        assert!(!format!("{error:?}").contains("planted"));
    }
    assert_eq!(told.len(), 1);
    let counted = world.facts().await;
    let counted = counted.iter().filter(|fact| matches!(fact, Fact::ProofRefused { .. })).count();
    assert_eq!(counted, 5);
    let trail = world.trail().await;
    let refused = trail.iter().filter(|entry| entry.act == Act::LinkProofRefused);
    let refused: Vec<_> = refused.map(|entry| entry.outcome).collect();
    assert_eq!(refused, [Outcome::Refused(None); 5]);
    world.behave(ManagerBehaviour::Normal);
    assert_eq!(world.visit().await.proof, Some(403), "the challenge is void");
}

#[tokio::test]
async fn a_right_proof_brings_the_secret_once_whoever_brings_it() {
    use ib_setup::link::LinkKeys as _;
    let world = World::with(|environment| {
        environment.integration_manager.behaviour = ManagerBehaviour::Silent;
    })
    .await;
    let view = Setup::new(world.ports.clone(), Rules::new("1")).view(world.setup).await.unwrap();
    let link = ib_setup::link::LinkId::new(view.infrastructure.unwrap(), 1);
    let keys = KnownLinkKey(1);
    let challenge = keys.challenge(keys.current(), link, 1).unwrap().expose();
    let proof = ib_setup::LinkProof { challenge: &challenge, version: "2.4.0", from: None };
    let elsewhere = ib_setup::link::LinkId::new(link.infrastructure(), 2).to_string();
    let environments = &world.environments;
    let prove = |link: String| async move { environments.prove(&link, proof).await };
    assert!(prove(elsewhere).await.is_err(), "it is bound to its link");
    let issued = prove(link.to_string()).await.unwrap();
    assert_eq!(*issued.secret.expose(), *keys.secret(keys.current(), link, 1).unwrap().expose());
    let again = prove(link.to_string()).await.unwrap_err();
    let source = std::error::Error::source(&again).unwrap().to_string();
    assert_eq!(source, "the challenge was used");
}

#[tokio::test]
async fn a_key_that_is_taken_away_takes_its_links_with_it_and_they_come_back() {
    let world = World::with(|_| {}).await;
    let (_, environments, driver) = linking(&world.ports, 2);
    let request = ib_setup::link::SignedRequest { method: "GET", path: "/", body: b"" };
    let link = world.simulator.manager(DEV).link.unwrap();
    let time = world.clock.now().as_millis();
    let header =
        format!("IB1 generation=1, time={time}, nonce={}, signature={}", "0".repeat(32), "0".repeat(64));
    assert!(environments.authorise(&link, &request, &header).await.is_err());
    world.wait(HOUR * 2);
    drive(&driver).await.unwrap();
    let facts = world.facts().await;
    assert!(matches!(facts.last(), Some(Fact::Introduced { turn: 2, .. })), "{facts:?}");
}

#[tokio::test]
async fn no_secret_is_stored_or_shown() {
    let world = World::with(|_| {}).await;
    let keys = KnownLinkKey(1);
    let link = world.simulator.manager(DEV).link.unwrap().parse().unwrap();
    let id = ib_setup::link::LinkKeys::current(&keys);
    let secret = ib_setup::link::LinkKeys::secret(&keys, id, link, 1).unwrap();
    let challenge = ib_setup::link::LinkKeys::challenge(&keys, id, link, 1).unwrap();
    let shown = format!("{} {:?}", world.stored().await, world.environments.view(world.setup).await);
    for planted in [&*secret.expose(), &*challenge.expose()] {
        assert!(!shown.contains(planted));
    }
    assert!(shown.contains("proved"));
}

/// A program that ends at any append, and one that comes after it.
#[tokio::test]
async fn a_crash_at_any_append_leads_to_a_link_all_the_same() {
    for number in 1..=4 {
        for is_written in [false, true] {
            let world = World::registered(|_| {}).await;
            let store: Arc<dyn Store> = Arc::new(FailingStore::new(world.store.clone(), number, is_written));
            let (_, _, driver) = linking(&Ports { store, ..world.ports.clone() }, 1);
            drop(drive(&driver).await);
            world.simulator.finish_errands().await;
            world.wait(Duration::from_mins(2));
            world.look().await;
            let link = world.development().await;
            assert_eq!(link.inbound.id(), "passed", "append {number}, written: {is_written}");
            assert!(link.report.is_some(), "append {number}, written: {is_written}");
        }
    }
}

#[tokio::test]
async fn a_gateway_in_the_way_is_told_as_such() {
    let world = World::with(|environment| {
        let path = Some("/OSIntegrationManager_API/*".to_owned());
        environment.faults = vec![Fault { path, ..Fault::always(Action::Status(502)) }];
    })
    .await;
    let finding = world.development().await.inbound.finding(DEV).unwrap();
    assert_eq!(finding.reason, Some(Reason::HttpGateway));
}
