//! What is there already and published again: by staging, after an update that breaks it, and how often.

use ib_env_sim::scenario::{Application, Module};
use ib_env_sim::{PublishPhase, StartedBy};
use reqwest::Method;
use serde_json::{Value, json};

use crate::control::control;
use crate::publish::{installed, orders, poll, publish};
use crate::stranger::{DEV, Stranger, seen};

const STAGING: &str =
    "/ServiceCenter/rest/PlatformServices/Staging_PublishWith2StepOption?StagingName=Again&TwoStepMode=False";

/// Asks for modules to be published again: the reply to it.
async fn restage(stranger: &Stranger, modules: &[&str]) -> Value {
    let module = |name: &&str| json!({ "REST_Module": { "Name": name, "Key": "", "Kind": "eSpace" } });
    let modules: Vec<_> = modules.iter().map(module).collect();
    let body = json!({ "ModulesToPublish": modules, "ApplicationsToUpdate": null }).to_string();
    let request = stranger.http.post(stranger.url(DEV, STAGING)).body(body);
    seen(request.basic_auth("maria", Some("maria-Pass-1")).send().await.unwrap()).await.json()
}

/// Publishes modules again, to the end.
async fn republish(stranger: &Stranger, modules: &[&str]) {
    let id = restage(stranger, modules).await["publishId"].to_string();
    assert!(poll(stranger, &id, "0".to_owned()).await.2);
}

/// Name, version and notes of all modules of an application.
fn modules(stranger: &Stranger, application: &str) -> Vec<(String, i32, Vec<i32>)> {
    let environment = &stranger.simulator.scenario().environments[0];
    let found = environment.all_applications().find(|known| known.name == application).unwrap();
    let notes = |module: &Module| module.status_messages.iter().map(|note| note.id).collect();
    found.modules.iter().map(|module| (module.name.clone(), module.version, notes(module))).collect()
}

fn seen_as(name: &str, version: i32, notes: &[i32]) -> (String, i32, Vec<i32>) {
    (name.to_owned(), version, notes.to_vec())
}

async fn update(stranger: &Stranger, version: &str) {
    let utils = Application {
        name: "Integration Builder Utils".to_owned(),
        description: format!("Version: {version}"),
        modules: vec![Module::named("IntegrationUtils_Lib")],
        ..Application::default()
    };
    let id = publish(stranger, "maria", &utils, false).await.element("PublishId");
    assert!(poll(stranger, &id, "0".to_owned()).await.2);
}

#[tokio::test]
async fn staging_republishes_what_is_there_and_clears_its_notes() {
    let stranger = Stranger::new().await;
    let anonymous = stranger.http.post(stranger.url(DEV, STAGING)).body("{}").send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    let unknown = restage(&stranger, &["Nothing"]).await;
    assert_eq!(unknown["publishId"], 0);
    let message = &unknown["Messages"][0]["REST_PublicationMessage"]["Message"];
    assert!(message.as_str().unwrap().contains("Nothing"));
    republish(&stranger, &["ServiceDesk_API"]).await;
    let module = installed(&stranger, "Service Desk").unwrap().modules[1].clone();
    assert_eq!((module.version, module.status_messages.len()), (2, 0));
    assert_eq!(module.uploaded_on, "2026-01-15T09:00:00");
}

#[tokio::test]
async fn exactly_what_is_staged_is_published_again() {
    let stranger = Stranger::changed(|scenario| {
        let dev = &mut scenario.environments[0];
        dev.integrations = 2;
        let desk = &mut dev.applications[1].modules;
        desk[0].status_messages = desk[1].status_messages.clone();
    })
    .await;
    republish(&stranger, &["ServiceDesk"]).await;
    assert_eq!(
        modules(&stranger, "Service Desk"),
        [seen_as("ServiceDesk", 8, &[]), seen_as("ServiceDesk_API", 1, &[6])]
    );
    republish(&stranger, &["Orders01_IS"]).await;
    assert_eq!(
        modules(&stranger, "Orders 01"),
        [seen_as("Orders01_DRV", 1, &[]), seen_as("Orders01_IS", 2, &[])]
    );
    assert_eq!(
        modules(&stranger, "Invoices 02"),
        [seen_as("Invoices02_DRV", 1, &[]), seen_as("Invoices02_IS", 1, &[])]
    );
}

#[tokio::test]
async fn a_breaking_update_outdates_integrations_until_they_are_published_again() {
    let stranger = Stranger::changed(|scenario| {
        scenario.environments[0].integrations = 2;
        scenario.environments[0].breaking_updates = true;
    })
    .await;
    for harmless in ["1.8.0", "1.9.0"] {
        update(&stranger, harmless).await;
        assert_eq!(modules(&stranger, "Orders 01")[0], seen_as("Orders01_DRV", 1, &[]), "{harmless}");
    }
    // Not an integration; it keeps its own note.
    let before = modules(&stranger, "Service Desk");
    update(&stranger, "2.0.0").await;
    for (application, module) in [("Orders 01", "Orders01"), ("Invoices 02", "Invoices02")] {
        let outdated = ["DRV", "IS"].map(|part| seen_as(&format!("{module}_{part}"), 1, &[6]));
        assert_eq!(modules(&stranger, application), outdated);
    }
    assert_eq!(modules(&stranger, "Service Desk"), before);

    republish(&stranger, &["Orders01_DRV", "Orders01_IS"]).await;
    let again = ["Orders01_DRV", "Orders01_IS"].map(|module| seen_as(module, 2, &[]));
    assert_eq!(modules(&stranger, "Orders 01"), again);
    assert_eq!(modules(&stranger, "Invoices 02")[0], seen_as("Invoices02_DRV", 1, &[6]));

    for version in ["unknown", "3.0.0"] {
        update(&stranger, version).await;
        assert_eq!(modules(&stranger, "Orders 01"), again, "nobody knows whether the first number rose");
    }
}

#[tokio::test]
async fn without_the_switch_nothing_breaks() {
    let stranger = Stranger::changed(|scenario| scenario.environments[0].integrations = 1).await;
    update(&stranger, "1.0.0").await;
    update(&stranger, "2.0.0").await;
    assert_eq!(modules(&stranger, "Orders 01")[0], seen_as("Orders01_DRV", 1, &[]));
}

#[tokio::test]
async fn publications_are_listed_and_counted() {
    let stranger = Stranger::new().await;
    let nothing = json!({ "publications": [], "counts": [] });
    assert_eq!(control(&stranger, Method::GET, "/publications", None).await.json(), nothing);
    let id = publish(&stranger, "maria", &orders(), true).await.element("PublishId");
    let (_, after, _) = poll(&stranger, &id, "0".to_owned()).await;
    let waiting = stranger.simulator.publications().publications.remove(0);
    assert_eq!((waiting.phase, waiting.continued, waiting.messages), (PublishPhase::Waiting, false, 3));
    crate::publish::end(&stranger, &id, "Continue").await;
    poll(&stranger, &id, after).await;
    republish(&stranger, &["ServiceDesk_API"]).await;
    publish(&stranger, "maria", &orders(), false).await;

    let listed = control(&stranger, Method::GET, "/publications", None).await.json();
    let first = json!({
        "host": DEV, "id": 1, "application": "Orders", "modules": ["Orders_IS", "Orders_DRV"], "phase": "finished",
        "started_by": "package", "deployed": true, "continued": true, "messages": 4,
    });
    assert_eq!(listed["publications"][0], first);
    let counted = |application: &str, started: u64, deployed: u64| json!({ "host": DEV, "application": application, "started": started, "deployed": deployed });
    assert_eq!(listed["counts"], json!([counted("Orders", 2, 1), counted("Service Desk", 1, 1)]));
    let list = stranger.simulator.publications();
    assert_eq!(json!(list), listed, "the library tells the same");
    let (second, third) = (&list.publications[1], &list.publications[2]);
    assert_eq!((second.started_by, second.continued, second.deployed), (StartedBy::Staging, false, true));
    assert_eq!((third.phase, third.deployed, third.messages), (PublishPhase::Deploying, false, 0));
}
