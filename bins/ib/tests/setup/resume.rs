//! One run goes on where another one ended.

use crate::world::{ACCEPT, DEV, Run, World};

#[tokio::test]
async fn the_next_run_goes_on_without_logging_in_again() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    let before = world.log_ins();
    let ending = world.setup(&[&[DEV], &ACCEPT[..]].concat(), Run::default()).await;
    ending.assert(0, &["Going on where it was left.", "Registered"]);
    assert_eq!(world.log_ins(), before);
}

#[tokio::test]
async fn another_user_does_not_go_on_with_what_somebody_left() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    let run = Run::default().with("IB_PASSWORD", "admin-Pass-1");
    let ending = world.setup(&[DEV, "--username", "admin", "--output", "json"], run).await;
    ending.assert(7, &[]);
    assert_eq!(ending.document()["typed"]["username"], "admin");
    assert!(!ending.stderr.contains("Going on"), "{}", ending.stderr);
}

#[tokio::test]
async fn a_check_that_failed_is_made_again() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    let version = |text: Option<&str>| {
        let text = text.map(str::to_owned);
        world
            .simulator
            .update(|scenario| scenario.environment_mut(DEV).unwrap().version_text_override = text);
    };
    version(Some("11.7.1.5999"));
    world.setup(&[&[DEV], &ACCEPT[..]].concat(), Run::default()).await.assert(3, &["Stopped at: Check"]);
    version(None);
    world.setup(&[DEV], Run::default()).await.assert(0, &["Checking the infrastructure", "Registered"]);
}

#[tokio::test]
async fn ctrl_c_keeps_what_was_done_and_says_how_to_go_on() {
    let world = World::new().await;
    world.maria(&[]).await.assert(7, &[]);
    let before = world.requests();
    let ending = world.setup(&[&[DEV], &ACCEPT[..]].concat(), Run::default().interrupted()).await;
    ending.assert(
        130,
        &["interrupted; what was done so far is kept. Go on with: ib setup dev.acme.example --data"],
    );
    assert_eq!(world.requests(), before);
    world.setup(&[&[DEV], &ACCEPT[..]].concat(), Run::default()).await.assert(0, &["Registered"]);
}

#[tokio::test]
async fn status_tells_before_in_between_and_after_without_asking_anybody() {
    let world = World::new().await;
    let unknown = world.status(&[DEV]).await;
    unknown.assert(2, &["nothing is known of dev.acme.example here; begin with: ib setup dev.acme.example"]);
    assert!(!world.data().exists(), "nothing is made by asking");
    world.maria(&[]).await.assert(7, &[]);
    let before = world.requests();
    let between = world.status(&[DEV]).await;
    between.assert(7, &["! Waits for you at: Disclaimer  dev.acme.example", "go on"]);
    insta::assert_snapshot!("status", world.without_folder(&between.stdout));
    world.status(&["qa.acme.example"]).await.assert(2, &["nothing is known of qa.acme.example"]);
    assert_eq!(world.requests(), before);
    world.setup(&[&[DEV], &ACCEPT[..]].concat(), Run::default()).await.assert(0, &[]);
    let after = world.status(&[DEV, "--output", "json"]).await;
    after.assert(0, &[]);
    assert_eq!(after.document()["step"], "registered");
}
