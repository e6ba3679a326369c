//! LifeTime Deployment API v2 (`lifetime-api.md`).

mod account;
mod applications;
mod environments;
mod json;
mod roles;
mod teams;
mod users;

use std::convert::Infallible;

use http::{Method, Response, StatusCode};
use serde_json::Value;

use crate::reply::{self, Body};
use crate::request::Scene;
use crate::scenario::Scenario;
use account::Account;
pub(crate) use roles::label;

/// Where the API is.
pub(crate) const BASE: &str = "/lifetimeapi/rest/v2";

/// A request that ends without its answer: the status and sentence of the `Exception` body.
struct Refused(StatusCode, String);

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }

    fn forbidden(message: impl Into<String>) -> Self {
        Self(StatusCode::FORBIDDEN, message.into())
    }

    fn missing(kind: &str, key: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{kind} with key {key} was not found."))
    }

    fn no_route() -> Self {
        Self(StatusCode::NOT_FOUND, "The requested resource was not found.".to_owned())
    }
}

/// What a route answers when it can.
enum Answer {
    /// A list; 204 without a body if it is empty.
    List(Vec<Value>),
    /// One structure.
    One(Value),
    /// 201 with JSON.
    Created(Value),
    /// A bare key as text.
    Key(StatusCode, String),
    /// Nothing but the status.
    Nothing(StatusCode),
}

type Outcome = Result<Answer, Refused>;

/// Answers a path of the API, given in lower case without [`BASE`].
pub(crate) fn answer(scene: &Scene<'_>, path: &str) -> Response<Body> {
    let settings = &scene.scenario.lifetime;
    if settings.html_error_page {
        return reply::page(StatusCode::INTERNAL_SERVER_ERROR, "Server Error", "An internal error occurred.");
    }
    let Some(account) = Account::of(scene) else {
        return reply::unauthorized("Bearer", "The token is missing, unknown or expired.");
    };
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let known = route(scene, &account, &parts);
    match known {
        Ok(answer) => written(scene, answer),
        Err(Refused(status, message)) => reply::exception(status, &message),
    }
}

fn route(scene: &Scene<'_>, account: &Account, parts: &[&str]) -> Outcome {
    match parts {
        ["environments", rest @ ..] => environments::route(scene, account, rest),
        ["applications", rest @ ..] => applications::route(scene, rest),
        ["modules", rest @ ..] => applications::route_modules(scene, rest),
        ["roles" | "users" | "teams", ..] if !since(scene, "11.5.0") => Err(Refused::no_route()),
        ["roles", rest @ ..] => roles::route(scene, account, rest),
        ["users", rest @ ..] => users::route(scene, account, rest),
        ["teams", rest @ ..] => teams::route(scene, account, rest),
        ["deployments"] => read_only(scene).map(|()| Answer::List(Vec::new())),
        _ => Err(Refused::no_route()),
    }
}

fn written(scene: &Scene<'_>, answer: Answer) -> Response<Body> {
    let settings = &scene.scenario.lifetime;
    let spelled = |value| json::spelled(value, settings.key_case);
    match answer {
        Answer::List(items) if items.is_empty() => reply::empty(StatusCode::NO_CONTENT),
        Answer::List(mut items) if settings.single_object_for_list && items.len() == 1 => {
            reply::json(StatusCode::OK, &spelled(items.remove(0)))
        }
        Answer::List(items) => reply::json(StatusCode::OK, &spelled(Value::Array(items))),
        Answer::One(value) => reply::json(StatusCode::OK, &spelled(value)),
        Answer::Created(value) => reply::json(StatusCode::CREATED, &spelled(value)),
        Answer::Key(status, key) => reply::text(status, reply::PLAIN, key),
        Answer::Nothing(status) => reply::empty(status),
    }
}

/// 405 for anything but GET.
fn read_only(scene: &Scene<'_>) -> Result<(), Refused> {
    if scene.request.method == Method::GET { Ok(()) } else { Err(wrong_method()) }
}

fn wrong_method() -> Refused {
    Refused(StatusCode::METHOD_NOT_ALLOWED, "The HTTP method is not supported here.".to_owned())
}

/// Whether this LifeTime has what came with a version.
fn since(scene: &Scene<'_>, version: &str) -> bool {
    numbers(&scene.scenario.lifetime.lifetime_version) >= numbers(version)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The body of a POST or PUT with its field names in lower case, as the API reads them without case.
fn body(scene: &Scene<'_>) -> Result<Value, Refused> {
    let value = serde_json::from_slice(&scene.request.body)
        .map_err(|_| Refused::bad("The body is not valid JSON."))?;
    Ok(json::lower(value))
}

/// A text field of a body.
fn field(body: &Value, name: &str) -> String {
    body.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

/// Changes the scenario in a way that cannot fail.
fn change(scene: &Scene<'_>, change: impl FnOnce(&mut Scenario)) {
    let outcome: Result<(), Infallible> = scene.world.change(|scenario| {
        change(scenario);
        Ok(())
    });
    let Ok(()) = outcome;
}
