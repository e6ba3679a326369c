//! Environments and what is below them (`lifetime-api.md` 2 and 3).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Account, Answer, Outcome, Refused, applications, body, change, field, read_only, since};
use crate::request::Scene;
use crate::scenario::{Environment, Kind, Purpose};

pub(super) fn route(scene: &Scene<'_>, account: &Account, rest: &[&str]) -> Outcome {
    match rest {
        [] if scene.request.method == Method::POST => register(scene, account),
        [] => read_only(scene).map(|()| list(scene, account)),
        [key] if scene.request.method == Method::DELETE => unregister(scene, account, key),
        [key] => {
            read_only(scene)?;
            Ok(Answer::One(record(scene, find(scene, account, key)?)))
        }
        [key, "applications", rest @ ..] => applications::route_in(scene, find(scene, account, key)?, rest),
        [key, "deploymentzones"] => {
            read_only(scene)?;
            find(scene, account, key)?;
            let zone =
                json!({ "Key": crate::scenario::guid("zone", key), "Name": "Default", "Description": "" });
            Ok(Answer::List(vec![zone]))
        }
        [key, "blockedipaddresses"] if since(scene, "11.13.0") => {
            read_only(scene)?;
            find(scene, account, key)?;
            Ok(Answer::List(Vec::new()))
        }
        _ => Err(Refused::no_route()),
    }
}

fn list(scene: &Scene<'_>, account: &Account) -> Answer {
    let visible = scene.scenario.managed().filter(|environment| account.sees(environment));
    Answer::List(visible.map(|environment| record(scene, environment)).collect())
}

fn find<'a>(scene: &Scene<'a>, account: &Account, key: &str) -> Result<&'a Environment, Refused> {
    let found = scene.scenario.managed().find(|environment| environment.key() == key);
    let environment = found.ok_or_else(|| Refused::missing("Environment", key))?;
    if account.sees(environment) {
        return Ok(environment);
    }
    Err(Refused::forbidden("The service account has no permission on this environment."))
}

fn record(scene: &Scene<'_>, environment: &Environment) -> Value {
    let order =
        scene.scenario.managed().position(|other| other.host == environment.host).map_or(0, |at| at + 1);
    json!({
        "Key": environment.key(),
        "Name": environment.name,
        "OSVersion": environment.version_seen_by_lifetime.as_ref().unwrap_or(&environment.version),
        "Order": order,
        "HostName": environment.host,
        "UseHTTPS": true,
        "EnvironmentType": purpose(environment.purpose),
        "NumberOfFrontEnds": 1,
        "ApplicationServerType": ".NET",
        "ApplicationServer": "IIS",
        "DatabaseProvider": "SqlServer",
        "IsCloudEnvironment": environment.kind == Kind::Cloud,
    })
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Development => "Development",
        Purpose::Test => "Test",
        Purpose::Production => "Production",
    }
}

/// Registration adds an environment with default settings, which then answers at its host like the others.
fn register(scene: &Scene<'_>, account: &Account) -> Outcome {
    if !since(scene, "11.11.0") {
        return Err(Refused::no_route());
    }
    may_register(scene, account)?;
    let body = body(scene)?;
    let (name, host) =
        (field(&body, "environmentname"), field(&body, "environmentaddress").to_ascii_lowercase());
    if name.is_empty() || !host.contains('.') {
        return Err(Refused::bad("EnvironmentName and EnvironmentAddress are mandatory."));
    }
    if scene.scenario.environment(&host).is_some() {
        return Err(Refused::bad("An environment with this address is already registered."));
    }
    let environment = Environment { host, name, ..Environment::default() };
    let key = environment.key();
    change(scene, |scenario| scenario.environments.push(environment));
    Ok(Answer::Created(json!({ "EnvironmentKey": key, "ImportedUsers": [] })))
}

fn unregister(scene: &Scene<'_>, account: &Account, key: &str) -> Outcome {
    may_register(scene, account)?;
    let host = find(scene, account, key)?.host.clone();
    change(scene, |scenario| {
        scenario.environments.retain(|other| other.host != host);
    });
    Ok(Answer::Nothing(StatusCode::NO_CONTENT))
}

fn may_register(scene: &Scene<'_>, account: &Account) -> Result<(), Refused> {
    account.may_manage_users()?;
    if scene.scenario.lifetime.registration_enabled {
        return Ok(());
    }
    Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "Environment registration is not enabled.".to_owned()))
}
