//! Who may publish what (`it-user-permissions.md` 2).

use crate::login::Session;
use crate::request::Scene;

/// Change and Deploy Applications.
const CHANGE: u8 = 5;

/// Why a user may not publish an application, in the environment's words.
pub(super) fn publish_refusal(scene: &Scene<'_>, session: &Session, application: &str) -> Option<String> {
    let exists = scene.environment.all_applications().any(|known| known.name == application);
    if exists {
        let allowed = level_on(scene, session, application) >= CHANGE;
        return (!allowed)
            .then(|| format!("You are not allowed to change and deploy the Application {application}."));
    }
    let allowed = session.permission.level >= CHANGE && session.permission.create_applications;
    (!allowed).then(|| format!("You are not allowed to create an Application: {application}."))
}

/// An application role overrides a team role, which overrides the default role. An override never gives more than
/// Change and Deploy.
fn level_on(scene: &Scene<'_>, session: &Session, application: &str) -> u8 {
    let user = &session.user;
    let level =
        |role: &str| scene.scenario.role(role).map(|role| role.on(scene.environment).level.min(CHANGE));
    let direct = user.application_roles.iter().find(|given| given.application == application);
    if let Some(level) = direct.and_then(|given| level(&given.role)) {
        return level;
    }
    let owners: Vec<&str> = scene
        .scenario
        .teams
        .iter()
        .filter(|team| team.applications.iter().any(|owned| owned == application))
        .map(|team| team.name.as_str())
        .collect();
    let through_team = user.teams.iter().find(|given| owners.contains(&given.team.as_str()));
    through_team.and_then(|given| level(&given.role)).unwrap_or(session.permission.level)
}
