//! The REST method that publishes modules already in the environment (`service-center-soap.md` 6).

use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::publish;
use crate::publications::publication::{Order, StartedBy};
use crate::reply::{self, Body};
use crate::request::Scene;
use crate::scenario::Application;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    modules_to_publish: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "REST_Module")]
    module: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

pub(super) fn answer(scene: &Scene<'_>) -> Response<Body> {
    if scene.request.method != Method::POST {
        return reply::exception(StatusCode::METHOD_NOT_ALLOWED, "The HTTP method is not supported.");
    }
    let Some((username, password)) = scene.request.basic() else {
        return reply::unauthorized("Basic", "Basic authentication required.");
    };
    let session = match scene.world.log_in(scene.scenario, scene.environment, (&username, &password)) {
        Ok(session) => session,
        Err(refusal) => return reply::unauthorized("Basic", &refusal.text(scene.environment)),
    };
    let Ok(request) = serde_json::from_slice::<Request>(&scene.request.body) else {
        return reply::exception(StatusCode::BAD_REQUEST, "The body could not be read.");
    };
    let application = match staged(scene, &request) {
        Ok(application) => application,
        Err(refusal) => return started(0, Some(&refusal)),
    };
    let order = Order { application, by: StartedBy::Staging, two_step: scene.request.flag("TwoStepMode") };
    match publish::start(scene, &session, order) {
        Ok(id) => started(id, None),
        Err(reason) => started(0, Some(&reason)),
    }
}

/// The named modules, as part of the application that the first one belongs to.
fn staged(scene: &Scene<'_>, request: &Request) -> Result<Application, String> {
    let names: Vec<&str> =
        request.modules_to_publish.iter().map(|wrapped| wrapped.module.name.as_str()).collect();
    let first = names.first().ok_or("No module to publish.")?;
    let mut owner = scene
        .environment
        .all_applications()
        .find(|application| application.modules.iter().any(|module| module.name == *first))
        .ok_or_else(|| format!("The module {first} does not exist."))?;
    let foreign = names.iter().find(|name| owner.modules.iter().all(|module| module.name != **name));
    if let Some(name) = foreign {
        return Err(format!("The module {name} does not belong to the application {}.", owner.name));
    }
    owner.modules.retain(|module| names.contains(&module.name.as_str()));
    Ok(owner)
}

fn started(id: i32, reason: Option<&str>) -> Response<Body> {
    let messages: Vec<_> = reason
        .into_iter()
        .map(|text| json!({ "REST_PublicationMessage": { "Message": text, "Detail": "" } }))
        .collect();
    reply::json(StatusCode::OK, &json!({ "publishId": id, "Messages": messages }))
}
