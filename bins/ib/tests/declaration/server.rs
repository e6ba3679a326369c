//! A whole server on a loopback port, with everything in memory, over the same pretend infrastructure.

use std::sync::Arc;

use ib_env_client::http::{HttpClient, Settings as HttpSettings};
use ib_setup::testing::ports;
use ib_setup::{Dependencies, Pace};
use ib_store::PackageFolder;
use ib_web::{Settings, Web};

use crate::place::Place;
use crate::world::World;

/// Where a server answers that nobody has used yet, and its pages.
pub(crate) async fn start(world: &World) -> (String, Place) {
    let mut settings = HttpSettings::default();
    settings.authorities = vec![world.simulator.ca_pem().as_bytes().to_vec()];
    let hosts = world.simulator.hosts();
    let mapped = hosts.iter().map(|host| format!("{}:443:{}", host.host, world.simulator.address()));
    settings.connect_to = mapped.map(|mapping| mapping.parse().unwrap()).collect();
    let folder = PackageFolder::open(world.packages()).unwrap();
    let catalogue = Arc::new(folder.catalogue().clone());
    let dependencies = Dependencies { catalogue, packages: Arc::new(folder), depot: None };
    let ports = ports(Arc::new(HttpClient::new(settings).unwrap()));
    let mut settings = Settings::default();
    settings.pace = Pace::NONE;
    let web = Web::new(ports, Some(dependencies), settings);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = web.router();
    let place = Place { router: router.clone() };
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::spawn(async move { web.drive(std::future::pending()).await });
    (url, place)
}
