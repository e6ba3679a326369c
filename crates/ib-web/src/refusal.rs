//! Problems as HTTP answers.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};

use crate::asked::request_id;

/// A problem, as the API answers it.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Box<Problem>);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<Box<Problem>> for Refusal {
    fn from(problem: Box<Problem>) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(mut self) -> Response {
        self.0.request_id = request_id();
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status(&self.0), [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            let scheme = if self.0.is(ProblemKind::NotSigned) { "IB1" } else { "Bearer" };
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        say_when(&self.0, &mut response);
        response
    }
}

/// The HTTP status of a problem.
pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Adds `Retry-After` where the problem says when.
pub(crate) fn say_when(problem: &Problem, response: &mut Response) {
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
}
