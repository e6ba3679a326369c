//! Rules that make a publication slow, stuck, refused or lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ib_env_sim::scenario::{PublishMessage, PublishRule};
use serde_json::json;

use crate::control::control;
use crate::publish::{PUBLISH, SERVICE, end, installed, orders, poll, poll_once, publish};
use crate::stranger::{DEV, Soap, Stranger};

async fn ruled(rule: PublishRule) -> Stranger {
    Stranger::changed(|scenario| scenario.environments[0].publish_rules = vec![rule]).await
}

fn rule() -> PublishRule {
    PublishRule { application: "Orders".to_owned(), ..PublishRule::default() }
}

#[tokio::test]
async fn rules_bring_warnings_and_errors_and_errors_deploy_nothing() {
    let message = |step, kind: &str| PublishMessage {
        step,
        kind: kind.to_owned(),
        message: "Outdated Consumer".to_owned(),
        detail: "Orders_IS".to_owned(),
    };
    let rule = PublishRule {
        application: "Orders".to_owned(),
        messages: vec![message(1, "Warning"), message(2, "Error")],
        ..PublishRule::default()
    };
    let stranger = Stranger::changed(|scenario| scenario.environments[0].publish_rules = vec![rule]).await;
    let id = publish(&stranger, "maria", &orders(), true).await.element("PublishId");
    let (first, after, _) = poll(&stranger, &id, "0".to_owned()).await;
    assert_eq!(first, ["Info", "Info", "Warning", "PublishStop"]);
    end(&stranger, &id, "Continue").await;
    let (second, _, _) = poll(&stranger, &id, after).await;
    assert_eq!(second, ["Info", "Error"]);
    assert!(installed(&stranger, "Orders").is_none());
    stranger.simulator.update(|scenario| {
        scenario.environments[0].publish_rules[0].not_started = Some("The disk is full.".to_owned());
    });
    let refused = publish(&stranger, "maria", &orders(), true).await;
    assert_eq!(
        (refused.element("PublishId"), refused.element("Message")),
        ("0".into(), "The disk is full.".into())
    );
}

#[tokio::test]
async fn a_slow_publication_brings_a_message_every_few_polls() {
    let stranger = ruled(PublishRule { polls_per_message: 3, ..rule() }).await;
    let id = publish(&stranger, "maria", &orders(), false).await.element("PublishId");
    let (mut seen, mut brought) = (0, Vec::new());
    for _ in 0..9 {
        let (new, finished) = poll_once(&stranger, &id, seen).await;
        seen += new;
        brought.push((new, finished));
    }
    let (none, one) = ((0, false), (1, false));
    assert_eq!(brought, [none, none, one, none, none, one, none, none, (1, true)]);
    assert!(installed(&stranger, "Orders").is_some());
}

#[tokio::test]
async fn a_stalled_publication_goes_on_when_its_rule_is_changed() {
    let stranger = ruled(PublishRule { stall_after: Some(1), ..rule() }).await;
    let id = publish(&stranger, "maria", &orders(), false).await.element("PublishId");
    assert_eq!(poll_once(&stranger, &id, 0).await, (1, false));
    for _ in 0..20 {
        assert_eq!(poll_once(&stranger, &id, 1).await, (0, false));
    }
    let go_on = json!({ "publish_rules": [{ "application": "Orders", "stall_after": 3 }] });
    control(&stranger, reqwest::Method::PATCH, &format!("/hosts/{DEV}"), Some(go_on)).await;
    assert_eq!(poll_once(&stranger, &id, 1).await, (2, false), "all messages are there");
    assert_eq!(poll_once(&stranger, &id, 3).await, (0, false), "and still it does not end");
    assert!(installed(&stranger, "Orders").is_none());
    stranger.simulator.update(|scenario| scenario.environments[0].publish_rules.clear());
    assert_eq!(poll_once(&stranger, &id, 3).await, (0, true));
    assert!(installed(&stranger, "Orders").is_some());
}

#[tokio::test]
async fn a_step_that_ends_where_a_publication_stalls_can_be_continued() {
    let stranger = ruled(PublishRule { stall_after: Some(3), ..rule() }).await;
    let id = publish(&stranger, "maria", &orders(), true).await.element("PublishId");
    let (kinds, after, _) = poll(&stranger, &id, "0".to_owned()).await;
    assert_eq!(kinds, ["Info", "Info", "PublishStop"]);
    assert_eq!(end(&stranger, &id, "Continue").await.status, 200);
    assert_eq!(poll_once(&stranger, &id, after.parse().unwrap()).await, (0, false));
}

#[tokio::test]
async fn a_rule_for_once_lets_the_second_publication_succeed() {
    let error = PublishMessage { step: 1, kind: "Error".to_owned(), ..PublishMessage::default() };
    let stranger = ruled(PublishRule { messages: vec![error], once: true, ..rule() }).await;
    for (errors, deployed) in [(1, false), (0, true)] {
        let id = publish(&stranger, "maria", &orders(), false).await.element("PublishId");
        let (kinds, _, finished) = poll(&stranger, &id, "0".to_owned()).await;
        assert!(finished);
        assert_eq!(kinds.iter().filter(|kind| *kind == "Error").count(), errors);
        assert_eq!(installed(&stranger, "Orders").is_some(), deployed);
    }
}

#[tokio::test]
async fn what_a_rule_keeps_from_starting_was_the_first_and_what_else_is_refused_was_not() {
    let full = Some("The disk is full.".to_owned());
    let stranger = ruled(PublishRule { not_started: full, once: true, ..rule() }).await;
    let refused = publish(&stranger, "nina", &orders(), false).await;
    assert!(refused.element("Message").contains("not allowed"), "{}", refused.text);
    let refused = publish(&stranger, "maria", &orders(), false).await;
    assert_eq!(refused.element("Message"), "The disk is full.");
    assert_eq!(publish(&stranger, "maria", &orders(), false).await.element("PublishId"), "1");
}

#[tokio::test]
async fn a_lost_start_is_a_publication_that_nobody_was_told_of() {
    let stranger = ruled(PublishRule { lose_start: true, once: true, ..rule() }).await;
    let file = STANDARD.encode(orders().to_package());
    let inputs = [
        ("Username", "maria"),
        ("Password", "maria-Pass-1"),
        ("File", file.as_str()),
        ("TwoStepMode", "false"),
    ];
    let lost = stranger.calling(Soap::V11, SERVICE, PUBLISH, &inputs).send().await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(stranger.simulator.requests()[0].status, None);

    let again = publish(&stranger, "maria", &orders(), false).await;
    assert!(again.element("Message").contains("already being published"), "{}", again.text);
    let (_, _, finished) = poll(&stranger, "1", "0".to_owned()).await;
    assert!(finished && installed(&stranger, "Orders").is_some());
    assert_eq!(publish(&stranger, "maria", &orders(), false).await.element("PublishId"), "2");
}
