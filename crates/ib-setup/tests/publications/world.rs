//! A simulated infrastructure, and a service that installs its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::catalogue::DependencyCatalogue;
use ib_domain::integration::ModuleFile;
use ib_domain::reason::Reason;
use ib_env_client::http::{ConnectTo, HttpClient, NameError, Resolver, Settings};
use ib_env_client::{Credentials, Password};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Application, Module, Scenario};
use ib_setup::ports::{Clock as _, SecretKind, Store, Vault as _};
use ib_setup::publication::{Item, ItemStatus, ItemView, RunView, Said, View};
use ib_setup::registration::Rules;
use ib_setup::testing::{MemoryDepot, MemoryPackages, MemoryStore, MemoryVault, SetClock, ports};
use ib_setup::{Dependencies, Driver, Ports, Publications, Setup, SetupId};

pub(crate) const DEVELOPMENT: &str = "dev.acme.example";
/// More steps than anything takes.
const ENOUGH: usize = 10_000;

/// No name but the simulated ones.
struct NoNames;

#[async_trait]
impl Resolver for NoNames {
    async fn resolve(&self, _: &str) -> Result<Vec<std::net::IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) packages: Arc<MemoryPackages>,
    pub(crate) depot: Arc<MemoryDepot>,
    pub(crate) store: Arc<MemoryStore>,
    catalogue: Arc<DependencyCatalogue>,
    ports: Ports,
    clock: Arc<SetClock>,
    vault: Arc<MemoryVault>,
}

impl World {
    pub(crate) async fn acme() -> Self {
        Self::with(&[], |_| ()).await
    }

    /// acme after a change, and packages of these versions.
    pub(crate) async fn with(versions: &[(DependencyId, &str)], change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::acme();
        change(&mut scenario);
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let versions = versions.iter().map(|(id, version)| (*id, version.parse().unwrap())).collect();
        let made = ib_env_sim::dependencies::packages(&versions).unwrap();
        let catalogue = DependencyCatalogue::new(made.iter().map(|(entry, _)| entry.clone()).collect());
        let packages = Arc::new(MemoryPackages::default());
        for (entry, package) in made {
            packages.put(entry.id, package);
        }
        let (store, clock, vault): (Arc<MemoryStore>, Arc<SetClock>, Arc<MemoryVault>) = Default::default();
        let client = Arc::new(client(&simulator));
        let ports =
            Ports { store: store.clone(), clock: clock.clone(), vault: vault.clone(), ..ports(client) };
        let depot = Arc::new(MemoryDepot::reading(modules));
        Self {
            simulator,
            packages,
            depot,
            store,
            catalogue: Arc::new(catalogue.unwrap()),
            ports,
            clock,
            vault,
        }
    }

    /// A program that is started, over any store.
    pub(crate) fn program_over(&self, store: Arc<dyn Store>) -> Program<'_> {
        let setup = Setup::new(Ports { store, ..self.ports.clone() }, Rules::new("1"));
        let dependencies = Dependencies {
            catalogue: Arc::clone(&self.catalogue),
            packages: self.packages.clone(),
            depot: Some(self.depot.clone()),
        };
        let publications = Publications::new(setup.clone(), dependencies);
        let driver = Driver::new(setup.clone(), Some(publications.clone()));
        Program { world: self, setup, publications, driver }
    }

    pub(crate) fn program(&self) -> Program<'_> {
        self.program_over(self.store.clone())
    }

    /// Lets time pass, here and there.
    pub(crate) fn wait(&self, duration: Duration) {
        self.clock.set(self.clock.now().plus(duration));
        self.simulator.clock().advance(duration);
    }

    /// As after a log-out.
    pub(crate) async fn forget(&self, setup: SetupId) {
        self.vault.forget(setup, SecretKind::Credentials).await.unwrap();
    }

    /// How often each application was taken on and deployed on development.
    pub(crate) fn counts(&self) -> BTreeMap<String, (u64, u64)> {
        let counts = self.simulator.publications().counts.into_iter();
        let here = counts.filter(|count| count.host == DEVELOPMENT);
        here.map(|count| (count.application, (count.started, count.deployed))).collect()
    }

    /// Whether all dependencies are there, and nothing was deployed more than once.
    pub(crate) fn assert_installed_once(&self, what: &str) {
        let scenario = self.simulator.scenario();
        let environment = scenario.environment(DEVELOPMENT).unwrap();
        for id in DependencyId::ALL {
            let there = environment.applications.iter().find(|known| known.name == id.name());
            let described = there.map(|known| known.description.as_str()).unwrap_or_default();
            assert!(described.contains("Version: 2.4.0"), "{what}: {id} is not there");
        }
        for (name, (_, deployed)) in self.counts() {
            assert!(deployed <= 1, "{what}: {name} was deployed {deployed} times");
        }
    }
}

/// The modules of a package, as the simulator writes it.
fn modules(package: &[u8]) -> Option<BTreeSet<ModuleFile>> {
    let application = Application::from_package(package);
    let module = |module: &Module| ModuleFile::of_path(&format!("{}.oml", module.name));
    package.starts_with(b"PK").then(|| application.modules.iter().filter_map(module).collect())
}

/// The package of an integration.
pub(crate) fn package(integration: &str, version: &str) -> Vec<u8> {
    let module = |suffix: &str| Module::named(&format!("{integration}_{suffix}"));
    let application = Application {
        name: integration.to_owned(),
        description: format!("Integration, edition {version}."),
        modules: vec![module("DRV"), module("IS")],
        ..Application::default()
    };
    application.to_package()
}

fn client(simulator: &Simulator) -> HttpClient {
    let address = |host: &str| EnvironmentAddress::parse(host).unwrap();
    let mut settings = Settings::default();
    settings.system_authorities = false;
    settings.authorities = vec![simulator.ca_pem().as_bytes().to_vec()];
    let hosts = simulator.hosts();
    let connect_to = hosts.iter().map(|host| ConnectTo::new(&address(&host.host), simulator.address()));
    settings.connect_to = connect_to.collect();
    settings.resolver = Arc::new(NoNames);
    HttpClient::new(settings).unwrap()
}

pub(crate) struct Program<'w> {
    world: &'w World,
    pub(crate) setup: Setup,
    pub(crate) publications: Publications,
    pub(crate) driver: Driver,
}

impl Program<'_> {
    /// Registers acme, or comes in where it is registered.
    pub(crate) async fn come_in(&self, username: &str) -> SetupId {
        let id = self.setup.begin().await.unwrap();
        self.setup.enter_address(id, DEVELOPMENT).await.unwrap();
        self.setup.drive(id).await.unwrap();
        let password = Password::new(format!("{username}-Pass-1")).unwrap();
        self.setup.log_in(id, Credentials::new(username, password).unwrap()).await.unwrap();
        if self.setup.drive(id).await.unwrap().infrastructure.is_none() {
            self.setup.choose_set_up(id).await.unwrap();
            self.setup.accept_disclaimer(id, "1").await.unwrap();
        }
        let view = self.setup.drive(id).await.unwrap();
        assert!(view.infrastructure.is_some(), "{view:#?}");
        self.publications.came_in(id).await.unwrap();
        id
    }

    /// Does what is due once; `false` where nothing is.
    pub(crate) async fn step(&self) -> Result<bool, ib_setup::DriverError> {
        let leased = self.driver.lease(10, None).await?;
        let is_busy = !leased.is_empty();
        for leased in leased {
            let release = self.driver.work(leased).await?;
            self.driver.release(&[release]).await?;
        }
        Ok(is_busy)
    }

    /// Does everything that is due now.
    pub(crate) async fn settle(&self) {
        while self.step().await.unwrap() {}
    }

    /// Works, and lets time pass, until nothing is under way or somebody has to log in.
    pub(crate) async fn work(&self, id: SetupId) -> View {
        self.work_while(id, |_| true).await
    }

    /// The same, for as long as `goes_on`.
    pub(crate) async fn work_while(&self, id: SetupId, goes_on: impl Fn(&RunView) -> bool) -> View {
        for _ in 0..ENOUGH {
            let view = self.publications.view(id).await.unwrap();
            let is_under_way = view
                .run
                .as_ref()
                .is_some_and(|run| run.is_active() && run.status.id() != "waiting_for_log_in");
            if !(view.is_looking || is_under_way) || view.run.as_ref().is_some_and(|run| !goes_on(run)) {
                return view;
            }
            if !self.step().await.unwrap() {
                self.world.wait(Duration::from_secs(1));
            }
        }
        unreachable!("it takes longer than anything does: {:#?}", self.publications.view(id).await)
    }

    /// Starts what the plan says.
    pub(crate) async fn start(&self, id: SetupId) {
        let edition = self.publications.view(id).await.unwrap().edition;
        self.publications.start(id, edition, BTreeSet::new()).await.unwrap();
    }

    /// Everything that the environment said, as sentences.
    pub(crate) async fn messages(&self, id: SetupId) -> Vec<String> {
        sentences(&self.publications.messages(id, 0).await.unwrap().0)
    }

    /// What it said within the last `events` of the history.
    pub(crate) async fn newest_messages(&self, id: SetupId, events: usize) -> Vec<String> {
        sentences(&self.publications.newest_messages(id, events).await.unwrap())
    }
}

fn sentences(said: &[Said]) -> Vec<String> {
    said.iter().map(|said| format!("{}: {}", said.item, said.message.sentence())).collect()
}

/// How far each item is.
pub(crate) fn statuses(view: &View) -> Vec<(String, ItemStatus)> {
    let run = view.run.as_ref().unwrap();
    run.items.iter().map(|item| (item.planned.item.to_string(), item.status)).collect()
}

pub(crate) fn item(view: &View, id: DependencyId) -> &ItemView {
    let items = &view.run.as_ref().unwrap().items;
    items.iter().find(|item| item.planned.item == Item::Dependency(id)).unwrap()
}

pub(crate) fn reason(view: &View, id: DependencyId) -> Option<Reason> {
    item(view, id).found.as_ref().and_then(|found| found.reason)
}
