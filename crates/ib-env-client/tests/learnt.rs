//! What is learnt about an environment serves every object that asks it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use common::{World, address, credentials, maria};
use futures_util::future;
use ib_domain::reason::Reason;
use ib_env_client::http::HttpClient;
use ib_env_client::{Connect, Module, Obstacle, PublishId};
use ib_env_sim::scenario::{Action, Fault, IdentityProvider, Scenario, WsdlForm};

const DEV: &str = "dev.acme.example";
const QA: &str = "qa.acme.example";

/// A world, one client for all, and its clock in seconds.
struct Shared {
    world: World,
    client: HttpClient,
    clock: Arc<AtomicU64>,
}

impl Shared {
    async fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut world = World::with(change).await;
        let clock = Arc::new(AtomicU64::new(0));
        let seconds = Arc::clone(&clock);
        world.settings.clock =
            Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst)));
        let client = world.client();
        Self { world, client, clock }
    }

    /// Lists modules by an object of its own.
    async fn ask(&self, host: &str) -> Result<(), Obstacle> {
        self.client.environment(address(host)).modules(&maria(), Box::new(|_: Module| {})).await
    }

    /// How often the WSDL of the platform services was asked for.
    fn wsdls(&self, host: &str) -> usize {
        let requests = self.world.simulator.requests();
        let is_wsdl = |path: &str| path.ends_with("/PlatformServices_v8_0_0.asmx?WSDL");
        requests.iter().filter(|request| request.host == host && is_wsdl(&request.path)).count()
    }

    fn change(&self, change: impl FnOnce(&mut ib_env_sim::scenario::Environment)) {
        self.world.simulator.update(|scenario| change(scenario.environment_mut(DEV).unwrap()));
    }
}

#[tokio::test]
async fn the_wsdl_is_asked_once_for_an_address_and_again_after_a_while() {
    let shared = Shared::with(|_| {}).await;
    let (one, other) = future::join(shared.ask(DEV), shared.ask(DEV)).await;
    assert_eq!((one, other), (Ok(()), Ok(())));
    shared.ask(DEV).await.unwrap();
    assert_eq!((shared.wsdls(DEV), shared.wsdls(QA)), (1, 0), "once, though two asked at the same time");
    shared.ask(QA).await.unwrap();
    assert_eq!((shared.wsdls(DEV), shared.wsdls(QA)), (1, 1), "another address is another environment");
    shared.clock.store(599, Ordering::SeqCst);
    shared.ask(DEV).await.unwrap();
    assert_eq!(shared.wsdls(DEV), 1);
    shared.clock.store(600, Ordering::SeqCst);
    shared.ask(DEV).await.unwrap();
    assert_eq!((shared.wsdls(DEV), shared.wsdls(QA)), (2, 1), "after ten minutes");
}

#[tokio::test]
async fn an_environment_that_renames_its_parameters_is_read_anew_at_once() {
    let shared = Shared::with(|_| {}).await;
    shared.ask(DEV).await.unwrap();
    shared.change(|environment| environment.wsdl = WsdlForm::RenamedElements);
    assert!(shared.ask(DEV).await.is_err(), "it finds none of the names that it had before");
    assert_eq!(shared.ask(DEV).await, Ok(()));
    assert_eq!(shared.wsdls(DEV), 2);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_a_reason_to_ask_anew() {
    let shared = Shared::with(|_| {}).await;
    shared.ask(DEV).await.unwrap();
    let method = "SolutionPack_GetPublishMessages";
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><{method}Response/></s:Body></s:Envelope>"
    );
    let odd = Action::Verbatim { status: 200, content_type: "text/xml".to_owned(), body };
    shared.change(|environment| {
        environment.faults.push(Fault { method: Some(method.to_owned()), ..Fault::always(odd) });
    });
    let environment = shared.client.environment(address(DEV));
    let obstacle = environment.publish_messages(&maria(), PublishId(1), 0).await.unwrap_err();
    assert_eq!(obstacle.reason, Reason::PublicationRefused);
    assert_eq!(shared.wsdls(DEV), 1);
    shared.ask(DEV).await.unwrap();
    assert_eq!(shared.wsdls(DEV), 2);
}

#[tokio::test]
async fn a_gateway_in_the_way_of_the_wsdl_is_no_dialect() {
    let shared = Shared::with(|scenario| {
        let environment = scenario.environment_mut(DEV).unwrap();
        environment.wsdl = WsdlForm::RenamedElements;
        let path = Some("*PlatformServices*".to_owned());
        environment.faults.push(Fault { path, times: Some(1), ..Fault::always(Action::Status(503)) });
    })
    .await;
    assert_eq!(shared.ask(DEV).await.map_err(|obstacle| obstacle.reason), Err(Reason::HttpGateway));
    assert_eq!(shared.ask(DEV).await, Ok(()));
}

#[tokio::test]
async fn who_checks_passwords_is_known_to_the_next_object_for_a_while() {
    let shared = Shared::with(|scenario| {
        scenario.environment_mut(DEV).unwrap().identity_provider = IdentityProvider::Oidc;
    })
    .await;
    let log_in = async || {
        let wrong = credentials("maria", "wrong");
        let refused = shared.client.environment(address(DEV)).log_in(&wrong).await;
        refused.unwrap_err().reason
    };
    assert!(shared.client.environment(address(DEV)).diagnose().await.recognised);
    assert_eq!(log_in().await, Reason::LoginRefusedExternal);
    shared.clock.store(600, Ordering::SeqCst);
    assert_eq!(log_in().await, Reason::LoginRefused);
}
