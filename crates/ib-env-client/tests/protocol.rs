//! Both SOAP versions, the dialects of the platform services, publications.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails")]

mod common;

use common::{World, maria};
use ib_domain::reason::Reason;
use ib_env_client::http::SoapVersion;
use ib_env_client::{MessageKind, Module, Package, PublishId, Started};
use ib_env_sim::scenario::{Action, Fault, WsdlForm};

const DEV: &str = "dev.acme.example";

async fn world(wsdl: WsdlForm) -> World {
    World::with(|scenario| scenario.environment_mut(DEV).unwrap().wsdl = wsdl).await
}

async fn names(world: &World) -> Vec<String> {
    let environment = world.environment(DEV);
    let mut names = Vec::new();
    environment.modules(&maria(), Box::new(|module: Module| names.push(module.name))).await.unwrap();
    assert!(!environment.applications(&maria()).await.unwrap().is_empty());
    names
}

#[tokio::test]
async fn both_soap_versions_give_the_same_answers() {
    let mut world = world(WsdlForm::Normal).await;
    let in_11 = names(&world).await;
    world.settings.soap = SoapVersion::V12;
    assert!(world.environment(DEV).diagnose().await.recognised);
    assert_eq!(names(&world).await, in_11);
    assert!(in_11.contains(&"ServiceDesk".to_owned()), "{in_11:?}");
}

#[tokio::test]
async fn a_host_that_refuses_soap_1_1_is_asked_in_1_2() {
    let world = World::with(|scenario| {
        let html = "text/html".to_owned();
        let verbatim = Action::Verbatim { status: 415, content_type: html, body: String::new() };
        let once = Fault {
            times: Some(1),
            path: Some("*OutSystemsPlatform*".to_owned()),
            ..Fault::always(verbatim)
        };
        scenario.environment_mut(DEV).unwrap().faults.push(once);
    })
    .await;
    assert!(world.environment(DEV).diagnose().await.recognised);
}

#[tokio::test]
async fn renamed_parameters_are_found_by_position() {
    let world = world(WsdlForm::RenamedElements).await;
    assert_eq!(world.environment(DEV).log_in(&maria()).await, Ok(()));
    assert!(names(&world).await.contains(&"ServiceDesk".to_owned()));
    publish_and_continue(&world).await;
}

#[tokio::test]
async fn a_refused_wsdl_leaves_the_references_names() {
    let world = world(WsdlForm::Refused).await;
    assert_eq!(world.environment(DEV).log_in(&maria()).await, Ok(()));
    assert!(names(&world).await.contains(&"ServiceDesk".to_owned()));
}

#[tokio::test]
async fn another_dialect_is_no_guess_and_no_credentials_are_sent() {
    let world = world(WsdlForm::OtherDialect).await;
    let obstacle = world.environment(DEV).log_in(&maria()).await.unwrap_err();
    assert_eq!(obstacle.reason, Reason::UnknownDialect);
    let posted: Vec<_> =
        world.simulator.requests().into_iter().filter(|request| request.method == "POST").collect();
    assert!(posted.is_empty(), "{posted:?}");
}

/// A package, as far as the simulator cares: any bytes.
fn package() -> Package {
    Package::of_bytes("OrdersPackage")
}

async fn publish_and_continue(world: &World) {
    let environment = world.environment(DEV);
    let started = environment.publish(&maria(), package(), true).await.unwrap();
    let Started::Running(id, _) = started else { panic!("{started:?}") };
    let mut seen = Vec::new();
    let mut after = 0;
    let mut continued = false;
    for _ in 0..100 {
        let page = environment.publish_messages(&maria(), id, after).await.unwrap();
        after = page.last_id;
        if page.messages.iter().any(|message| message.kind == MessageKind::PublishStop) {
            environment.publish_continue(&maria(), id).await.unwrap();
            continued = true;
        }
        seen.extend(page.messages);
        if page.finished {
            break;
        }
    }
    assert!(continued, "step 1 ends with a stop: {seen:?}");
    assert!(seen.iter().all(|message| message.kind != MessageKind::Error), "{seen:?}");
}

#[tokio::test]
async fn a_publication_runs_in_two_steps() {
    publish_and_continue(&world(WsdlForm::Normal).await).await;
}

#[tokio::test]
async fn a_publication_can_be_aborted_between_its_steps() {
    let world = world(WsdlForm::Normal).await;
    let environment = world.environment(DEV);
    let started = environment.publish(&maria(), package(), true).await.unwrap();
    let Started::Running(id, _) = started else { panic!("{started:?}") };
    environment.publish_abort(&maria(), id).await.unwrap();
    let mut finished = false;
    let mut after = 0;
    for _ in 0..100 {
        let page = environment.publish_messages(&maria(), id, after).await.unwrap();
        after = page.last_id;
        finished |= page.finished;
    }
    assert!(finished);
}

#[tokio::test]
async fn modules_that_are_there_are_republished() {
    let world = world(WsdlForm::Normal).await;
    let environment = world.environment(DEV);
    let mut modules = Vec::new();
    environment.modules(&maria(), Box::new(|module| modules.push(module))).await.unwrap();
    modules.retain(|module| module.name == "ServiceDesk");
    let versions = environment.module_versions(&maria(), &modules[0].key).await.unwrap().unwrap();
    assert!(versions.published.is_some(), "{versions:?}");
    let started = environment.republish(&maria(), "again", &modules, false).await.unwrap();
    let Started::Running(PublishId(id), _) = started else { panic!("{started:?}") };
    assert!(id > 0);
}

#[tokio::test]
async fn a_publication_that_is_not_taken_on_says_why() {
    let world = world(WsdlForm::Normal).await;
    let environment = world.environment(DEV);
    let nina = common::credentials("nina", "nina-Pass-1");
    let started = environment.publish(&nina, package(), true).await.unwrap();
    let Started::NotStarted(messages) = started else { panic!("{started:?}") };
    assert!(messages.iter().any(|message| message.message.contains("not allowed")), "{messages:?}");
}
