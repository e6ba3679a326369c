//! The pages: the wizard's, one question each, and what comes after it; made on the server, usable without a
//! script.

mod answer;
mod audit;
mod dependencies;
mod embedded;
mod environments;
mod fields;
mod finding;
mod form_keys;
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
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::app::App;
use crate::assets;
pub(crate) use answer::{are_wanted, problem};
pub(crate) use embedded::embedded;
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
        .route(widget::DEPENDENCIES, get(dependencies::show))
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
