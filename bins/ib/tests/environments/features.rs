//! What can be done with each environment.

use ib_env_sim::scenario::Tls;
use insta::assert_snapshot;

use crate::world::{PROD, World};

#[tokio::test]
async fn each_environment_has_its_features() {
    let world = World::whole().await;
    world.features(&[]).await.assert(0, &["✓ Nothing is limited"]);
    world.change(PROD, |prod| prod.tls = Tls::Expired);
    world.environments("check", &[]).await.assert(0, &["2 of 3 connected"]);
    let all = world.features(&[]).await;
    all.assert(0, &["! 3 limited", "QA", "SETUP-TLS-001", "you can still"]);
    assert_snapshot!("features", world.plain(&all.stdout));

    let one = world.features(&["production", "--output", "json"]).await.document();
    let names: Vec<_> = one.environments.iter().map(|known| known.name.as_str()).collect();
    assert_eq!((names, one.exit), (vec!["Production"], 0));
    world.features(&["Sandbox"]).await.assert(5, &["No environment of the infrastructure is named Sandbox."]);
}

#[tokio::test]
async fn what_was_not_looked_at_is_not_known() {
    let world = World::new().await;
    let unknown = world.features(&[]).await;
    unknown.assert(5, &["not known", "go on   ib environments check dev.acme.example"]);
    assert_eq!(world.features(&["Development"]).await.stdout, unknown.stdout);
}
