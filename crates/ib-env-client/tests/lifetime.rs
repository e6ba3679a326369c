//! LifeTime in every form that the reference foresees.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use common::{World, address};
use ib_domain::environment::Purpose;
use ib_domain::permission::evaluation::{Evaluation, evaluate};
use ib_domain::permission::unverified::UnverifiedReason;
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;
use ib_env_client::Obstacle;
use ib_env_sim::scenario::{Action, Fault, KeyCase, LifeTime};

const TOKEN: &str = "acme-lifetime-token-7c1d0f";

async fn world(change: impl FnOnce(&mut LifeTime)) -> World {
    World::with(|scenario| change(&mut scenario.lifetime)).await
}

async fn evaluation(world: &World, username: &str) -> Evaluation {
    let lifetime = world.lifetime(TOKEN);
    let environments = lifetime.environments().await.unwrap();
    let dev = environments.iter().find(|environment| environment.purpose == Purpose::Development).unwrap();
    let model = lifetime.permission_model(&environments).await.unwrap();
    evaluate(&model, &Username::parse(username).unwrap(), &dev.key)
}

#[tokio::test]
async fn the_inventory_is_in_pipeline_order_and_without_lifetime() {
    let world = world(|_| {}).await;
    let environments = world.lifetime(TOKEN).environments().await.unwrap();
    let hosts: Vec<_> = environments.iter().map(|environment| environment.host.as_str()).collect();
    assert_eq!(hosts, ["dev.acme.example", "qa.acme.example", "prod.acme.example"]);
    assert!(!world.lifetime(TOKEN).applications().await.unwrap().is_empty());
}

#[tokio::test]
async fn permissions_are_read_in_every_spelling_of_the_names() {
    for key_case in [KeyCase::Documented, KeyCase::Pascal, KeyCase::Upper, KeyCase::Camel, KeyCase::Mixed] {
        let world = world(|lifetime| lifetime.key_case = key_case).await;
        assert!(evaluation(&world, "MARIA").await.is_allowed(), "{key_case:?}");
        assert!(matches!(evaluation(&world, "omar").await, Evaluation::Denied { .. }), "{key_case:?}");
    }
}

#[tokio::test]
async fn a_single_object_is_a_list_of_one() {
    let world = world(|lifetime| lifetime.single_object_for_list = true).await;
    drop(world.lifetime(TOKEN).environments().await.unwrap());
    drop(world.lifetime(TOKEN).permission_model(&[]).await.unwrap());
}

#[tokio::test]
async fn shifted_labels_grant_nothing() {
    let world = world(|lifetime| lifetime.label_shift = 1).await;
    let evaluation = evaluation(&world, "maria").await;
    let Evaluation::Unverified { reason: UnverifiedReason::LevelsNotUnderstood { .. } } = evaluation else {
        panic!("{evaluation:?}")
    };
}

async fn reason(world: &World, token: &str) -> Option<Reason> {
    world.lifetime(token).environments().await.err().map(|obstacle| obstacle.reason)
}

#[tokio::test]
async fn tokens_that_are_not_accepted_are_one_cause() {
    let world = world(|_| {}).await;
    assert_eq!(reason(&world, "no-such-token").await, Some(Reason::TokenRefused));
    assert_eq!(reason(&world, "acme-expired-token-90ab3e").await, Some(Reason::TokenRefused));
}

#[tokio::test]
async fn an_account_without_the_right_reads_no_permissions() {
    let world = world(|_| {}).await;
    let lifetime = world.lifetime("acme-reader-token-5e5d21");
    let environments = lifetime.environments().await.unwrap();
    assert!(!environments.is_empty());
    let obstacle = lifetime.permission_model(&environments).await.unwrap_err();
    assert_eq!(obstacle.reason, Reason::AccountForbidden);
}

#[tokio::test]
async fn an_error_page_in_place_of_json_is_lifetimes_trouble() {
    let world = world(|lifetime| lifetime.html_error_page = true).await;
    assert_eq!(reason(&world, TOKEN).await, Some(Reason::LifeTimeError));
}

#[tokio::test]
async fn another_environment_is_not_taken_for_lifetime() {
    let world = world(|_| {}).await;
    let token = ib_env_client::Token::new(TOKEN.to_owned()).unwrap();
    let client = world.client();
    let other = ib_env_client::Connect::lifetime(&client, address("dev.acme.example"), token);
    let findings = other.diagnose().await;
    assert_eq!(findings.last().and_then(|finding| finding.outcome.reason()), Some(Reason::NoLifeTimeApi));
}

async fn with_fault(action: Action) -> Result<(), Obstacle> {
    let path = Some("/lifetimeapi/rest/v2/environments*".to_owned());
    let world = World::with(|scenario| {
        let fault = Fault { path, ..Fault::always(action) };
        scenario.environment_mut("lifetime.acme.example").unwrap().faults.push(fault);
    })
    .await;
    world.lifetime(TOKEN).environments().await.map(drop)
}

fn json(status: u16, body: &str) -> Action {
    Action::Verbatim { status, content_type: "application/json".to_owned(), body: body.to_owned() }
}

#[tokio::test]
async fn no_content_is_an_empty_list_and_no_failure() {
    assert_eq!(with_fault(json(204, "")).await, Ok(()));
}

#[tokio::test]
async fn what_is_no_json_or_another_shape_is_not_understood() {
    for body in ["", "{", "7", "[1]", "[{\"Key\":5}]", "<html/>", "[{\"HostName\":\"a\"}]"] {
        let obstacle = with_fault(json(200, body)).await.unwrap_err();
        assert_eq!(obstacle.reason, Reason::LifeTimeNotUnderstood, "{body}");
    }
}
