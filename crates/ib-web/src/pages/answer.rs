//! Pages as answers, and the one that says why there is no other.

use askama::Template;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use ib_api::problem::{Problem, ProblemKind};
use tracing::error;

use super::frame::Frame;
use crate::asked::request_id;
use crate::refusal::{say_when, status};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    heading: String,
    detail: String,
    /// What to name when asking for help, where the fault is ours.
    request: Option<String>,
}

/// Whether whoever asks is a browser.
pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// A page that says why there is no other.
pub(crate) fn problem(problem: &Problem) -> Response {
    let frame = Frame::plain(&problem.title).with_error();
    let request = if problem.status < 500 { None } else { request_id() };
    let page = ProblemPage { frame, heading: problem.title.clone(), detail: problem.detail.clone(), request };
    let mut response = (status(problem), html(&page)).into_response();
    say_when(problem, &mut response);
    response
}

/// A page as an answer.
pub(super) fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(failed) => {
            error!(error = &failed as &dyn std::error::Error, "a page could not be written");
            let title = ProblemKind::Internal.title();
            (StatusCode::INTERNAL_SERVER_ERROR, title).into_response()
        }
    }
}
