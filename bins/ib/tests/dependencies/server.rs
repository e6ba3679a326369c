//! A server that answers by the contract of `/api/v1`, on a loopback port, over everything in memory. It reaches the
//! same pretend infrastructure.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};
use ib_api::request::{EnterAddress, LogIn, Nothing, SessionDocument, SetupList, StartPublication};
use ib_api::setup::SetupDocument;
use ib_domain::permission::user::Username;
use ib_env_client::http::{HttpClient, Settings};
use ib_env_client::{Credentials, Password};
use ib_setup::publication::View;
use ib_setup::registration::Rules;
use ib_setup::testing::ports;
use ib_setup::{
    Dependencies, Driver, HistoryId, Pace, Publications, PublicationsError, Setup, SetupError, SetupId,
    Timestamp,
};
use ib_store::PackageFolder;
use serde::Deserialize;

use crate::world::{DEV, World};

/// The server's state.
#[derive(Clone)]
pub(crate) struct Server {
    setup: Setup,
    publications: Publications,
    driver: Driver,
    inner: Arc<Mutex<Inner>>,
    pub(crate) url: String,
}

#[derive(Default)]
struct Inner {
    sessions: u32,
    /// The token of the one session that is alive.
    token: String,
    setups: Vec<SetupId>,
    /// Every request: method and path.
    requests: Vec<String>,
    /// After how many more requests about dependencies the session ends.
    left: Option<u32>,
}

type Answer = Result<Response, Refusal>;

struct Refusal(Box<Problem>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap();
        let body = serde_json::to_vec(self.0.as_ref()).unwrap();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}

impl From<SetupError> for Refusal {
    fn from(error: SetupError) -> Self {
        Self(Box::new(Problem::of_setup(&error, "")))
    }
}

impl From<PublicationsError> for Refusal {
    fn from(error: PublicationsError) -> Self {
        Self(Box::new(Problem::of_publications(&error)))
    }
}

impl Server {
    /// Begins to answer, for the infrastructure of a world, which it registers where that is wanted.
    pub(crate) async fn start(world: &World, is_registered: bool) -> Self {
        let mut settings = Settings::default();
        settings.authorities = vec![world.simulator.ca_pem().as_bytes().to_vec()];
        let mapping = format!("{DEV}:443:{}", world.simulator.address());
        settings.connect_to = vec![mapping.parse().unwrap()];
        let ports = ports(Arc::new(HttpClient::new(settings).unwrap()));
        let setup = Setup::new(ports, Rules::new("1"));
        let folder = PackageFolder::open(world.packages()).unwrap();
        let catalogue = Arc::new(folder.catalogue().clone());
        let dependencies = Dependencies { catalogue, packages: Arc::new(folder) };
        let publications = Publications::new(setup.clone(), dependencies).pace(Pace::NONE);
        let driver = Driver::new(setup.clone(), Some(publications.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { setup, publications, driver, inner: Arc::default(), url };
        if is_registered {
            server.register().await;
        }
        let router = router(&server);
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    async fn register(&self) {
        let id = self.setup.begin().await.unwrap();
        self.setup.enter_address(id, DEV).await.unwrap();
        self.setup.drive(id).await.unwrap();
        let password = Password::new("admin-Pass-1".to_owned()).unwrap();
        self.setup.log_in(id, Credentials::new("admin", password).unwrap()).await.unwrap();
        self.setup.drive(id).await.unwrap();
        self.setup.choose_set_up(id).await.unwrap();
        self.setup.accept_disclaimer(id, "1").await.unwrap();
        assert!(self.setup.drive(id).await.unwrap().infrastructure.is_some());
    }

    /// Ends the session after so many more requests about dependencies.
    pub(crate) fn end_session_after(&self, requests: u32) {
        self.inner.lock().unwrap().left = Some(requests);
    }

    /// Every request so far that ends so.
    pub(crate) fn requests(&self, end: &str) -> usize {
        self.inner.lock().unwrap().requests.iter().filter(|line| line.ends_with(end)).count()
    }

    async fn set_up(&self, id: SetupId) -> Answer {
        Ok(Json(SetupDocument::new(id, &self.setup.view(id).await?)).into_response())
    }

    async fn dependencies(&self, id: SetupId, view: &View) -> Answer {
        let username = Username::parse(&self.setup.view(id).await?.typed.username).unwrap();
        let now = Timestamp::from_millis(0);
        Ok((StatusCode::ACCEPTED, Json(DependenciesDocument::new(view, &username, now))).into_response())
    }

    /// One piece of work, where some is due.
    async fn work(&self, id: SetupId) -> Result<(), Refusal> {
        let Some(infrastructure) = self.setup.view(id).await?.infrastructure else { return Ok(()) };
        for leased in self.driver.lease(1, Some(HistoryId::Publications(infrastructure))).await? {
            let release = self.driver.work(leased).await?;
            self.driver.release(&[release]).await?;
        }
        Ok(())
    }
}

fn router(server: &Server) -> Router {
    let dependencies = Router::new()
        .route("/", get(dependencies))
        .route("/look", post(look))
        .route("/publication", post(start))
        .route("/publication/cancel", post(cancel_all))
        .route("/items/{item}/retry", post(retry))
        .route("/items/{item}/cancel", post(cancel))
        .route("/messages", get(messages))
        .route_layer(middleware::from_fn_with_state(server.clone(), count_down));
    let api = Router::new()
        .route("/setups", post(begin).get(list))
        .route("/setups/{id}", get(wait))
        .route("/setups/{id}/address", post(address))
        .route("/setups/{id}/log-in", post(log_in))
        .nest("/setups/{id}/dependencies", dependencies)
        .route_layer(middleware::from_fn_with_state(server.clone(), in_session))
        .route("/sessions", post(begin_session))
        .layer(middleware::from_fn_with_state(server.clone(), note));
    Router::new().nest("/api/v1", api).with_state(server.clone())
}

async fn note(State(server): State<Server>, request: Request, next: Next) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    server.inner.lock().unwrap().requests.push(line);
    next.run(request).await
}

async fn count_down(State(server): State<Server>, request: Request, next: Next) -> Response {
    {
        let mut inner = server.inner.lock().unwrap();
        inner.left = match inner.left {
            Some(0) => {
                inner.token.clear();
                None
            }
            left => left.map(|left| left - 1),
        };
    }
    next.run(request).await
}

async fn in_session(
    State(server): State<Server>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let expected = format!("Bearer {}", server.inner.lock().unwrap().token);
    if headers.get(header::AUTHORIZATION).is_some_and(|value| *value == *expected) {
        return next.run(request).await;
    }
    Refusal(Box::new(Problem::new(ProblemKind::NoSession, "Begin a session."))).into_response()
}

async fn begin_session(State(server): State<Server>) -> Response {
    let mut inner = server.inner.lock().unwrap();
    inner.sessions += 1;
    inner.token = format!("planted-token-{}", inner.sessions);
    inner.setups.clear();
    (StatusCode::CREATED, Json(SessionDocument::new(inner.token.clone(), 900, 36_000))).into_response()
}

async fn begin(State(server): State<Server>) -> Answer {
    let id = server.setup.begin().await?;
    server.inner.lock().unwrap().setups.insert(0, id);
    server.set_up(id).await
}

async fn list(State(server): State<Server>) -> Answer {
    let ids = server.inner.lock().unwrap().setups.clone();
    let mut setups = Vec::new();
    for id in ids {
        setups.push(SetupDocument::new(id, &server.setup.view(id).await?));
    }
    Ok(Json(SetupList { setups }).into_response())
}

async fn wait(State(server): State<Server>, Path(id): Path<SetupId>) -> Answer {
    server.setup.drive(id).await?;
    server.publications.came_in(id).await?;
    server.set_up(id).await
}

async fn address(
    State(server): State<Server>,
    Path(id): Path<SetupId>,
    Json(given): Json<EnterAddress>,
) -> Answer {
    server.setup.enter_address(id, &given.address).await?;
    server.set_up(id).await
}

async fn log_in(State(server): State<Server>, Path(id): Path<SetupId>, Json(given): Json<LogIn>) -> Answer {
    let password = Password::new(given.password).unwrap();
    server.setup.log_in(id, Credentials::new(&given.username, password).unwrap()).await?;
    server.set_up(id).await
}

/// Nothing works in the background here: whoever asks does a piece of the work.
async fn dependencies(State(server): State<Server>, Path(id): Path<SetupId>) -> Answer {
    server.work(id).await?;
    server.dependencies(id, &server.publications.view(id).await?).await
}

async fn look(State(server): State<Server>, Path(id): Path<SetupId>, Json(_): Json<Nothing>) -> Answer {
    server.dependencies(id, &server.publications.look(id).await?).await
}

async fn start(
    State(server): State<Server>,
    Path(id): Path<SetupId>,
    Json(given): Json<StartPublication>,
) -> Answer {
    let only: BTreeSet<_> = given.only.iter().map(|id| id.parse().unwrap()).collect();
    server.dependencies(id, &server.publications.start(id, given.edition, only).await?).await
}

async fn cancel_all(State(server): State<Server>, Path(id): Path<SetupId>, Json(_): Json<Nothing>) -> Answer {
    server.dependencies(id, &server.publications.cancel(id, None).await?).await
}

async fn retry(
    State(server): State<Server>,
    Path((id, item)): Path<(SetupId, String)>,
    Json(_): Json<Nothing>,
) -> Answer {
    server.dependencies(id, &server.publications.retry(id, item.parse().unwrap()).await?).await
}

async fn cancel(
    State(server): State<Server>,
    Path((id, item)): Path<(SetupId, String)>,
    Json(_): Json<Nothing>,
) -> Answer {
    server.dependencies(id, &server.publications.cancel(id, Some(item.parse().unwrap())).await?).await
}

#[derive(Deserialize)]
struct Since {
    after: usize,
}

async fn messages(
    State(server): State<Server>,
    Path(id): Path<SetupId>,
    Query(since): Query<Since>,
) -> Answer {
    let (said, next) = server.publications.messages(id, since.after).await?;
    Ok(Json(MessagesDocument::new(&said, next)).into_response())
}
