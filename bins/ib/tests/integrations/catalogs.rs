//! Several database catalogs: integrations are published by hand.

use ib_env_sim::scenario::Application;
use insta::assert_snapshot;

use crate::world::{World, package};

#[tokio::test]
async fn the_steps_are_told_and_only_what_is_there_counts() {
    let world = World::with_several_catalogs().await;
    world.integrations("list", &[]).await.assert(0, &["No integrations yet"]);
    let uploaded = world.upload(1).await;
    uploaded.assert(7, &[]);
    assert_snapshot!("by_hand", world.plain(&uploaded.text()));
    let refused = world.integrations("publish", &["Orders"]).await;
    refused.assert(5, &["The environment uses several database catalogs. Download the package"]);

    let early = world.integrations("mark", &["Orders"]).await;
    early.assert(3, &["Looking at what is installed on dev.acme.example ...", "SETUP-"]);
    assert_snapshot!("marked_too_early", world.plain(&early.text()));

    world.change(|dev| dev.applications.push(Application::from_package(&package("Orders", 1))));
    let marked = world.integrations("mark", &["Orders"]).await;
    marked.assert(0, &["✓ 1 of 1 published", "published by hand"]);
    assert!(!marked.text().contains("ServiceCenter"), "{}", marked.text());
    assert_eq!(world.deployed("Orders"), 0);
}
