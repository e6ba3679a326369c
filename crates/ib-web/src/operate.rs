//! What those who run the service ask: is it alive, can it work.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ib_setup::{SetupError, SetupId};

use crate::app::App;

const ALIVE: &str = "/healthz";
const READY: &str = "/readyz";

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route(ALIVE, get(async || "alive\n")).route(READY, get(ready))
}

/// Whether `path` is asked by machines that know no name of this site.
pub(crate) fn is_health(path: &str) -> bool {
    path == ALIVE || path == READY
}

/// Whether the store answers.
async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match app.setup.view(SetupId::new(0)).await {
        Ok(_) | Err(SetupError::Unknown) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
