//! A service of its own for each journey, over a pretend infrastructure that can be changed meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::catalogue::DependencyCatalogue;
use ib_domain::integration::ModuleFile;
use ib_env_client::Token;
use ib_env_client::http::{ConnectTo, HttpClient, Limits, Settings as HttpSettings};
use ib_env_sim::scenario::{Action, Application, Environment, Fault, Module, PublishRule};
use ib_env_sim::{Scenario, Simulator};
use ib_setup::ports::Clock;
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::testing::{MemoryDepot, MemoryPackages, MemoryVault, ports};
use ib_setup::{Dependencies, Pace, Ports, Timestamp};
use ib_web::{Origin, Settings, Web};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) const HOST: &str = "dev.acme.example";
/// Longer than any test waits.
const FOREVER: Duration = Duration::from_mins(10);

/// The machine's clock, and what was added to it.
#[derive(Default)]
struct Ahead(AtomicU64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_secs(self.0.load(Ordering::SeqCst)))
    }
}

/// A service, and the infrastructure that it sets up.
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    simulator: Simulator,
    clock: Arc<Ahead>,
    vault: Arc<MemoryVault>,
    ports: Ports,
    dependencies: Dependencies,
    embedders: Vec<Origin>,
    /// They end with the place.
    tasks: JoinSet<()>,
}

impl Place {
    /// Over acme, as it is.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::acme();
        change(&mut scenario);
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let (clock, vault): (Arc<Ahead>, Arc<MemoryVault>) = Default::default();
        let ports = Ports {
            clock: clock.clone(),
            vault: vault.clone(),
            ids: Arc::new(RandomIds),
            lifetimes: Arc::new(lifetimes()),
            ..ports(Arc::new(client(&simulator)))
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (dependencies, tasks) = (dependencies(), JoinSet::new());
        let embedders = Vec::new();
        let mut place = Self { address, simulator, clock, vault, ports, dependencies, embedders, tasks };
        place.serve(listener);
        place
    }

    fn serve(&mut self, listener: TcpListener) {
        let mut settings = Settings::default();
        settings.embedders.clone_from(&self.embedders);
        let millis = Duration::from_millis;
        settings.pace = Pace::default().soon(millis(50)).long(millis(100)).longest(millis(200));
        let web = Web::new(self.ports.clone(), Some(self.dependencies.clone()), settings);
        let service = web.router().into_make_service_with_connect_info::<SocketAddr>();
        self.tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        self.tasks.spawn(async move { web.drive(std::future::pending()).await });
    }

    /// The service ends in the middle of everything, and is started again over what it kept.
    pub(crate) async fn restart(&mut self) {
        self.tasks.shutdown().await;
        // The driver that was at work cannot give its leases back.
        self.advance(Duration::from_mins(2));
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    /// Lets pages of that origin show the Setup widget, from the next start on.
    pub(crate) async fn allow(&mut self, origin: &str) {
        self.embedders.push(Origin::of_page(origin).unwrap());
        self.restart().await;
    }

    /// Has publications of `application` go by a rule, or of all with `*`.
    pub(crate) fn rule(&self, application: &str, change: impl FnOnce(&mut PublishRule)) {
        let mut rule = PublishRule { application: application.to_owned(), ..PublishRule::default() };
        change(&mut rule);
        self.change(|environment| environment.publish_rules = vec![rule]);
    }

    /// Has publications stop after their first message, until [`go_on`](Self::go_on).
    pub(crate) fn hold(&self) {
        self.rule("*", |rule| rule.stall_after = Some(1));
    }

    /// Publications go on as usual.
    pub(crate) fn go_on(&self) {
        self.change(|environment| environment.publish_rules.clear());
    }

    /// A user has another role from now on.
    pub(crate) fn role(&self, username: &str, role: &str) {
        self.simulator.update(|scenario| role.clone_into(&mut scenario.user_mut(username).unwrap().role));
    }

    /// An event stream of the session with those cookies, beside those of its pages; `None` where it has all that it
    /// may have.
    pub(crate) async fn stream(&self, cookies: &str) -> Option<TcpStream> {
        let address = self.address;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /setup/dependencies/events HTTP/1.1\r\nhost: {address}\r\ncookie: {cookies}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut status).await.unwrap();
        match &status {
            b"HTTP/1.1 200" => Some(stream),
            b"HTTP/1.1 429" => None,
            other => panic!("{}", String::from_utf8_lossy(other)),
        }
    }

    /// Nobody's credentials are kept any more.
    pub(crate) fn forget_credentials(&self) {
        self.vault.clear();
    }

    /// Time passes, for the service.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// The development environment changes.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Environment)) {
        self.change_at(HOST, change);
    }

    /// An environment changes.
    pub(crate) fn change_at(&self, host: &str, change: impl FnOnce(&mut Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(host).unwrap()));
    }

    /// The development environment takes that long for its next answer.
    pub(crate) fn slow(&self, delay: Duration) {
        // Hits are counted anew when faults change.
        self.change(|environment| environment.faults.clear());
        let action = Action::Delay(u64::try_from(delay.as_millis()).unwrap());
        self.change(|environment| {
            environment.faults = vec![Fault { times: Some(1), ..Fault::always(action) }];
        });
    }

    /// Nothing is answered any more, so that what is begun stays under way.
    pub(crate) fn stall(&self) {
        self.change(|environment| environment.faults = vec![Fault::always(Action::Stall)]);
    }
}

/// The modules of a package, as the simulator writes it.
fn modules(package: &[u8]) -> Option<BTreeSet<ModuleFile>> {
    let application = Application::from_package(package);
    let module = |module: &Module| ModuleFile::of_path(&format!("{}.oml", module.name));
    package.starts_with(b"PK").then(|| application.modules.iter().filter_map(module).collect())
}

/// The simulator's packages.
fn dependencies() -> Dependencies {
    let packages = MemoryPackages::default();
    let mut entries = Vec::new();
    for (entry, package) in ib_env_sim::dependencies::packages(&BTreeMap::new()).unwrap() {
        packages.put(entry.id, package);
        entries.push(entry);
    }
    let catalogue = DependencyCatalogue::new(entries).unwrap();
    let depot = Arc::new(MemoryDepot::reading(modules));
    Dependencies { catalogue: Arc::new(catalogue), packages: Arc::new(packages), depot: Some(depot) }
}

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

fn lifetimes() -> BTreeMap<EnvironmentAddress, (EnvironmentAddress, Token)> {
    let token = Token::new("acme-lifetime-token-7c1d0f".to_owned()).unwrap();
    [(address(HOST), (address("lifetime.acme.example"), token))].into()
}

fn client(simulator: &Simulator) -> HttpClient {
    let mut settings = HttpSettings::default();
    settings.system_authorities = false;
    settings.authorities = vec![simulator.ca_pem().as_bytes().to_vec()];
    let hosts = simulator.hosts();
    let connect_to = hosts.iter().map(|host| ConnectTo::new(&address(&host.host), simulator.address()));
    settings.connect_to = connect_to.collect();
    settings.limits = Limits::scaled(FOREVER);
    settings.limits.retry_delay = Duration::from_millis(100);
    HttpClient::new(settings).unwrap()
}
