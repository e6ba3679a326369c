//! What programs read.

use ib_api::environments::EnvironmentsDocument;
use insta::assert_snapshot;
use serde_json::Value;

use crate::world::{GONE, PROD, World};

#[tokio::test]
async fn json_is_one_document_and_everything_else_goes_to_standard_error() {
    let world = World::new().await;
    let schema = jsonschema::validator_for(&EnvironmentsDocument::json_schema()).unwrap();
    let added = world.environments("add", &["Production", GONE, "--output", "json"]).await;
    added.assert(0, &["Looking at dev.acme.example and gone.acme.example ..."]);
    let document: Value = serde_json::from_str(&added.stdout).unwrap();
    assert!(schema.is_valid(&document), "{document:#}");
    assert_snapshot!("json", world.plain(&added.stdout));
    let features = world.features(&["--output", "json"]).await;
    assert_eq!(features.document(), added.document());
}

#[tokio::test]
async fn what_an_environment_says_is_harmless() {
    let world = World::new().await;
    world.change(PROD, |prod| prod.version_text_override = Some("11\u{1b}[2J.\u{202e}22".to_owned()));
    for output in ["text", "json"] {
        let ending = world.environments("add", &["Production", PROD, "--output", output]).await;
        let all = ending.stdout + &ending.stderr;
        assert!(all.contains("Production"), "{all}");
        assert!(!all.contains(['\u{1b}', '\u{202e}']) && !all.contains("\\u001b"), "{all}");
    }
}
