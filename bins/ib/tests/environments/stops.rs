//! What keeps a command from its end.

use rstest::rstest;

use crate::world::{DEV, QA, Run, World};

#[rstest]
#[case::list(&["list", DEV])]
#[case::add(&["add", DEV, "QA", QA])]
#[case::check(&["check", DEV])]
#[tokio::test]
async fn an_infrastructure_that_is_not_registered_has_no_environments(#[case] words: &[&str]) {
    let world = World::unregistered().await;
    let ending = world.run(&[&["environments"], words].concat(), Run::default()).await;
    ending.assert(7, &["ib: dev.acme.example is not registered; run ib setup dev.acme.example --data"]);
    assert_eq!(ending.stdout, "");
    world.features(&[]).await.assert(7, &["is not registered"]);
    assert_eq!(world.simulator.requests().len(), 0);
}

#[rstest]
#[case::no_address(&["add", DEV, "QA", "not an address"], "SETUP-")]
#[case::empty_name(&["add", DEV, " ", QA], "enter a name, such as Production")]
#[case::slash(&["add", DEV, "a/b", QA], "without a slash")]
#[case::no_lifetime(&["import", DEV], "which LifeTime? name it with --lifetime HOST")]
#[case::nobody_confirms(&["remove", DEV, "QA", "--non-interactive"], "give --yes")]
#[case::ndjson(&["list", DEV, "--output", "ndjson"], "text, json")]
#[tokio::test]
async fn wrong_use_ends_at_once(#[case] words: &[&str], #[case] says: &str) {
    let world = World::new().await;
    let requests = world.simulator.requests().len();
    let ending = world.run(&[&["environments"], words].concat(), Run::default()).await;
    ending.assert(2, &[says]);
    assert_eq!((ending.stdout.as_str(), world.simulator.requests().len()), ("", requests));
}

#[tokio::test]
async fn an_interruption_leaves_what_was_recorded() {
    let world = World::new().await;
    let words = ["environments", "add", DEV, "Quality Assurance", QA];
    let ending = world.run(&words, Run::default().interrupted()).await;
    let go_on = "Go on with: ib environments add dev.acme.example 'Quality Assurance' qa.acme.example --data";
    ending.assert(130, &["interrupted; what was done so far is kept.", go_on]);
    world.run(&words, Run::default()).await.assert(0, &["2 of 2 connected"]);
}

#[tokio::test]
async fn another_user_logs_in_first() {
    let world = World::new().await;
    let arguments = ["--username", "admin", "--non-interactive"];
    let run = || Run::default().with("IB_PASSWORD", "admin-Pass-1");
    let words = [&["environments", "check", DEV], &arguments[..]].concat();
    world.run(&words, run()).await.assert(0, &["Logging in as admin", "1 of 1 connected"]);
    world.run(&words, run()).await.assert(0, &["warning: the password was not used"]);
    let wrong = Run::default().with("IB_PASSWORD", "planted-Pass-1");
    let words = ["environments", "list", DEV, "--username", "omar", "-vvv"];
    let ending = world.run(&words, wrong).await;
    ending.assert(6, &["SETUP-AUTH-001", "Go on with: ib environments list dev.acme.example --data"]);
    assert!(!(ending.stdout + &ending.stderr).contains("planted"));
}
