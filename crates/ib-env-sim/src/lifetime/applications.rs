//! Applications and modules (`lifetime-api.md` 3).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Answer, Outcome, Refused, read_only};
use crate::request::Scene;
use crate::scenario::{Application, Environment, Module, guid};

/// The platform's empty date.
const NO_DATE: &str = "1900-01-01T00:00:00";

/// `/applications…` across the infrastructure.
pub(super) fn route(scene: &Scene<'_>, rest: &[&str]) -> Outcome {
    read_only(scene)?;
    let view = View::asked(scene)?;
    let all = view.gathered(scene.scenario.managed());
    match rest {
        [] => Ok(Answer::List(all.into_iter().map(|found| view.record(scene, found)).collect())),
        [key, rest @ ..] => below(scene, view, with_key(all, key)?, rest),
    }
}

fn with_key(all: Vec<Gathered>, key: &str) -> Result<Gathered, Refused> {
    let found = all.into_iter().find(|found| found.application.key() == key);
    found.ok_or_else(|| Refused::missing("Application", key))
}

fn below(scene: &Scene<'_>, view: View, found: Gathered, rest: &[&str]) -> Outcome {
    match rest {
        [] => Ok(Answer::One(view.record(scene, found))),
        ["versions"] => Ok(Answer::List(vec![version(&found.application)])),
        ["versions", key] if version_key(&found.application) == *key => {
            Ok(Answer::One(version(&found.application)))
        }
        ["versions", key] => Err(Refused::missing("Application version", key)),
        _ => Err(Refused::no_route()),
    }
}

/// `/environments/{key}/applications…`.
pub(super) fn route_in(scene: &Scene<'_>, environment: &Environment, rest: &[&str]) -> Outcome {
    read_only(scene)?;
    let view = View::asked(scene)?;
    let all = view.gathered(std::iter::once(environment));
    match rest {
        [] => Ok(Answer::List(all.into_iter().map(|found| view.record(scene, found)).collect())),
        [key] => Ok(Answer::One(view.record(scene, with_key(all, key)?))),
        _ => Err(Refused::no_route()),
    }
}

/// `/modules…`.
pub(super) fn route_modules(scene: &Scene<'_>, rest: &[&str]) -> Outcome {
    read_only(scene)?;
    let mut all = scene.scenario.applications().into_iter().flat_map(|application| application.modules);
    match rest {
        [] => Ok(Answer::List(all.map(|module| module_record(&module)).collect())),
        [key] => {
            let found = all.find(|module| module.key() == *key);
            found
                .map(|module| Answer::One(module_record(&module)))
                .ok_or_else(|| Refused::missing("Module", key))
        }
        _ => Err(Refused::no_route()),
    }
}

/// An application and its status in the environments that have it.
struct Gathered {
    application: Application,
    statuses: Vec<Value>,
}

/// How much of an application is wanted.
#[derive(Clone, Copy)]
struct View {
    modules: bool,
    status: bool,
}

impl View {
    fn asked(scene: &Scene<'_>) -> Result<Self, Refused> {
        let (modules, status) =
            (scene.request.flag("IncludeModules"), scene.request.flag("IncludeEnvStatus"));
        if modules && !status {
            return Err(Refused::bad("IncludeModules requires IncludeEnvStatus."));
        }
        Ok(Self { modules, status })
    }

    /// Every application of these environments once, with its status in each.
    fn gathered<'a>(self, environments: impl Iterator<Item = &'a Environment>) -> Vec<Gathered> {
        let (mut all, mut places) = (Vec::<Gathered>::new(), HashMap::new());
        for environment in environments {
            for application in environment.all_applications() {
                let status = self.status.then(|| self.status(environment, &application));
                let place = *places.entry(application.key()).or_insert(all.len());
                match all.get_mut(place) {
                    Some(known) => known.statuses.extend(status),
                    None => all.push(Gathered { application, statuses: status.into_iter().collect() }),
                }
            }
        }
        all
    }

    fn record(self, scene: &Scene<'_>, found: Gathered) -> Value {
        let Gathered { application, statuses } = found;
        let team = scene.scenario.teams.iter().find(|team| team.applications.contains(&application.name));
        let mut record = json!({
            "Key": application.key(),
            "Name": application.name,
            "Kind": "WebResponsive",
            "Team": team.map(|team| team.name.as_str()).unwrap_or_default(),
            "Description": application.description,
            "URLPath": "",
            "IconHash": "",
            "IconURL": "",
            "IsSystem": application.system,
        });
        if self.modules {
            record["Modules"] = application.modules.iter().map(module_record).collect();
        }
        if self.status {
            record["AppStatusInEnvs"] = Value::Array(statuses);
        }
        record
    }

    fn status(self, environment: &Environment, application: &Application) -> Value {
        let consistent = application.modules.iter().all(|module| module.status_messages.is_empty());
        let modules: Vec<Value> = if self.modules {
            application.modules.iter().map(|module| module_status(environment, application, module)).collect()
        } else {
            Vec::new()
        };
        json!({
            "EnvironmentKey": environment.key(),
            "BaseApplicationVersionKey": version_key(application),
            "IsModified": false,
            "IsModifiedReason": "",
            "IsModifiedMessage": "",
            "ConsistencyStatus": if consistent { "Consistent" } else { "Inconsistent" },
            "ConsistencyStatusMessages": "",
            "MobileAppsStatus": [],
            "ModuleStatusInEnvs": modules,
            "DeploymentZoneKey": "",
        })
    }
}

fn module_record(module: &Module) -> Value {
    json!({ "Key": module.key(), "Name": module.name, "Description": module.description, "Kind": module.kind })
}

fn module_status(environment: &Environment, application: &Application, module: &Module) -> Value {
    let messages: Vec<&str> = module.status_messages.iter().map(|note| note.message.as_str()).collect();
    json!({
        "ApplicationKey": application.key(),
        "EnvironmentKey": environment.key(),
        "ModuleVersionKey": guid("version", &format!("{}/{}", module.name, module.version)),
        "ConsistencyStatus": if messages.is_empty() { "Consistent" } else { "Inconsistent" },
        "ConsistencyStatusMessages": messages.join("; "),
    })
}

fn version_key(application: &Application) -> String {
    guid("application-version", &application.name)
}

/// The one tag that every application has.
fn version(application: &Application) -> Value {
    json!({
        "Key": version_key(application),
        "ApplicationKey": application.key(),
        "Version": "1.0",
        "ChangeLog": "",
        "CreatedOn": NO_DATE,
        "InUse": true,
        "MobileVersions": [],
        "PrimaryColor": "",
        "NativeHash": "",
        "ModuleVersions": [],
    })
}
