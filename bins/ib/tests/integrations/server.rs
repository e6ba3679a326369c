//! A server on a loopback port, with everything in memory but packages. It reaches the same pretend infrastructure.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use ib_env_client::http::{HttpClient, Settings as HttpSettings};
use ib_env_client::{Credentials, Password};
use ib_setup::registration::Rules;
use ib_setup::testing::ports;
use ib_setup::{Dependencies, Pace, Ports, Setup};
use ib_store::{DepotFolder, PackageFolder};
use ib_web::{Settings, Web};

use crate::world::{DEV, World};

/// A server that is watched.
pub(crate) struct Server {
    requests: Requests,
    pub(crate) url: String,
}

/// Every request: method, path and query.
type Requests = Arc<Mutex<Vec<String>>>;

impl Server {
    /// Begins to answer, for the infrastructure of a world, whose packages may have `limit` bytes.
    pub(crate) async fn start(world: &World, limit: u64) -> Self {
        let mut settings = HttpSettings::default();
        settings.authorities = vec![world.simulator.ca_pem().as_bytes().to_vec()];
        let mapping = format!("{DEV}:443:{}", world.simulator.address());
        settings.connect_to = vec![mapping.parse().unwrap()];
        let ports = ports(Arc::new(HttpClient::new(settings).unwrap()));
        register(&ports).await;
        let folder = PackageFolder::open(world.packages()).unwrap();
        let depot = DepotFolder::open(world.path("depot")).unwrap().limit(limit);
        let catalogue = Arc::new(folder.catalogue().clone());
        let dependencies =
            Dependencies { catalogue, packages: Arc::new(folder), depot: Some(Arc::new(depot)) };
        let mut settings = Settings::default();
        settings.pace = Pace::NONE;
        let web = Web::new(ports, Some(dependencies), settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { requests: Arc::default(), url };
        let router = web.router().layer(middleware::from_fn_with_state(Arc::clone(&server.requests), note));
        tokio::spawn(async move { axum::serve(listener, router).await });
        tokio::spawn(async move { web.drive(std::future::pending()).await });
        server
    }

    /// The requests about integrations since this was asked last, without what leads to them.
    pub(crate) fn requests(&self) -> Vec<String> {
        let all = std::mem::take(&mut *self.requests.lock().unwrap());
        let short = |line: String| {
            let (method, path) = line.split_once(' ')?;
            Some(format!("{method} {}", path.split_once("/integrations")?.1))
        };
        all.into_iter().filter_map(short).collect()
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

async fn note(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().unwrap().as_str();
    requests.lock().unwrap().push(format!("{} {path}", request.method()));
    next.run(request).await
}
