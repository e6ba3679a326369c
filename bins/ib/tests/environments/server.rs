//! A server that answers by the contract of `/api/v1` about environments, on a loopback port, over everything in
//! memory. Whoever has a session came in by the one set-up that is registered.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use ib_api::environments::EnvironmentsDocument;
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};
use ib_api::request::{PutEnvironment, PutWaiver, SessionDocument, SetupList};
use ib_api::setup::SetupDocument;
use ib_api::waiver::Until;
use ib_domain::reason::Reason;
use ib_env_client::http::{HttpClient, Settings};
use ib_env_client::{Credentials, Password};
use ib_setup::environment::View;
use ib_setup::registration::Rules;
use ib_setup::testing::ports;
use ib_setup::{Driver, Environments, EnvironmentsError, HistoryId, Setup, SetupId};

use crate::world::{DEV, World};

const TOKEN: &str = "planted-token";

/// The server's state.
#[derive(Clone)]
pub(crate) struct Server {
    setup: Setup,
    environments: Environments,
    id: SetupId,
    /// Every request: method, path and query.
    requests: Arc<Mutex<Vec<String>>>,
    pub(crate) url: String,
}

struct Refusal(Problem);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap();
        let body = serde_json::to_vec(&self.0).unwrap();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

impl From<EnvironmentsError> for Refusal {
    fn from(error: EnvironmentsError) -> Self {
        Self(Problem::of_environments(&error, ""))
    }
}

type Answer = Result<Json<EnvironmentsDocument>, Refusal>;

impl Server {
    /// Begins to answer, for the infrastructure of a world.
    pub(crate) async fn start(world: &World) -> Self {
        let mut settings = Settings::default();
        settings.authorities = vec![world.simulator.ca_pem().as_bytes().to_vec()];
        let hosts = world.simulator.hosts();
        let mapped = hosts.iter().map(|host| format!("{}:443:{}", host.host, world.simulator.address()));
        settings.connect_to = mapped.map(|mapping| mapping.parse().unwrap()).collect();
        let setup = Setup::new(ports(Arc::new(HttpClient::new(settings).unwrap())), Rules::new("1"));
        let id = register(&setup).await;
        let environments = Environments::new(setup.clone());
        environments.came_in(id).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { setup, environments, id, requests: Arc::default(), url };
        let router = router(&server);
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// Every request about environments so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// A file declares an environment, and that one lives with a finding of it.
    pub(crate) async fn declare(&self, file: &str, name: &str, host: &str, reason: Reason) {
        let of_file = self.environments.for_file(file.parse().unwrap());
        let named = || name.parse().unwrap();
        of_file.put(self.id, named(), named(), host).await.unwrap();
        let until = "30d".parse::<Until>().unwrap().from(of_file.now());
        let (owner, why) = ("Platform team".parse().unwrap(), "Not built yet".parse().unwrap());
        of_file.waive(self.id, named(), reason, owner, why, until).await.unwrap();
    }

    fn document(view: &View) -> Json<EnvironmentsDocument> {
        Json(EnvironmentsDocument::new(view, false))
    }
}

async fn register(setup: &Setup) -> SetupId {
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, DEV).await.unwrap();
    setup.drive(id).await.unwrap();
    let password = Password::new("maria-Pass-1".to_owned()).unwrap();
    setup.log_in(id, Credentials::new("maria", password).unwrap()).await.unwrap();
    setup.drive(id).await.unwrap();
    setup.choose_set_up(id).await.unwrap();
    setup.accept_disclaimer(id, "1").await.unwrap();
    assert!(setup.drive(id).await.unwrap().infrastructure.is_some());
    id
}

fn router(server: &Server) -> Router {
    let api = Router::new()
        .route("/setups/{id}/environments", get(settle))
        .route("/setups/{id}/environments/{name}", put(keep).delete(remove))
        .route("/setups/{id}/environments/{name}/look", post(look))
        .route("/setups/{id}/environments/{name}/release", post(release))
        .route("/setups/{id}/environments/{name}/waivers/{code}", put(waive).delete(end_waiver))
        .route("/setups/{id}/look-at-environments", post(look_at_all))
        .route("/setups/{id}/import-environments", post(import))
        .route_layer(middleware::from_fn_with_state(server.clone(), note))
        .route("/setups", get(setups))
        .route_layer(middleware::from_fn(in_session))
        .route("/sessions", post(begin_session));
    Router::new().nest("/api/v1", api).with_state(server.clone())
}

async fn note(State(server): State<Server>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().unwrap().as_str();
    let path = path.replace(&format!("/setups/{}", server.id), "");
    server.requests.lock().unwrap().push(format!("{} {path}", request.method()));
    next.run(request).await
}

async fn in_session(headers: HeaderMap, request: Request, next: Next) -> Response {
    if headers.get(header::AUTHORIZATION).is_some_and(|value| *value == *format!("Bearer {TOKEN}")) {
        return next.run(request).await;
    }
    Refusal(Problem::new(ProblemKind::NoSession, "Begin a session.")).into_response()
}

async fn begin_session() -> Response {
    (StatusCode::CREATED, Json(SessionDocument::new(TOKEN.to_owned(), 900, 36_000))).into_response()
}

async fn setups(State(server): State<Server>) -> Json<SetupList> {
    let view = server.setup.view(server.id).await.unwrap();
    Json(SetupList { setups: vec![SetupDocument::new(server.id, &view)] })
}

/// Nothing works in the background here: whoever waits does a piece of the work.
async fn settle(State(server): State<Server>, request: Request) -> Answer {
    if request.uri().query().is_some() {
        let infrastructure = server.setup.view(server.id).await.unwrap().infrastructure.unwrap();
        let driver = Driver::new(server.setup.clone(), None);
        for leased in driver.lease(1, Some(HistoryId::Environments(infrastructure))).await.unwrap() {
            let release = driver.work(leased).await.unwrap();
            driver.release(&[release]).await.unwrap();
        }
    }
    Ok(Server::document(&server.environments.view(server.id).await?))
}

async fn keep(
    State(server): State<Server>,
    Path((_, name)): Path<(String, String)>,
    Json(wanted): Json<PutEnvironment>,
) -> Answer {
    let known = Server::document(&server.environments.view(server.id).await?).0;
    let new_name = wanted.name.as_ref().unwrap_or(&name).parse().unwrap();
    let view = if known.environment(&name).is_some() {
        server.environments.edit(server.id, name.parse().unwrap(), new_name, &wanted.address).await?
    } else {
        server.environments.add(server.id, new_name, &wanted.address).await?
    };
    Ok(Server::document(&view))
}

async fn remove(State(server): State<Server>, Path((_, name)): Path<(String, String)>) -> Answer {
    Ok(Server::document(&server.environments.remove(server.id, name.parse().unwrap()).await?))
}

async fn look(State(server): State<Server>, Path((_, name)): Path<(String, String)>) -> Answer {
    Ok(Server::document(&server.environments.look(server.id, Some(name.parse().unwrap())).await?))
}

async fn release(State(server): State<Server>, Path((_, name)): Path<(String, String)>) -> Answer {
    Ok(Server::document(&server.environments.release(server.id, name.parse().unwrap()).await?))
}

async fn look_at_all(State(server): State<Server>) -> Answer {
    Ok(Server::document(&server.environments.look(server.id, None).await?))
}

async fn import(State(server): State<Server>) -> Answer {
    Ok(Server::document(&server.environments.import(server.id).await?))
}

async fn waive(
    State(server): State<Server>,
    Path((_, name, code)): Path<(String, String, String)>,
    Json(PutWaiver { owner, why, until }): Json<PutWaiver>,
) -> Answer {
    let until = until.parse::<Until>().unwrap().from(server.environments.now());
    let (name, reason) = (name.parse().unwrap(), Reason::from_code(&code).unwrap());
    let (owner, why) = (owner.parse().unwrap(), why.parse().unwrap());
    let view = server.environments.waive(server.id, name, reason, owner, why, until).await?;
    Ok(Server::document(&view))
}

async fn end_waiver(
    State(server): State<Server>,
    Path((_, name, code)): Path<(String, String, String)>,
) -> Answer {
    let (name, reason) = (name.parse().unwrap(), Reason::from_code(&code).unwrap());
    Ok(Server::document(&server.environments.end_waiver(server.id, name, reason).await?))
}
