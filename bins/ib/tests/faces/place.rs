//! A pretend infrastructure, and a face over it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use ib_env_client::http::{HttpClient, Settings as HttpSettings};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Environment, Scenario};
use ib_setup::testing::ports;
use ib_web::{Settings, Web};
use tower::ServiceExt as _;

pub(crate) const HOST: &str = "127.0.0.1:8080";

/// A pretend infrastructure, and a face over it that keeps everything in memory.
pub(crate) struct Place {
    pub(crate) simulator: Simulator,
    pub(crate) router: axum::Router,
}

impl Place {
    /// The infrastructure *acme*, with a development environment that was changed.
    pub(crate) async fn new(change: fn(&mut Environment)) -> Self {
        let mut scenario = Scenario::acme();
        change(scenario.environment_mut("dev.acme.example").unwrap());
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let mut settings = HttpSettings::default();
        settings.authorities = vec![simulator.ca_pem().as_bytes().to_vec()];
        let mapped =
            simulator.hosts().into_iter().map(|host| format!("{}:443:{}", host.host, simulator.address()));
        settings.connect_to = mapped.map(|mapping| mapping.parse().unwrap()).collect();
        let client = HttpClient::new(settings).unwrap();
        let web = Web::new(ports(Arc::new(client)), None, Settings::default());
        let router = web.router();
        tokio::spawn(async move { web.drive(std::future::pending()).await });
        Self { simulator, router }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (Response<()>, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
    }
}
