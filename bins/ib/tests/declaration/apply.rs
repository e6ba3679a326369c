//! From a file to an infrastructure that is as it says.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::world::{FILE, Run, World};

#[tokio::test]
async fn a_file_is_planned_applied_and_planned_no_more() {
    let world = World::new().await;
    let plan = world.ib("plan", &["infrastructure.toml"], Run::default()).await;
    plan.assert(7, &[]);
    assert_snapshot!("plan", world.plain(&plan.stdout));
    assert_eq!((world.log_ins(), world.deployed()), (0, 0), "planning changed something");

    let applied = world.ib("apply", &["infrastructure.toml", "--yes"], Run::default()).await;
    applied.assert(0, &[]);
    assert_snapshot!("applied_stdout", world.plain(&applied.stdout));
    assert_snapshot!("applied_stderr", world.plain(&applied.stderr));

    let plan = world.ib("plan", &["infrastructure.toml"], Run::default()).await;
    plan.assert(0, &["Nothing would change", "Everything is as infrastructure.toml declares it."]);
    let (log_ins, deployed) = (world.log_ins(), world.deployed());
    let again = world.ib("apply", &["infrastructure.toml", "--yes"], Run::default()).await;
    again.assert(0, &["Everything is as infrastructure.toml declares it"]);
    assert_eq!(world.deployed(), deployed, "a second run published something");
    assert!(log_ins > 0);
}

#[tokio::test]
async fn what_it_declares_says_which_file() {
    let world = World::applied().await;
    let document = world.environments().await;
    let known: Vec<_> = document["environments"].as_array().unwrap().iter().collect();
    let files: Vec<_> =
        known.iter().map(|row| (row["name"].as_str().unwrap(), row["file"].clone())).collect();
    let file = json!("infrastructure.toml");
    assert_eq!(files, [("Development", Value::Null), ("QA", file.clone()), ("Production", file.clone())]);
    assert_eq!(known[2]["waivers"][0]["file"], file);
    let remove = ["environments", "remove", "dev.acme.example", "QA", "--yes"];
    let refused = world.about(&remove, Run::bare()).await;
    refused.assert(refused.exit, &["infrastructure.toml"]);
    assert_ne!(refused.exit, 0);
}

#[tokio::test]
async fn what_is_declared_no_more_is_removed_and_what_people_added_stays() {
    let world = World::applied().await;
    let add = ["environments", "add", "dev.acme.example", "Spare", "spare.acme.example"];
    world.about(&add, Run::bare()).await.assert(0, &["Spare"]);
    let shorter = FILE.split("[[environments]]\nname = \"Production\"").next().unwrap();
    world.file("infrastructure.toml", &shorter.replace("qa.acme.example", "prod.acme.example"));
    let plan = world.ib("plan", &["infrastructure.toml", "--output", "json"], Run::default()).await;
    let steps: Vec<_> =
        plan.document()["steps"].as_array().unwrap().iter().map(|step| step["text"].clone()).collect();
    assert_eq!(
        steps,
        [
            "Remove the environment Production at prod.acme.example",
            "Change the environment QA at qa.acme.example to QA at prod.acme.example"
        ]
    );
    world.ib("apply", &["infrastructure.toml", "--yes"], Run::default()).await.assert(0, &[]);
    let document = world.environments().await;
    let names: Vec<_> =
        document["environments"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["Development", "QA", "Spare"]);
    world.ib("plan", &["infrastructure.toml"], Run::default()).await.assert(0, &[]);
}

#[tokio::test]
async fn a_step_that_fails_is_said_and_the_others_are_done() {
    let world = World::new().await;
    let text = FILE.replace("qa.acme.example", "lifetime.acme.example");
    world.file("infrastructure.toml", &text);
    let words = ["infrastructure.toml", "--yes", "--output", "json"];
    let applied = world.ib("apply", &words, Run::default()).await;
    applied.assert(3, &["SETUP-"]);
    assert_eq!(applied.counts(), [4, 1, 0], "{}", applied.stdout);
    let failed = &applied.document()["failed"][0];
    assert_eq!(failed["environment"]["name"], "QA");
    assert!(failed["why"].as_str().unwrap().contains("LifeTime"), "{failed}");
}

#[tokio::test]
async fn a_person_sees_what_would_change_and_decides() {
    let world = World::new().await;
    let no = world.ib("apply", &["infrastructure.toml"], Run::default().answers(&["no"])).await;
    no.assert(7, &["5 changes", "nothing was changed, because it was not confirmed"]);
    assert_eq!(world.log_ins(), 0);
    world
        .ib("apply", &["infrastructure.toml"], Run::default().answers(&["yes"]))
        .await
        .assert(0, &["5 changes"]);
}
