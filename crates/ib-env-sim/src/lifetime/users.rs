//! Users (`lifetime-api.md` 5).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::roles::role;
use super::{Account, Answer, Outcome, Refused, body, change, field, wrong_method};
use crate::request::Scene;
use crate::scenario::{ApplicationRole, IdentityProvider, Secret, User, guid};

pub(super) fn route(scene: &Scene<'_>, account: &Account, rest: &[&str]) -> Outcome {
    account.may_manage_users()?;
    match (&scene.request.method, rest) {
        (&Method::GET, []) => {
            let all = scene.request.flag("IncludeInactive");
            let shown = scene.scenario.users.iter().filter(|user| all || user.active);
            Ok(Answer::List(shown.map(|user| record(scene, user)).collect()))
        }
        (&Method::GET, [key]) => Ok(Answer::One(record(scene, user(scene, key)?))),
        (&Method::POST, []) => create(scene),
        (&Method::PUT, [key]) => update(scene, user(scene, key)?),
        (&Method::POST, [key, "setpassword"]) => set_password(scene, user(scene, key)?),
        (&Method::POST, [key, "applications"]) => give_application_role(scene, user(scene, key)?),
        (&Method::DELETE, [key, "applications", application]) => {
            take_application_role(scene, user(scene, key)?, application)
        }
        (_, [] | [_] | [_, "setpassword" | "applications"] | [_, "applications", _]) => Err(wrong_method()),
        _ => Err(Refused::no_route()),
    }
}

fn user<'a>(scene: &Scene<'a>, key: &str) -> Result<&'a User, Refused> {
    let found = scene.scenario.users.iter().find(|user| user.key() == key);
    found.ok_or_else(|| Refused::missing("User", key))
}

fn record(scene: &Scene<'_>, user: &User) -> Value {
    let key_of = |role: &str| guid("role", role);
    let mut record = json!({
        "Key": user.key(),
        "Username": user.username,
        "Name": user.name,
        "Email": user.email,
        "IsActive": user.active,
        "RoleKey": key_of(&user.role),
        "RoleName": user.role,
    });
    if scene.request.flag("IncludeApplicationRoles") {
        let entry = |given: &ApplicationRole| {
            json!({
                "applicationKey": application_key(scene, &given.application),
                "applicationName": given.application,
                "roleKey": key_of(&given.role),
                "roleName": given.role,
            })
        };
        record["ApplicationRoles"] = user.application_roles.iter().map(entry).collect();
    }
    if scene.request.flag("IncludeTeams") {
        let teams = user.teams.iter().map(|given| {
            json!({
                "TeamKey": guid("team", &given.team),
                "TeamName": given.team,
                "RoleKey": key_of(&given.role),
                "RoleName": given.role,
            })
        });
        record["Teams"] = teams.collect();
    }
    record
}

/// A new user cannot log in before a password is set.
fn create(scene: &Scene<'_>) -> Outcome {
    let password = Secret::from(guid("first-password", &scene.world.clock.now().to_string()).as_str());
    let user = described(scene, User { password, ..User::default() })?;
    if user.username.is_empty() || scene.scenario.user(&user.username).is_some() {
        return Err(Refused::bad("The username is missing or taken."));
    }
    let key = user.key();
    change(scene, |scenario| scenario.users.push(user));
    Ok(Answer::Key(StatusCode::CREATED, key))
}

fn update(scene: &Scene<'_>, known: &User) -> Outcome {
    let user = described(scene, known.clone())?;
    if !user.is_called(&known.username) {
        return Err(Refused::bad("The username cannot be changed."));
    }
    let key = user.key();
    change(scene, |scenario| {
        if let Some(place) = scenario.user_mut(&user.username) {
            place.clone_from(&user);
        }
    });
    Ok(Answer::Key(StatusCode::OK, key))
}

/// The user that a body describes; what it does not say stays.
fn described(scene: &Scene<'_>, mut user: User) -> Result<User, Refused> {
    let body = body(scene)?;
    user.username = field(&body, "username");
    user.name = field(&body, "name");
    user.email = field(&body, "email");
    user.active = body.get("isactive").and_then(Value::as_bool).unwrap_or(true);
    if user.name.is_empty() {
        return Err(Refused::bad("The name is mandatory."));
    }
    let key = field(&body, "rolekey");
    let role = scene.scenario.all_roles().into_iter().find(|role| role.key() == key);
    user.role = role.ok_or_else(|| Refused::bad("There is no such role."))?.name;
    Ok(user)
}

/// The key of an application, also of one that is not installed yet.
pub(super) fn application_key(scene: &Scene<'_>, name: &str) -> String {
    let found = scene.scenario.applications().into_iter().find(|application| application.name == name);
    found.map_or_else(|| guid("application", name), |application| application.key())
}

fn set_password(scene: &Scene<'_>, user: &User) -> Outcome {
    let external = scene.environment.identity_provider != IdentityProvider::BuiltIn;
    if external {
        let text = "Passwords are kept by an external authentication provider.";
        return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, text.to_owned()));
    }
    let password = field(&body(scene)?, "password");
    if password.is_empty() {
        return Err(Refused::bad("The password must not be empty."));
    }
    let username = user.username.clone();
    change(scene, |scenario| {
        if let Some(user) = scenario.user_mut(&username) {
            user.password = Secret::from(password.as_str());
        }
    });
    Ok(Answer::Nothing(StatusCode::OK))
}

fn give_application_role(scene: &Scene<'_>, user: &User) -> Outcome {
    let body = body(scene)?;
    let key = field(&body, "applicationkey");
    let found = scene.scenario.applications().into_iter().find(|application| application.key() == key);
    let application = found.ok_or_else(|| Refused::missing("Application", &key))?.name;
    let role = role(scene, &field(&body, "rolekey"))?.name;
    let username = user.username.clone();
    change(scene, |scenario| {
        if let Some(user) = scenario.user_mut(&username) {
            user.application_roles.retain(|given| given.application != application);
            user.application_roles.push(ApplicationRole { application, role });
        }
    });
    Ok(Answer::Nothing(StatusCode::CREATED))
}

fn take_application_role(scene: &Scene<'_>, user: &User, key: &str) -> Outcome {
    let given = user.application_roles.iter().find(|given| application_key(scene, &given.application) == key);
    let application = given.ok_or_else(|| Refused::missing("Application role", key))?.application.clone();
    let username = user.username.clone();
    change(scene, |scenario| {
        if let Some(user) = scenario.user_mut(&username) {
            user.application_roles.retain(|given| given.application != application);
        }
    });
    Ok(Answer::Nothing(StatusCode::NO_CONTENT))
}
