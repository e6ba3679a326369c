//! Sessions over the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ib_api::problem::Problem;
use ib_api::request::SessionDocument;

use super::answers::InSession;
use super::caller::Caller;
use crate::app::{App, unavailable};
use crate::refusal::Refusal;

/// Begin a session
///
/// It owns the set-ups that are begun in it; nobody else sees them.
#[utoipa::path(
    post, path = "/api/v1/sessions", operation_id = "beginSession", tag = "Sessions",
    responses(
        (status = 201, body = SessionDocument, description = "The token, shown this once"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The store cannot be used now"),
    )
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
) -> Result<(StatusCode, Json<SessionDocument>), Refusal> {
    let session = app.sessions.begin().await.map_err(|error| unavailable(&error))?;
    let (idle, absolute) = (app.settings.idle.as_secs(), app.settings.absolute.as_secs());
    Ok((StatusCode::CREATED, Json(SessionDocument::new(session.token.expose(), idle, absolute))))
}

/// End this session
///
/// The secrets of its set-ups are forgotten. A later session goes on with them after a log-in.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", operation_id = "endSession", tag = "Sessions",
    security(("session" = [])), responses((status = 204, description = "Ended"), InSession)
)]
pub(super) async fn end(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode, Refusal> {
    app.log_out(&caller.session).await?;
    Ok(StatusCode::NO_CONTENT)
}
