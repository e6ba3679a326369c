//! What a form carries.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::Response;
use ib_api::problem::{Problem, ProblemKind};
use serde::Deserialize;

/// Every field that a form of the wizard may have. It has no `Debug`: two of them are secrets.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) token: String,
    pub(super) key: String,
    pub(super) address: String,
    /// Of an environment.
    pub(super) name: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) version: String,
    pub(super) accepted: String,
    pub(super) code: String,
    pub(super) edition: String,
    /// Of an integration.
    pub(super) kind: String,
    /// A dependency, where it is about one alone.
    pub(super) only: String,
    pub(super) item: String,
    /// The code of a reason that is waived.
    pub(super) reason: String,
    /// Who answers for a waiver.
    pub(super) owner: String,
    /// Why it can be lived with.
    pub(super) why: String,
    /// Until when.
    pub(super) until: String,
    /// Where the form was, so that the way leads there again.
    pub(super) back: String,
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // The text of a rejection could repeat what was sent, so it is not passed on.
        Form::from_request(request, state).await.map(|Form(fields)| fields).map_err(|rejection| {
            let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let kind = if too_large { ProblemKind::TooLarge } else { ProblemKind::Malformed };
            super::problem(&Problem::new(kind, "Send the form from its own page."))
        })
    }
}
