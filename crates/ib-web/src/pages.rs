//! The pages: the wizard's, one question each, and what comes after it; made on the server, usable without a
//! script.

mod audit;
mod dependencies;
mod embedded;
mod environments;
mod fields;
mod finding;
mod frame;
mod help;
mod integrations;
mod overview;
mod report;
mod show;
mod submit;
mod upload;
mod visitor;
mod widget;
mod wish;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use ib_api::problem::{Problem, ProblemKind};
use tracing::error;

use crate::app::App;
use crate::assets;
use crate::guard::request_id;
use crate::refusal::{say_when, status};
pub(crate) use embedded::embedded;
use frame::Frame;
pub(crate) use help::api;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(async || Redirect::to("/setup")))
        .route("/setup", get(show::open))
        .route("/setup/progress", get(show::progress))
        .route("/setup/again", post(submit::again))
        .route("/setup/dependencies/state", get(wish::state))
        .route("/setup/dependencies/events", get(wish::events))
        .route("/setup/dependencies/embed", post(wish::embed))
        .route("/setup/dependencies/log-in", post(wish::log_in))
        .route("/setup/dependencies/{wish}", post(wish::take))
        .route(dependencies::PATH, get(dependencies::show))
        .route("/setup/environments/{wish}", post(environments::take))
        .route(environments::PATH, get(environments::show))
        .route(audit::PATH, get(audit::show))
        .route("/settings/audit/export", get(audit::export))
        .route(
            "/setup/integrations/upload",
            // The file is read as it arrives, up to a limit of its own.
            post(integrations::upload).layer(DefaultBodyLimit::disable()),
        )
        .route("/setup/integrations/{name}/package", get(integrations::download))
        .route("/setup/integrations/{wish}", post(integrations::take))
        .route(integrations::PATH, get(integrations::show))
        .route(report::PATH, get(report::download))
        .route("/setup/{step}", get(show::step).post(submit::step))
        .route("/log-out", post(submit::log_out))
        .route("/logged-out", get(help::logged_out))
        .route("/help", get(help::index))
        .route("/help/{code}", get(help::code))
        .merge(assets::router())
}

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
fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(failed) => {
            error!(error = &failed as &dyn std::error::Error, "a page could not be written");
            let title = ProblemKind::Internal.title();
            (StatusCode::INTERNAL_SERVER_ERROR, title).into_response()
        }
    }
}
