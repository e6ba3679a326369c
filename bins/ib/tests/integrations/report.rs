//! `ib report`, of everything that a folder holds.

use std::path::Path;
use std::process::Command;

use ib_env_sim::scenario::{PublishMessage, PublishRule};
use serde_json::{Value, json};

use crate::world::{DEV, Ending, Run, World};

/// A world in which the last publication failed, in words that name the user.
async fn world() -> World {
    let world = World::new().await.with_orders().await;
    let message = PublishMessage {
        step: 1,
        kind: "Error".to_owned(),
        message: "Maria lacks a right".to_owned(),
        ..PublishMessage::default()
    };
    let rule =
        PublishRule { application: "Orders".to_owned(), messages: vec![message], ..PublishRule::default() };
    world.change(|dev| dev.publish_rules.push(rule));
    world.integrations("publish", &["Orders"]).await.assert(3, &["Maria lacks a right"]);
    world
}

async fn report(world: &World, arguments: &[&str]) -> Ending {
    let data = world.path("data").display().to_string();
    let words = [&["report", DEV, "--data", &data], arguments].concat();
    world.alone(&words, Run::default()).await
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_report_tells_of_everything_and_of_nobody() {
    let world = world().await;
    let requests = world.simulator.requests().len();
    // Whoever lost the key can ask for help too.
    std::fs::remove_file(world.path("data").join("key")).unwrap();
    let path = world.path("report.json");
    let ending = report(&world, &["--file", &path.display().to_string()]).await;
    assert_eq!((ending.exit, ending.text()), (0, format!("{}\n", path.display())), "{}", ending.stderr);
    assert_eq!(ending.stderr, format!("{}\n", ib_api::support::LEFT_OUT));
    assert_eq!(world.simulator.requests().len(), requests, "nobody is asked");
    let document = read(&path);
    assert_eq!((&document["schema"], &document["made_by"]["name"]), (&json!("ib.support/1"), &json!("ib")));
    assert_eq!(
        (&document["made_at"], &document["set_up"]["user"]),
        (&json!("1970-01-01T00:00:00.000Z"), &json!("person 1"))
    );
    assert_eq!(document["dependencies"]["dependencies"][0]["state"], "installed");
    assert_eq!(document["integrations"]["integrations"][0]["name"], "Orders");
    let items = document["publication"]["items"].as_array().unwrap();
    let orders = items.iter().find(|item| item["item"] == "Orders").unwrap();
    assert_eq!(
        (&orders["status"], &orders["messages"][0]["text"]),
        (&json!("failed"), &json!("person 1 lacks a right"))
    );
    let all = document.to_string().to_lowercase();
    for planted in ["maria", "pass-1", "orders.oap"] {
        assert!(!all.contains(planted), "{planted} in {all}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let printed = report(&world, &["--file", "-"]).await;
    assert_eq!((printed.exit, printed.stderr.as_str()), (0, ""));
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), document);
}

#[tokio::test]
async fn a_file_that_is_there_is_never_replaced() {
    let world = World::new().await;
    let file = world.file("kept.json", "mine");
    let refused = report(&world, &["--file", &file]).await;
    refused.assert(2, &["kept.json is there already; choose another name with --file"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    let nowhere = world.path("none").join("report.json").display().to_string();
    let refused = report(&world, &["--file", &nowhere]).await;
    refused.assert(2, &["report.json cannot be written (", "choose another place with --file"]);
    assert_eq!(refused.text(), "");
}

#[tokio::test]
async fn without_a_name_it_is_called_by_its_second() {
    let world = World::new().await;
    let folder = world.path("here");
    std::fs::create_dir(&folder).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_ib"));
    program.env_clear().current_dir(&folder).args(["report", DEV, "--data"]).arg(world.path("data"));
    let output = tokio::task::spawn_blocking(move || program.output()).await.unwrap().unwrap();
    let name = String::from_utf8(output.stdout).unwrap();
    let name = name.trim_end();
    assert!(output.status.success() && name.starts_with("ib-report-2") && name.ends_with("Z.json"), "{name}");
    assert_eq!(name.len(), "ib-report-20300101T000000Z.json".len());
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [name], "nothing unfinished is left");
    assert_eq!(read(&folder.join(name))["set_up"]["is_registered"], true);
}
