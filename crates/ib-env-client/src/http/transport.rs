//! The one place that sends requests.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::Body;
use super::certificate::Certificate;
use super::failure;
use super::learnt::AllLearnt;
use super::resolve::Routes;
use super::settings::{Settings, SettingsError, seconds};
use super::tls::{self, Witness};
use crate::policy::{AddressPolicy, Tier};
use crate::{Credentials, Obstacle, Token};

/// Settings made ready to use, shared by everything that one client asks.
pub(super) struct Transport {
    pub(super) settings: Settings,
    pub(super) routes: Routes,
    pub(super) witness: Arc<Witness>,
    pub(super) proxy: Option<Arc<Proxy>>,
    pub(super) learnt: AllLearnt,
    client: reqwest::Client,
}

/// Where everything goes through, if an operator says so.
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    authorization: Option<SecretString>,
}

impl Proxy {
    fn read(url: &Url) -> Result<Self, SettingsError> {
        let host = url.host_str().filter(|_| url.scheme() == "http").ok_or(SettingsError::Proxy)?;
        let authorization =
            (!url.username().is_empty()).then(|| basic(url.username(), url.password().unwrap_or_default()));
        Ok(Self { host: host.to_owned(), port: url.port_or_known_default().unwrap_or(80), authorization })
    }

    /// The header line that carries the proxy's credentials; nothing where there are none.
    pub(super) fn authorization_line(&self) -> String {
        self.authorization
            .as_ref()
            .map(|value| format!("Proxy-Authorization: {}\r\n", value.expose_secret()))
            .unwrap_or_default()
    }
}

/// Who asks.
#[derive(Clone, Copy)]
pub(super) enum Caller<'a> {
    Nobody,
    User(&'a Credentials),
    ServiceAccount(&'a Token),
}

/// One request to an environment.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Path and query, beginning with a slash.
    pub(super) path: &'a str,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<reqwest::Body>,
    pub(super) caller: Caller<'a>,
    /// From the first to the last byte.
    pub(super) limit: Duration,
    pub(super) max_bytes: u64,
}

impl<'a> Call<'a> {
    /// A `GET` without anything special.
    pub(super) fn get(path: &'a str, limit: Duration, max_bytes: u64) -> Self {
        let headers = HeaderMap::new();
        Self { method: Method::GET, path, headers, body: None, caller: Caller::Nobody, limit, max_bytes }
    }

    /// The same request on somebody's behalf.
    pub(super) const fn by(mut self, caller: Caller<'a>) -> Self {
        self.caller = caller;
        self
    }
}

/// An answer whose body has not been read yet.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: String,
    /// The host that it redirects to, where it does.
    pub(super) redirect: Option<Redirect>,
    /// What the host proved itself with, on the connection that this answer came over.
    pub(super) certificate: Option<Certificate>,
    pub(super) body: Body,
    pub(super) deadline: Deadline,
}

/// Where a 3xx leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Redirect {
    SameHost(String),
    Elsewhere(String),
}

/// When a request must be over, and how long that was from its beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    limit: Duration,
    max_bytes: u64,
}

impl Deadline {
    /// `limit` from now on, for a reply of at most `max_bytes`.
    pub(super) fn after(limit: Duration, max_bytes: u64) -> Self {
        Self { at: Instant::now() + limit, limit, max_bytes }
    }

    /// Runs `reading` until the deadline; what goes wrong with it is named.
    pub(super) async fn read<T, E>(self, reading: impl Future<Output = Result<T, E>>) -> Result<T, Obstacle>
    where
        failure::Reading: From<E>,
    {
        match timeout_at(self.at, reading).await {
            Ok(result) => result.map_err(|error| failure::Reading::from(error).obstacle(self.max_bytes)),
            Err(_) => Err(Obstacle::new(Reason::HttpTooSlow).expected(seconds(self.limit))),
        }
    }
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Result<Self, SettingsError> {
        if !settings.permission_path.starts_with('/') {
            return Err(SettingsError::PermissionPath);
        }
        for mapping in &settings.connect_to {
            let address = mapping.address().ip();
            let judged = AddressPolicy::default().judge(mapping.host(), &[address]);
            if judged.is_err_and(|refusal| refusal.tier == Tier::Metadata) {
                return Err(SettingsError::Metadata { host: mapping.host().to_owned(), address });
            }
        }
        let (config, witness) = tls::trust(settings.system_authorities, &settings.authorities)?;
        let proxy = settings.proxy.as_ref().map(Proxy::read).transpose()?.map(Arc::new);
        let routes = Routes::default();
        let client = client(&settings, config, &routes, proxy.as_deref())?;
        Ok(Self { settings, routes, witness, proxy, learnt: AllLearnt::default(), client })
    }

    /// Sends one request, once, to the judged address of the host, and waits for the answer's head.
    pub(super) async fn send(&self, address: &EnvironmentAddress, call: Call<'_>) -> Result<Reply, Obstacle> {
        let deadline = Deadline::after(call.limit, call.max_bytes);
        let url = url(address, call.path)?;
        let mut request = self.client.request(call.method, url).headers(call.headers);
        if let Some(value) = authorization(call.caller) {
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let begun = Instant::now();
        let result = match timeout_at(deadline.at, request.send()).await {
            Ok(Ok(response)) => Ok(reply(response, address, call.max_bytes, deadline)),
            Ok(Err(error)) => {
                let presented = self.witness.presented_since(address.host(), begun.into_std());
                Err(failure::sending(&error, presented.as_ref(), call.limit, self.settings.limits.connect))
            }
            Err(_) => Err(Obstacle::new(Reason::HttpNoAnswer).expected(seconds(call.limit))),
        };
        record(address, call.path, begun.elapsed(), &result);
        result
    }

    /// How long the first request to a host may take.
    pub(super) fn first_limit(&self, address: &EnvironmentAddress) -> Duration {
        match address.hint() {
            Some(ib_domain::address::hint::HostHint::PersonalEnvironment) => {
                self.settings.limits.first_request_personal
            }
            _ => self.settings.limits.first_request,
        }
    }
}

/// One line for the diagnostic record: never a query, a header or a body.
fn record(address: &EnvironmentAddress, path: &str, took: Duration, result: &Result<Reply, Obstacle>) {
    let path = path.split('?').next().unwrap_or_default();
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (status, code) = match result {
        Ok(reply) => (Some(reply.status.as_u16()), None),
        Err(obstacle) => (None, Some(obstacle.reason.entry().code)),
    };
    tracing::debug!(%address, path, status, code, duration_ms, "asked");
}

/// The only HTTP client of this crate: no redirects, no environment-variable proxies, no retries of its
/// own, no resolver but the judged routes.
#[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
fn client(
    settings: &Settings,
    config: rustls::ClientConfig,
    routes: &Routes,
    proxy: Option<&Proxy>,
) -> Result<reqwest::Client, SettingsError> {
    let failed = |error: reqwest::Error| SettingsError::Client(error.into());
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tls_info(true)
        .tcp_keepalive(None)
        .default_headers(headers)
        .user_agent(concat!("ib/", env!("CARGO_PKG_VERSION")))
        .pool_max_idle_per_host(2)
        .connect_timeout(settings.limits.connect)
        .dns_resolver(routes.clone());
    if let (Some(proxy), Some(url)) = (proxy, &settings.proxy) {
        builder = builder.proxy(reqwest::Proxy::https(url.clone()).map_err(failed)?);
        routes.open_proxy(&proxy.host);
    }
    builder.build().map_err(failed)
}

fn url(address: &EnvironmentAddress, path: &str) -> Result<Url, Obstacle> {
    Url::parse(&format!("https://{}{path}", address.authority()))
        .map_err(|_| Obstacle::new(Reason::AddressMalformed).observed(address.authority()))
}

fn basic(username: &str, password: &str) -> SecretString {
    let pair = SecretString::from(format!("{username}:{password}"));
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair.expose_secret());
    SecretString::from(format!("Basic {encoded}"))
}

fn authorization(caller: Caller<'_>) -> Option<HeaderValue> {
    let value = match caller {
        Caller::Nobody => return None,
        Caller::User(credentials) => basic(credentials.username(), credentials.password().expose()),
        Caller::ServiceAccount(token) => SecretString::from(format!("Bearer {}", token.expose())),
    };
    let mut header = HeaderValue::from_str(value.expose_secret()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn reply(
    response: reqwest::Response,
    address: &EnvironmentAddress,
    max_bytes: u64,
    deadline: Deadline,
) -> Reply {
    let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let content_type = text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let redirect = response
        .status()
        .is_redirection()
        .then(|| text(LOCATION).and_then(|location| redirect(response.url(), location, address)))
        .flatten();
    let status = response.status();
    let certificate = Certificate::of(&response);
    Reply { status, content_type, redirect, certificate, body: Body::new(response, max_bytes), deadline }
}

fn redirect(from: &Url, location: &str, address: &EnvironmentAddress) -> Option<Redirect> {
    let target = from.join(location).ok()?;
    let host = target.host_str()?;
    if host == address.host() {
        let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(Redirect::SameHost(format!("{}{query}", target.path())))
    } else {
        Some(Redirect::Elsewhere(host.to_owned()))
    }
}
