//! Pages: what is fetched without credentials, and what comes where SOAP was due.

use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;
use reqwest::StatusCode;

use super::failure::Reading;
use super::transport::{Call, Redirect, Reply, Transport};
use crate::Obstacle;

/// What the console answers to a visitor from outside its Internal Network.
const NOT_AUTHORIZED: &str = "You are not authorized to view this page";
/// How much of a page is looked at, in bytes.
const PAGE_BYTES: u64 = 1 << 20;

/// An answer that is no SOAP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    /// Whether it says that the visitor is outside the Internal Network.
    pub(super) says_closed: bool,
    /// Another host that it redirects to.
    pub(super) elsewhere: Option<String>,
    /// What it is, in words.
    pub(super) kind: &'static str,
    /// Its text, as far as it was read, for signs of a product.
    pub(super) text: String,
}

impl Page {
    /// Reads an answer that is no SOAP.
    pub(super) async fn read(reply: Reply) -> Result<Self, Obstacle> {
        let elsewhere = match reply.redirect {
            Some(Redirect::Elsewhere(host)) => Some(host),
            _ => None,
        };
        let kind = match reply.content_type.split(';').next().unwrap_or_default().trim() {
            "text/html" | "application/xhtml+xml" => "a web page",
            "application/json" => "JSON",
            "text/plain" => "plain text",
            "" => "no content",
            kind if kind.contains("xml") => "XML",
            _ => "something else",
        };
        let status = reply.status;
        let bytes = reply.deadline.read(async { reply.body.collect().await.map_err(Reading::from) }).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let says_closed = text.contains(NOT_AUTHORIZED);
        Ok(Self { status, says_closed, elsewhere, kind, text })
    }

    /// What was seen, in words.
    pub(super) fn describe(&self) -> String {
        format!("status {}, {}", self.status.as_u16(), self.kind)
    }
}

impl Transport {
    /// Gets a page without credentials; redirects on the same host are followed, three at most.
    pub(super) async fn page(&self, address: &EnvironmentAddress, path: &str) -> Result<Page, Obstacle> {
        self.page_within(address, path, self.settings.limits.request).await
    }

    /// The same, each request inside `limit`.
    pub(super) async fn page_within(
        &self,
        address: &EnvironmentAddress,
        path: &str,
        limit: Duration,
    ) -> Result<Page, Obstacle> {
        let mut path = path.to_owned();
        for _ in 0..=3 {
            let call = Call::get(&path, limit, PAGE_BYTES);
            let reply = self.send(address, call).await?;
            refuse_stand_ins(reply.status)?;
            match reply.redirect {
                Some(Redirect::SameHost(next)) => path = next,
                _ => return Page::read(reply).await,
            }
        }
        Err(Obstacle::new(Reason::HttpServerError).observed("it redirects in a circle"))
    }
}

/// Some answers come from something in front of the environment, and say nothing about it.
pub(super) fn refuse_stand_ins(status: StatusCode) -> Result<(), Obstacle> {
    let seen = |reason| Err(Obstacle::new(reason).observed(format!("status {}", status.as_u16())));
    match status {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            seen(Reason::HttpGateway)
        }
        StatusCode::TOO_MANY_REQUESTS => seen(Reason::HttpThrottled),
        _ => Ok(()),
    }
}
