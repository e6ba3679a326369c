//! Dependencies over the API: what is there, what is wanted, and how far it is.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::{Nothing, StartPublication};
use serde::Deserialize;

use super::answers::{InSession, OnDependencies, OnWish, Repeatable, Which, WhichItem};
use super::body::Body;
use super::caller::{Caller, Guest, Named, NamedItem, Waiting, key};
use crate::app::App;
use crate::dependencies::Wish;
use crate::pages;
use crate::refusal::Refusal;
use crate::watch;

type Reply = Result<(StatusCode, Json<DependenciesDocument>), Refusal>;

/// Asks what a person wants, once for each key.
async fn wish(app: &App, caller: &Caller, headers: &HeaderMap, id: &str, wish: Wish) -> Reply {
    let setup = caller.owned(id)?;
    app.wish(caller.from, &caller.session, key(headers)?, setup, wish).await?;
    let (_, document) = app.dependencies(setup).await?;
    Ok((StatusCode::ACCEPTED, Json(document)))
}

/// Read the dependencies
///
/// With `wait`, it is answered as soon as nothing is under way, or when so many seconds have passed.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/dependencies", operation_id = "readDependencies", tag = "Dependencies",
    security(("session" = [])),
    params(Which, ("wait" = Option<u64>, Query, description = "Seconds to wait", maximum = 20)),
    responses((status = 200, body = DependenciesDocument, description = "What is there, what would be published, and how far that is"), OnDependencies, InSession)
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
    Waiting(wait): Waiting,
) -> Result<Json<DependenciesDocument>, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(Json(app.settled_dependencies(setup, wait).await?))
}

/// Look at what is there
///
/// The service asks the development environment. While a publication is under way, it knows already.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/dependencies/look", operation_id = "lookAtDependencies",
    tag = "Dependencies", security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = DependenciesDocument, description = "Recorded; the work goes on"), OnDependencies, OnWish, InSession)
)]
pub(super) async fn look(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    wish(&app, &caller, &headers, &id, Wish::Look).await
}

/// Install and update dependencies
///
/// Everything that the plan names, or only what concerns some dependencies. Integrations that an update breaks
/// are published again. The edition of the plan has to be the one that was read.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/dependencies/publication", operation_id = "startPublication",
    tag = "Dependencies", security(("session" = [])), request_body = StartPublication, params(Which, Repeatable),
    responses((status = 202, body = DependenciesDocument, description = "Recorded; the work goes on"), OnDependencies, OnWish, InSession)
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
    headers: HeaderMap,
    Body(StartPublication { edition, only }): Body<StartPublication>,
) -> Reply {
    wish(&app, &caller, &headers, &id, Wish::Start { edition, only }).await
}

/// Cancel everything that is not done
///
/// What the environment deploys already goes on to its end.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/dependencies/publication/cancel", operation_id = "cancelPublication",
    tag = "Dependencies", security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = DependenciesDocument, description = "Recorded; the work goes on"), OnDependencies, OnWish, InSession)
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    wish(&app, &caller, &headers, &id, Wish::Cancel(None)).await
}

/// Try an item again
///
/// One that failed or was cancelled.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/dependencies/items/{item}/retry", operation_id = "retryItem",
    tag = "Dependencies", security(("session" = [])), request_body = Nothing, params(Which, WhichItem, Repeatable),
    responses((status = 202, body = DependenciesDocument, description = "Recorded; the work goes on"), OnDependencies, OnWish, InSession)
)]
pub(super) async fn retry_item(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    NamedItem(id, item): NamedItem,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    wish(&app, &caller, &headers, &id, Wish::Retry(item)).await
}

/// Cancel an item
///
/// As long as the environment does not deploy it.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/dependencies/items/{item}/cancel", operation_id = "cancelItem",
    tag = "Dependencies", security(("session" = [])), request_body = Nothing, params(Which, WhichItem, Repeatable),
    responses((status = 202, body = DependenciesDocument, description = "Recorded; the work goes on"), OnDependencies, OnWish, InSession)
)]
pub(super) async fn cancel_item(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    NamedItem(id, item): NamedItem,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    wish(&app, &caller, &headers, &id, Wish::Cancel(Some(item))).await
}

/// From where on messages are read.
#[derive(Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: usize,
}

/// Read what the environment said
///
/// About the items of the last publication, in parts: ask on from `next` until it stays the same. The texts are
/// the environment's own, and untrusted.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/dependencies/messages", operation_id = "readMessages", tag = "Dependencies",
    security(("session" = [])),
    params(Which, ("after" = Option<usize>, Query, description = "The `next` of the part before")),
    responses((status = 200, body = MessagesDocument, description = "The messages, and where to ask on"), OnDependencies, InSession)
)]
pub(super) async fn messages(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
    asked: Result<Query<After>, QueryRejection>,
) -> Result<Json<MessagesDocument>, Refusal> {
    let detail = "after is the number that an earlier answer gave as next.";
    let Query(After { after }) = asked.map_err(|_| Problem::new(ProblemKind::Malformed, detail))?;
    let setup = caller.owned(&id)?;
    Ok(Json(app.messages(setup, after).await?))
}

/// Watch the dependencies
///
/// A stream of server-sent events named `dependencies`. Each holds the document, the first one at once, another
/// one whenever it has changed. The stream ends with the session.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/dependencies/events", operation_id = "watchDependencies", tag = "Dependencies",
    security(("session" = [])), params(Which),
    responses(
        (status = 200, content_type = "text/event-stream", body = DependenciesDocument, description = "The events; the data of each is such a document"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "The session has 8 streams already"),
        OnDependencies, InSession,
    )
)]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
) -> Result<Response, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(watch::events(&app, &caller.session, setup).await?)
}

/// Read the Setup widget
///
/// What `<ib-setup>` shows: a part of a page, for pages that embed it.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/dependencies/widget", operation_id = "readWidget", tag = "Dependencies",
    security(("session" = [])), params(Which),
    responses((status = 200, content_type = "text/html", body = String, description = "The label and the panel"), OnDependencies, InSession)
)]
pub(super) async fn widget(
    State(app): State<Arc<App>>,
    Guest(caller): Guest,
    Named(id): Named,
) -> Result<Response, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(pages::embedded(&app, &caller.session, setup).await?)
}
