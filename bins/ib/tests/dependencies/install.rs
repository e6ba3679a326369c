//! From what is there to everything installed, and updated.

use ib_domain::dependency::DependencyId;
use insta::assert_snapshot;
use rstest::rstest;

use crate::world::{Run, World, deployed};

fn once(names: &[&str]) -> Vec<(String, u64)> {
    names.iter().map(|name| ((*name).to_owned(), 1)).collect()
}

/// What acme lacks.
const MISSING: [&str; 4] = [
    "Integration Builder Utils",
    "Integration Manager",
    "Secret Manager Local Service",
    "SharePoint Integration Utils",
];

#[tokio::test]
async fn what_is_missing_is_installed_once_each() {
    let world = World::new().await;
    let before = world.dependencies("list", &[]).await;
    before.assert(0, &[]);
    assert_snapshot!("list_before", world.plain(&before.stdout));
    let plan = world.dependencies("plan", &[]).await;
    plan.assert(7, &[]);
    assert_snapshot!("plan", world.plain(&plan.stdout));
    assert_eq!(world.deployed(), []);

    let installed = world.dependencies("install", &[]).await;
    installed.assert(0, &[]);
    assert_snapshot!("installed_stdout", world.plain(&installed.stdout));
    assert_snapshot!("installed_stderr", world.plain(&installed.stderr));
    assert_eq!(world.deployed(), once(&MISSING));

    let again = world.dependencies("install", &[]).await;
    again.assert(0, &["There is nothing to do.", "Everything is as it should be"]);
    world.dependencies("plan", &[]).await.assert(0, &["Everything is as it should be"]);
    assert_eq!(world.deployed(), once(&MISSING));
}

#[tokio::test]
async fn what_is_named_comes_with_what_it_needs() {
    let world = World::new().await;
    world.dependencies("install", &["sharepoint-integration-utils"]).await.assert(0, &["✓ 2 of 2 done"]);
    let expected = once(&["Integration Builder Utils", "SharePoint Integration Utils"]);
    assert_eq!(world.deployed(), expected);
    let again = world.dependencies("install", &["sharepoint-integration-utils"]).await;
    again.assert(0, &["There is nothing to do.", "Nothing to do"]);
    world.dependencies("plan", &[]).await.assert(7, &["! 2 to be published"]);
    assert_eq!(world.deployed(), expected);
}

#[tokio::test]
async fn an_update_that_breaks_names_every_integration_before_and_publishes_it_once() {
    let change = |dev: &mut ib_env_sim::scenario::Environment| {
        (dev.integrations, dev.breaking_updates) = (2, true);
    };
    let world = World::of(change, &[(DependencyId::CommonSharedServices, "3.0.0")]).await;
    let plan = world.dependencies("plan", &[]).await;
    plan.assert(7, &["ib dependencies update dev.acme.example"]);
    assert_snapshot!("plan_breaking", world.plain(&plan.stdout));
    let before = world.dependencies("list", &[]).await;
    before.assert(0, &["outdated; the update changes what integrations use"]);

    let installed =
        world.dependencies("install", &["secret-manager-local-service", "--output", "json"]).await;
    let items = installed.document()["publication"]["items"].as_array().unwrap().len();
    assert_eq!((installed.exit, items), (0, 4), "it needs what breaks: {}", installed.stdout);

    let updated = world.dependencies("update", &[]).await;
    updated.assert(0, &["✓ 3 of 3 done"]);
    world.dependencies("update", &[]).await.assert(0, &["There is nothing to do."]);
    let mut names = MISSING.to_vec();
    names.extend(["Common Shared Services", "Invoices 02", "Orders 01"]);
    names.sort_unstable();
    assert_eq!(world.deployed(), once(&names));
}

#[rstest]
#[case::compiling("SharePoint Integration Utils", 0)]
#[case::between("Integration Builder Utils", 1)]
#[case::at_the_end("Integration Manager", 1)]
#[tokio::test]
async fn an_interrupted_run_goes_on_and_does_nothing_twice(#[case] application: &str, #[case] times: u64) {
    let world = World::new().await;
    let name = application.to_owned();
    let reached = move |simulator: &ib_env_sim::Simulator| {
        let is_there = |known: &str| known == name;
        match times {
            0 => simulator.publications().counts.iter().any(|count| is_there(&count.application)),
            _ => deployed(simulator).iter().any(|(known, count)| is_there(known) && *count == times),
        }
    };
    let interrupted = world.interrupted(&["--output", "json"], reached).await;
    assert_eq!(interrupted.document()["exit"], 130);

    let looked = world.dependencies("list", &[]).await;
    looked.assert(0, &["Under way for maria"]);
    let on = world.dependencies("install", &[]).await;
    on.assert(0, &["Going on with the publication that is under way", "✓ 4 of 4 done"]);
    assert_eq!(world.deployed(), once(&MISSING));
}

#[tokio::test]
async fn what_was_left_can_be_cancelled_and_tried_again() {
    let world = World::new().await;
    world.interrupted(&[], |simulator| !deployed(simulator).is_empty()).await;
    let cancelled = world.dependencies("cancel", &[]).await;
    cancelled.assert(7, &["cancelled", "go on"]);
    assert!(world.deployed().iter().map(|(_, count)| count).sum::<u64>() <= 1, "{:?}", world.deployed());
    world.dependencies("cancel", &[]).await.assert(7, &["There is nothing to do."]);
    world.dependencies("retry", &[]).await.assert(0, &["✓ 4 of 4 done"]);
    assert_eq!(world.deployed(), once(&MISSING));
    world.dependencies("retry", &[]).await.assert(0, &["There is nothing to do."]);
}

#[tokio::test]
async fn at_a_terminal_a_bar_shows_how_far_it_is() {
    let world = World::new().await;
    let ending = world.with("install", &[], Run::default().at_terminal()).await;
    ending.assert(0, &["4 of 4", "[4/4] Integration Manager: done", "\u{1b}["]);
    assert!(!ending.stdout.contains('\u{1b}'), "{}", ending.stdout);
    assert!(ending.stderr.ends_with("\u{1b}[2K") || ending.stderr.ends_with('\n'), "{:?}", ending.stderr);
}
