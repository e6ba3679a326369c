//! One request from its head to its answer: read, delay, fault, route, record.

use std::error::Error;
use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{Method, Request as HttpRequest, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body as HttpBody, Incoming};
use tokio::time::{sleep, timeout};

use super::fault::{self, Disturbed};
use super::io::Prompt;
use super::{Hub, router};
use crate::lifetime;
use crate::log::Recorded;
use crate::reply::{self, Body};
use crate::request::{Request, Scene};
use crate::scenario::{Action, Environment, Kind, Scenario};
use crate::service_center::ReadCall;
use crate::soap;

/// Largest body: a package of 64 MiB in base64, and its envelope.
const BODY_LIMIT: usize = 90 * 1024 * 1024;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_mins(1);

/// Who is at the other end of a connection.
pub(super) struct Caller {
    pub(super) client: IpAddr,
    pub(super) server_name: Option<String>,
    pub(super) prompt: Prompt,
}

/// Answers a request.
pub(super) async fn answer(hub: &Hub, caller: &Caller, request: HttpRequest<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let host = host(&head);
    let refused = |status, title| {
        record(hub, &host, &head, Summary::default(), Some(status));
        reply::page(status, title, "The request could not be served.")
    };
    let scenario = hub.world.scenario();
    let Some(environment) = scenario.environment(&host) else {
        return refused(StatusCode::BAD_REQUEST, "Bad Request - Invalid Hostname");
    };
    if caller.meant_another(&host) {
        return refused(StatusCode::MISDIRECTED_REQUEST, "Host differs from the TLS server name");
    }
    let body = match read(body, BODY_LIMIT).await {
        Ok(body) => body,
        Err(status) => return refused(status, "The body could not be read"),
    };
    let request = Request {
        method: head.method.clone(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.clone(),
        body,
        client: caller.client,
        answer_is_lost: AtomicBool::new(false),
    };
    let visit = Visit { hub, caller, scenario: &scenario, environment, request: &request, head: &head };
    visit.answer().await
}

impl Caller {
    /// Whether TLS was set up for another host than the request names.
    fn meant_another(&self, host: &str) -> bool {
        self.server_name.as_ref().is_some_and(|name| !name.eq_ignore_ascii_case(host))
    }
}

/// The host that the request names, without a port.
fn host(head: &Parts) -> String {
    let header = head.headers.get(HOST).and_then(|value| value.to_str().ok());
    let text = head.uri.host().or(header).unwrap_or_default();
    text.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

async fn read<B>(body: B, limit: usize) -> Result<Bytes, StatusCode>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let reading = Limited::new(body, limit).collect();
    match timeout(BODY_PATIENCE, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A request at the environment that it is for.
struct Visit<'a> {
    hub: &'a Hub,
    caller: &'a Caller,
    scenario: &'a Arc<Scenario>,
    environment: &'a Environment,
    request: &'a Request,
    head: &'a Parts,
}

/// What faults and the log need to know of a request.
#[derive(Debug, Default)]
struct Summary {
    username: Option<String>,
    soap_method: Option<String>,
    soap_action: Option<String>,
    soap_version: Option<soap::Version>,
}

impl Visit<'_> {
    async fn answer(&self) -> Response<Body> {
        let call = self.call();
        let summary = self.summary(call.as_ref());
        self.delay().await;
        let (path, method) = (self.request.path.as_str(), self.request.method.as_str());
        let world = &self.hub.world;
        let action = world.fault(self.environment, path, method, summary.soap_method.as_deref());
        if action == Some(Action::Stall) {
            self.record(summary, None);
            return pending().await;
        }
        let version = summary.soap_version;
        let mut disturbed = fault::perform(action, version, || router::answer(&self.scene(), call)).await;
        if self.request.answer_is_lost.load(Ordering::Relaxed) {
            disturbed = Disturbed::lost();
        }
        self.record(summary, disturbed.seen_status());
        if let Some(script) = disturbed.script {
            self.caller.prompt.set(script);
        }
        disturbed.response
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            world: &self.hub.world,
            scenario: self.scenario,
            environment: self.environment,
            request: self.request,
        }
    }

    fn call(&self) -> Option<ReadCall> {
        let is_call =
            self.request.method == Method::POST && self.request.path.to_ascii_lowercase().ends_with(".asmx");
        is_call.then(|| soap::read(&self.request.headers, &self.request.body))
    }

    fn summary(&self, call: Option<&ReadCall>) -> Summary {
        let basic = || self.request.basic().map(|(username, _)| username);
        let Some(Ok(call)) = call else {
            return Summary { username: basic(), ..Summary::default() };
        };
        Summary {
            username: call.username().map(str::to_owned).or_else(basic),
            soap_method: Some(call.method.clone()),
            soap_action: call.action.clone(),
            soap_version: Some(call.version),
        }
    }

    async fn delay(&self) {
        let environment = self.environment;
        let mut total = self.scenario.delay_ms.saturating_add(environment.delay_ms);
        total = total.saturating_add(self.scenario.round_trip_ms);
        if self.hub.world.wakes(&environment.host) {
            total = total.saturating_add(environment.sleep_first_request_ms);
        }
        let to_api = self.request.path.to_ascii_lowercase().starts_with(lifetime::BASE);
        if environment.kind == Kind::Lifetime && to_api {
            total = total.saturating_add(self.scenario.lifetime.slow_ms);
        }
        if total > 0 {
            sleep(Duration::from_millis(total)).await;
        }
    }

    fn record(&self, summary: Summary, status: Option<StatusCode>) {
        record(self.hub, &self.environment.host, self.head, summary, status);
    }
}

fn record(hub: &Hub, host: &str, head: &Parts, summary: Summary, status: Option<StatusCode>) {
    let wsdl = head.uri.query().is_some_and(|query| query.eq_ignore_ascii_case("wsdl"));
    let path = cut(head.uri.path(), 500);
    hub.world.log.add(Recorded {
        number: 0,
        at: hub.world.clock.now(),
        host: cut(host, 253),
        method: cut(head.method.as_str(), 32),
        path: if wsdl { format!("{path}?WSDL") } else { path },
        soap_method: summary.soap_method.map(|name| cut(&name, 250)),
        soap_action: summary.soap_action.map(|action| cut(&action, 250)),
        username: summary.username.map(|name| cut(&name, 250)),
        status: status.map(|status| status.as_u16()),
    });
}

/// The beginning of a text, so that the log stays small whatever is sent.
fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;

    #[tokio::test]
    async fn bodies_are_bounded_whether_or_not_they_say_how_long_they_are() {
        let known = Full::new(Bytes::from_static(&[0; 11]));
        let unknown = reply::lazily([Bytes::from_static(&[0; 6]), Bytes::from_static(&[0; 5])].into_iter());
        assert_eq!(read(known.clone(), 10).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read(unknown, 10).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read(known, 11).await.map(|body| body.len()), Ok(11));
    }
}
