//! Roles and permission levels (`lifetime-api.md` 4).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Account, Answer, Outcome, Refused, body, change, field, wrong_method};
use crate::request::Scene;
use crate::scenario::{Environment, Permission, Role};

/// Labels by level number.
const LABELS: [&str; 7] = [
    "No Access",
    "Access",
    "List Applications",
    "Monitor and Add Dependencies",
    "Open and Debug Applications",
    "Change and Deploy Applications",
    "Full Control",
];

/// The label of a level, moved by the scenario's `label_shift`.
pub(crate) fn label(level: u8, shift: u8) -> &'static str {
    let place = (usize::from(level) + usize::from(shift)) % LABELS.len();
    LABELS.get(place).copied().unwrap_or_default()
}

pub(super) fn route(scene: &Scene<'_>, account: &Account, rest: &[&str]) -> Outcome {
    account.may_manage_users()?;
    match (&scene.request.method, rest) {
        (&Method::GET, []) => {
            Ok(Answer::List(scene.scenario.all_roles().iter().map(|role| record(scene, role)).collect()))
        }
        (&Method::GET, ["permissionlevels"]) => Ok(levels(scene)),
        (&Method::GET, [key]) => Ok(Answer::One(record(scene, &role(scene, key)?))),
        (&Method::POST, []) => create(scene),
        (&Method::PUT, [key]) => update(scene, role(scene, key)?),
        (&Method::DELETE, [key]) => delete(scene, &role(scene, key)?),
        (_, [] | [_]) => Err(wrong_method()),
        _ => Err(Refused::no_route()),
    }
}

fn levels(scene: &Scene<'_>) -> Answer {
    let record = |level: u8| {
        let label = label(level, scene.scenario.lifetime.label_shift);
        json!({ "level": level, "levelLabel": label, "description": format!("Users with this level have {label}.") })
    };
    Answer::List((0..=6).map(record).collect())
}

pub(super) fn role(scene: &Scene<'_>, key: &str) -> Result<Role, Refused> {
    let found = scene.scenario.all_roles().into_iter().find(|role| role.key() == key);
    found.ok_or_else(|| Refused::missing("Role", key))
}

fn record(scene: &Scene<'_>, role: &Role) -> Value {
    let mut record = json!({
        "key": role.key(),
        "name": role.name,
        "description": role.description,
        "manageInfrastructure": role.manage_infrastructure,
        "manageTeams": role.manage_teams,
    });
    if scene.request.flag("IncludeEnvPermissions") {
        let shift = scene.scenario.lifetime.label_shift;
        let permission = |environment: &Environment| {
            let granted = role.on(environment);
            json!({
                "environmentKey": environment.key(),
                "environmentName": environment.name,
                "level": granted.level,
                "levelLabel": label(granted.level, shift),
                "createApplications": granted.create_applications,
                "addDependenciesToSystem": granted.add_dependencies_to_system,
            })
        };
        record["environmentPermissions"] = scene.scenario.managed().map(permission).collect();
    }
    record
}

fn create(scene: &Scene<'_>) -> Outcome {
    let role = described(scene, Role::default())?;
    if scene.scenario.role(&role.name).is_some() {
        return Err(Refused::bad("Another role has this name."));
    }
    let key = role.key();
    change(scene, |scenario| scenario.roles.push(role));
    Ok(Answer::Key(StatusCode::CREATED, key))
}

/// Replaces everything but the name, which is what users and teams know a role by.
fn update(scene: &Scene<'_>, known: Role) -> Outcome {
    may_change(scene, &known)?;
    let (name, key) = (known.name.clone(), known.key());
    let role = described(scene, known)?;
    if role.name != name {
        return Err(Refused::bad("The name of a role cannot be changed here."));
    }
    change(scene, |scenario| {
        scenario.roles.retain(|other| other.name != name);
        scenario.roles.push(role);
    });
    Ok(Answer::Key(StatusCode::OK, key))
}

/// The role that a body describes.
fn described(scene: &Scene<'_>, mut role: Role) -> Result<Role, Refused> {
    let body = body(scene)?;
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or_default();
    role.name = field(&body, "name");
    role.description = field(&body, "description");
    role.manage_infrastructure = flag("manageinfrastructure");
    role.manage_teams = flag("manageteams");
    role.permissions.clear();
    if role.name.is_empty() {
        return Err(Refused::bad("The role needs a name."));
    }
    let given = body.get("environmentpermissions").and_then(Value::as_array);
    for environment in scene.scenario.managed() {
        let entry = given
            .and_then(|all| all.iter().find(|entry| field(entry, "environmentkey") == environment.key()));
        let entry = entry.ok_or_else(|| Refused::bad("Permissions must be given for every environment."))?;
        role.permissions.insert(environment.host.clone(), permission_of(entry)?);
    }
    Ok(role)
}

fn may_change(scene: &Scene<'_>, role: &Role) -> Result<(), Refused> {
    let own = scene.scenario.roles.iter().any(|own| own.name == role.name);
    if own { Ok(()) } else { Err(Refused::bad("The role is reserved.")) }
}

fn permission_of(entry: &Value) -> Result<Permission, Refused> {
    let level = entry.get("level").and_then(Value::as_u64).filter(|level| *level <= 6);
    let level = level.and_then(|level| u8::try_from(level).ok());
    let flag = |name: &str| entry.get(name).and_then(Value::as_bool).unwrap_or_default();
    Ok(Permission {
        level: level.ok_or_else(|| Refused::bad("The permission level must be 0 to 6."))?,
        create_applications: flag("createapplications"),
        add_dependencies_to_system: flag("adddependenciestosystem"),
    })
}

fn delete(scene: &Scene<'_>, gone: &Role) -> Outcome {
    may_change(scene, gone)?;
    let heir = match scene.request.query("UsersNewRoleKey") {
        Some(key) => role(scene, &key)?.name,
        None => return Err(Refused::bad("UsersNewRoleKey is mandatory.")),
    };
    if heir == gone.name {
        return Err(Refused::bad("UsersNewRoleKey must name another role."));
    }
    change(scene, |scenario| {
        scenario.roles.retain(|role| role.name != gone.name);
        for user in scenario.users.iter_mut().filter(|user| user.role == gone.name) {
            user.role.clone_from(&heir);
        }
        for user in &mut scenario.users {
            user.teams.retain(|given| given.role != gone.name);
            user.application_roles.retain(|given| given.role != gone.name);
        }
    });
    Ok(Answer::Nothing(StatusCode::NO_CONTENT))
}
