//! The steps of a set-up over the API.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::{
    AcceptDisclaimer, DisclaimerDocument, EnterAddress, EnterCode, LogIn, Nothing, SetupList,
};
use ib_api::setup::SetupDocument;
use ib_setup::registration::View;
use ib_setup::{ActivationCode, Credentials, Password, SetupError, SetupId};
use serde::Deserialize;

use super::body::Body;
use super::caller::{Caller, key};
use crate::app::{Answer, App, key_reused, unavailable};
use crate::client::Peer;
use crate::once::Turn;
use crate::refusal::Refusal;

type Reply = Result<(StatusCode, Json<SetupDocument>), Refusal>;

/// Longest that a reader may wait, in seconds.
const WAIT: u64 = 20;

#[derive(Deserialize)]
pub(super) struct Waiting {
    wait: Option<u64>,
}

/// The disclaimer
#[utoipa::path(
    get, path = "/api/v1/disclaimer", tag = "Set-ups",
    responses((status = 200, body = DisclaimerDocument))
)]
pub(super) async fn disclaimer(State(app): State<Arc<App>>) -> Json<DisclaimerDocument> {
    let disclaimer = &app.settings.disclaimer;
    Json(DisclaimerDocument { version: disclaimer.version().to_owned(), text: disclaimer.text().to_owned() })
}

/// The set-ups of this session, the latest first
#[utoipa::path(
    get, path = "/api/v1/setups", tag = "Set-ups", security(("session" = [])),
    responses(
        (status = 200, body = SetupList),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<SetupList>, Refusal> {
    let mut setups = Vec::new();
    for id in caller.0.setups() {
        let view = app.setup.view(*id).await.map_err(|error| app.refuse(&error, ""))?;
        setups.push(SetupDocument::new(*id, &view));
    }
    Ok(Json(SetupList { setups }))
}

/// Begin a set-up
#[utoipa::path(
    post, path = "/api/v1/setups", tag = "Set-ups", security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200)),
    responses(
        (status = 201, body = SetupDocument, headers(("Location" = String, description = "Where it is"))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<SetupDocument>), Refusal> {
    let id = match key(&headers)? {
        None => app.begin(caller.0).await?.1,
        Some(key) => begin_once(&app, caller, key).await?,
    };
    let view = app.setup.view(id).await.map_err(|error| app.refuse(&error, ""))?;
    let place = [(LOCATION, format!("/api/v1/setups/{id}"))];
    Ok((StatusCode::CREATED, place, Json(SetupDocument::new(id, &view))))
}

async fn begin_once(app: &App, caller: Caller, key: &str) -> Answer<SetupId> {
    let turn = app.once.begin(&caller.0.token, key, "begin").await.map_err(|error| unavailable(&error))?;
    match turn {
        Turn::First(ticket) => {
            let (_, id) = app.begin(caller.0).await?;
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

/// Where a set-up stands
///
/// With `wait`, it is answered as soon as nothing is under way, or when so many seconds have passed. Once a user
/// is let in, the answer may be another set-up: the one in which the same user got further before.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}", tag = "Set-ups", security(("session" = [])),
    params(
        ("id" = String, Path, description = "The set-up"),
        ("wait" = Option<u64>, Query, description = "Seconds to wait", maximum = 20),
    ),
    responses(
        (status = 200, body = SetupDocument),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    waiting: Result<Query<Waiting>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<SetupDocument>, Refusal> {
    let wait = waiting.ok().map(|Query(waiting)| waiting.wait.unwrap_or(0)).filter(|wait| *wait <= WAIT);
    let wait =
        wait.ok_or_else(|| Problem::new(ProblemKind::Malformed, "wait is a number of seconds, at most 20."))?;
    let id = caller.owned(&id)?;
    let (id, view) = app.settled(&caller.0, id, Duration::from_secs(wait)).await?;
    Ok(Json(SetupDocument::new(id, &view)))
}

/// Sends one step, once for each key.
async fn step<F: Future<Output = Result<View, SetupError>>>(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: &str,
    request: &str,
    work: impl FnOnce(SetupId) -> F,
    typed: &str,
) -> Reply {
    let setup = caller.owned(id)?;
    let work = async { Ok(work(setup).await.map_err(|error| app.refuse(&error, typed))?) };
    let request = format!("{setup} {request}");
    let view = app.once(&caller.0, key(headers)?, &request, setup, work).await?;
    Ok((StatusCode::ACCEPTED, Json(SetupDocument::new(setup, &view))))
}

/// Enter the development environment's address
///
/// The service then looks whether the environment exists and can be set up. Entering another address
/// begins again there.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/address", tag = "Steps", security(("session" = [])),
    request_body = EnterAddress,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn address(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<EnterAddress>,
) -> Reply {
    let setup = app.setup_for(peer);
    let request = format!("address {}", sent.address);
    let work = async |id: SetupId| setup.enter_address(id, &sent.address).await;
    step(&app, &caller, &headers, &id, &request, work, &sent.address).await
}

/// Log in
///
/// One request is at most one attempt at the environment. The password is kept sealed and sent there alone.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/log-in", tag = "Steps", security(("session" = [])),
    request_body = LogIn,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<LogIn>,
) -> Reply {
    let setup = app.setup_for(peer);
    let credentials = credentials(sent)?;
    let request = format!("log-in {}", credentials.username());
    let work = async |id: SetupId| setup.log_in(id, credentials).await;
    step(&app, &caller, &headers, &id, &request, work, "").await
}

/// Go on from the welcome
///
/// After it comes the disclaimer.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/welcome", tag = "Steps", security(("session" = [])),
    request_body = Nothing,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn welcome(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<Nothing>,
) -> Reply {
    let setup = app.setup_for(peer);
    let Nothing {} = sent;
    let work = async |id: SetupId| setup.choose_set_up(id).await;
    step(&app, &caller, &headers, &id, "welcome", work, "").await
}

/// Accept the disclaimer
///
/// In the version that was read. The service then checks the infrastructure.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/disclaimer", tag = "Steps", security(("session" = [])),
    request_body = AcceptDisclaimer,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<AcceptDisclaimer>,
) -> Reply {
    let setup = app.setup_for(peer);
    let request = format!("disclaimer {}", sent.version);
    let work = async |id: SetupId| setup.accept_disclaimer(id, &sent.version).await;
    step(&app, &caller, &headers, &id, &request, work, "").await
}

/// Check the infrastructure again
///
/// After what was in the way has been mended.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/check", tag = "Steps", security(("session" = [])),
    request_body = Nothing,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<Nothing>,
) -> Reply {
    let setup = app.setup_for(peer);
    let Nothing {} = sent;
    let work = async |id: SetupId| setup.check_again(id).await;
    step(&app, &caller, &headers, &id, "check", work, "").await
}

/// Enter the activation code
///
/// Where the Platform Server of development is 11.7.6 or older. Service Center shows the code under
/// Administration, Licensing.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/activation-code", tag = "Steps", security(("session" = [])),
    request_body = EnterCode,
    params(
        ("id" = String, Path, description = "The set-up"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats the request safely", min_length = 1, max_length = 200),
    ),
    responses(
        (status = 202, body = SetupDocument, description = "Recorded; the work goes on"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn code(
    State(app): State<Arc<App>>,
    caller: Caller,
    Peer(peer): Peer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<EnterCode>,
) -> Reply {
    let setup = app.setup_for(peer);
    let code = ActivationCode::parse(&sent.code);
    let code =
        code.map_err(|error| Problem::new(ProblemKind::Unusable, format!("{error}.")).field("code"))?;
    let work = async |id: SetupId| setup.enter_code(id, code).await;
    step(&app, &caller, &headers, &id, "activation-code", work, "").await
}

fn credentials(sent: LogIn) -> Answer<Credentials> {
    let unusable = |field: &str, error: &dyn std::fmt::Display| {
        Problem::new(ProblemKind::Unusable, format!("{error}; enter another one.")).field(field)
    };
    let password = Password::new(sent.password).map_err(|error| unusable("password", &error))?;
    Ok(Credentials::new(&sent.username, password).map_err(|error| unusable("username", &error))?)
}
