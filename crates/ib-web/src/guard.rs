//! What surrounds every request: its id, its limits, the names it may come to, and the headers it leaves with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use ib_api::problem::{Problem, ProblemKind};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tracing::{Instrument as _, error, info, info_span};

use crate::app::App;
use crate::flood;
use crate::operate;
use crate::pages;
use crate::refusal::Refusal;
use crate::settings::Site;

/// Longest body of a request, in bytes. The longest form holds a disclaimer's version, not its text.
const BODY: usize = 64 << 10;
/// How long a request may take; the longest one waits for a set-up.
const TIME: Duration = Duration::from_secs(40);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Nothing but our own style, script and forms; nobody frames a page.
const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                       img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The id under which the log knows a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Puts the guards around `router`.
pub(crate) fn around(router: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let mut csrf = CsrfLayer::new();
    if let Site::Public(origin) = &app.settings.site {
        csrf = csrf.add_trusted_origin(origin.as_str()).unwrap_or_else(|_| CsrfLayer::new());
    }
    let foreign = |_| refuse(&HeaderMap::new(), ProblemKind::Foreign, "Send the form from its own page.");
    router
        .fallback(async |headers: HeaderMap| {
            refuse(&headers, ProblemKind::NotFound, "Look whether the address is spelt right.")
        })
        .method_not_allowed_fallback(async |headers: HeaderMap| {
            refuse(&headers, ProblemKind::Method, "Look at /api/docs for what can be asked.")
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(app), flood::bound))
        .layer(csrf.with_rejection_response(foreign))
        .layer(from_fn_with_state(Arc::clone(app), own_name))
        .layer(CatchPanicLayer::custom(|_| {
            refuse(&HeaderMap::new(), ProblemKind::Internal, "Please report it with the number below.")
        }))
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(Arc::clone(app), headers))
        .layer(from_fn_with_state(Arc::clone(app), log))
}

/// A page for a browser, a problem for everybody else.
pub(crate) fn refuse(headers: &HeaderMap, kind: ProblemKind, detail: &str) -> Response {
    let problem = Problem::new(kind, detail);
    if pages::are_wanted(headers) { pages::problem(&problem) } else { Refusal::from(problem).into_response() }
}

/// Serves only what comes to a name of this site. Without that, a stranger's page could have its own name
/// lead here.
async fn own_name(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let named = request.uri().authority().map(Authority::as_str);
    let host = named.or_else(|| request.headers().get(HOST).and_then(|host| host.to_str().ok()));
    let own = host.is_some_and(|host| app.settings.site.is_at(host));
    if own || operate::is_health(request.uri().path()) {
        return next.run(request).await;
    }
    info!("refused: the request names another host");
    refuse(request.headers(), ProblemKind::Foreign, "Use the address under which this service is published.")
}

/// Ends a request that takes too long: a body that drips, or a store that hangs.
async fn in_time(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    match tokio::time::timeout(TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse(
            &asked,
            ProblemKind::Unavailable,
            "It took too long. Look where the set-up stands, then try again.",
        ),
    }
}

async fn headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, CONTENT),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.settings.site.is_secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// One line for each request, under the pattern of its path: what was typed into an address stays out.
async fn log(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = RequestId(format!("{:032x}", app.ids.next()));
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = info_span!("request", id = id.0, %method, path);
    request.extensions_mut().insert(id.clone());
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status(), begun.elapsed());
    operate::count(&method, &path, status, took);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            error!(status = status.as_u16(), ms, "answered");
        } else {
            info!(status = status.as_u16(), ms, "answered");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
