//! Everything that can be in the way, with its exit code and what to do about it.

use ib_domain::dependency::DependencyId;
use ib_env_sim::scenario::{Action, Fault};
use rstest::rstest;

use crate::world::{DEV, Run, World, failing, has_begun};

#[tokio::test]
async fn what_failed_is_tried_again() {
    let world = World::of(
        |dev| dev.publish_rules.push(failing("Integration Builder Utils", "Missing\u{1b}[2J reference")),
        &[],
    )
    .await;
    let failed = world.dependencies("install", &[]).await;
    failed.assert(3, &["SETUP-DEP-002", "ib dependencies retry dev.acme.example"]);
    insta::assert_snapshot!("failed", world.plain(&failed.stdout));
    assert!(!(failed.stdout + &failed.stderr).contains('\u{1b}'));

    let unknown = world.dependencies("retry", &["Orders"]).await;
    unknown.assert(2, &["no item Orders; its items: secret-manager-local-service,"]);
    assert_eq!(unknown.stdout, "");
    world.dependencies("retry", &["not-known"]).await.assert(2, &["letters, digits and underscores"]);
    let again = world.dependencies("retry", &["integration-builder-utils"]).await;
    again.assert(0, &["✓ 4 of 4 done"]);
    assert!(world.deployed().iter().all(|(_, count)| *count == 1), "{:?}", world.deployed());
}

#[tokio::test]
async fn an_earlier_failure_does_not_count_once_nothing_is_missing() {
    let world = World::of(|dev| dev.publish_rules.push(failing("Integration Manager", "no")), &[]).await;
    world.dependencies("install", &[]).await.assert(3, &["1 failed, 3 of 4 done"]);
    world.dependencies("install", &[]).await.assert(0, &["✓ 1 of 1 done"]);
    world.dependencies("install", &[]).await.assert(0, &["There is nothing to do."]);
}

#[tokio::test]
async fn a_permission_that_was_lost_stops_every_item() {
    let world = World::new().await;
    world.simulator.update(|scenario| scenario.user_mut("maria").unwrap().role = "Maintainer".to_owned());
    let ending = world.dependencies("install", &[]).await;
    ending
        .assert(3, &["SETUP-DEP-010", "maria may not publish Integration Manager", "4 failed, 0 of 4 done"]);
    assert_eq!(world.deployed(), []);
    world.simulator.update(|scenario| scenario.user_mut("maria").unwrap().role = "Debugger".to_owned());
    world.dependencies("install", &[]).await.assert(3, &["✗ Stopped: 0 of 4 done", "SETUP-PERM-001"]);
}

#[rstest]
#[case::altered(true, "SETUP-DEP-005")]
#[case::missing(false, "SETUP-DEP-004")]
#[tokio::test]
async fn a_package_that_is_not_the_one_of_the_catalogue_is_not_sent(
    #[case] altered: bool,
    #[case] code: &str,
) {
    let world = World::new().await;
    let package = world.packages().join("integration-manager.oap");
    if altered {
        std::fs::write(&package, "something else").unwrap();
    } else {
        std::fs::remove_file(&package).unwrap();
    }
    world.dependencies("list", &[]).await.assert(0, &[code, "missing"]);
    world.dependencies("install", &[]).await.assert(3, &[code, "1 failed, 3 of 4 done"]);
    assert_eq!(world.deployed().len(), 3);
    world.write_packages(&[]);
    world.dependencies("retry", &[]).await.assert(0, &["✓ 4 of 4 done"]);
}

#[tokio::test]
async fn an_infrastructure_that_is_not_registered_is_no_place_for_it() {
    let world = World::unregistered(|_| {}, &[]).await;
    for command in ["list", "install", "retry"] {
        let ending = world.with(command, &["--username", "maria"], Run::default()).await;
        ending.assert(7, &["dev.acme.example is not registered; run ib setup dev.acme.example"]);
        assert_eq!(ending.stdout, "");
    }
    assert_eq!(world.log_ins(), 0);
}

#[tokio::test]
async fn an_environment_that_does_not_answer_says_nothing() {
    let world = World::new().await;
    world.change(|dev| dev.faults.push(Fault::always(Action::Status(502))));
    for command in ["list", "plan", "install"] {
        let ending = world.dependencies(command, &[]).await;
        ending.assert(5, &["? Could not tell  dev.acme.example", "SETUP-HTTP-009", "go on"]);
    }
}

#[tokio::test]
async fn an_environment_that_falls_silent_is_waited_for_and_then_given_up() {
    let world = World::new().await;
    world.interrupted(&[], has_begun).await;
    world.change(|dev| dev.faults.push(Fault::always(Action::Status(502))));
    let ending = world.with("install", &[], Run::default().ticking()).await;
    ending.assert(3, &["The environment does not answer: ", "failed"]);
    let (silences, failures) = ("The environment does not answer", ": failed (SETUP-HTTP-009)");
    let [silences, failures] = [silences, failures].map(|text| ending.stderr.matches(text).count());
    assert_eq!(silences, failures, "each is said once: {}", ending.stderr);
}

#[tokio::test]
async fn a_password_that_was_changed_is_asked_for_again() {
    let world = World::new().await;
    world.interrupted(&[], has_begun).await;
    world.simulator.update(|scenario| scenario.user_mut("maria").unwrap().password = "planted-Pass-2".into());
    let stopped = world.dependencies("install", &[]).await;
    stopped.assert(6, &["the log-in needs the password: ", "Go on with: ib dependencies install"]);
    stopped.assert(6, &["Waits for a log-in by maria"]);
    world.dependencies("list", &[]).await.assert(0, &["Waits for a log-in by maria"]);

    let on = world.with("install", &[], Run::default().answers(&["planted-Pass-2"])).await;
    on.assert(0, &["Log in to dev.acme.example", "✓ 4 of 4 done"]);
    assert!(world.deployed().iter().all(|(_, count)| *count == 1), "{:?}", world.deployed());
    assert!(!(stopped.stdout + &on.stdout + &on.stderr).contains("planted"));
}

#[tokio::test]
async fn a_log_in_is_asked_for_in_the_middle() {
    let world = World::new().await;
    world.interrupted(&[], has_begun).await;
    world.simulator.update(|scenario| scenario.user_mut("maria").unwrap().password = "planted-Pass-2".into());
    let on = world.with("install", &[], Run::default().answers(&["planted-Pass-2"])).await;
    on.assert(0, &["maria has to log in for it to go on.", "Log in to dev.acme.example", "✓ 4 of 4 done"]);
}

#[tokio::test]
async fn another_user_logs_in_first_and_is_told_who_is_at_work() {
    let world = World::new().await;
    world.interrupted(&[], has_begun).await;
    let arguments = ["--username", "admin"];
    world.dependencies("install", &arguments).await.assert(6, &["the log-in needs the password: "]);
    let run = Run::default().with("IB_PASSWORD", "admin-Pass-1");
    let held = world.with("install", &arguments, run).await;
    held.assert(5, &["Logging in as admin", "maria has a publication under way"]);
    let wrong = Run::default().with("IB_PASSWORD", "planted-wrong");
    let refused = world.with("list", &["--username", "root"], wrong).await;
    refused.assert(6, &["Stopped at: Log-in", "SETUP-AUTH-001"]);
    assert!(!(refused.stdout + &refused.stderr).contains("planted"));
}

#[rstest]
#[case::unknown("install", &["integration-manger"], "common-shared-services")]
#[case::install("install", &["--no-watch"], "here nobody else would do it")]
#[case::update("update", &["--no-watch"], "here nobody else would do it")]
#[case::retry("retry", &["--no-watch"], "here nobody else would do it")]
#[case::cancel("cancel", &["--no-watch"], "here nobody else would do it")]
#[case::watch("list", &["--watch"], "go on with: ib dependencies install dev.acme.example")]
#[tokio::test]
async fn what_makes_no_sense_is_wrong_use(
    #[case] command: &str,
    #[case] arguments: &[&str],
    #[case] says: &str,
) {
    let world = World::unregistered(|_| {}, &[]).await;
    let ending = world.dependencies(command, arguments).await;
    ending.assert(2, &[says]);
    assert_eq!(ending.stdout, "");
    assert!(!world.data().exists());
}

#[tokio::test]
async fn packages_have_to_be_named_and_described() {
    let world = World::new().await;
    let missing = world.run("dependencies list", &[], Run::default()).await;
    missing.assert(2, &["--packages DIR or IB_PACKAGES: it holds catalogue.toml"]);
    let packages = world.packages().display().to_string();
    let by_variable = Run::default().with("IB_PACKAGES", &packages);
    world.run("dependencies list", &[], by_variable).await.assert(0, &[]);
    std::fs::write(world.packages().join("catalogue.toml"), "[[dependency]]\nid = 1\n").unwrap();
    world.dependencies("list", &[]).await.assert(2, &["line 2", "a folder of packages holds catalogue.toml"]);
    std::fs::remove_file(world.packages().join("catalogue.toml")).unwrap();
    world.dependencies("list", &[]).await.assert(2, &["catalogue.toml cannot be read"]);
}

#[tokio::test]
async fn a_later_catalogue_plans_anew() {
    let world = World::new().await;
    world.dependencies("install", &[]).await.assert(0, &[]);
    world.write_packages(&[(DependencyId::IntegrationManager, "2.5.0")]);
    let left = world.dependencies("install", &[]).await;
    left.assert(7, &["There is nothing to do.", "ib dependencies update"]);
    let plan = world.dependencies("plan", &["--output", "json"]).await;
    assert_eq!(
        plan.document()["plan"][0]["reason"],
        "Version 2.4.0 will be updated to 2.5.0.",
        "{}",
        plan.stdout
    );
    world.dependencies("update", &[]).await.assert(0, &["✓ 1 of 1 done", DEV]);
}
