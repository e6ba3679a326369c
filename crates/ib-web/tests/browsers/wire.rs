//! How commands reach a driver: plain HTTP on this machine, past every proxy.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body as Command, HttpClient};

pub(crate) struct Wire(Client<HttpConnector, Body>);

impl Wire {
    pub(crate) fn new() -> Self {
        // No connection is used twice: a driver may have closed it meanwhile.
        Self(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http())
    }
}

#[async_trait]
impl HttpClient for Wire {
    async fn send(&self, request: Request<Command<'_>>) -> WebDriverResult<Response<Bytes>> {
        let request = request.map(|command| match command {
            Command::Json(value) => Body::from(value.to_string()),
            Command::Empty => Body::empty(),
        });
        let failed = |error: String| WebDriverError::RequestFailed(error);
        let answer = self.0.request(request).await.map_err(|error| failed(error.to_string()))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| failed(error.to_string()))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self::new())
    }
}
