//! The audit trail of the infrastructure that a set-up leads to, for the API and the pages alike.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use ib_api::audit::{AuditDocument, AuditRow};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::audit::LARGEST;
use ib_setup::{Audit, AuditError, SetupId};
use serde::Deserialize;
use tracing::error;

use crate::app::{Answer, App};

/// How many entries a page has where nobody says how many.
pub(crate) const USUAL: usize = 50;

/// Which page of the trail.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Part {
    /// After which entry it begins, by that one's id.
    #[serde(default)]
    pub(crate) before: Option<String>,
    #[serde(default = "usual")]
    pub(crate) limit: usize,
}

const fn usual() -> usize {
    USUAL
}

impl App {
    /// A page of the trail.
    pub(crate) async fn trail(&self, setup: SetupId, part: &Part) -> Answer<AuditDocument> {
        if !(1..=LARGEST).contains(&part.limit) {
            let detail = format!("limit is a number from 1 to {LARGEST}.");
            return Err(Problem::new(ProblemKind::Malformed, detail).into());
        }
        page(&self.audit(), setup, part).await.map_err(|error| self.refuse_audit(&error).into())
    }

    /// The whole trail as a file to keep: an entry in each line, the newest first. It is read as it is sent.
    pub(crate) async fn whole_trail(&self, setup: SetupId) -> Answer<Response> {
        let audit = self.audit();
        let part = Part { before: None, limit: LARGEST };
        // Whether there is a trail at all is said before it begins.
        let first = page(&audit, setup, &part).await.map_err(|error| self.refuse_audit(&error))?;
        let begin = (audit, Some(Next::Read(first)));
        let pages = stream::try_unfold(begin, move |(audit, next)| send(audit, setup, next));
        let mut response = Body::from_stream(pages).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        let disposition = HeaderValue::from_static("attachment; filename=\"audit-trail.ndjson\"");
        headers.insert(CONTENT_DISPOSITION, disposition);
        Ok(response)
    }

    fn refuse_audit(&self, error: &AuditError) -> Problem {
        self.told(Problem::of_audit(error), error)
    }
}

/// A page of the whole trail that is to be sent: read already, or after which entry it begins.
enum Next {
    Read(AuditDocument),
    From(String),
}

type Sent = Option<(Bytes, (Audit, Option<Next>))>;

/// The lines of the next page, and what follows it.
async fn send(audit: Audit, setup: SetupId, next: Option<Next>) -> io::Result<Sent> {
    let document = match next {
        None => return Ok(None),
        Some(Next::Read(document)) => document,
        Some(Next::From(before)) => {
            let part = Part { before: Some(before), limit: LARGEST };
            page(&audit, setup, &part).await.map_err(|error| broken(&error))?
        }
    };
    Ok(Some((lines(&document.entries)?, (audit, document.next.map(Next::From)))))
}

async fn page(audit: &Audit, setup: SetupId, part: &Part) -> Result<AuditDocument, AuditError> {
    let before = part.before.as_deref().map(|text| AuditDocument::place(text).ok_or(AuditError::NoSuchEntry));
    // One more tells whether there is another page.
    let entries = audit.entries(setup, before.transpose()?, part.limit + 1).await?;
    Ok(AuditDocument::new(&entries, part.limit))
}

fn lines(entries: &[AuditRow]) -> io::Result<Bytes> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    Ok(text.into())
}

/// What is cut off is no whole file, and whoever reads it is told by the connection.
fn broken(error: &AuditError) -> io::Error {
    error!(error = error as &dyn std::error::Error, "the audit trail could not be read through");
    io::Error::other("the audit trail could not be read through")
}
