//! `ib setup`, unattended.

use std::path::Path;

use ib::surroundings::Surroundings;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Person;
use crate::place::Place;

/// By itself, with everything in a folder of its own.
pub(crate) async fn alone(place: &Place, person: Person) -> (u8, Value) {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, place.simulator.ca_pem()).unwrap();
    let mut way = vec!["--ca".to_owned(), ca.display().to_string()];
    way.extend(["--data".to_owned(), folder.path().join("data").display().to_string()]);
    for host in place.simulator.hosts() {
        way.extend(["--connect-to".to_owned(), format!("{}:443:{}", host.host, place.simulator.address())]);
    }
    run(folder.path(), person, way).await
}

/// With a server, which is on a loopback port.
pub(crate) async fn with_server(place: &Place, person: Person) -> (u8, Value) {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = place.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    run(folder.path(), person, vec!["--server".to_owned(), url]).await
}

async fn run(folder: &Path, person: Person, way: Vec<String>) -> (u8, Value) {
    let (mut surroundings, captured) = Surroundings::captured();
    let home = folder.display().to_string();
    let mut variables = vec![("HOME", home.as_str()), ("XDG_CONFIG_HOME", &home), ("APPDATA", &home)];
    variables.push(("IB_PASSWORD", person.password));
    variables.extend(person.code.map(|code| ("IB_ACTIVATION_CODE", code)));
    surroundings.variables =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let words = ["ib", "setup", person.address, "--username", person.username, "--output", "json"];
    let words = words.into_iter().chain(["--accept-disclaimer", "built-in-1"]).map(str::to_owned);
    let exit = ib::run(words.chain(way), surroundings).await;
    let document = serde_json::from_str(&captured.stdout());
    (exit.code(), document.unwrap_or_else(|error| unreachable!("{error}: {}", captured.stderr())))
}
