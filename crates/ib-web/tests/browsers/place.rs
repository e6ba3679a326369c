//! A service of its own for each journey, over a pretend infrastructure that can be changed meanwhile.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_env_client::Token;
use ib_env_client::http::{ConnectTo, HttpClient, Limits, Settings as HttpSettings};
use ib_env_sim::scenario::{Action, Environment, Fault};
use ib_env_sim::{Scenario, Simulator};
use ib_setup::ports::Clock;
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::testing::ports;
use ib_setup::{Ports, Timestamp};
use ib_web::{Settings, Web};
use tokio::net::TcpListener;
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
    /// They end with the place.
    _tasks: JoinSet<()>,
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
        let clock = Arc::new(Ahead::default());
        let ports = Ports {
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            lifetimes: Arc::new(lifetimes()),
            ..ports(Arc::new(client(&simulator)))
        };
        let web = Web::new(ports, None, Settings::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = web.router().into_make_service_with_connect_info::<SocketAddr>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        tasks.spawn(async move { web.drive(std::future::pending()).await });
        Self { address, simulator, clock, _tasks: tasks }
    }

    /// Time passes, for the service.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// The development environment changes.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(HOST).unwrap()));
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
