//! Who calls, and what may be repeated.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::declaration::FileName;
use ib_setup::{Face, RequestSource, SetupId};
use serde::Deserialize;

use crate::app::{Answer, App, unavailable};
use crate::client::source;
use crate::embed;
use crate::refusal::Refusal;
use crate::session::{Session, Token};

/// The longest key of a request that may be repeated, in characters.
const KEY: usize = 200;
/// Longest that a reader may wait, in seconds.
const WAIT: u64 = 20;

/// The session that the bearer token stands for, and where the request comes from.
pub(crate) struct Caller {
    pub(crate) session: Session,
    pub(crate) from: RequestSource,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let token = bearer(parts, app).await.ok_or_else(no_session)?;
        let session = app.sessions.open(token, None).await.map_err(|error| unavailable(&error))?;
        if session.is_kept() { Ok(Self::new(session, parts, app)) } else { Err(no_session()) }
    }
}

/// The same, or the session of a page that embeds the Setup widget.
pub(crate) struct Guest(pub(crate) Caller);

impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let site = &app.settings.site;
        let Some(page) = embed::page(&parts.headers, site) else {
            return Caller::from_request_parts(parts, app).await.map(Self);
        };
        let token = bearer(parts, app).await.ok_or_else(no_session)?;
        let session = app.sessions.open_embedded(token, &page).await.map_err(|error| unavailable(&error))?;
        if session.is_kept() {
            Ok(Self(Caller::new(session, parts, app)))
        } else if embed::own(&parts.headers, site) == Some(page) {
            Caller::from_request_parts(parts, app).await.map(Self)
        } else {
            Err(no_session())
        }
    }
}

async fn bearer(parts: &mut Parts, app: &Arc<App>) -> Option<Token> {
    let bearer = TypedHeader::<Authorization<Bearer>>::from_request_parts(parts, app).await.ok()?;
    Token::read(bearer.token())
}

/// The id in a path. One that cannot be read names nothing.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let id = Path::<String>::from_request_parts(parts, app).await;
        id.map(|Path(id)| Self(id)).map_err(|_| no_setup().into())
    }
}

/// The ids in a path: of a set-up, and of an item of its publication.
pub(crate) struct NamedItem(pub(crate) String, pub(crate) String);

impl FromRequestParts<Arc<App>> for NamedItem {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let ids = Path::<(String, String)>::from_request_parts(parts, app).await;
        ids.map(|Path((id, item))| Self(id, item)).map_err(|_| no_setup().into())
    }
}

/// What a path names: a set-up, an environment, and the code of a waiver.
#[derive(Deserialize)]
pub(crate) struct NamedWaiver {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) code: String,
}

impl FromRequestParts<Arc<App>> for NamedWaiver {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let named = Path::<Self>::from_request_parts(parts, app).await;
        named.map(|Path(named)| named).map_err(|_| no_setup().into())
    }
}

/// How long a reader wants to wait.
pub(crate) struct Waiting(pub(crate) Duration);

#[derive(Deserialize)]
struct Wait {
    #[serde(default)]
    wait: u64,
}

impl FromRequestParts<Arc<App>> for Waiting {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let asked = Query::<Wait>::from_request_parts(parts, app).await.ok();
        let seconds = asked.map(|Query(asked)| asked.wait).filter(|wait| *wait <= WAIT);
        let detail = "wait is a number of seconds, at most 20.";
        let seconds = seconds.ok_or_else(|| Problem::new(ProblemKind::Malformed, detail))?;
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// The file that declares what is sent, where there is one.
pub(crate) struct OfFile(pub(crate) Option<FileName>);

#[derive(Deserialize)]
struct Declared {
    file: Option<String>,
}

impl FromRequestParts<Arc<App>> for OfFile {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let declared = Query::<Declared>::from_request_parts(parts, app).await.ok();
        let file =
            declared.and_then(|Query(Declared { file })| file.map(|file| file.parse()).transpose().ok());
        let detail = "file is the name of one file: 1 to 100 letters, digits and signs on one line.";
        Ok(Self(file.ok_or_else(|| Problem::new(ProblemKind::Malformed, detail))?))
    }
}

fn no_setup() -> Problem {
    Problem::new(ProblemKind::NotFound, "No set-up of this session has that id.")
}

fn no_session() -> Refusal {
    let detail = "Begin one with POST /api/v1/sessions, and send its token as a bearer token.";
    Problem::new(ProblemKind::NoSession, detail).into()
}

impl Caller {
    fn new(session: Session, parts: &Parts, app: &App) -> Self {
        Self { session, from: source(parts, app, Face::Api) }
    }

    /// The set-up with that id, if it is one of this session's.
    pub(crate) fn owned(&self, id: &str) -> Answer<SetupId> {
        let known = |id: &SetupId| self.session.setups().contains(id);
        Ok(id.parse().ok().filter(known).ok_or_else(no_setup)?)
    }
}

/// The key under which a request may be repeated.
pub(crate) fn key(headers: &HeaderMap) -> Answer<Option<&str>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= KEY);
    let detail = "An Idempotency-Key has 1 to 200 visible ASCII characters.";
    Ok(Some(text.ok_or_else(|| Problem::new(ProblemKind::Malformed, detail))?))
}
