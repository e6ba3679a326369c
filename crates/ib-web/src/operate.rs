//! What those who run the service ask: is it alive, can it work, how much does it do.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
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

/// Counts an answer.
pub(crate) fn count(method: &Method, path: &str, status: StatusCode, took: Duration) {
    let labels = [
        ("method", method.as_str().to_owned()),
        ("path", path.to_owned()),
        ("status", status.as_u16().to_string()),
    ];
    metrics::counter!("ib_requests_total", &labels).increment(1);
    metrics::histogram!("ib_request_seconds", &labels[..2]).record(took.as_secs_f64());
}

/// Counts a piece of work beside the requests: done, or left to rest until its lease runs out.
pub(crate) fn count_work(is_done: bool, took: Duration) {
    // Both are there from the first piece of work on, so that the first failure is an increase.
    for (outcome, is_it) in [("done", is_done), ("failed", !is_done)] {
        metrics::counter!("ib_work_total", "outcome" => outcome).increment(is_it.into());
    }
    metrics::histogram!("ib_work_seconds").record(took.as_secs_f64());
}
