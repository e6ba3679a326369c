//! Integration Manager of each environment: takes introductions, and calls the service (`docs/integration-manager.md`).
//!
//! It is there where a module is called `OSIntegrationManager_API`, and calls the scenario's `service` alone.

mod call;
mod sign;
mod visit;

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use ib_domain::dependency::version::DependencyVersion;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use visit::ManagerVisit;

use crate::lock::locked;
use crate::reply::{self, Body};
use crate::request::Scene;
use crate::scenario::{Environment, ManagerBehaviour};
use crate::state::World;

/// The path that is kept open for the service, in lower case.
pub(crate) const BASE: &str = "/osintegrationmanager_api";
/// The module that answers there.
const MODULE: &str = "OSIntegrationManager_API";
/// The digits of a link that tell its infrastructure.
const INFRASTRUCTURE: usize = 32;

/// An introduction that was not proved yet.
#[derive(Debug, Clone, Deserialize)]
struct Introduction {
    link: String,
    challenge: Challenge,
    expires_at: Timestamp,
}

/// A challenge; its `Debug` form is a placeholder.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
struct Challenge(String);

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}

/// A secret that was given for a proof.
#[derive(Clone)]
struct Secret {
    link: String,
    generation: u32,
    bytes: [u8; 32],
}

/// What the Integration Manager of one environment knows. It holds secrets, so its `Debug` form tells little.
#[derive(Default)]
pub(crate) struct Manager {
    pending: Option<Introduction>,
    secret: Option<Secret>,
    /// Counts the requests that it signed, so that each has a nonce of its own.
    signed: u64,
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Manager").field("state", &self.state()).finish_non_exhaustive()
    }
}

/// What an Integration Manager shows of its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ManagerState {
    /// The link that it was proved with.
    pub link: Option<String>,
    /// The generation of its secret.
    pub generation: Option<u32>,
    /// Whether an introduction was taken on and not proved yet.
    pub is_introduced: bool,
}

impl Manager {
    /// What it shows.
    pub(crate) fn state(&self) -> ManagerState {
        let secret = self.secret.as_ref();
        ManagerState {
            link: secret.map(|secret| secret.link.clone()),
            generation: secret.map(|secret| secret.generation),
            is_introduced: self.pending.is_some(),
        }
    }

    /// Whether it is linked to another infrastructure than a link's.
    fn is_elsewhere(&self, link: &str) -> bool {
        self.secret.as_ref().is_some_and(|own| own.link.get(..INFRASTRUCTURE) != link.get(..INFRASTRUCTURE))
    }
}

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

fn is_installed(environment: &Environment) -> bool {
    environment.all_modules().any(|module| module.name == MODULE)
}

fn is_link(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The version of the application that the module belongs to; 1.0.0 where its description tells none.
fn version(environment: &Environment) -> String {
    let owner = environment
        .all_applications()
        .find(|application| application.modules.iter().any(|module| module.name == MODULE));
    let version = owner.and_then(|owner| DependencyVersion::in_description(&owner.description));
    version.map_or_else(|| "1.0.0".to_owned(), |version| version.to_string())
}
