//! Integration Manager of each environment: takes introductions, and calls the service (`docs/integration-manager.md`).
//!
//! It is there where a module is called `OSIntegrationManager_API`, and calls the scenario's `service` alone.

mod call;
mod installed;
pub(crate) mod link;
mod sign;
mod visit;

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use serde_json::json;

pub use link::ManagerState;
pub use visit::ManagerVisit;

use installed::{is_installed, version};
use link::Introduction;

use crate::lock::locked;
use crate::reply::{self, Body};
use crate::request::Scene;
use crate::scenario::ManagerBehaviour;
use crate::state::World;

/// The path that is kept open for the service, in lower case.
pub(crate) const BASE: &str = "/osintegrationmanager_api";

/// Answers a path below [`BASE`], given in lower case without it.
pub(crate) fn answer(scene: &Scene<'_>, path: &str) -> Response<Body> {
    let is_taken = is_installed(scene.environment)
        && scene.environment.integration_manager.behaviour != ManagerBehaviour::Outdated;
    if path != "/rest/v1/introduction" || !is_taken {
        return reply::not_found();
    }
    if scene.request.method != Method::POST {
        return reply::exception(StatusCode::METHOD_NOT_ALLOWED, "The HTTP method is not supported.");
    }
    let introduction = serde_json::from_slice::<Introduction>(&scene.request.body);
    match introduction.ok().filter(|introduction| is_link(&introduction.link)) {
        Some(introduction) => introduced(scene, introduction),
        None => reply::exception(StatusCode::BAD_REQUEST, "The introduction could not be read."),
    }
}

fn introduced(scene: &Scene<'_>, introduction: Introduction) -> Response<Body> {
    let host = &scene.environment.host;
    let is_taken = scene.world.manager(host, |manager| {
        let is_taken = !manager.is_elsewhere(&introduction.link);
        if is_taken {
            manager.pending = Some(introduction);
        }
        is_taken
    });
    if !is_taken {
        return reply::exception(
            StatusCode::CONFLICT,
            "Integration Manager is linked to another infrastructure.",
        );
    }
    let (world, host) = (Arc::clone(scene.world), host.clone());
    locked(&scene.world.errands).spawn(async move {
        visit(&world, &host).await;
    });
    reply::json(StatusCode::ACCEPTED, &json!({ "version": version(scene.environment) }))
}

/// Has the Integration Manager of a host do what it has to do at the service; `None` where there is none.
pub(crate) async fn visit(world: &Arc<World>, host: &str) -> Option<ManagerVisit> {
    let scenario = world.scenario();
    let environment = scenario.environment(host).filter(|environment| is_installed(environment))?;
    Some(visit::visit(world, &scenario, environment).await)
}

fn is_link(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
