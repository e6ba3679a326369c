//! The control API: the scenario, the clock and the request log while the simulator runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::activation::{self, CodeAnswer};
use crate::lock::locked;
use crate::manager;
use crate::manager::link::Manager;
use crate::scenario::{Scenario, ScenarioError};
use crate::server::accept;
use crate::state::World;

/// Limit for the head of each request.
const PATIENCE: Duration = Duration::from_secs(30);

type Shared = State<Arc<World>>;

/// An answer that is not 2xx: status and sentence.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<ScenarioError> for Refused {
    fn from(error: ScenarioError) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

/// Serves the control API until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let router = Router::new()
        .route("/scenario", get(scenario).patch(patch_scenario))
        .route("/hosts/{host}", get(host).put(put_host).patch(patch_host))
        .route("/hosts/{host}/integration-manager", get(manager).delete(release_manager))
        .route("/hosts/{host}/integration-manager/report", post(report_now))
        .route("/clock", get(clock).post(advance))
        .route("/users/{username}/lock", put(lock).delete(unlock))
        .route("/requests", get(requests).delete(forget))
        .route("/publications", get(publications))
        .route(activation::PATH, post(activation))
        .layer(middleware::from_fn_with_state(address, no_browsers))
        .with_state(world);
    accept(listener, |stream, _| {
        let service = TowerToHyperService::new(router.clone());
        async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        }
    })
    .await;
}

/// A page in a browser sends an `Origin`, or after DNS rebinding a `Host` of its own; neither gets in.
async fn no_browsers(State(address): State<SocketAddr>, request: Request, next: Next) -> Response {
    let headers: &HeaderMap = request.headers();
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = [address.to_string(), format!("localhost:{}", address.port())];
    if headers.contains_key(ORIGIN) || !own.iter().any(|name| name == host) {
        return Refused(StatusCode::FORBIDDEN, "This API is not for browsers.".to_owned()).into_response();
    }
    next.run(request).await
}

async fn scenario(State(world): Shared) -> Json<Value> {
    Json(masked(&*world.scenario()))
}

async fn patch_scenario(State(world): Shared, Json(patch): Json<Value>) -> Result<Json<Value>, Refused> {
    replace(&world, |scenario| scenario.merged(&patch))?;
    Ok(scenario(State(world)).await)
}

async fn host(State(world): Shared, Path(host): Path<String>) -> Result<Json<Value>, Refused> {
    let scenario = world.scenario();
    let found = scenario.environment(&host);
    found.map(|environment| Json(masked(environment))).ok_or_else(|| unknown("host"))
}

async fn put_host(
    State(world): Shared,
    Path(name): Path<String>,
    Json(settings): Json<Value>,
) -> Result<Json<Value>, Refused> {
    replace(&world, |scenario| scenario.with_host(&name, settings))?;
    host(State(world), Path(name)).await
}

async fn patch_host(
    State(world): Shared,
    Path(name): Path<String>,
    Json(patch): Json<Value>,
) -> Result<Json<Value>, Refused> {
    replace(&world, |scenario| scenario.merged_host(&name, &patch))?;
    host(State(world), Path(name)).await
}

async fn manager(State(world): Shared, Path(host): Path<String>) -> Result<Json<Value>, Refused> {
    world.scenario().environment(&host).ok_or_else(|| unknown("host"))?;
    Ok(Json(json!(world.manager(&host, |manager| manager.state()))))
}

async fn release_manager(State(world): Shared, Path(host): Path<String>) -> Result<StatusCode, Refused> {
    world.scenario().environment(&host).ok_or_else(|| unknown("host"))?;
    world.manager(&host, |manager| *manager = Manager::default());
    Ok(StatusCode::NO_CONTENT)
}

async fn report_now(State(world): Shared, Path(host): Path<String>) -> Result<Json<Value>, Refused> {
    let visit = manager::visit(&world, &host).await.ok_or_else(|| unknown("Integration Manager"))?;
    Ok(Json(json!(visit)))
}

fn replace(
    world: &World,
    change: impl FnOnce(&Scenario) -> Result<Scenario, ScenarioError>,
) -> Result<(), ScenarioError> {
    world.change(|scenario| {
        *scenario = change(scenario)?;
        Ok(())
    })
}

async fn clock(State(world): Shared) -> Json<Value> {
    Json(json!({ "now": world.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: u32,
}

async fn advance(State(world): Shared, Json(by): Json<Advance>) -> Json<Value> {
    world.clock.advance(Duration::from_secs(u64::from(by.advance_s)));
    clock(State(world)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    seconds: Option<u32>,
}

async fn lock(
    State(world): Shared,
    Path(username): Path<String>,
    Json(lock): Json<Lock>,
) -> Result<StatusCode, Refused> {
    let Some(seconds) = lock.seconds else {
        return set_locked(&world, &username, true);
    };
    let scenario = world.scenario();
    scenario.user(&username).ok_or_else(|| unknown("user"))?;
    let wait = SignedDuration::from_secs(i64::from(seconds));
    let until = world.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
    let mut book = locked(&world.locks);
    scenario.environments.iter().for_each(|environment| book.lock(&environment.host, &username, until));
    Ok(StatusCode::NO_CONTENT)
}

async fn unlock(State(world): Shared, Path(username): Path<String>) -> Result<StatusCode, Refused> {
    locked(&world.locks).unlock(&username);
    set_locked(&world, &username, false)
}

fn set_locked(world: &World, username: &str, locked: bool) -> Result<StatusCode, Refused> {
    world.change(|scenario| {
        scenario.user_mut(username).ok_or_else(|| unknown("user"))?.locked = locked;
        Ok(StatusCode::NO_CONTENT)
    })
}

fn unknown(what: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, format!("The scenario has no such {what}."))
}

async fn requests(State(world): Shared) -> Json<Value> {
    Json(json!(world.log.all()))
}

async fn publications(State(world): Shared) -> Json<Value> {
    Json(json!(world.published()))
}

async fn forget(State(world): Shared) -> StatusCode {
    world.log.clear();
    StatusCode::NO_CONTENT
}

async fn activation(State(world): Shared, Json(question): Json<activation::Question>) -> Response {
    let answer = activation::verify(&world.scenario(), &question.serial, question.code.reveal());
    let status = match answer {
        CodeAnswer::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        CodeAnswer::Verified | CodeAnswer::Refused => StatusCode::OK,
    };
    (status, Json(json!({ "answer": answer }))).into_response()
}

/// The value as JSON with every secret replaced.
fn masked(value: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(value).unwrap_or_default();
    mask(&mut value);
    value
}

fn mask(value: &mut Value) {
    const SECRETS: [&str; 4] = ["password", "digests", "value", "activation_code"];
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, inner) in fields {
                if SECRETS.contains(&name.as_str()) {
                    *inner = json!("***");
                } else {
                    mask(inner);
                }
            }
        }
        _ => {}
    }
}
