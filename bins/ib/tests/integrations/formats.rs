//! What programs read, and what nobody reads.

use ib_api::integrations::IntegrationsDocument;
use insta::assert_snapshot;
use serde_json::Value;

use crate::world::{Run, World, package};

#[tokio::test]
async fn json_is_one_document_and_everything_else_goes_to_standard_error() {
    let world = World::new().await.with_orders().await;
    let schema = jsonschema::validator_for(&IntegrationsDocument::json_schema()).unwrap();
    let file = world.file("Orders.oap", package("Orders", 1));
    let uploaded = world.integrations("upload", &[&file, "--kind", "salesforce", "--output", "json"]).await;
    let document: Value = serde_json::from_slice(&uploaded.stdout).unwrap();
    assert!(schema.is_valid(&document), "{document:#}");
    assert_eq!(document["uploaded"], "Orders");
    let mut shown = document;
    shown["kinds"] = "left out here".into();
    assert_snapshot!("json", format!("{shown:#}"));
    let published = world.integrations("publish", &["Orders", "--output", "json"]).await;
    published.assert(0, &["To be published, in this order:"]);
    assert_eq!(published.document().integration("Orders").unwrap().status, "published");
}

#[tokio::test]
async fn what_a_file_is_called_is_harmless() {
    let world = World::new().await.with_orders().await;
    let file = world.file("Or\u{202e}ders\u{1b}[2J.oap", package("Orders", 1));
    for output in ["text", "json"] {
        let arguments = [&file, "--kind", "other", "--output", output];
        let all = world.integrations("upload", &arguments).await.all();
        assert!(!all.contains(['\u{1b}', '\u{202e}']) && !all.contains("\\u001b"), "{all}");
    }
}

#[tokio::test]
async fn what_was_planted_is_nowhere() {
    let world = World::new().await.with_orders().await;
    world.simulator.update(|scenario| scenario.user_mut("admin").unwrap().password = "planted-Pass-1".into());
    for (command, arguments, password) in [
        ("list", &[][..], "planted-Pass-2"),
        ("list", &["--output", "json"][..], "planted-Pass-1"),
        ("publish", &["Orders"][..], "planted-Pass-1"),
    ] {
        let arguments = [arguments, &["--username", "admin", "-vvv"]].concat();
        let ending = world.with(command, &arguments, Run::default().with("IB_PASSWORD", password)).await;
        let all = ending.all();
        assert!(!all.contains("planted"), "{all}");
    }
    assert_eq!(world.deployed("Orders"), 1);
}
