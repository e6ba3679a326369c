//! The form that carries a file.

use std::io;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use futures_util::TryStreamExt as _;
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::{RequestSource, SetupId};

use super::fields::Fields;
use crate::app::{Answer, App};

/// Longest field before the file, in bytes.
const FIELD: usize = 1_000;

/// A form that carries a file, read as it arrives: first what it is, then the file itself.
pub(super) struct Upload(Multipart);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // The text of a rejection could repeat what was sent, so it is not passed on.
        Multipart::from_request(request, state).await.map(Self).map_err(|_| super::problem(&unreadable()))
    }
}

fn unreadable() -> Problem {
    Problem::new(ProblemKind::Malformed, "Send the form from its own page.")
}

impl Upload {
    /// The fields before the file. In the page's form all of them are.
    pub(super) async fn fields(&mut self) -> Answer<Fields> {
        let mut fields = Fields::default();
        loop {
            let mut field = self.0.next_field().await.map_err(|_| unreadable())?.ok_or_else(unreadable)?;
            let at = match field.name() {
                Some("token") => &mut fields.token,
                Some("key") => &mut fields.key,
                Some("kind") => &mut fields.kind,
                _ => return Err(unreadable().into()),
            };
            *at = text(&mut field).await?;
            if !fields.kind.is_empty() || field.name() == Some("kind") {
                return Ok(fields);
            }
        }
    }

    /// Takes in the file, which follows.
    pub(super) async fn keep(
        mut self,
        app: &App,
        from: RequestSource,
        setup: SetupId,
        kind: &str,
    ) -> Answer<()> {
        let field = self.0.next_field().await.map_err(|_| unreadable())?;
        let field = field.filter(|field| field.name() == Some("file")).ok_or_else(unreadable)?;
        let file = field.file_name().unwrap_or_default().to_owned();
        if file.is_empty() {
            return Err(Problem::new(ProblemKind::Unusable, "Choose a file.").field("file").into());
        }
        app.upload(from, setup, kind, file, field.map_err(io::Error::other)).await.map(drop)
    }
}

/// A short field.
async fn text(field: &mut Field<'_>) -> Answer<String> {
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| unreadable())? {
        text.extend_from_slice(&piece);
        if text.len() > FIELD {
            return Err(unreadable().into());
        }
    }
    Ok(String::from_utf8(text).map_err(|_| unreadable())?)
}
