//! Set-ups over the API: begun, listed, and read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::{DisclaimerDocument, SetupList};
use ib_api::setup::SetupDocument;
use ib_api::support::SupportDocument;
use ib_setup::SetupId;

use super::answers::{InSession, OnSetUp, Repeatable, Which};
use super::caller::{Caller, Named, Waiting, key};
use crate::app::{Answer, App, key_reused, unavailable};
use crate::once::Turn;
use crate::refusal::Refusal;

/// Read the disclaimer
///
/// Its version is what `acceptDisclaimer` wants to have been read.
#[utoipa::path(
    get, path = "/api/v1/disclaimer", operation_id = "readDisclaimer", tag = "Set-ups",
    responses((status = 200, body = DisclaimerDocument, description = "The text, and its version"))
)]
pub(super) async fn disclaimer(State(app): State<Arc<App>>) -> Json<DisclaimerDocument> {
    let disclaimer = &app.settings.disclaimer;
    Json(DisclaimerDocument { version: disclaimer.version().to_owned(), text: disclaimer.text().to_owned() })
}

/// List the set-ups of this session
#[utoipa::path(
    get, path = "/api/v1/setups", operation_id = "listSetUps", tag = "Set-ups", security(("session" = [])),
    responses(
        (status = 200, body = SetupList, description = "The latest first"),
        InSession,
    )
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<SetupList>, Refusal> {
    let mut setups = Vec::new();
    for id in caller.session.setups() {
        let view = app.setup.view(*id).await.map_err(|error| app.refuse(&error, ""))?;
        setups.push(SetupDocument::new(*id, &view));
    }
    Ok(Json(SetupList { setups }))
}

/// Begin a set-up
///
/// It belongs to this session. A body is not needed and not read.
#[utoipa::path(
    post, path = "/api/v1/setups", operation_id = "beginSetUp", tag = "Set-ups", security(("session" = [])),
    params(Repeatable),
    responses(
        (status = 201, body = SetupDocument, description = "Begun", headers(("Location" = String, description = "Where it is"))),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The idempotency key cannot be read"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The idempotency key belongs to another request"),
        InSession,
    )
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<SetupDocument>), Refusal> {
    let id = match key(&headers)? {
        None => app.begin(caller.session).await?.1,
        Some(key) => begin_once(&app, caller, key).await?,
    };
    let view = app.setup.view(id).await.map_err(|error| app.refuse(&error, ""))?;
    let place = [(LOCATION, format!("/api/v1/setups/{id}"))];
    Ok((StatusCode::CREATED, place, Json(SetupDocument::new(id, &view))))
}

async fn begin_once(app: &App, caller: Caller, key: &str) -> Answer<SetupId> {
    let turn =
        app.once.begin(&caller.session.token, key, "begin").await.map_err(|error| unavailable(&error))?;
    match turn {
        Turn::First(ticket) => {
            let (_, id) = app.begin(caller.session).await?;
            app.once.done(ticket, id).await.map_err(|error| unavailable(&error))?;
            Ok(id)
        }
        Turn::Again(Some(id)) => Ok(id),
        Turn::Again(None) => Err(Problem::new(
            ProblemKind::Unavailable,
            "The first request is being done. Try again in a moment.",
        )
        .into()),
        Turn::Other => Err(key_reused().into()),
    }
}

/// Read where a set-up stands
///
/// With `wait`, it is answered as soon as nothing is under way, or when so many seconds have passed. Once a user
/// is let in, the answer may be another set-up: the one in which the same user got further before.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}", operation_id = "readSetUp", tag = "Set-ups", security(("session" = [])),
    params(Which, ("wait" = Option<u64>, Query, description = "Seconds to wait", maximum = 20)),
    responses((status = 200, body = SetupDocument, description = "Where it stands"), OnSetUp, InSession)
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    Waiting(wait): Waiting,
) -> Result<Json<SetupDocument>, Refusal> {
    let id = caller.owned(&id)?;
    let (id, view) = app.settled(&caller.session, id, wait).await?;
    Ok(Json(SetupDocument::new(id, &view)))
}

/// Make a support report
///
/// Everything about the set-up and what it leads to that helps whoever is asked for help. It is redacted: user names are
/// numbered, and secrets, whys of waivers and file names are not in it. Before registration it holds the set-up alone.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/report", operation_id = "readReport", tag = "Set-ups", security(("session" = [])),
    params(Which),
    responses((status = 200, body = SupportDocument, description = "The report"), OnSetUp, InSession)
)]
pub(super) async fn report(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<SupportDocument>, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(Json(app.report(setup).await?))
}
