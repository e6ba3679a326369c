//! The API, described.

use axum::Json;
use axum::response::Response;
use utoipa::openapi::OpenApi;

use crate::pages;

pub(super) async fn openapi() -> Json<OpenApi> {
    Json(super::document())
}

pub(super) async fn page() -> Response {
    pages::api(&super::document())
}
