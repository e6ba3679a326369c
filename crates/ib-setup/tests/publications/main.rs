//! Whole publications over HTTPS, against a simulated environment: everything that can happen on the way, and what
//! is there afterwards.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod crashes;
mod integrations;
mod updates;
mod world;

use std::time::Duration;

use ib_domain::dependency::DependencyId::{
    self, CommonSharedServices, IntegrationBuilderUtils, IntegrationManager, SecretManagerLocalService,
    SharePointIntegrationUtils,
};
use ib_domain::reason::Reason;
use ib_env_sim::scenario::{PublishMessage, PublishRule, Scenario};
use ib_setup::Environments;
use ib_setup::environment::Fact;
use ib_setup::publication::{Item, ItemStatus, RunStatus, Why};

use world::{DEVELOPMENT, World, item, reason, statuses};

/// Has the publications of one application go by a rule.
pub(crate) fn rule(
    application: DependencyId,
    change: impl FnOnce(&mut PublishRule),
) -> impl FnOnce(&mut Scenario) {
    let mut rule = PublishRule { application: application.name().to_owned(), ..PublishRule::default() };
    change(&mut rule);
    move |scenario| {
        let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
        environment.publish_rules.retain(|known| known.application != rule.application);
        environment.publish_rules.push(rule);
    }
}

fn error(step: u8, text: &str) -> PublishMessage {
    PublishMessage { step, kind: "Error".to_owned(), message: text.to_owned(), detail: String::new() }
}

#[tokio::test]
async fn what_is_missing_is_installed_in_order_and_once() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    let planned: Vec<_> = view.plan.iter().map(|planned| planned.item.clone()).collect();
    let wanted =
        [SecretManagerLocalService, IntegrationBuilderUtils, SharePointIntegrationUtils, IntegrationManager];
    assert_eq!(planned, wanted.map(Item::Dependency), "one of the five is there");
    assert_eq!(view.dependencies[0].surveyed.id, CommonSharedServices);

    program.start(id).await;
    let view = program.work(id).await;
    assert!(statuses(&view).iter().all(|(_, status)| *status == ItemStatus::Done), "{:?}", statuses(&view));
    assert_eq!((view.run.unwrap().status, view.plan.len()), (RunStatus::Ended, 0));
    world.assert_installed_once("undisturbed");
    let counts = world.counts();
    assert!(counts.values().all(|count| *count == (1, 1)), "{counts:?}");
    let messages = program.messages(id).await;
    assert_eq!(messages.len(), wanted.len() * 4, "{messages:#?}");
    assert_eq!(messages[0], "secret-manager-local-service: Uploading Secret Manager Local Service");
    // However few events are read, they are the last ones.
    for events in [0, 10, 20, 1_000] {
        let newest = program.newest_messages(id, events).await;
        assert!(messages.ends_with(&newest), "{events}: {newest:#?}");
        assert_eq!((newest.is_empty(), newest == messages), (events == 0, events == 1_000), "{events}");
    }
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn development_is_looked_at_again_once_something_was_published_there() {
    let world = World::acme().await;
    let program = world.program();
    let environments = Environments::new(program.setup.clone());
    let id = program.come_in("maria").await;
    environments.came_in(id).await.unwrap();
    program.work(id).await;
    program.settle().await;
    let facts = async || {
        let events = environments.history(id, 0, 100).await.unwrap();
        events.into_iter().map(|event| event.fact).collect::<Vec<_>>()
    };
    assert!(matches!(facts().await[..], [Fact::Began { .. }, Fact::Seen { .. }]), "{:#?}", facts().await);

    program.start(id).await;
    let view = program.work_while(id, |run| run.items[0].status != ItemStatus::Done).await;
    assert!(view.run.unwrap().is_active(), "whatever becomes of the rest");
    program.settle().await;
    let more = &facts().await[2..];
    assert!(matches!(more, [Fact::Published, Fact::Unchanged { .. }]), "{more:#?}");

    program.work(id).await;
    program.settle().await;
    let more = &facts().await[4..];
    assert!(more.contains(&Fact::Published) && more.last() != Some(&Fact::Published), "{more:#?}");
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn an_item_that_fails_keeps_its_messages_and_is_retried() {
    for step in [1, 2] {
        let failing = rule(IntegrationBuilderUtils, |rule| {
            rule.once = true;
            rule.messages = vec![error(step, "Incompatible Dependency")];
        });
        let world = World::with(&[], failing).await;
        let program = world.program();
        let id = program.come_in("maria").await;
        program.work(id).await;
        program.start(id).await;
        let view = program.work(id).await;
        assert_eq!(reason(&view, IntegrationBuilderUtils), Some(Reason::PublicationErrors));
        let found = item(&view, IntegrationBuilderUtils).found.clone().unwrap();
        assert!(found.message.ends_with("Incompatible Dependency."), "{}", found.message);
        assert_eq!(item(&view, SecretManagerLocalService).status, ItemStatus::Done);
        assert_eq!(item(&view, IntegrationManager).status, ItemStatus::Blocked);

        program.publications.retry(id, Item::Dependency(IntegrationBuilderUtils)).await.unwrap();
        program.work(id).await;
        world.assert_installed_once("after a retry");
        world.simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_permission_that_was_lost_is_named() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    program.work_while(id, |run| run.done() == 0).await;
    world.simulator.update(|scenario| {
        "Debugger".clone_into(&mut scenario.user_mut("maria").unwrap().role);
    });
    let view = program.work(id).await;
    let failed: Vec<_> = [IntegrationBuilderUtils, SharePointIntegrationUtils, IntegrationManager]
        .iter()
        .filter_map(|id| reason(&view, *id))
        .collect();
    assert!(failed.contains(&Reason::PublicationForbidden), "{:?}", statuses(&view));
    // Started anew, it is told before anything is sent.
    let sent = world.counts();
    program.start(id).await;
    let view = program.work(id).await;
    let stop = view.run.unwrap().stop.and_then(|found| found.reason);
    assert_eq!((stop, world.counts()), (Some(Reason::LevelMissing), sent));
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn without_a_log_in_it_waits_and_the_next_one_goes_on_with_it() {
    let slow = rule(SecretManagerLocalService, |rule| rule.polls_per_message = 3);
    let world = World::with(&[], slow).await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    program.work_while(id, |run| run.items[0].status != ItemStatus::Validating).await;
    world.forget(id).await;
    let view = program.work(id).await;
    assert_eq!(view.run.unwrap().status, RunStatus::WaitingForLogIn);
    assert!(!program.step().await.unwrap(), "there is nothing to do meanwhile");

    let again = program.come_in("maria").await;
    let view = program.work(again).await;
    assert_eq!(view.run.unwrap().by.setup, again);
    world.assert_installed_once("after a second log-in");
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn a_refused_password_is_never_sent_again() {
    let world = World::acme().await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    program.work_while(id, |run| run.done() == 0).await;
    world.simulator.update(|scenario| {
        scenario.user_mut("maria").unwrap().password = serde_json::from_str("\"another-Pass-1\"").unwrap();
    });
    let view = program.work(id).await;
    assert_eq!(view.run.unwrap().status, RunStatus::WaitingForLogIn);
    let before = world.simulator.requests().len();
    for _ in 0..20 {
        world.wait(Duration::from_mins(1));
        program.step().await.unwrap();
    }
    assert_eq!(world.simulator.requests().len(), before);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn an_upload_whose_answer_is_lost_is_not_deployed_twice() {
    let lost = rule(SecretManagerLocalService, |rule| {
        rule.once = true;
        rule.lose_start = true;
    });
    let world = World::with(&[], |scenario| {
        lost(scenario);
        scenario.environment_mut(DEVELOPMENT).unwrap().publish_idle_s = 60;
    })
    .await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    let view = program.work_while(id, |run| run.items[0].status != ItemStatus::Busy).await;
    assert_eq!(
        view.run.unwrap().items[0].status,
        ItemStatus::Busy,
        "the environment still has the first one"
    );
    program.work(id).await;
    world.assert_installed_once("after a lost answer");
    assert_eq!(world.counts()["Secret Manager Local Service"], (2, 1));
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn packages_that_are_missing_or_altered_are_findings() {
    let world = World::acme().await;
    world.packages.put(IntegrationBuilderUtils, b"altered".to_vec());
    world.packages.remove(SecretManagerLocalService);
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    let trouble = |id| {
        let known = view.dependencies.iter().find(|known| known.surveyed.id == id).unwrap();
        known.surveyed.trouble.as_ref().and_then(|found| found.reason)
    };
    assert_eq!(trouble(IntegrationBuilderUtils), Some(Reason::PackageAltered));
    assert_eq!(trouble(SecretManagerLocalService), Some(Reason::PackageMissing));

    program.start(id).await;
    let view = program.work(id).await;
    assert_eq!(reason(&view, IntegrationBuilderUtils), Some(Reason::PackageAltered));
    assert_eq!(reason(&view, SecretManagerLocalService), Some(Reason::PackageMissing));
    assert!(world.counts().is_empty(), "nothing was sent");
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn cancelled_before_step_2_nothing_is_deployed() {
    let slow = rule(SecretManagerLocalService, |rule| rule.polls_per_message = 3);
    let world = World::with(&[], slow).await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    program.work_while(id, |run| run.items[0].status != ItemStatus::Validating).await;
    program.publications.cancel(id, None).await.unwrap();
    let view = program.work(id).await;
    assert!(statuses(&view).iter().all(|(_, status)| *status == ItemStatus::Cancelled));
    assert_eq!(world.counts()["Secret Manager Local Service"], (1, 0));
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn a_publication_that_stalls_ends_by_its_limit() {
    let stalled = rule(SecretManagerLocalService, |rule| rule.stall_after = Some(1));
    let world = World::with(&[], stalled).await;
    let program = world.program();
    let id = program.come_in("maria").await;
    program.work(id).await;
    program.start(id).await;
    let view = program.work(id).await;
    assert_eq!(reason(&view, SecretManagerLocalService), Some(Reason::PublicationTimedOut));
    assert_eq!(item(&view, IntegrationBuilderUtils).status, ItemStatus::Done, "it needs nothing of it");
    assert_eq!(item(&view, IntegrationManager).status, ItemStatus::Blocked);
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn an_unknown_version_counts_as_outdated_and_says_so() {
    let world = World::with(&[], |scenario| {
        let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
        environment.applications[0].description = "Shared services.".to_owned();
    })
    .await;
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    let known = &view.dependencies[0];
    assert_eq!(known.due, Some(Why::UnknownVersion));
    let note = known.surveyed.trouble.as_ref().and_then(|found| found.reason);
    assert_eq!(note, Some(Reason::DependencyVersionUnknown));
    program.start(id).await;
    program.work(id).await;
    world.assert_installed_once("of unknown version");
    world.simulator.shutdown().await;
}
