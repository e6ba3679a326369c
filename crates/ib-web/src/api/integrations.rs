//! Integrations over the API: their packages, how each stands, and their publication.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::TryStreamExt as _;
use ib_api::integrations::IntegrationsDocument;
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::{Nothing, PublishIntegration};
use serde::Deserialize;

use super::answers::{InSession, OnIntegrations, OnWish, Repeatable, Which, WhichIntegration};
use super::body;
use super::caller::{Caller, Named, NamedItem, Waiting, key};
use crate::app::App;
use crate::integrations::Wish;
use crate::refusal::Refusal;

type Reply = Result<(StatusCode, Json<IntegrationsDocument>), Refusal>;

/// Asks what a person wants, once for each key.
async fn wish(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    (id, name): (&str, &str),
    wish: Wish,
) -> Reply {
    let setup = caller.owned(id)?;
    app.integration_wish(caller.from, &caller.session, key(headers)?, setup, name, wish).await?;
    Ok((StatusCode::ACCEPTED, Json(app.integrations(setup).await?)))
}

/// List integrations
///
/// Those that are published on development, and those whose package was uploaded, each with what it needs of its own.
/// With `wait`, it is answered as soon as nothing is under way, or when so many seconds have passed.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/integrations", operation_id = "listIntegrations", tag = "Integrations",
    security(("session" = [])),
    params(Which, ("wait" = Option<u64>, Query, description = "Seconds to wait", maximum = 20)),
    responses((status = 200, body = IntegrationsDocument, description = "The integrations, and how each stands"), OnIntegrations, InSession)
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    Waiting(wait): Waiting,
) -> Result<Json<IntegrationsDocument>, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(Json(app.settled_integrations(setup, wait).await?))
}

/// What is said about a package that is uploaded.
#[derive(Deserialize)]
pub(super) struct About {
    kind: String,
    #[serde(default)]
    file: String,
}

/// Upload the package of an integration
///
/// The body is the file itself, `.oap` or `.osp`. It is read as it arrives, up to the service's limit, and looked at
/// before anything is recorded: what is cut off, is no package, or holds not exactly one integration is refused, and
/// nothing of it is kept. A package that is there already is replaced. Sending the same file again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/integrations", operation_id = "uploadIntegration", tag = "Integrations",
    security(("session" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(
        Which,
        ("kind" = String, Query, description = "Which system the integration leads to, such as `salesforce`"),
        ("file" = Option<String>, Query, description = "What the file is called"),
    ),
    responses((status = 201, body = IntegrationsDocument, description = "Kept; `uploaded` names the integration"), OnIntegrations, OnWish, InSession)
)]
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    asked: Result<Query<About>, QueryRejection>,
    body: Body,
) -> Reply {
    let setup = caller.owned(&id)?;
    let detail = "Say with kind which system the integration leads to, such as kind=salesforce.";
    let Query(About { kind, file }) = asked.map_err(|_| Problem::new(ProblemKind::Malformed, detail))?;
    let pieces = body.into_data_stream().map_err(io::Error::other);
    let name = app.upload(caller.from, setup, &kind, file, pieces).await?;
    let mut document = app.integrations(setup).await?;
    document.uploaded = Some(name.to_string());
    Ok((StatusCode::CREATED, Json(document)))
}

/// Download the package of an integration
///
/// As it was uploaded: to be published in Service Center, or after a publication that failed.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/integrations/{name}/package", operation_id = "downloadIntegration",
    tag = "Integrations", security(("session" = [])), params(Which, WhichIntegration),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>, description = "The file"), OnIntegrations, InSession)
)]
pub(super) async fn download(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
) -> Result<Response, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(app.download(setup, &name).await?)
}

/// Forget the package of an integration
///
/// What is published stays.
#[utoipa::path(
    delete, path = "/api/v1/setups/{id}/integrations/{name}/package", operation_id = "forgetIntegration",
    tag = "Integrations", security(("session" = [])), params(Which, WhichIntegration, Repeatable),
    responses((status = 202, body = IntegrationsDocument, description = "Forgotten"), OnIntegrations, OnWish, InSession)
)]
pub(super) async fn discard(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
) -> Reply {
    wish(&app, &caller, &headers, (&id, &name), Wish::Discard).await
}

/// Publish an integration
///
/// From the package that was uploaded, or again as it is. Dependencies that are not there are installed first. The
/// edition has to be the one that was read.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/integrations/{name}/publish", operation_id = "publishIntegration",
    tag = "Integrations", security(("session" = [])), request_body = PublishIntegration,
    params(Which, WhichIntegration, Repeatable),
    responses((status = 202, body = IntegrationsDocument, description = "Recorded; the work goes on"), OnIntegrations, OnWish, InSession)
)]
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
    body::Body(PublishIntegration { edition }): body::Body<PublishIntegration>,
) -> Reply {
    wish(&app, &caller, &headers, (&id, &name), Wish::Publish(edition)).await
}

/// Mark an integration as published by hand
///
/// Where the environment uses several database catalogs. Its modules are looked for; only what is there counts.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/integrations/{name}/mark-published", operation_id = "markIntegration",
    tag = "Integrations", security(("session" = [])), request_body = Nothing,
    params(Which, WhichIntegration, Repeatable),
    responses((status = 202, body = IntegrationsDocument, description = "Recorded; its modules are looked for"), OnIntegrations, OnWish, InSession)
)]
pub(super) async fn mark(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
    body::Body(Nothing {}): body::Body<Nothing>,
) -> Reply {
    wish(&app, &caller, &headers, (&id, &name), Wish::Mark).await
}
