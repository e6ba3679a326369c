//! A server that answers by the contract of `/api/v1`, on a loopback port, over everything in memory.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};
use ib_api::request::{
    AcceptDisclaimer, DisclaimerDocument, EnterAddress, EnterCode, LogIn, SessionDocument, SetupList,
};
use ib_api::setup::SetupDocument;
use ib_env_client::{Credentials, Password};
use ib_setup::registration::{Rules, View};
use ib_setup::testing::{Script, Scripted, ports};
use ib_setup::{ActivationCode, Disclaimer, Setup, SetupError, SetupId};

/// The server's state.
#[derive(Clone)]
pub(crate) struct Server {
    setup: Setup,
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

impl Server {
    /// Begins to answer; `change` says how the environment differs from one where all is well.
    pub(crate) async fn start(change: impl FnOnce(&mut Script)) -> Self {
        let scripted = Scripted::default();
        change(&mut scripted.script());
        let setup = Setup::new(ports(Arc::new(scripted)), Rules::new(Disclaimer::default().version()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { setup, inner: Arc::default(), url };
        let router = router(&server);
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// Ends the session that is alive.
    pub(crate) fn end_session(&self) {
        self.inner.lock().unwrap().token.clear();
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.inner.lock().unwrap().requests.clone()
    }

    /// The token of the session that is alive.
    pub(crate) fn token(&self) -> String {
        self.inner.lock().unwrap().token.clone()
    }

    async fn document(&self, id: SetupId) -> Answer {
        Ok(Json(SetupDocument::new(id, &self.setup.view(id).await?)).into_response())
    }
}

fn router(server: &Server) -> Router {
    let api = Router::new()
        .route("/sessions/current", delete(end_session))
        .route("/setups", post(begin).get(list))
        .route("/setups/{id}", get(wait))
        .route("/setups/{id}/address", post(address))
        .route("/setups/{id}/log-in", post(log_in))
        .route("/setups/{id}/welcome", post(welcome))
        .route("/setups/{id}/disclaimer", post(accept))
        .route("/setups/{id}/check", post(check))
        .route("/setups/{id}/activation-code", post(code))
        .route_layer(middleware::from_fn_with_state(server.clone(), in_session))
        .route("/sessions", post(begin_session))
        .route("/disclaimer", get(disclaimer))
        .layer(middleware::from_fn_with_state(server.clone(), note));
    Router::new().nest("/api/v1", api).with_state(server.clone())
}

async fn note(State(server): State<Server>, request: Request, next: Next) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    server.inner.lock().unwrap().requests.push(line);
    next.run(request).await
}

async fn in_session(
    State(server): State<Server>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let expected = format!("Bearer {}", server.token());
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

async fn end_session(State(server): State<Server>) -> StatusCode {
    server.end_session();
    StatusCode::NO_CONTENT
}

async fn disclaimer() -> Json<DisclaimerDocument> {
    let built_in = Disclaimer::default();
    Json(DisclaimerDocument { version: built_in.version().to_owned(), text: built_in.text().to_owned() })
}

async fn begin(State(server): State<Server>) -> Answer {
    let id = server.setup.begin().await?;
    server.inner.lock().unwrap().setups.insert(0, id);
    Ok((StatusCode::CREATED, server.document(id).await?).into_response())
}

async fn list(State(server): State<Server>) -> Answer {
    let ids = server.inner.lock().unwrap().setups.clone();
    let mut setups = Vec::new();
    for id in ids {
        setups.push(SetupDocument::new(id, &server.setup.view(id).await?));
    }
    Ok(Json(SetupList { setups }).into_response())
}

/// Nothing works in the background here: whoever waits does the work.
async fn wait(State(server): State<Server>, Path(id): Path<String>) -> Answer {
    let id: SetupId = id.parse().unwrap();
    server.setup.drive(id).await?;
    let current = server.setup.resume(id).await?;
    server.setup.drive(current).await?;
    server.document(current).await
}

fn accepted(id: SetupId, view: Result<View, SetupError>) -> Answer {
    Ok((StatusCode::ACCEPTED, Json(SetupDocument::new(id, &view?))).into_response())
}

macro_rules! commands {
    ($($name:ident($body:ty) = |$setup:ident, $id:ident, $given:ident| $done:expr;)+) => {$(
        async fn $name(State(server): State<Server>, Path(id): Path<String>, Json($given): Json<$body>) -> Answer {
            let ($id, $setup): (SetupId, _) = (id.parse().unwrap(), &server.setup);
            accepted($id, $done.await)
        }
    )+};
}

commands! {
    address(EnterAddress) = |setup, id, given| setup.enter_address(id, &given.address);
    log_in(LogIn) = |setup, id, given| setup.log_in(id, credentials(given));
    welcome(serde_json::Value) = |setup, id, _given| setup.choose_set_up(id);
    accept(AcceptDisclaimer) = |setup, id, given| setup.accept_disclaimer(id, &given.version);
    check(serde_json::Value) = |setup, id, _given| setup.check_again(id);
    code(EnterCode) = |setup, id, given| setup.enter_code(id, ActivationCode::parse(&given.code).unwrap());
}

fn credentials(given: LogIn) -> Credentials {
    Credentials::new(&given.username, Password::new(given.password).unwrap()).unwrap()
}
