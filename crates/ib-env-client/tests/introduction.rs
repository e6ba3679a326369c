//! Introductions to Integration Manager, and everything that may stand in their way.

mod common;

use std::time::{Duration, SystemTime};

use common::World;
use ib_domain::reason::Reason;
use ib_env_client::{Introduced, Introduction, Obstacle};
use ib_env_sim::scenario::{Action, Application, Fault, ManagerBehaviour, Module, Scenario};
use rstest::rstest;

const DEV: &str = "dev.acme.example";
const LINK: &str = "0123456789abcdef0123456789abcdef00000001";
const CHALLENGE: &str = "planted-challenge";

fn installed(scenario: &mut Scenario) {
    scenario.environments[0].applications.push(Application {
        name: "Integration Manager".to_owned(),
        description: "Version: 2.4.0".to_owned(),
        modules: vec![Module::named("OSIntegrationManager_API")],
        ..Application::default()
    });
}

fn introduction() -> Introduction {
    let expires_at = SystemTime::UNIX_EPOCH + Duration::from_mins(29_474_465);
    Introduction::new(LINK, CHALLENGE.to_owned().into(), expires_at)
}

async fn introduce(world: &World) -> Result<Introduced, Obstacle> {
    world.environment(DEV).introduce(&introduction()).await
}

#[tokio::test]
async fn an_integration_manager_takes_an_introduction_on() {
    let world = World::with(installed).await;
    let introduced = introduce(&world).await.unwrap();
    assert_eq!(introduced.version, "2.4.0");
    assert!(world.simulator.manager(DEV).is_introduced);
    let asked = world.simulator.requests().pop().unwrap();
    assert_eq!((asked.method.as_str(), asked.status, asked.username), ("POST", Some(202), None));
    assert_eq!(asked.path, "/OSIntegrationManager_API/rest/v1/introduction");
    let shown = format!("{:?}", introduction());
    assert!(shown.contains(LINK) && !shown.contains(CHALLENGE), "{shown}");
}

#[tokio::test]
async fn an_environment_without_it_says_so() {
    let world = World::acme().await;
    let obstacle = introduce(&world).await.unwrap_err();
    assert_eq!(obstacle, Obstacle::new(Reason::ManagerAbsent).observed("status 404, a web page"));
    let outdated = World::with(|scenario| {
        installed(scenario);
        scenario.environments[0].integration_manager.behaviour = ManagerBehaviour::Outdated;
    });
    assert_eq!(introduce(&outdated.await).await.unwrap_err().reason, Reason::ManagerAbsent);
}

fn json(status: u16, body: &str) -> Action {
    Action::Verbatim { status, content_type: "application/json".to_owned(), body: body.to_owned() }
}

#[rstest]
#[case::elsewhere(json(409, "{}"), Reason::ManagerLinkedElsewhere)]
#[case::no_version(json(202, "{}"), Reason::ManagerAbsent)]
#[case::no_json(json(202, "taken"), Reason::ManagerAbsent)]
#[case::another_success(json(200, r#"{"version":"2"}"#), Reason::ManagerAbsent)]
#[case::gateway(Action::Status(502), Reason::HttpGateway)]
#[case::throttled(Action::TooManyRequests(7), Reason::HttpThrottled)]
#[case::error(Action::Status(500), Reason::HttpServerError)]
#[case::reset(Action::Reset, Reason::HttpReset)]
#[case::endless(Action::Endless, Reason::HttpTooLarge)]
#[case::redirect(
    Action::Redirect { status: 307, location: "https://www.acme.example/".to_owned() },
    Reason::HttpRedirectsElsewhere
)]
#[case::redirect_at_home(
    Action::Redirect { status: 307, location: "/elsewhere".to_owned() },
    Reason::ManagerAbsent
)]
#[tokio::test]
async fn every_other_answer_is_an_obstacle(#[case] action: Action, #[case] reason: Reason) {
    let world = World::with(|scenario| {
        installed(scenario);
        let path = Some("/OSIntegrationManager_API/*".to_owned());
        scenario.environments[0].faults = vec![Fault { path, ..Fault::always(action) }];
    })
    .await;
    let obstacle = introduce(&world).await.unwrap_err();
    assert_eq!(obstacle.reason, reason, "{obstacle}");
    assert_eq!(world.simulator.requests().len(), 1, "sent once");
    assert!(!format!("{obstacle:?} {obstacle}").contains(CHALLENGE));
}

#[tokio::test]
async fn a_long_and_harmful_version_is_made_harmless() {
    let answer = format!(r#"{{"version":"2.4\u001b[31m{}"}}"#, "x".repeat(500));
    let world =
        World::with(|scenario| scenario.environments[0].faults = vec![Fault::always(json(202, &answer))]);
    let version = introduce(&world.await).await.unwrap().version;
    assert!(version.starts_with("2.4[31mx") && version.chars().count() <= 50, "{version}");
}
