//! How much the service does, for whoever runs it.

use std::time::Duration;

use axum::http::{Method, StatusCode};

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
