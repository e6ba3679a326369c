//! What environments' Integration Managers ask: proofs, configurations, reports. They have no session: a challenge
//! proves, a signature signs.

use std::error::Error as _;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body as Raw, Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};
use ib_api::managers::{ManagerConfiguration, ManagerProof, ManagerReport, ManagerSecret};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::link::SignedRequest;
use ib_setup::{LinkCaller, LinkError, LinkProof};
use tracing::info;

use super::answers::{ToManagers, WhichLink};
use super::body::Body;
use crate::app::App;
use crate::client::Peer;
use crate::refusal::Refusal;

/// Longest report, in bytes: 500 integrations with the longest names.
const REPORT: usize = 512 << 10;

/// One and the same, whatever was wrong: nothing can be found out by trying. The log knows.
fn not_proved() -> Problem {
    Problem::new(ProblemKind::NotProved, "The proof was refused.")
}

/// One and the same, whatever was wrong.
fn not_signed() -> Problem {
    Problem::new(ProblemKind::NotSigned, "Sign the request as docs/integration-manager.md says.")
}

fn refuse(app: &App, error: &LinkError) -> Refusal {
    let why = error.source().map(ToString::to_string).unwrap_or_default();
    match error {
        LinkError::Refused(_) => {
            info!(why, "a proof of an environment was refused");
            not_proved().into()
        }
        LinkError::Unsigned(_) => {
            info!(why, "a request of an Integration Manager was refused");
            not_signed().into()
        }
        LinkError::TooSoon => {
            let detail = "The last report is too young. Report again in a moment.";
            let mut problem = Problem::new(ProblemKind::Throttled, detail);
            problem.retry_after = Some(ib_setup::REPORT_PAUSE.as_secs());
            problem.into()
        }
        LinkError::Publications(error) => app.told(Problem::of_publications(error), error).into(),
        LinkError::Environments(error) => app.told(Problem::of_environments(error, ""), error).into(),
        error => app.told(Problem::new(ProblemKind::Internal, "Please report it."), error).into(),
    }
}

/// A request that is to be signed.
struct Asked {
    link: String,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    /// Whose request it is.
    async fn caller(&self, app: &App) -> Result<LinkCaller, Refusal> {
        let signed =
            self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let request =
            SignedRequest { method: self.method.as_str(), path: &self.path, body: self.body.as_ref() };
        app.environments.authorise(&self.link, &request, signed).await.map_err(|error| refuse(app, &error))
    }
}

/// Prove that an environment was introduced
///
/// The environment tells the challenge back that this service told it, and gets the secret by which it signs. Whatever
/// is wrong with a proof, the answer is the same.
#[utoipa::path(
    post, path = "/api/v1/integration-managers/{link}/proof", operation_id = "proveEnvironment",
    tag = "Integration Managers", request_body = ManagerProof, params(WhichLink),
    responses(
        (status = 200, body = ManagerSecret, description = "Proved"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "Not proved, for whatever reason"),
        ToManagers,
    )
)]
pub(super) async fn prove(
    State(app): State<Arc<App>>,
    link: Result<Path<String>, PathRejection>,
    Peer(peer): Peer,
    Body(ManagerProof { challenge, version }): Body<ManagerProof>,
) -> Result<Json<ManagerSecret>, Refusal> {
    let Path(link) = link.map_err(|_| not_proved())?;
    let proof = LinkProof { challenge: &challenge, version: &version, from: Some(peer) };
    let issued = app.environments.prove(&link, proof).await.map_err(|error| refuse(&app, &error))?;
    Ok(Json(ManagerSecret::from(&issued)))
}

/// Read what an Integration Manager is to know
///
/// The request is signed. The integrations of the infrastructure, and how often to report.
#[utoipa::path(
    get, path = "/api/v1/integration-managers/{link}/configuration", operation_id = "configureIntegrationManager",
    tag = "Integration Managers", security(("link" = [])), params(WhichLink),
    responses(
        (status = 200, body = ManagerConfiguration, description = "What it is to know"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed as it should be"),
        ToManagers,
    )
)]
pub(super) async fn configuration(
    State(app): State<Arc<App>>,
    link: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
) -> Result<Json<ManagerConfiguration>, Refusal> {
    let Path(link) = link.map_err(|_| not_signed())?;
    let asked = Asked { link, method, path: uri.path().to_owned(), headers, body: Bytes::new() };
    let caller = asked.caller(&app).await?;
    let known = app.environments.configuration(caller).await.map_err(|error| refuse(&app, &error))?;
    Ok(Json(ManagerConfiguration::from(&known)))
}

/// Report which integrations are there
///
/// The request is signed. A report is complete: what is not in it is not there.
#[utoipa::path(
    put, path = "/api/v1/integration-managers/{link}/status", operation_id = "reportIntegrations",
    tag = "Integration Managers", security(("link" = [])), request_body = ManagerReport, params(WhichLink),
    responses(
        (status = 204, description = "Taken"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed as it should be"),
        ToManagers,
    )
)]
pub(super) async fn report(
    State(app): State<Arc<App>>,
    link: Result<Path<String>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Raw,
) -> Result<StatusCode, Refusal> {
    let Path(link) = link.map_err(|_| not_signed())?;
    let detail = "Send at most 500 integrations.";
    let body = to_bytes(body, REPORT).await.map_err(|_| Problem::new(ProblemKind::TooLarge, detail))?;
    let asked = Asked { link, method, path: uri.path().to_owned(), headers, body };
    let caller = asked.caller(&app).await?;
    let report: ManagerReport = serde_json::from_slice(&asked.body)
        .map_err(|_| Problem::new(ProblemKind::Unusable, "The report cannot be read. Look at /api/docs."))?;
    let report = report.read()?;
    app.environments.report(caller, report).await.map_err(|error| refuse(&app, &error))?;
    Ok(StatusCode::NO_CONTENT)
}
