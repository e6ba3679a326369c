//! The Setup widget for pages of other origins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ib_api::request::{Embed, EmbedDocument};

use super::answers::{InSession, OnSetUp, OnWish, Which};
use super::body::Body;
use super::caller::{Caller, Named};
use crate::app::App;
use crate::refusal::Refusal;

/// Let a page show the Setup widget
///
/// The token is for `<ib-setup>` on a page of that origin: short-lived, and good for nothing but the dependencies of
/// this set-up. Your back end asks for it and keeps the session's own token to itself.
#[utoipa::path(
    post, path = "/api/v1/setups/{id}/embed", operation_id = "embedWidget", tag = "Dependencies",
    security(("session" = [])), request_body = Embed, params(Which),
    responses((status = 201, body = EmbedDocument, description = "The token, shown this once"), OnSetUp, OnWish, InSession)
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    Body(Embed { origin }): Body<Embed>,
) -> Result<(StatusCode, Json<EmbedDocument>), Refusal> {
    let setup = caller.owned(&id)?;
    let origin = app.embedder(&origin)?;
    Ok((StatusCode::CREATED, Json(app.embed(&caller.session, setup, origin).await?)))
}
