//! What surrounds every request: its id, its limits, the names it may come to, and the headers it leaves with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::Client;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tracing::{Instrument as _, error, info, info_span};

use crate::app::App;
use crate::asked::{ASKED, Asked};
use crate::assets::RESOURCE_POLICY;
use crate::client::Peer;
use crate::embed;
use crate::integrations;
use crate::measure;
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

/// Nothing but our own style, script and forms; nobody frames a page.
const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                       img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts the guards around all routes: `own` ones are for our own pages and for programs, `shared` ones also for pages
/// that embed the Setup widget.
pub(crate) fn around(own: Router<Arc<App>>, shared: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let mut csrf = CsrfLayer::new();
    if let Site::Public(origin) = &app.settings.site {
        csrf = csrf.add_trusted_origin(origin.as_str()).unwrap_or_else(|_| CsrfLayer::new());
    }
    let foreign = |_| refuse_asked(ProblemKind::Foreign, "Send the form from its own page.");
    let not_so = async |headers: HeaderMap| {
        refuse(&headers, ProblemKind::Method, "Look at /api/docs for what can be asked.")
    };
    let own = own.method_not_allowed_fallback(not_so).layer(csrf.with_rejection_response(foreign));
    let shared = shared.method_not_allowed_fallback(not_so).layer(embed::cors(&app.settings));
    own.merge(shared)
        .fallback(async |headers: HeaderMap| {
            refuse(&headers, ProblemKind::NotFound, "Look whether the address is spelt right.")
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(CatchPanicLayer::custom(|_| {
            refuse_asked(ProblemKind::Internal, "Please report it with the number of the request.")
        }))
        // One layer for all of ours: each costs every request something.
        .layer(from_fn_with_state(Arc::clone(app), guard))
}

/// A page for a browser, a problem for everybody else.
pub(crate) fn refuse(headers: &HeaderMap, kind: ProblemKind, detail: &str) -> Response {
    refuse_to(pages::are_wanted(headers), Problem::new(kind, detail))
}

/// The same, where the request's headers are out of sight.
fn refuse_asked(kind: ProblemKind, detail: &str) -> Response {
    let is_browser = ASKED.try_with(|asked| asked.is_browser).unwrap_or(false);
    refuse_to(is_browser, Problem::new(kind, detail))
}

fn refuse_to(is_browser: bool, problem: Problem) -> Response {
    if is_browser { pages::problem(&problem) } else { Refusal::from(problem).into_response() }
}

/// One line of the log for each request, under the pattern of its path: what was typed into an address stays
/// out.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = format!("{:032x}", app.ids.next());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("unmatched", MatchedPath::as_str);
    let span = info_span!("request", id, %method, path);
    let asked = Asked { id: id.clone(), is_browser: pages::are_wanted(request.headers()) };
    let begun = Instant::now();
    let mut response = ASKED.scope(asked, answer(&app, request, next)).instrument(span.clone()).await;
    let (status, took) = (response.status(), begun.elapsed());
    measure::count(&method, path, status, took);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() {
            error!(status = status.as_u16(), ms, "answered");
        } else {
            info!(status = status.as_u16(), ms, "answered");
        }
    });
    dress(&app, &id, response.headers_mut());
    response
}

/// Answers a request that may be answered, and ends one that takes too long: a body that drips, or a store that
/// hangs.
async fn answer(app: &App, request: Request, next: Next) -> Response {
    let is_browser = pages::are_wanted(request.headers());
    if let Some(problem) = foreign(app, &request).or_else(|| flood(app, &request)) {
        return refuse_to(is_browser, problem);
    }
    let late = "It took too long. Look where the set-up stands, then try again.";
    match tokio::time::timeout(time(&request), next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse_to(is_browser, Problem::new(ProblemKind::Unavailable, late)),
    }
}

/// How long a request may take. A file is read as it arrives, and must not pause for long.
fn time(request: &Request) -> Duration {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_upload = ["/api/v1/setups/{id}/integrations", "/setup/integrations/upload"].contains(&path);
    if is_upload && request.method() == Method::POST { integrations::UPLOAD } else { TIME }
}

/// Refuses what does not come to a name of this site. Without that, a stranger's page could have its own name
/// lead here.
fn foreign(app: &App, request: &Request) -> Option<Problem> {
    let named = request.uri().authority().map(Authority::as_str);
    let host = named.or_else(|| request.headers().get(HOST).and_then(|host| host.to_str().ok()));
    let own = host.is_some_and(|host| app.settings.site.is_at(host));
    if own || operate::is_health(request.uri().path()) {
        return None;
    }
    info!("refused: the request names another host");
    Some(Problem::new(ProblemKind::Foreign, "Use the address under which this service is published."))
}

/// Refuses what changes something, where a client asks for too much of it.
fn flood(app: &App, request: &Request) -> Option<Problem> {
    if request.method().is_safe() {
        return None;
    }
    let Peer(peer) = Peer::of(request.extensions(), request.headers(), &app.settings);
    let pause = app.flood.pause(Client::new(peer))?;
    let detail = "Too many requests came from your address. Wait a moment.";
    let mut problem = Problem::new(ProblemKind::Throttled, detail);
    problem.retry_after = Some(pause);
    Some(problem)
}

/// The headers that every answer leaves with.
fn dress(app: &App, id: &str, headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, CONTENT),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // The script of the embedded widget is for other sites too.
    headers.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.settings.site.is_secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
}
