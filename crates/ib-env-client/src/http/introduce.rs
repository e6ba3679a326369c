//! Introducing this service to Integration Manager (`docs/integration-manager.md`).

use ib_domain::reason::Reason;
use ib_domain::text::harmless;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::environment::HttpEnvironment;
use super::page::{self, Page};
use super::transport::{Call, Caller, Reply};
use crate::Obstacle;
use crate::introduction::{Introduced, Introduction, PATH};

/// The longest version that is believed, in characters.
const VERSION_LIMIT: usize = 50;

#[derive(Serialize)]
struct Body<'a> {
    link: &'a str,
    challenge: &'a str,
    expires_at: String,
}

#[derive(Deserialize)]
struct Answer {
    version: String,
}

impl HttpEnvironment {
    /// Sends one introduction, once.
    pub(super) async fn send_introduction(
        &self,
        introduction: &Introduction,
    ) -> Result<Introduced, Obstacle> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let limits = &self.transport.settings.limits;
        let call = Call {
            method: Method::POST,
            path: PATH,
            headers,
            body: Some(body(introduction)?.into()),
            caller: Caller::Nobody,
            limit: limits.request,
            max_bytes: limits.probe_bytes,
        };
        let reply = self.transport.send(&self.address, call).await?;
        if reply.status != StatusCode::ACCEPTED {
            return Err(not_taken(reply).await);
        }
        let bytes = reply.deadline.read(reply.body.collect()).await?;
        let answer =
            serde_json::from_slice::<Answer>(&bytes).map_err(|_| odd("status 202, without a version"))?;
        Ok(Introduced { version: harmless(&answer.version, VERSION_LIMIT) })
    }
}

fn body(introduction: &Introduction) -> Result<Vec<u8>, Obstacle> {
    let body = Body {
        link: introduction.link(),
        challenge: introduction.challenge(),
        expires_at: humantime::format_rfc3339_millis(introduction.expires_at()).to_string(),
    };
    serde_json::to_vec(&body).map_err(|_| odd("an introduction that cannot be written"))
}

fn odd(what: impl AsRef<str>) -> Obstacle {
    Obstacle::new(Reason::ManagerAbsent).observed(what)
}

/// Why an introduction was not taken on, by the status of the reply.
async fn not_taken(reply: Reply) -> Obstacle {
    let page = match page::refuse_stand_ins(reply.status) {
        Ok(()) => Page::read(reply).await,
        Err(obstacle) => Err(obstacle),
    };
    let page = match page {
        Ok(page) => page,
        Err(obstacle) => return obstacle,
    };
    match page.status {
        _ if page.says_closed => Obstacle::new(Reason::ClosedToUs).observed(page.describe()),
        StatusCode::CONFLICT => Reason::ManagerLinkedElsewhere.into(),
        status if status.is_server_error() => {
            Obstacle::new(Reason::HttpServerError).observed(page.describe())
        }
        _ => match &page.elsewhere {
            Some(host) => Obstacle::new(Reason::HttpRedirectsElsewhere).observed(host),
            None => odd(page.describe()),
        },
    }
}
