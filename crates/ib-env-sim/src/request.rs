//! A request as the services see it, and the scene it plays in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use url::form_urlencoded;

use crate::scenario::{Environment, Scenario};
use crate::state::World;

/// A request whose body has been read. It holds credentials, so it has no `Debug`.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) client: IpAddr,
    pub(crate) answer_is_lost: AtomicBool,
}

impl Request {
    /// Has the connection closed instead of an answer.
    pub(crate) fn lose_answer(&self) {
        self.answer_is_lost.store(true, Ordering::Relaxed);
    }

    /// A query parameter, its name compared without case as ASP.NET does.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    }

    /// A boolean query parameter; absent means false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.query(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// Whether the query is `?WSDL`.
    pub(crate) fn asks_for_wsdl(&self) -> bool {
        self.query
            .split('&')
            .any(|part| part.split('=').next().is_some_and(|key| key.eq_ignore_ascii_case("wsdl")))
    }

    /// Username and password of Basic authentication.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let decoded = STANDARD.decode(self.credential("basic")?).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (username, password) = text.split_once(':')?;
        Some((username.to_owned(), password.to_owned()))
    }

    /// The bearer token.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.credential("bearer")
    }

    fn credential(&self, wanted: &str) -> Option<&str> {
        let header = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, credential) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case(wanted).then(|| credential.trim())
    }
}

/// One request and the infrastructure at that moment.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a Arc<World>,
    pub(crate) scenario: &'a Scenario,
    pub(crate) environment: &'a Environment,
    pub(crate) request: &'a Request,
}

impl Scene<'_> {
    /// Whether the caller is outside the Internal Network (`service-center-soap.md` 8).
    pub(crate) fn is_closed_to_caller(&self) -> bool {
        let networks = &self.environment.internal_network;
        !networks.is_empty() && !networks.iter().any(|network| network.contains(&self.request.client))
    }
}
