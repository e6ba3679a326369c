//! One simulated infrastructure, and a client that knows the way to it.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

pub(crate) mod sink;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_env_client::http::{ConnectTo, HttpClient, Limits, NameError, Resolver, Settings};
use ib_env_client::{Connect, Credentials, Environment, LifeTime, Password, Token};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::Scenario;

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) settings: Settings,
}

impl World {
    pub(crate) async fn acme() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::acme();
        change(&mut scenario);
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let mut settings = Settings::default();
        settings.system_authorities = false;
        settings.authorities = vec![simulator.ca_pem().as_bytes().to_vec()];
        settings.limits = Limits::scaled(Duration::from_secs(2));
        settings.limits.retry_delay = Duration::from_millis(1);
        settings.connect_to = simulator
            .hosts()
            .iter()
            .map(|host| ConnectTo::new(&address(&host.host), simulator.address()))
            .collect();
        settings.resolver = Arc::new(Names(Vec::new()));
        Self { simulator, settings }
    }

    pub(crate) fn client(&self) -> HttpClient {
        HttpClient::new(self.settings.clone()).unwrap()
    }

    pub(crate) fn environment(&self, host: &str) -> Arc<dyn Environment> {
        self.client().environment(address(host))
    }

    pub(crate) fn lifetime(&self, token: &str) -> Arc<dyn LifeTime> {
        self.client().lifetime(address("lifetime.acme.example"), Token::new(token.to_owned()).unwrap())
    }
}

pub(crate) fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

pub(crate) fn credentials(username: &str, password: &str) -> Credentials {
    Credentials::new(username, Password::new(password.to_owned()).unwrap()).unwrap()
}

pub(crate) fn maria() -> Credentials {
    credentials("maria", "maria-Pass-1")
}

pub(crate) fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A name service that answers every name with the same addresses; none means no such name.
pub(crate) struct Names(pub(crate) Vec<IpAddr>);

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        if self.0.is_empty() { Err(NameError::NotFound) } else { Ok(self.0.clone()) }
    }
}
