//! The steps of a set-up over the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::{AcceptDisclaimer, EnterAddress, EnterCode, LogIn, Nothing};
use ib_api::setup::SetupDocument;
use ib_setup::registration::View;
use ib_setup::{ActivationCode, Credentials, Password, SetupError, SetupId};

use super::answers::{InSession, OnSetUp, OnStep, Repeatable, Which};
use super::body::Body;
use super::caller::{Caller, Named, key};
use crate::app::{Answer, App};
use crate::refusal::Refusal;

type Reply = Result<(StatusCode, Json<SetupDocument>), Refusal>;

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
    let view = match app.once(&caller.session, key(headers)?, &request, setup, work).await? {
        Some(view) => view,
        None => app.setup.view(setup).await.map_err(|error| app.refuse(&error, ""))?,
    };
    Ok((StatusCode::ACCEPTED, Json(SetupDocument::new(setup, &view))))
}

/// Enter the development environment's address
///
/// The service then looks whether the environment exists and can be set up. Entering another address
/// begins again there.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/address", operation_id = "enterAddress", tag = "Steps",
    security(("session" = [])), request_body = EnterAddress, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn address(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<EnterAddress>,
) -> Reply {
    let setup = app.setup_for(caller.from);
    let request = format!("address {}", sent.address);
    let work = async |id: SetupId| setup.enter_address(id, &sent.address).await;
    step(&app, &caller, &headers, &id, &request, work, &sent.address).await
}

/// Log in
///
/// One request is at most one attempt at the environment. The password is kept sealed and sent there alone.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/log-in", operation_id = "logIn", tag = "Steps",
    security(("session" = [])), request_body = LogIn, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<LogIn>,
) -> Reply {
    let setup = app.setup_for(caller.from);
    let credentials = credentials(sent)?;
    let request = format!("log-in {}", credentials.username());
    let work = async |id: SetupId| setup.log_in(id, credentials).await;
    step(&app, &caller, &headers, &id, &request, work, "").await
}

/// Go on from the welcome
///
/// After it comes the disclaimer.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/welcome", operation_id = "goOn", tag = "Steps",
    security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn welcome(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<Nothing>,
) -> Reply {
    let setup = app.setup_for(caller.from);
    let Nothing {} = sent;
    let work = async |id: SetupId| setup.choose_set_up(id).await;
    step(&app, &caller, &headers, &id, "welcome", work, "").await
}

/// Accept the disclaimer
///
/// In the version that was read. The service then checks the infrastructure.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/disclaimer", operation_id = "acceptDisclaimer", tag = "Steps",
    security(("session" = [])), request_body = AcceptDisclaimer, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<AcceptDisclaimer>,
) -> Reply {
    let setup = app.setup_for(caller.from);
    let request = format!("disclaimer {}", sent.version);
    let work = async |id: SetupId| setup.accept_disclaimer(id, &sent.version).await;
    step(&app, &caller, &headers, &id, &request, work, "").await
}

/// Check the infrastructure again
///
/// After what was in the way has been mended.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/check", operation_id = "checkAgain", tag = "Steps",
    security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<Nothing>,
) -> Reply {
    let setup = app.setup_for(caller.from);
    let Nothing {} = sent;
    let work = async |id: SetupId| setup.check_again(id).await;
    step(&app, &caller, &headers, &id, "check", work, "").await
}

/// Enter the activation code
///
/// Where the Platform Server of development is 11.7.6 or older. Service Center shows the code under
/// Administration, Licensing.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/activation-code", operation_id = "enterActivationCode", tag = "Steps",
    security(("session" = [])), request_body = EnterCode, params(Which, Repeatable),
    responses((status = 202, body = SetupDocument, description = "Recorded; the work goes on"), OnSetUp, OnStep, InSession)
)]
pub(super) async fn code(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(sent): Body<EnterCode>,
) -> Reply {
    let setup = app.setup_for(caller.from);
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
