//! Whole registrations over HTTPS, against a simulated infrastructure with LifeTime, and its environments after that.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod environments;
mod links;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::Purpose;
use ib_domain::reason::Reason;
use ib_env_client::http::{ConnectTo, HttpClient, NameError, Resolver, Settings};
use ib_env_client::{Credentials, Password, Token};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::Scenario;
use ib_setup::registration::{LogInStop, Rules, Step, Stop, View};
use ib_setup::testing::ports;
use ib_setup::{ActivationCode, InfrastructureId, Ports, Setup, SetupId};

/// No name but the simulated ones.
struct NoNames;

#[async_trait]
impl Resolver for NoNames {
    async fn resolve(&self, _: &str) -> Result<Vec<std::net::IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

async fn simulator(change: impl FnOnce(&mut Scenario)) -> Simulator {
    let mut scenario = Scenario::acme();
    change(&mut scenario);
    Simulator::builder().scenario(scenario).start().await.unwrap()
}

fn client(simulator: &Simulator) -> HttpClient {
    let mut settings = Settings::default();
    settings.system_authorities = false;
    settings.authorities = vec![simulator.ca_pem().as_bytes().to_vec()];
    let hosts = simulator.hosts();
    let connect_to = hosts.iter().map(|host| ConnectTo::new(&address(&host.host), simulator.address()));
    settings.connect_to = connect_to.collect();
    settings.resolver = Arc::new(NoNames);
    HttpClient::new(settings).unwrap()
}

/// The set-up of an operator who has the token of acme's LifeTime.
fn setup(simulator: &Simulator, token: Option<&str>) -> Setup {
    Setup::new(acme(simulator, token), Rules::new("1"))
}

fn acme(simulator: &Simulator, token: Option<&str>) -> Ports {
    let access = |token: &str| {
        let token = Token::new(token.to_owned()).unwrap();
        (address("dev.acme.example"), (address("lifetime.acme.example"), token))
    };
    let lifetimes: BTreeMap<_, _> = token.map(access).into_iter().collect();
    Ports { lifetimes: Arc::new(lifetimes), ..ports(Arc::new(client(simulator))) }
}

async fn log_in(setup: &Setup, id: SetupId, username: &str, password: &str) -> View {
    let password = Password::new(password.to_owned()).unwrap();
    setup.log_in(id, Credentials::new(username, password).unwrap()).await.unwrap();
    setup.drive(id).await.unwrap()
}

/// A set-up that waits for the log-in to acme's development environment.
async fn at_log_in(setup: &Setup) -> SetupId {
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, "https://dev.acme.example/ServiceCenter").await.unwrap();
    let view = setup.drive(id).await.unwrap();
    assert_eq!(view.open, Step::LogIn, "{view:#?}");
    id
}

async fn accept(setup: &Setup, id: SetupId) -> View {
    setup.choose_set_up(id).await.unwrap();
    setup.accept_disclaimer(id, "1").await.unwrap();
    setup.drive(id).await.unwrap()
}

#[tokio::test]
async fn maria_registers_acme_and_every_environment_is_checked() {
    let simulator = simulator(|_| {}).await;
    let setup = setup(&simulator, Some("acme-lifetime-token-7c1d0f"));
    let id = at_log_in(&setup).await;
    let view = log_in(&setup, id, "maria", "maria-Pass-1").await;
    assert_eq!(view.open, Step::Welcome, "{view:#?}");
    let view = accept(&setup, id).await;
    assert!(view.infrastructure.is_some(), "{view:#?}");
    let purposes: Vec<_> = view.findings.iter().filter_map(|target| target.purpose.clone()).collect();
    assert!(
        purposes.contains(&Purpose::Development) && purposes.contains(&Purpose::Production),
        "{purposes:?}"
    );
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_old_platform_asks_for_the_code() {
    let simulator = simulator(|scenario| scenario.environments[0].version = "11.7.6.99999".to_owned()).await;
    let setup = setup(&simulator, None);
    let id = at_log_in(&setup).await;
    log_in(&setup, id, "maria", "maria-Pass-1").await;
    let view = accept(&setup, id).await;
    assert_eq!((view.open, view.infrastructure), (Step::ActivationCode, None), "{view:#?}");
    let code = ActivationCode::parse("ABC.DEF.G1H.I2J.KLM.NOP.QRS.TUV").unwrap();
    setup.enter_code(id, code).await.unwrap();
    assert!(setup.drive(id).await.unwrap().infrastructure.is_some());
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
    let simulator = simulator(|_| {}).await;
    let setup = setup(&simulator, None);
    let id = at_log_in(&setup).await;
    let view = log_in(&setup, id, "maria", "wrong").await;
    assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Refused)));
    assert_eq!(view.findings[0].findings.iter().find_map(|found| found.reason), Some(Reason::LoginRefused));
    let asked = simulator.requests().len();
    setup.drive(id).await.unwrap();
    assert_eq!(simulator.requests().len(), asked, "nothing is asked again by itself");
    simulator.shutdown().await;
}

#[tokio::test]
async fn lifetime_as_an_address_stays_on_the_step() {
    let simulator = simulator(|_| {}).await;
    let setup = setup(&simulator, None);
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, "lifetime.acme.example").await.unwrap();
    let view = setup.drive(id).await.unwrap();
    assert_eq!(view.stop, Some(Stop::Address));
    let reasons: Vec<_> = view.findings[0].findings.iter().filter_map(|found| found.reason).collect();
    assert!(reasons.contains(&Reason::IsLifeTime), "{reasons:?}");
    simulator.shutdown().await;
}

/// The infrastructures of maria, who registers through the first host, and of whoever comes by the second.
async fn registered_by(
    hosts: [&str; 2],
    change: impl FnOnce(&mut Scenario),
) -> [Option<InfrastructureId>; 2] {
    let simulator = simulator(change).await;
    let setup = setup(&simulator, None);
    let mut registered = [None; 2];
    for (host, registered) in hosts.into_iter().zip(&mut registered) {
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, host).await.unwrap();
        setup.drive(id).await.unwrap();
        let mut view = log_in(&setup, id, "maria", "maria-Pass-1").await;
        if view.infrastructure.is_none() {
            view = accept(&setup, id).await;
        }
        *registered = view.infrastructure;
    }
    simulator.shutdown().await;
    registered
}

#[tokio::test]
async fn a_second_host_name_needs_a_certificate_for_the_first() {
    let hosts = ["dev.acme.example", "www.acme.example"];
    for (names, one) in [(vec!["dev.acme.example".to_owned()], true), (Vec::new(), false)] {
        let second = |scenario: &mut Scenario| {
            let mut second = scenario.environments[0].clone();
            hosts[1].clone_into(&mut second.host);
            second.certificate_names = names;
            scenario.environments.push(second);
        };
        let [first, second] = registered_by(hosts, second).await;
        assert!(first.is_some() && second.is_some());
        assert_eq!(first == second, one);
    }
}
