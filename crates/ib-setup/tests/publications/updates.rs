//! Updates that break integrations (D6).

use ib_domain::dependency::DependencyId::{self, CommonSharedServices};
use ib_env_sim::scenario::{PublishMessage, PublishRule, Scenario};
use ib_setup::publication::{Item, ItemStatus};

use super::world::{DEVELOPMENT, World, statuses};

const INTEGRATIONS: u32 = 20;

/// All five in version 1.9.0, and integrations that use them.
fn old(scenario: &mut Scenario) {
    let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
    environment.integrations = INTEGRATIONS;
    environment.breaking_updates = true;
    "Shared services.\nVersion: 1.9.0".clone_into(&mut environment.applications[0].description);
}

#[tokio::test]
async fn a_breaking_update_publishes_every_integration_again_exactly_once() {
    let world = World::with(&[], old).await;
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    let integrations: Vec<_> = view
        .plan
        .iter()
        .filter(|planned| matches!(planned.item, Item::Integration(_)))
        .map(|planned| planned.item.clone())
        .collect();
    assert_eq!(integrations.len(), INTEGRATIONS as usize, "named before anything is changed");
    assert!(world.counts().is_empty());

    // One of them fails in the middle.
    let broken = integrations[INTEGRATIONS as usize / 2].clone();
    world.simulator.update(|scenario| {
        let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
        let failing = environment
            .all_applications()
            .find(|known| known.modules.iter().any(|module| module.name == format!("{}_IS", broken.name())));
        let application = failing.unwrap().name.clone();
        let message = PublishMessage {
            step: 2,
            kind: "Error".to_owned(),
            message: "No space".to_owned(),
            ..Default::default()
        };
        let rule = PublishRule { application, once: true, messages: vec![message], ..PublishRule::default() };
        environment.publish_rules.push(rule);
    });
    program.start(id).await;
    let view = program.work(id).await;
    let open: Vec<_> =
        statuses(&view).into_iter().filter(|(_, status)| *status != ItemStatus::Done).collect();
    assert_eq!(open, [(broken.to_string(), ItemStatus::Failed)]);

    program.publications.retry(id, broken).await.unwrap();
    let view = program.work(id).await;
    assert!(statuses(&view).iter().all(|(_, status)| *status == ItemStatus::Done), "{:?}", statuses(&view));
    assert!(view.plan.is_empty(), "{:?}", view.plan);
    world.assert_installed_once("after a breaking update");
    let counts = world.counts();
    let dependencies = DependencyId::ALL.len();
    assert_eq!(counts.len(), dependencies + INTEGRATIONS as usize, "{counts:?}");
    assert!(counts.values().all(|(_, deployed)| *deployed == 1), "{counts:?}");
    world.simulator.shutdown().await;
}

#[tokio::test]
async fn an_update_that_breaks_nothing_leaves_integrations_alone() {
    let world = World::with(&[], |scenario| {
        old(scenario);
        let environment = scenario.environment_mut(DEVELOPMENT).unwrap();
        "Shared services.\nVersion: 2.3.0".clone_into(&mut environment.applications[0].description);
    })
    .await;
    let program = world.program();
    let id = program.come_in("maria").await;
    let view = program.work(id).await;
    assert_eq!(view.plan[0].item, Item::Dependency(CommonSharedServices));
    assert!(view.plan.iter().all(|planned| matches!(planned.item, Item::Dependency(_))));
    world.simulator.shutdown().await;
}
