//! Each library, used as a project uses it that knows nothing of the workspace.
//!
//! `cargo xtask test --only outside` copies this file to such a project, and builds it with the features of the crates
//! off (`none`), as they are by default (`default`), and all on (`all`).

use std::net::{IpAddr, Ipv4Addr};

use ib_api::exit::{Exit, FailOn};
use ib_domain::address::EnvironmentAddress;
use ib_domain::verdict::Verdict;
use ib_env_client::policy::AddressPolicy;
use ib_env_sim::Simulator;
use ib_setup::ports::Store;
use ib_setup::registration::{Command, Rejection, State, decide};
use ib_setup::{SetupId, Timestamp};
use ib_store::SqliteStore;
use ib_web::Origin;

#[test]
fn ib_domain_reads_an_address() {
    let address = EnvironmentAddress::parse(" HTTPS://Dev.Acme.example/ServiceCenter ").unwrap();
    assert_eq!(address.host(), "dev.acme.example");
}

#[test]
fn ib_env_client_judges_addresses() {
    let policy = AddressPolicy::default();
    assert!(policy.judge("dev.acme.example", &[IpAddr::V4(Ipv4Addr::LOCALHOST)]).is_err());
    assert!(policy.judge("dev.acme.example", &[IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34))]).is_ok());
}

#[test]
fn ib_setup_decides() {
    let refused: Result<_, Rejection> =
        decide(&State::default(), Command::ChooseSetUp, Timestamp::from_millis(0));
    assert!(refused.is_err(), "nobody has logged in");
}

#[tokio::test]
async fn ib_store_opens_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("setups.db")).await.unwrap();
    assert_eq!(store.load(SetupId::new(1).into()).await.unwrap(), None);
    store.close().await;
}

#[test]
fn ib_api_has_the_exit_codes() {
    assert_eq!(Exit::of(Verdict::Failed, FailOn::Failed).code(), 3);
}

#[test]
fn ib_web_reads_its_settings() {
    assert_eq!(Origin::parse("https://setup.example.com/").unwrap().as_str(), "https://setup.example.com");
}

#[tokio::test]
async fn ib_env_sim_serves_a_scenario() {
    let simulator = Simulator::builder().start().await.unwrap();
    assert!(simulator.connect_to("dev.acme.example").unwrap().ip().is_loopback());
    simulator.shutdown().await;
}

/// What is there by default: the HTTP client.
#[cfg(any(feature = "default", feature = "all"))]
#[tokio::test]
async fn ib_env_client_checks_a_simulated_environment() {
    use ib_env_client::check::Checker;
    use ib_env_client::http::{HttpClient, Settings};

    let simulator = Simulator::builder().start().await.unwrap();
    let mut settings = Settings::default();
    settings.authorities = vec![simulator.ca_pem().into()];
    settings.connect_to = vec![format!("dev.acme.example:443:{}", simulator.address()).parse().unwrap()];
    let checker = Checker::new(std::sync::Arc::new(HttpClient::new(settings).unwrap()));
    let report = checker.check(&["dev.acme.example".to_owned()], |_| {}).await;
    assert_eq!(report.verdict(), Verdict::Passed);
}

#[cfg(feature = "all")]
mod with_all_features {
    use std::sync::Arc;

    use ib_api::client::{Client, ServerUrl};
    use ib_domain::version::PlatformVersion;
    use ib_setup::ports::Clock as _;
    use ib_setup::registration::{Rules, Step};
    use ib_setup::system::SystemClock;
    use ib_setup::testing::{Scripted, ports};
    use ib_setup::{Ports, Setup, Timestamp};
    use ib_web::{Settings, Web};

    #[test]
    fn ib_domain_is_validated_on_the_way_in() {
        assert!(serde_json::from_str::<PlatformVersion>("\"11.23.1\"").is_ok());
        assert!(serde_json::from_str::<PlatformVersion>("\"eleven\"").is_err());
    }

    #[tokio::test]
    async fn ib_setup_drives() {
        assert!(SystemClock.now() > Timestamp::from_millis(0));
        let ports = Ports { clock: Arc::new(SystemClock), ..ports(Arc::new(Scripted::default())) };
        let setup = Setup::new(ports, Rules::new("1"));
        let id = setup.begin().await.unwrap();
        setup.enter_address(id, "dev.acme.example").await.unwrap();
        assert_eq!(setup.drive(id).await.unwrap().open, Step::LogIn);
    }

    /// The client of the API asks the API, over loopback.
    #[tokio::test]
    async fn ib_api_asks_ib_web() {
        let web = Web::new(ports(Arc::new(Scripted::default())), None, Settings::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = web.router().into_make_service_with_connect_info::<std::net::SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await });
        let url = ServerUrl::parse(&format!("http://{address}")).unwrap();
        let disclaimer = Client::new(url, &[]).unwrap().disclaimer().await.unwrap();
        assert_eq!(disclaimer.version, Settings::default().disclaimer.version());
        server.abort();
    }
}
