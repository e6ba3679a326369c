//! The support report, as a file to keep.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::support::SupportDocument;

use super::answer::problem;
use super::show::ENDED;
use super::visitor::Visitor;
use crate::app::{Answer, App, unavailable};

/// Where it is.
pub(super) const PATH: &str = "/setup/report";

/// Gives the report of the visitor's set-up out.
pub(super) async fn download(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    let given = async {
        let session = visitor.session(&app).await.map_err(|error| unavailable(&error))?;
        let Some(setup) = session.current() else { return Ok(Redirect::to(ENDED).into_response()) };
        file(&app.report(setup).await?)
    };
    let given: Answer<Response> = Box::pin(given).await;
    given.unwrap_or_else(|refused| problem(&refused))
}

fn file(report: &SupportDocument) -> Answer<Response> {
    let text = serde_json::to_string_pretty(report)
        .map_err(|_| Problem::new(ProblemKind::Internal, "The report could not be written."))?;
    let name = format!("integration-builder-report-{}.json", report.day());
    let head = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((head, text).into_response())
}
