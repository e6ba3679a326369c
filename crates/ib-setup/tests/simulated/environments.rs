//! The environments of a registered infrastructure: added, refused, watched.

use std::time::Duration;

use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::feature::Feature;
use ib_env_sim::scenario::{Action, Fault, Tls};
use ib_setup::environment::{EnvironmentView, Rejection, Standing};
use ib_setup::ports::{Clock as _, Store};
use ib_setup::testing::{FailingStore, MemoryStore, SetClock};
use ib_setup::{Driver, DriverError, Environments, EnvironmentsError, Timestamp};

use super::*;

const TOKEN: Option<&str> = Some("acme-lifetime-token-7c1d0f");
const HOUR: Duration = Duration::from_hours(1);

/// A registered infrastructure, and a service that looks at its environments every hour.
struct World {
    simulator: Simulator,
    store: Arc<MemoryStore>,
    clock: Arc<SetClock>,
    ports: Ports,
    environments: Environments,
    driver: Driver,
    setup: SetupId,
}

fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

impl World {
    async fn acme(token: Option<&str>) -> Self {
        Self::with(token, |_| {}).await
    }

    async fn with(token: Option<&str>, change: impl FnOnce(&mut Scenario)) -> Self {
        let simulator = simulator(change).await;
        let (store, clock): (Arc<MemoryStore>, Arc<SetClock>) = Default::default();
        clock.set(Timestamp::from_millis(1_000_000));
        let ports = Ports { store: store.clone(), clock: clock.clone(), ..acme(&simulator, token) };
        let (setup, environments, driver) = service(&ports);
        let id = at_log_in(&setup).await;
        log_in(&setup, id, "maria", "maria-Pass-1").await;
        assert!(accept(&setup, id).await.infrastructure.is_some());
        environments.came_in(id).await.unwrap();
        let world = Self { simulator, store, clock, ports, environments, driver, setup: id };
        world.drive().await.unwrap();
        world
    }

    /// Everything that is due now.
    async fn drive(&self) -> Result<(), DriverError> {
        drive(&self.driver).await
    }

    fn wait(&self, time: Duration) {
        self.clock.set(self.clock.now().plus(time));
    }

    async fn all(&self) -> Vec<EnvironmentView> {
        self.environments.view(self.setup).await.unwrap().environments
    }

    async fn named(&self, name: &str) -> EnvironmentView {
        let mut all = self.all().await.into_iter();
        all.find(|known| known.name.as_str() == name).unwrap()
    }

    async fn add(&self, text: &str, address: &str) -> Result<(), EnvironmentsError> {
        self.environments.add(self.setup, name(text), address).await?;
        self.drive().await.unwrap();
        Ok(())
    }

    async fn standings(&self) -> Vec<(String, Standing)> {
        self.all().await.into_iter().map(|known| (known.name.to_string(), known.standing)).collect()
    }

    fn change(&self, host: &str, change: impl FnOnce(&mut ib_env_sim::scenario::Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(host).unwrap()));
    }
}

fn service(ports: &Ports) -> (Setup, Environments, Driver) {
    let setup = Setup::new(ports.clone(), Rules::new("1"));
    let environments = Environments::new(setup.clone()).every(HOUR);
    let driver = Driver::new(setup.clone(), None).watching(environments.clone());
    (setup, environments, driver)
}

pub(crate) async fn drive(driver: &Driver) -> Result<(), DriverError> {
    loop {
        let leases = driver.lease(8, None).await?;
        if leases.is_empty() {
            return Ok(());
        }
        for lease in leases {
            let release = driver.work(lease).await?;
            driver.release(&[release]).await?;
        }
    }
}

fn limited(known: &EnvironmentView) -> Vec<Feature> {
    let troubles = known.sight.iter().flat_map(|sight| &sight.troubles);
    let reasons = troubles.filter_map(|found| found.reason);
    reasons.flat_map(|reason| reason.entry().impact.features(&known.role())).copied().collect()
}

fn standing(name: &str, standing: Standing) -> (String, Standing) {
    (name.to_owned(), standing)
}

#[tokio::test]
async fn development_is_there_and_the_others_are_added_one_by_one() {
    let world = World::acme(None).await;
    assert_eq!(world.standings().await, [standing("Development", Standing::Connected)]);
    world.add("Quality Assurance", "https://QA.acme.example/ServiceCenter").await.unwrap();
    world.add("Production", "prod.acme.example").await.unwrap();
    let all = world.all().await;
    let purposes: Vec<_> = all.iter().map(|known| known.purpose.name()).collect();
    assert_eq!(purposes, ["Development", "Quality Assurance", "Production"]);
    assert!(all.iter().all(|known| known.standing == Standing::Connected && !known.is_looking), "{all:#?}");
    assert_eq!(all[1].address.host(), "qa.acme.example");
    assert!(all[1].sight.as_ref().unwrap().version.is_some());
    // The same once more is no other one.
    world.add("Production", "prod.acme.example").await.unwrap();
    assert_eq!(world.all().await.len(), 3);
}

#[tokio::test]
async fn what_is_there_already_and_lifetime_are_refused_at_once() {
    let world = World::acme(TOKEN).await;
    world.add("Test", "qa.acme.example").await.unwrap();
    let refused = async |text: &str, address: &str| match world.add(text, address).await {
        Err(EnvironmentsError::Rejected(rejection)) => rejection,
        other => panic!("{text} at {address}: {other:?}"),
    };
    assert_eq!(refused("TEST", "prod.acme.example").await, Rejection::NameTaken(name("Test")));
    assert_eq!(refused("development", "prod.acme.example").await, Rejection::NameTaken(name("Development")));
    for (text, known) in [("qa.acme.example.", "Test"), ("https://DEV.acme.example/x", "Development")] {
        let taken = refused("Other", text).await;
        assert!(matches!(&taken, Rejection::AddressTaken { name: by, .. } if *by == name(known)), "{taken}");
    }
    assert!(matches!(refused("LifeTime", "lifetime.acme.example").await, Rejection::IsLifeTime(_)));
    let remove = world.environments.remove(world.setup, name("Development")).await;
    assert!(matches!(remove, Err(EnvironmentsError::Rejected(Rejection::IsDevelopment))));
    let remove = world.environments.remove(world.setup, name("Nowhere")).await;
    assert!(matches!(remove, Err(EnvironmentsError::Rejected(Rejection::NoSuchEnvironment(_)))));
}

#[tokio::test]
async fn lifetime_that_nobody_here_knows_is_refused_once_it_was_looked_at() {
    let world = World::acme(None).await;
    world.add("Console", "lifetime.acme.example").await.unwrap();
    let view = world.environments.view(world.setup).await.unwrap();
    let refused = view.refused.unwrap();
    assert_eq!((view.environments.len(), refused.name.as_str()), (1, "Console"));
    assert_eq!(refused.found.reason, Some(Reason::IsLifeTime));
    world.add("Test", "qa.acme.example").await.unwrap();
    assert_eq!(world.environments.view(world.setup).await.unwrap().refused, None, "that is settled");
}

#[tokio::test]
async fn an_environment_under_another_name_is_recognised_by_its_serial_number() {
    let twin = |scenario: &mut Scenario| {
        let mut twin = scenario.environments[1].clone();
        "test.acme.example".clone_into(&mut twin.host);
        scenario.environments.push(twin);
        let mut twin = scenario.environments[0].clone();
        "www.acme.example".clone_into(&mut twin.host);
        scenario.environments.push(twin);
    };
    let world = World::with(None, twin).await;
    world.add("Test", "qa.acme.example").await.unwrap();
    for (host, known) in [("test.acme.example", "Test"), ("www.acme.example", "Development")] {
        world.add("Another", host).await.unwrap();
        let view = world.environments.view(world.setup).await.unwrap();
        let found = view.refused.unwrap().found;
        assert_eq!(found.reason, Some(Reason::SameEnvironment));
        assert!(found.message.contains(known) && found.message.contains(host), "{}", found.message);
        assert_eq!(view.environments.len(), 2);
    }
}

#[tokio::test]
async fn an_environment_that_cannot_be_reached_stays_with_what_does_not_work() {
    let world = World::acme(None).await;
    world.change("prod.acme.example", |environment| environment.tls = Tls::Expired);
    world.add("Production", "prod.acme.example").await.unwrap();
    let production = world.named("Production").await;
    assert_eq!(production.standing, Standing::NotConnected);
    let b8_to_b10 =
        [Feature::DevelopmentConnections, Feature::AdministratorEmails, Feature::AutomaticConnections];
    assert_eq!(limited(&production), b8_to_b10);
    // It comes back by itself.
    world.change("prod.acme.example", |environment| environment.tls = Tls::Ok);
    world.wait(HOUR * 2);
    world.drive().await.unwrap();
    assert_eq!(world.named("Production").await.standing, Standing::Connected);
}

#[tokio::test]
async fn changes_are_noticed_and_what_is_as_it_was_writes_next_to_nothing() {
    let world = World::acme(None).await;
    world.add("Test", "qa.acme.example").await.unwrap();
    let before = world.environments.history(world.setup, 0, 100).await.unwrap().len();
    world.wait(HOUR * 2);
    world.drive().await.unwrap();
    let after = world.environments.history(world.setup, before, 100).await.unwrap();
    assert_eq!(after.len(), 1, "one word for all: {after:#?}");
    let seen = world.named("Test").await.sight.unwrap();
    assert_eq!(seen.at, world.clock.now());
    assert!(seen.since < seen.at);
    world.change("qa.acme.example", |environment| "11.7.1.5".clone_into(&mut environment.version));
    world.environments.look(world.setup, Some(name("Test"))).await.unwrap();
    assert!(world.named("Test").await.is_looking);
    world.drive().await.unwrap();
    let test = world.named("Test").await;
    assert_eq!(test.standing, Standing::Faulty);
    assert_eq!(test.sight.unwrap().troubles[0].reason, Some(Reason::VersionTooOld));
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_repaired_before_it_limits_anything() {
    let world = World::acme(None).await;
    world.change("prod.acme.example", |environment| environment.tls = Tls::EndsSoon);
    world.add("Production", "prod.acme.example").await.unwrap();
    let production = world.named("Production").await;
    assert_eq!((production.standing, limited(&production)), (Standing::Connected, Vec::new()));
    let repair = production.repair().expect("somebody has to renew it");
    assert_eq!(repair.found.reason, Some(Reason::TlsEndsSoon));
    assert!(world.named("Development").await.repair().is_none());
}

#[tokio::test]
async fn a_raised_platform_is_noticed_and_needs_no_code_any_more() {
    let world = World::acme(None).await;
    assert_eq!(world.named("Development").await.sight.unwrap().was, None);
    for version in ["11.7.5.9", "11.23.1.9"] {
        world.change("dev.acme.example", |environment| version.clone_into(&mut environment.version));
        world.wait(HOUR * 2);
        world.drive().await.unwrap();
        let development = world.named("Development").await;
        assert!(development.troubles.is_empty(), "nobody asks for a code any more: {development:#?}");
    }
    let sight = world.named("Development").await.sight.unwrap();
    let was = sight.was.expect("the version before is still told");
    assert_eq!((was.version.to_string().as_str(), was.until), ("11.7.5.9", world.clock.now()));
    assert!(sight.outgrew_code());
}

#[tokio::test]
async fn what_nobody_looked_at_for_long_is_stale() {
    let world = World::acme(None).await;
    world.wait(HOUR * 3);
    let development = world.named("Development").await;
    assert_eq!(development.standing, Standing::Stale);
    assert!(development.sight.is_some(), "what was seen is still told, with its age");
    world.drive().await.unwrap();
    assert_eq!(world.named("Development").await.standing, Standing::Connected);
}

#[tokio::test]
async fn everything_that_lifetime_lists_is_added_at_once() {
    let world = World::acme(TOKEN).await;
    world.add("Mine", "qa.acme.example").await.unwrap();
    world.environments.import(world.setup).await.unwrap();
    assert!(world.environments.view(world.setup).await.unwrap().is_importing);
    world.drive().await.unwrap();
    let all = world.all().await;
    assert!(all.iter().any(|known| known.purpose == Purpose::Production), "{all:#?}");
    let at_test = all.iter().filter(|known| known.address.host() == "qa.acme.example");
    assert_eq!(at_test.map(|known| known.name.as_str()).collect::<Vec<_>>(), ["Mine"]);
    let count = all.len();
    world.environments.import(world.setup).await.unwrap();
    world.drive().await.unwrap();
    assert_eq!(world.all().await.len(), count, "nothing twice");
}

#[tokio::test]
async fn a_lifetime_that_does_not_answer_says_why() {
    let world = World::acme(TOKEN).await;
    world.simulator.update(|scenario| {
        let lifetime = scenario.environments.iter_mut().find(|one| one.host.starts_with("lifetime")).unwrap();
        lifetime.faults = vec![Fault::always(Action::Status(500))];
    });
    world.environments.import(world.setup).await.unwrap();
    world.drive().await.unwrap();
    let view = world.environments.view(world.setup).await.unwrap();
    assert!(!view.is_importing);
    assert!(view.import_stop.is_some_and(|found| found.action.is_some()));
    let alone = World::acme(None).await;
    let import = alone.environments.import(alone.setup).await;
    assert!(matches!(import, Err(EnvironmentsError::Rejected(Rejection::NoLifeTime))));
}

#[tokio::test]
async fn another_address_is_looked_at_anew() {
    let world = World::acme(None).await;
    world.add("Test", "nowhere.acme.example").await.unwrap();
    assert_eq!(world.named("Test").await.standing, Standing::NotConnected);
    let edit = |new: &str, address: &'static str| {
        world.environments.edit(world.setup, name("test"), name(new), address)
    };
    edit("QA", "qa.acme.example").await.unwrap();
    assert_eq!(world.named("QA").await.standing, Standing::New, "what was seen elsewhere does not count");
    world.drive().await.unwrap();
    assert_eq!(world.named("QA").await.standing, Standing::Connected);
    world.environments.remove(world.setup, name("QA")).await.unwrap();
    assert_eq!(world.standings().await, [standing("Development", Standing::Connected)]);
}

/// A program that ends at any append, and one that comes after it.
#[tokio::test]
async fn a_crash_at_any_append_loses_nothing_and_doubles_nothing() {
    for number in 1..=4 {
        for is_written in [false, true] {
            let world = World::acme(TOKEN).await;
            let store: Arc<dyn Store> = Arc::new(FailingStore::new(world.store.clone(), number, is_written));
            let (_, environments, driver) = service(&Ports { store, ..world.ports.clone() });
            for (text, host) in [("Test", "qa.acme.example"), ("Production", "prod.acme.example")] {
                // Whoever hears that it failed asks again.
                let failed = environments.add(world.setup, name(text), host).await.is_err();
                if failed {
                    environments.add(world.setup, name(text), host).await.unwrap();
                }
            }
            drop(drive(&driver).await);
            // What was leased by the program that ended is free after its lease.
            world.wait(Duration::from_mins(2));
            world.drive().await.unwrap();
            let expected =
                ["Development", "Test", "Production"].map(|name| standing(name, Standing::Connected));
            assert_eq!(world.standings().await, expected, "append {number}, written: {is_written}");
        }
    }
}
