//! Infrastructures with publications under way.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ib_domain::dependency::DependencyId;
use ib_setup::ports::{Shelf, Store, Vault};
use ib_setup::publication::RunView;
use ib_setup::registration::Rules;
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::testing::ports;
use ib_setup::throttle::{Limit, Scopes};
use ib_setup::{
    Credentials, Dependencies, Disclaimer, Driver, HistoryId, Limits, Password, Ports, Publications, Setup,
    SetupId,
};
use ib_store::{Keys, PackageFolder, SqliteStore};
use ib_web::{Settings, Web};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::environment::{Way, World};

/// How many people set up side by side.
const HANDS: usize = 16;

/// The simulator's packages, in `folder`. They are written once: other processes read them at the same time.
pub(crate) fn dependencies(folder: &Path) -> Dependencies {
    let folder = folder.join("packages");
    if !folder.exists() {
        ib_env_sim::dependencies::write_packages(&folder, &[].into()).unwrap();
    }
    let packages = PackageFolder::open(folder).unwrap();
    Dependencies {
        catalogue: Arc::new(packages.catalogue().clone()),
        packages: Arc::new(packages),
        depot: None,
    }
}

/// The key in `folder`.
pub(crate) fn keys(folder: &Path) -> Keys {
    let key = folder.join("key");
    if key.exists() { Keys::read(key) } else { Keys::create(key) }.unwrap()
}

/// How long secrets are kept that nobody opens.
pub(crate) const LIMIT: Duration = Duration::from_mins(30);

/// A store in `folder`, and ports over it.
pub(crate) async fn in_sqlite(folder: &Path, world: &Arc<World>) -> (SqliteStore, Ports) {
    let store = SqliteStore::open(folder.join("setups.db")).await.unwrap();
    let vault = store.vault(keys(folder), Arc::new(SystemClock), LIMIT).await.unwrap();
    let ports = over(Arc::new(store.clone()), Arc::new(vault), world);
    (store, ports)
}

/// Ports to the environments of `world`.
pub(crate) fn over<S: Store + Shelf + 'static>(
    store: Arc<S>,
    vault: Arc<dyn Vault>,
    world: &Arc<World>,
) -> Ports {
    Ports {
        store: store.clone(),
        shelf: store,
        vault,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        ..ports(Arc::new(Way(Arc::clone(world))))
    }
}

/// The facade.
#[derive(Clone)]
pub(crate) struct Service {
    setup: Setup,
    publications: Publications,
    driver: Driver,
}

impl Service {
    /// Attempts are counted, as always, and none is refused.
    pub(crate) fn new(ports: Ports, dependencies: Dependencies) -> Self {
        let none =
            Limit { free: u32::MAX, first: Duration::ZERO, longest: Duration::ZERO, window: Duration::ZERO };
        let scopes = Scopes { client: none, environment: none, everybody: none };
        let mut limits = Limits::default();
        (limits.user, limits.log_ins, limits.addresses, limits.codes) = (none, scopes, scopes, scopes);
        let setup = Setup::new(ports, Rules::new(Disclaimer::default().version())).limits(limits);
        let publications = Publications::new(setup.clone(), dependencies);
        let driver = Driver::new(setup.clone(), Some(publications.clone()));
        Self { setup, publications, driver }
    }

    /// A person registers the infrastructure with that number, and what is there is looked at.
    pub(crate) async fn register(&self, number: usize) -> SetupId {
        let setup = &self.setup;
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, &World::address(number)).await.unwrap();
        setup.drive(id).await.unwrap();
        let password = Password::new("correct horse".to_owned()).unwrap();
        setup.log_in(id, Credentials::new("maria", password).unwrap()).await.unwrap();
        setup.drive(id).await.unwrap();
        setup.choose_set_up(id).await.unwrap();
        setup.accept_disclaimer(id, Disclaimer::default().version()).await.unwrap();
        let infrastructure = setup.drive(id).await.unwrap().infrastructure.unwrap();
        self.publications.came_in(id).await.unwrap();
        let leased = self.driver.lease(1, Some(HistoryId::Publications(infrastructure))).await.unwrap();
        for leased in leased {
            let release = self.driver.work(leased).await.unwrap();
            self.driver.release(&[release]).await.unwrap();
        }
        id
    }

    /// They start a publication of `only`, or of everything that is planned.
    pub(crate) async fn start(&self, setup: SetupId, only: BTreeSet<DependencyId>) {
        let edition = self.publications.view(setup).await.unwrap().edition;
        self.publications.start(setup, edition, only).await.unwrap();
    }

    /// The publication of a set-up.
    pub(crate) async fn publication(&self, setup: SetupId) -> RunView {
        self.publications.view(setup).await.unwrap().run.unwrap()
    }

    /// The first `count` infrastructures, each with its publication started.
    pub(crate) async fn populate(&self, count: usize) {
        let mut hands = JoinSet::new();
        for hand in 0..HANDS {
            let service = self.clone();
            hands.spawn(async move {
                for number in (hand..count).step_by(HANDS) {
                    let setup = service.register(number).await;
                    service.start(setup, BTreeSet::new()).await;
                }
            });
        }
        while let Some(hand) = hands.join_next().await {
            hand.unwrap();
        }
    }
}

/// A server without its requests.
pub(crate) struct Driving {
    stop: oneshot::Sender<()>,
    driven: JoinHandle<()>,
}

impl Driving {
    pub(crate) fn begin(ports: Ports, dependencies: Dependencies, settings: Settings) -> Self {
        let web = Web::new(ports, Some(dependencies), settings);
        let (stop, stopped) = oneshot::channel();
        let driven = tokio::spawn(async move { web.drive(async { drop(stopped.await) }).await });
        Self { stop, driven }
    }

    /// Ends what was begun.
    pub(crate) async fn end(self) {
        self.stop.send(()).unwrap();
        self.driven.await.unwrap();
    }
}

/// Drives, with answers that take no time, until every environment has been listened to.
pub(crate) async fn bring_under_way(world: &World, ports: Ports, dependencies: Dependencies) {
    let driving = Driving::begin(ports, dependencies, Settings::default());
    while world.lag.untouched() > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    driving.end().await;
}
