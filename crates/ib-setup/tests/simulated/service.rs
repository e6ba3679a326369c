//! The service as Integration Managers reach it: the routes of `docs/integration-manager.md` over plain HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use ib_setup::environment::{ManagerVersion, Report, ReportedIntegration};
use ib_setup::link::SignedRequest;
use ib_setup::{Environments, LinkCaller, LinkError, LinkProof};
use serde_json::{Value, json};

/// What answers, once it is there.
type Shared = Arc<OnceLock<Environments>>;

/// Opens a port; `environments` may be set later.
pub(crate) async fn open(environments: &Shared) -> String {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let base = "/api/v1/integration-managers/{link}";
    let router = Router::new()
        .route(&format!("{base}/proof"), post(proof))
        .route(&format!("{base}/configuration"), get(configuration))
        .route(&format!("{base}/status"), put(status))
        .with_state(Arc::clone(environments));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}

fn refused(error: &LinkError) -> Response {
    match error {
        LinkError::Refused(_) => StatusCode::FORBIDDEN.into_response(),
        LinkError::Unsigned(_) => StatusCode::UNAUTHORIZED.into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn proof(
    State(environments): State<Shared>,
    Path(link): Path<String>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(body): Json<Value>,
) -> Response {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let proof = LinkProof { challenge: text("challenge"), version: text("version"), from: Some(from.ip()) };
    match environments.get().unwrap().prove(&link, proof).await {
        Ok(issued) => {
            let secret = issued.secret.expose();
            Json(json!({ "secret": *secret, "generation": issued.generation })).into_response()
        }
        Err(error) => refused(&error),
    }
}

/// A request before anybody knows whose it is.
struct Asked {
    link: String,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    async fn caller(&self, environments: &Environments) -> Result<LinkCaller, LinkError> {
        let request = SignedRequest { method: self.method.as_str(), path: self.uri.path(), body: &self.body };
        let header = self.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        environments.authorise(&self.link, &request, header.unwrap_or_default()).await
    }
}

async fn configuration(
    State(environments): State<Shared>,
    Path(link): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let environments = environments.get().unwrap();
    let answer = async {
        let caller = Asked { link, method, uri, headers, body }.caller(environments).await?;
        environments.configuration(caller).await
    };
    match answer.await {
        Ok(known) => {
            let integrations: Vec<_> =
                known.integrations.iter().map(|(name, _)| json!({ "name": name.as_str() })).collect();
            let (environment, every) = (known.environment.as_str(), known.report_every.as_secs());
            let told = json!({ "environment": environment, "integrations": integrations, "report_every_seconds": every });
            Json(told).into_response()
        }
        Err(error) => refused(&error),
    }
}

async fn status(
    State(environments): State<Shared>,
    Path(link): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let environments = environments.get().unwrap();
    let asked = Asked { link, method, uri, headers, body };
    let answer = async {
        let caller = asked.caller(environments).await?;
        environments.report(caller, read(&asked.body)).await
    };
    match answer.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

fn read(body: &[u8]) -> Report {
    let body: Value = serde_json::from_slice(body).unwrap();
    let integration = |one: &Value| ReportedIntegration {
        name: one["name"].as_str().unwrap().parse().unwrap(),
        has_connection: one["has_connection"].as_bool().unwrap(),
    };
    let integrations = body["integrations"].as_array().unwrap().iter().map(integration).collect();
    Report::new(ManagerVersion::new(body["version"].as_str().unwrap()), integrations).unwrap()
}
