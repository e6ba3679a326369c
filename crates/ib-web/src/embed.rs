//! The Setup widget on other pages: which ones may have it, and what each of them is given.

use std::time::Duration;

use axum::http::Method;
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER,
};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::EmbedDocument;
use ib_setup::SetupId;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app::{Answer, App, unavailable};
use crate::session::{LIFE, Session};
use crate::settings::{Origin, Settings, Site};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How long a browser may remember what is allowed.
const REMEMBERED: Duration = Duration::from_mins(10);

/// Lets the pages that the operator names use what is behind it. A cookie is never sent from there.
pub(crate) fn cors(settings: &Settings) -> CorsLayer {
    let origins = settings.embedders.iter().filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, KEY])
        .expose_headers([RETRY_AFTER])
        .max_age(REMEMBERED)
}

/// The origin of the page that asks; nothing where no page does.
pub(crate) fn page(headers: &HeaderMap, site: &Site) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = text(FETCH_SITE) == Some("same-origin");
    // A browser does not say where a reading request of our own page comes from.
    text(ORIGIN).map(str::to_owned).or_else(|| is_own.then(|| own(headers, site))?)
}

/// Our own origin, as a browser says it.
pub(crate) fn own(headers: &HeaderMap, site: &Site) -> Option<String> {
    match site {
        Site::Public(origin) => Some(origin.as_str().to_owned()),
        Site::Loopback => Some(format!("http://{}", headers.get(HOST)?.to_str().ok()?)),
    }
}

impl App {
    /// Gives a page at `origin` what it needs to show the dependencies that `setup` leads to.
    pub(crate) async fn embed(
        &self,
        session: &Session,
        setup: SetupId,
        origin: &str,
    ) -> Answer<EmbedDocument> {
        let embedded = self.sessions.embed(session, setup, origin.to_owned()).await;
        let token = embedded.map_err(|error| unavailable(&error))?.token.expose();
        Ok(EmbedDocument::new(token, setup.to_string(), origin.to_owned(), LIFE.as_secs()))
    }

    /// One of the origins that the operator allows, as a browser says it.
    pub(crate) fn embedder(&self, origin: &str) -> Answer<&str> {
        let is_it = |known: &&str| known.eq_ignore_ascii_case(origin.trim().trim_end_matches('/'));
        let known = self.settings.embedders.iter().map(Origin::as_str).find(is_it);
        let detail = "The operator of this service has not allowed pages of that origin to show the Setup widget \
                      (setting embed_origins).";
        Ok(known.ok_or_else(|| Problem::new(ProblemKind::Unusable, detail).field("origin"))?)
    }
}
