//! What programs read, and what nobody reads.

use ib_api::dependencies::DependenciesDocument;
use ib_api::dependencies_event::DependenciesEvent;
use insta::assert_snapshot;

use crate::world::{Run, World, failing};

#[tokio::test]
async fn json_is_one_document_and_everything_else_goes_to_standard_error() {
    let world = World::new().await;
    let schema = jsonschema::validator_for(&DependenciesDocument::json_schema()).unwrap();
    let plan = world.dependencies("plan", &["--output", "json"]).await;
    assert!(schema.is_valid(&plan.document()));
    assert_snapshot!("plan_json", format!("{:#}", plan.document()));
    let installed = world.dependencies("install", &["--output", "json"]).await;
    let document = installed.document();
    assert!(schema.is_valid(&document));
    assert_eq!((installed.exit, &document["exit"]), (0, &0.into()));
    assert_eq!(document["publication"]["status"], "ended");
    assert!(installed.stderr.contains("To be published, in this order:"), "{}", installed.stderr);
}

#[tokio::test]
async fn events_come_line_by_line_and_end_with_the_document() {
    let hostile = failing("Integration Builder Utils", "No\u{1b}[2J \u{202e}reference");
    let world = World::of(|dev| dev.publish_rules.push(hostile), &[]).await;
    let ending = world.dependencies("install", &["integration-builder-utils", "--output", "ndjson"]).await;
    ending.assert(3, &[]);
    assert!(!ending.stdout.contains("\\u001b") && !ending.stdout.contains('\u{202e}'), "{}", ending.stdout);
    let events = ending.events();
    let schema = jsonschema::validator_for(&DependenciesEvent::json_schema()).unwrap();
    for event in &events {
        assert!(schema.is_valid(event), "{event:#}");
    }
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["document"]["exit"]), (&"ended".into(), &3.into()));
    let line = |event: &serde_json::Value| {
        let words = ["event", "schema", "due", "item", "status", "severity", "text"];
        let words =
            words.iter().filter_map(|word| event.get(word)).map(|value| value.to_string().replace('"', ""));
        words.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!("events", events.iter().map(line).collect::<Vec<_>>().join("\n"));

    // What the environment said before is not told again.
    let again = world.dependencies("retry", &["--output", "ndjson"]).await;
    again.assert(7, &[]);
    let errors = again.events().iter().filter(|event| event["severity"] == "error").count();
    assert_eq!(errors, 0, "{}", again.stdout);
}

#[tokio::test]
async fn what_was_planted_is_nowhere() {
    let world = World::new().await;
    world.simulator.update(|scenario| scenario.user_mut("admin").unwrap().password = "planted-Pass-1".into());
    let runs = [("list", "text", "planted-Pass-2"), ("list", "json", "planted-Pass-1")];
    for (command, output, password) in runs.into_iter().chain([("install", "ndjson", "planted-Pass-1")]) {
        let arguments = ["--username", "admin", "-vvv", "--output", output];
        let ending = world.with(command, &arguments, Run::default().with("IB_PASSWORD", password)).await;
        let all = ending.stdout + &ending.stderr;
        assert!(!all.contains("planted"), "{all}");
    }
    assert_eq!(world.deployed().len(), 4);
    let entries = std::fs::read_dir(world.data()).unwrap().map(|entry| entry.unwrap().path());
    for file in entries.filter(|path| path.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"planted"));
    }
}
