//! Environments over the API: which there are, how each stands, and what it limits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ib_api::environments::EnvironmentsDocument;
use ib_api::request::{Nothing, PutEnvironment};

use super::answers::{self, InSession, OnEnvironments, OnWish, Repeatable, Which, WhichEnvironment};
use super::body::Body;
use super::caller::{Caller, Named, NamedItem, OfFile, Waiting, key};
use crate::app::App;
use crate::environments::Wish;
use crate::refusal::Refusal;

pub(super) type Reply = Result<(StatusCode, Json<EnvironmentsDocument>), Refusal>;

/// Who asks, and under which key.
pub(super) struct Asked<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    pub(super) headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// Asks what a person wants, once for each key.
    pub(super) async fn wish(self, id: &str, wish: Wish) -> Reply {
        self.declare(OfFile(None), id, wish).await
    }

    /// The same for the file that declares it, where there is one.
    pub(super) async fn declare(self, OfFile(file): OfFile, id: &str, wish: Wish) -> Reply {
        let Self { app, caller, headers } = self;
        let setup = caller.owned(id)?;
        let mut environments = app.environments_for(caller.from);
        if let Some(file) = file {
            environments = environments.for_file(file);
        }
        app.environment_wish(&environments, &caller.session, key(headers)?, setup, wish).await?;
        Ok((StatusCode::ACCEPTED, Json(app.environments(setup).await?)))
    }
}

/// List environments
///
/// Development and those that were added, each with what was last seen of it and which features it limits. With
/// `wait`, it is answered as soon as none is being looked at, or when so many seconds have passed.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/environments", operation_id = "listEnvironments", tag = "Environments",
    security(("session" = [])),
    params(Which, ("wait" = Option<u64>, Query, description = "Seconds to wait", maximum = 20)),
    responses((status = 200, body = EnvironmentsDocument, description = "The environments, and how each stands"), OnEnvironments, InSession)
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    Waiting(wait): Waiting,
) -> Result<Json<EnvironmentsDocument>, Refusal> {
    let setup = caller.owned(&id)?;
    Ok(Json(app.settled_environments(setup, wait).await?))
}

/// Add or change an environment
///
/// Adds one of that name, or gives the one of that name another address or another name. It is looked at then: LifeTime,
/// and an environment that is there already, are refused; one that cannot be reached stays.
#[utoipa::path(
    put, path = "/api/v1/setups/{id}/environments/{name}", operation_id = "putEnvironment", tag = "Environments",
    security(("session" = [])), request_body = PutEnvironment,
    params(Which, WhichEnvironment, answers::OfFile, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded; the look goes on"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    of_file: OfFile,
    headers: HeaderMap,
    Body(PutEnvironment { address, name: new_name }): Body<PutEnvironment>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.declare(of_file, &id, Wish::Put { name, new_name, address }).await
}

/// Remove an environment
#[utoipa::path(
    delete, path = "/api/v1/setups/{id}/environments/{name}", operation_id = "removeEnvironment",
    tag = "Environments", security(("session" = [])), params(Which, WhichEnvironment, answers::OfFile, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Removed"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    of_file: OfFile,
    headers: HeaderMap,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.declare(of_file, &id, Wish::Remove(name)).await
}

/// Let people change again what a file declared of an environment
///
/// Its waivers included. Nothing else is changed; the file takes it over again when it is applied the next time.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/environments/{name}/release", operation_id = "releaseEnvironment",
    tag = "Environments", security(("session" = [])), request_body = Nothing,
    params(Which, WhichEnvironment, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Released"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn release(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.wish(&id, Wish::Release(name)).await
}

/// Look at an environment now
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/environments/{name}/look", operation_id = "lookAtEnvironment",
    tag = "Environments", security(("session" = [])), request_body = Nothing,
    params(Which, WhichEnvironment, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded; the look goes on"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn look(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.wish(&id, Wish::Look(Some(name))).await
}

/// Have an environment's Integration Manager get a new secret
///
/// It is introduced to this service again. The secret before holds until the new one is used.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/environments/{name}/rotate-secret", operation_id = "rotateSecret",
    tag = "Environments", security(("session" = [])), request_body = Nothing,
    params(Which, WhichEnvironment, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded; it is done with the next look"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn rotate(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedItem(id, name): NamedItem,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.wish(&id, Wish::Rotate(name)).await
}

/// Look at every environment now
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/look-at-environments", operation_id = "lookAtEnvironments",
    tag = "Environments", security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded; the looks go on"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn look_at_all(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.wish(&id, Wish::Look(None)).await
}

/// Add everything that LifeTime lists
///
/// Where the operator configured access to it. What is there already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/import-environments", operation_id = "importEnvironments",
    tag = "Environments", security(("session" = [])), request_body = Nothing, params(Which, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded; LifeTime is asked"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn import(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    Body(Nothing {}): Body<Nothing>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.wish(&id, Wish::Import).await
}
