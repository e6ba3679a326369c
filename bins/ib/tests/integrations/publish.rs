//! From a package to an integration that is published, and back.

use ib_env_sim::scenario::{PublishMessage, PublishRule};
use insta::assert_snapshot;

use crate::world::{Run, World, deployed};

#[tokio::test]
async fn what_is_uploaded_is_published_after_what_is_missing() {
    let world = World::new().await;
    world.integrations("list", &[]).await.assert(0, &["✓ No integrations yet"]);
    let uploaded = world.upload(1).await;
    uploaded.assert(0, &["Uploading Orders.oap (", "ib integrations publish dev.acme.example Orders"]);
    assert_snapshot!("uploaded", world.plain(&uploaded.text()));
    assert_eq!(world.deployed("Orders"), 0);

    let published = world.integrations("publish", &["Orders"]).await;
    published.assert(0, &[]);
    assert_snapshot!("published_stdout", world.plain(&published.text()));
    assert_snapshot!("published_stderr", world.plain(&published.stderr));
    assert_eq!((world.deployed("Orders"), world.deployed("Integration Manager")), (1, 1));

    world.upload(2).await.assert(0, &["its package is newer"]);
    world.integrations("publish", &["Orders"]).await.assert(0, &["✓ 1 of 1 published"]);
    assert_eq!((world.deployed("Orders"), world.deployed("Integration Manager")), (2, 1));

    let removed = world.integrations("remove", &["Orders", "--yes"]).await;
    removed.assert(0, &["✓ 1 of 1 published"]);
    assert!(!removed.text().contains("Orders.oap"), "{}", removed.text());
}

#[tokio::test]
async fn an_upload_before_anything_was_looked_at_tells_how_to_look() {
    let world = World::new().await;
    world.upload(1).await.assert(5, &["Could not tell", "go on   ib integrations list dev.acme.example"]);
    world.integrations("list", &[]).await.assert(0, &["not published"]);
}

#[tokio::test]
async fn an_interrupted_publication_goes_on_and_does_nothing_twice() {
    let world = World::new().await.with_orders().await;
    let is_under_way =
        |simulator: &ib_env_sim::Simulator| deployed(simulator, "Integration Builder Utils") == 1;
    let run = Run::default().interrupted_when(is_under_way);
    let interrupted = world.with("publish", &["Orders"], run).await;
    interrupted.assert(130, &["Go on with: ib integrations publish dev.acme.example Orders --packages"]);
    world.wait();
    world.integrations("list", &[]).await.assert(0, &["Under way", "being published"]);
    let on = world.integrations("publish", &["Orders"]).await;
    on.assert(0, &["Going on with the publication that is under way", "✓ 1 of 1 published"]);
    assert_eq!((world.deployed("Orders"), world.deployed("Integration Builder Utils")), (1, 1));
}

/// A rule by which the next publication of an application ends with an error.
fn failing(application: &str) -> PublishRule {
    let message = PublishMessage {
        step: 1,
        kind: "Error".to_owned(),
        message: "no".to_owned(),
        ..PublishMessage::default()
    };
    let application = application.to_owned();
    PublishRule { application, once: true, messages: vec![message], ..PublishRule::default() }
}

#[tokio::test]
async fn what_failed_is_told_and_can_be_published_again() {
    let world = World::new().await.with_orders().await;
    world.change(|dev| dev.publish_rules.push(failing("Orders")));
    let failed = world.integrations("publish", &["Orders"]).await;
    failed.assert(3, &["✗ Something failed; 0 of 1 published", "SETUP-", "go on   ib integrations publish"]);
    world.integrations("publish", &["Orders"]).await.assert(0, &["✓ 1 of 1 published"]);
    assert_eq!(world.deployed("Orders"), 1);
}

#[tokio::test]
async fn what_keeps_an_integration_back_is_told_with_it() {
    let world = World::new().await.with_orders().await;
    world.change(|dev| dev.publish_rules.push(failing("Integration Builder Utils")));
    let blocked = world.integrations("publish", &["Orders", "--output", "json"]).await;
    blocked.assert(3, &[]);
    assert_eq!(blocked.document().integration("Orders").unwrap().item.as_ref().unwrap().status, "blocked");
    world.integrations("publish", &["Orders"]).await.assert(0, &["✓ 1 of 1 published"]);
}
