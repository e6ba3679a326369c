//! A script registers an infrastructure.

use insta::assert_snapshot;
use serde_json::Value;

use crate::world::{ACCEPT, DEV, Run, World};

#[tokio::test]
async fn a_script_registers_an_infrastructure_with_one_command() {
    let world = World::new().await;
    let ending = world.maria(&ACCEPT).await;
    ending.assert(0, &[]);
    assert_snapshot!("registered_stdout", ending.stdout);
    assert_snapshot!("registered_stderr", ending.stderr);
}

#[tokio::test]
async fn json_is_one_document_and_everything_else_goes_to_standard_error() {
    let world = World::new().await;
    let ending = world.maria(&[&ACCEPT[..], &["--output", "json"]].concat()).await;
    let mut document = ending.document();
    assert_eq!((&document["schema"], &document["exit"]), (&"ib.setup/1".into(), &0.into()));
    let schema = ib_api::setup::SetupDocument::json_schema();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&document));
    for id in ["id", "infrastructure"] {
        assert_eq!(document[id].as_str().unwrap().len(), 32);
        document[id] = "(random)".into();
    }
    document["targets"][0]["findings"] = "(as ib check finds them)".into();
    assert_snapshot!("registered_json", format!("{document:#}"));
    assert!(ending.stderr.contains("Checking dev.acme.example ..."), "{}", ending.stderr);
}

#[tokio::test]
async fn events_come_line_by_line_and_end_with_the_document() {
    let world = World::new().await;
    let ending = world.maria(&[&ACCEPT[..], &["--output", "ndjson"]].concat()).await;
    ending.assert(0, &[]);
    let lines: Vec<Value> = ending.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema = ib_api::setup_event::SetupEvent::json_schema();
    let schema = jsonschema::validator_for(&schema).unwrap();
    assert!(lines.iter().all(|line| schema.is_valid(line)));
    let (first, last) = (lines.first().unwrap(), lines.last().unwrap());
    assert_eq!((&first["event"], &first["schema"]), (&"begin".into(), &"ib.setup.events/1".into()));
    assert_eq!((&last["event"], &last["document"]["exit"]), (&"end".into(), &0.into()));
    let steps = lines.iter().filter(|line| line["event"] == "step");
    let steps: Vec<_> = steps.map(|line| format!("{}: {}", line["step"], line["status"])).collect();
    assert_snapshot!("events", steps.join("\n").replace('"', ""));
}

#[tokio::test]
async fn lifetime_is_asked_where_it_is_named() {
    let world = World::new().await;
    let token = world.file("token", "acme-lifetime-token-7c1d0f\n");
    let lifetime =
        ["--lifetime", "lifetime.acme.example", "--lifetime-token-file", &token, "--output", "json"];
    let ending = world.maria(&[&ACCEPT[..], &lifetime].concat()).await;
    ending.assert(0, &[]);
    let document = ending.document();
    let addresses: Vec<_> =
        document["targets"].as_array().unwrap().iter().map(|target| &target["address"]).collect();
    assert!(addresses.contains(&&"qa.acme.example".into()), "{addresses:?}");
}

#[tokio::test]
async fn another_user_comes_in_without_disclaimer() {
    let world = World::new().await;
    world.maria(&ACCEPT).await.assert(0, &[]);
    let arguments = [DEV, "--username", "admin", "--output", "json"];
    let ending = world.setup(&arguments, Run::default().with("IB_PASSWORD", "admin-Pass-1")).await;
    ending.assert(0, &[]);
    let document = ending.document();
    let skipped = document["steps"].as_array().unwrap().iter().filter(|step| step["status"] == "not_needed");
    assert_eq!(skipped.count(), 4, "{document:#}");
}

#[tokio::test]
async fn what_is_registered_already_is_said_and_nothing_is_sent() {
    let world = World::new().await;
    world.maria(&ACCEPT).await.assert(0, &[]);
    let before = world.requests();
    let ending = world.setup(&["https://DEV.acme.example/ServiceCenter"], Run::default()).await;
    ending.assert(0, &["It is registered already; nothing was sent.", "Registered  dev.acme.example"]);
    assert_eq!(world.requests(), before);
}

#[tokio::test]
async fn secrets_and_variables_without_use_are_named() {
    let world = World::new().await;
    let password = Run::default().with("IB_PASSWORD", "planted-1").with("IB_ACTIVATION_CODE", "planted-2");
    let ending = world.setup(&[DEV, "--non-interactive"], password).await;
    let user = "IB_PASSWORD is set and was not used, because --username was not given";
    ending.assert(6, &[user, "the activation code was not used, because it was not asked for"]);
    assert!(!ending.stderr.contains("planted"), "{}", ending.stderr);
}

#[tokio::test]
async fn what_was_planted_is_nowhere() {
    let world = World::old().await;
    world.simulator.update(|scenario| scenario.user_mut("maria").unwrap().password = "planted-Pass-1".into());
    let code = world.file("code", "PLA.NTE.D1A.A0A.QRS.TUV.WX2.YZ3\n");
    for password in ["planted-Pass-2", "planted-Pass-1"] {
        let run = Run::default().with("IB_PASSWORD", password);
        let arguments = [DEV, "--username", "maria", "--activation-code-file", &code, "-vvv"];
        let ending = world.setup(&[&arguments[..], &ACCEPT].concat(), run).await;
        let all = ending.stdout + &ending.stderr;
        assert!(!all.contains("planted") && !all.contains("PLA.NTE"), "{all}");
    }
    let status = world.status(&[DEV]).await;
    status.assert(0, &["Registered"]);
    for file in std::fs::read_dir(world.data()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds("planted-Pass") && !holds("PLA.NTE"));
    }
}
