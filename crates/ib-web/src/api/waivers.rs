//! Waivers over the API: living with a finding of an environment, and not any more.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use ib_api::environments::EnvironmentsDocument;
use ib_api::request::PutWaiver;

use super::answers::{
    self, InSession, OnEnvironments, OnWish, Repeatable, Which, WhichEnvironment, WhichWaiver,
};
use super::body::Body;
use super::caller::{Caller, NamedWaiver, OfFile};
use super::environments::{Asked, Reply};
use crate::app::App;
use crate::environments::Wish;

/// Live with a finding of an environment for a while
///
/// The finding is skipped until then, and limits what it limits. A second decision about the same code takes the place
/// of the first. It may be made before anything was found.
#[utoipa::path(
    put, path = "/api/v1/setups/{id}/environments/{name}/waivers/{code}", operation_id = "putWaiver",
    tag = "Environments", security(("session" = [])), request_body = PutWaiver,
    params(Which, WhichEnvironment, WhichWaiver, answers::OfFile, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Recorded"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedWaiver { id, name, code }: NamedWaiver,
    of_file: OfFile,
    headers: HeaderMap,
    Body(typed): Body<PutWaiver>,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.declare(of_file, &id, Wish::Waive { name, code, typed }).await
}

/// End a waiver
///
/// Whether it expired or not. The finding counts again.
#[utoipa::path(
    delete, path = "/api/v1/setups/{id}/environments/{name}/waivers/{code}", operation_id = "endWaiver",
    tag = "Environments", security(("session" = [])), params(Which, WhichEnvironment, WhichWaiver, answers::OfFile, Repeatable),
    responses((status = 202, body = EnvironmentsDocument, description = "Ended"), OnEnvironments, OnWish, InSession)
)]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    caller: Caller,
    NamedWaiver { id, name, code }: NamedWaiver,
    of_file: OfFile,
    headers: HeaderMap,
) -> Reply {
    let asked = Asked { app: &app, caller: &caller, headers: &headers };
    asked.declare(of_file, &id, Wish::EndWaiver(name, code)).await
}
