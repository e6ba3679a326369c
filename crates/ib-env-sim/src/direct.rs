//! The direct permission route (`it-user-permissions.md` 5): what a user may do, asked with the user's own log-in.

use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::lifetime::label;
use crate::reply::{self, Body};
use crate::request::Scene;

/// Answers the route, wherever the environment has it.
pub(crate) fn answer(scene: &Scene<'_>) -> Response<Body> {
    if scene.request.method != Method::GET {
        return reply::exception(StatusCode::METHOD_NOT_ALLOWED, "The HTTP method is not supported.");
    }
    let Some((username, password)) = scene.request.basic() else {
        return reply::unauthorized("Basic", "Basic authentication required.");
    };
    match scene.world.log_in(scene.scenario, scene.environment, (&username, &password)) {
        Err(refusal) => reply::unauthorized("Basic", &refusal.text(scene.environment)),
        Ok(session) => {
            let permission = session.permission;
            let shown = json!({
                "level": permission.level,
                "levelLabel": label(permission.level, 0),
                "createApplications": permission.create_applications,
            });
            reply::json(StatusCode::OK, &shown)
        }
    }
}
