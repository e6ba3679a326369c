//! Teams (`lifetime-api.md` 6).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::users::application_key;
use super::{Account, Answer, Outcome, Refused, body, change, field, wrong_method};
use crate::request::Scene;
use crate::scenario::{Team, TeamRole, guid};

pub(super) fn route(scene: &Scene<'_>, account: &Account, rest: &[&str]) -> Outcome {
    account.may_manage_teams()?;
    match (&scene.request.method, rest) {
        (&Method::GET, []) => {
            Ok(Answer::List(scene.scenario.teams.iter().map(|team| record(scene, team)).collect()))
        }
        (&Method::GET, [key]) => Ok(Answer::One(record(scene, team(scene, key)?))),
        (&Method::POST, [key, "users"]) => add_user(scene, team(scene, key)?),
        (&Method::DELETE, [key, "users", user]) => remove_user(scene, team(scene, key)?, user),
        (_, [] | [_] | [_, "users"] | [_, "users", _]) => Err(wrong_method()),
        _ => Err(Refused::no_route()),
    }
}

fn team<'a>(scene: &Scene<'a>, key: &str) -> Result<&'a Team, Refused> {
    let found = scene.scenario.teams.iter().find(|team| team.key() == key);
    found.ok_or_else(|| Refused::missing("Team", key))
}

fn record(scene: &Scene<'_>, team: &Team) -> Value {
    let mut record = json!({ "key": team.key(), "name": team.name, "description": team.description });
    if scene.request.flag("IncludeUsers") {
        let members = scene.scenario.users.iter().filter_map(|user| {
            let given = user.teams.iter().find(|given| given.team == team.name)?;
            Some(json!({
                "UserKey": user.key(),
                "Name": user.name,
                "Username": user.username,
                "RoleKey": guid("role", &given.role),
                "RoleName": given.role,
            }))
        });
        record["users"] = members.collect();
    }
    if scene.request.flag("IncludeApplications") {
        let owned = team.applications.iter();
        record["applications"] =
            owned.map(|name| json!({ "Key": application_key(scene, name), "Name": name })).collect();
    }
    record
}

fn add_user(scene: &Scene<'_>, team: &Team) -> Outcome {
    let body = body(scene)?;
    let (user_key, role_key) = (field(&body, "userkey"), field(&body, "rolekey"));
    let user = scene.scenario.users.iter().find(|user| user.key() == user_key);
    let role = scene.scenario.all_roles().into_iter().find(|role| role.key() == role_key);
    let (Some(user), Some(role)) = (user, role) else {
        return Err(Refused::bad("There is no such user or role."));
    };
    let (username, name) = (user.username.clone(), team.name.clone());
    change(scene, |scenario| {
        if let Some(user) = scenario.user_mut(&username) {
            user.teams.retain(|given| given.team != name);
            user.teams.push(TeamRole { team: name, role: role.name });
        }
    });
    Ok(Answer::Nothing(StatusCode::CREATED))
}

fn remove_user(scene: &Scene<'_>, team: &Team, key: &str) -> Outcome {
    let member = |user: &&crate::scenario::User| {
        user.key() == key && user.teams.iter().any(|given| given.team == team.name)
    };
    let user = scene.scenario.users.iter().find(member).ok_or_else(|| Refused::missing("User", key))?;
    let (username, name) = (user.username.clone(), team.name.clone());
    change(scene, |scenario| {
        if let Some(user) = scenario.user_mut(&username) {
            user.teams.retain(|given| given.team != name);
        }
    });
    Ok(Answer::Nothing(StatusCode::OK))
}
