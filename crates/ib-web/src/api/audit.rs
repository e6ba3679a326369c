//! The audit trail over the API: who did what.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use ib_api::audit::AuditDocument;
use ib_api::problem::{Problem, ProblemKind};

use super::answers::{InSession, OnAudit, Which};
use super::caller::{Caller, Named};
use crate::app::App;
use crate::audit::Part;
use crate::refusal::Refusal;

/// Read the audit trail
///
/// Who did what to the infrastructure, when, where, from where, and what came of it: the newest first. Everybody who
/// came in to the infrastructure sees all of it.
#[utoipa::path(
    get, path = "/api/v1/setups/{id}/audit", operation_id = "readAuditTrail", tag = "Audit trail",
    security(("session" = [])),
    params(
        Which,
        ("before" = Option<String>, Query, description = "The id of the entry that the page follows: `next` of the page before"),
        ("limit" = Option<u64>, Query, description = "How many entries, 50 where nothing is said", minimum = 1, maximum = 500),
    ),
    responses((status = 200, body = AuditDocument, description = "A page of it"), OnAudit, InSession)
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    asked: Result<Query<Part>, QueryRejection>,
) -> Result<Json<AuditDocument>, Refusal> {
    let setup = caller.owned(&id)?;
    let detail = "before is the id of an entry, and limit a number.";
    let Query(part) = asked.map_err(|_| Problem::new(ProblemKind::Malformed, detail))?;
    Ok(Json(app.trail(setup, &part).await?))
}
