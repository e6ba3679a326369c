//! A server on a loopback port, with everything in memory. It reaches the same pretend infrastructure.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::middleware::{self, Next};
use axum::response::Response;
use ib_env_client::http::{HttpClient, Settings as HttpSettings};
use ib_env_client::{Credentials, Password};
use ib_setup::registration::Rules;
use ib_setup::testing::ports;
use ib_setup::{Dependencies, Pace, Ports, Setup};
use ib_store::PackageFolder;
use ib_web::{Settings, Web};
use tower::ServiceExt as _;

use crate::world::{DEV, World};

/// A server that is watched.
#[derive(Clone)]
pub(crate) struct Server {
    watched: Arc<Mutex<Watched>>,
    pub(crate) url: String,
}

#[derive(Default)]
struct Watched {
    /// Every request: method and path.
    requests: Vec<String>,
    /// After how many more requests about dependencies the session ends.
    left: Option<u32>,
}

impl Server {
    /// Begins to answer, for the infrastructure of a world, which it registers where that is wanted.
    pub(crate) async fn start(world: &World, is_registered: bool) -> Self {
        let mut settings = HttpSettings::default();
        settings.authorities = vec![world.simulator.ca_pem().as_bytes().to_vec()];
        let mapping = format!("{DEV}:443:{}", world.simulator.address());
        settings.connect_to = vec![mapping.parse().unwrap()];
        let ports = ports(Arc::new(HttpClient::new(settings).unwrap()));
        if is_registered {
            register(&ports).await;
        }
        let folder = PackageFolder::open(world.packages()).unwrap();
        let catalogue = Arc::new(folder.catalogue().clone());
        let dependencies = Dependencies { catalogue, packages: Arc::new(folder), depot: None };
        let mut settings = Settings::default();
        settings.pace = Pace::NONE;
        let web = Web::new(ports, Some(dependencies), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server =
            Self { watched: Arc::default(), url: format!("http://{}", listener.local_addr().unwrap()) };
        let state = (server.clone(), web.router());
        let router = web.router().layer(middleware::from_fn_with_state(state, watch));
        tokio::spawn(async move { axum::serve(listener, router).await });
        tokio::spawn(async move { web.drive(std::future::pending()).await });
        server
    }

    /// Ends the session after so many more requests about dependencies.
    pub(crate) fn end_session_after(&self, requests: u32) {
        self.watched.lock().unwrap().left = Some(requests);
    }

    /// Every request so far that ends so.
    pub(crate) fn requests(&self, end: &str) -> usize {
        self.watched.lock().unwrap().requests.iter().filter(|line| line.ends_with(end)).count()
    }

    /// Remembers a request; whether the session ends before it.
    fn note(&self, request: &Request) -> bool {
        let mut watched = self.watched.lock().unwrap();
        watched.requests.push(format!("{} {}", request.method(), request.uri().path()));
        if !request.uri().path().contains("/dependencies") {
            return false;
        }
        let left = watched.left;
        watched.left = left.and_then(|left| left.checked_sub(1));
        left == Some(0)
    }
}

/// The infrastructure of somebody else, who came before.
async fn register(ports: &Ports) {
    let setup = Setup::new(ports.clone(), Rules::new("1"));
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, DEV).await.unwrap();
    setup.drive(id).await.unwrap();
    let password = Password::new("admin-Pass-1".to_owned()).unwrap();
    setup.log_in(id, Credentials::new("admin", password).unwrap()).await.unwrap();
    setup.drive(id).await.unwrap();
    setup.choose_set_up(id).await.unwrap();
    setup.accept_disclaimer(id, "1").await.unwrap();
    assert!(setup.drive(id).await.unwrap().infrastructure.is_some());
}

async fn watch(State((server, router)): State<(Server, Router)>, request: Request, next: Next) -> Response {
    if server.note(&request) {
        end_session(router, request.headers()).await;
    }
    next.run(request).await
}

/// As a log-out elsewhere does.
async fn end_session(router: Router, headers: &HeaderMap) {
    let mut end = Request::delete("/api/v1/sessions/current").body(Body::empty()).unwrap();
    for name in [HOST, AUTHORIZATION] {
        end.headers_mut().insert(name.clone(), headers[name].clone());
    }
    assert_eq!(router.oneshot(end).await.unwrap().status().as_u16(), 204);
}
