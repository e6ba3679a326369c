//! Bodies of requests.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use ib_api::problem::{Problem, ProblemKind};
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A JSON body; what is wrong with one is a problem.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(problem(&rejection).into()),
        }
    }
}

/// The text of the rejection could repeat what was sent, so it is not passed on.
fn problem(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(ProblemKind::MediaType, "Send JSON with the header Content-Type: application/json.")
        }
        JsonRejection::JsonDataError(_) => {
            let detail = "A field is missing, unknown or of another type. Look at /api/docs.";
            Problem::new(ProblemKind::Unusable, detail)
        }
        rejection if rejection.status().as_u16() == 413 => {
            Problem::new(ProblemKind::TooLarge, "Send less than 64 KiB.")
        }
        _ => Problem::new(ProblemKind::Malformed, "The body is no JSON document. Look at /api/docs."),
    }
}
