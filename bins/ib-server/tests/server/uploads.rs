//! A server is killed while the package of an integration arrives.

use std::collections::BTreeMap;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use ib_env_sim::dependencies::write_packages;
use ib_env_sim::scenario::{Application, Module};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::kills::holder;
use crate::place::{Place, World, until};
use crate::program::Program;

fn package() -> Vec<u8> {
    let modules = ["Orders_DRV", "Orders_IS"].map(Module::named).into();
    Application { name: "Orders".to_owned(), modules, ..Application::default() }.to_package()
}

/// The names of the files that are kept, and of those that are on their way.
fn files(folder: &Path) -> (Vec<String>, Vec<String>) {
    let mut pending = vec![folder.to_owned()];
    let mut names = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                pending.push(entry.path());
            } else {
                names.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    names.into_iter().partition(|name| !name.starts_with("arriving-"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_a_kill_interrupts_leaves_nothing_that_counts() {
    let world = World::new().await;
    write_packages(&world.path("packages"), &BTreeMap::new()).unwrap();
    let first = format!("packages = {}\npublication_pace = \"100ms\"", world.quoted("packages"));
    let mut place = Place::start(&world.settings(&first, ""), &world.path("log")).await;
    let (token, path) = {
        let program = Program::new(&place).await;
        let path = program.begin().await;
        program.walk(&path, "maria").await;
        (program.token.clone().unwrap(), path)
    };
    let (package, folder) = (package(), world.path("data/integrations"));
    let target = format!("{path}/integrations?kind=other&file=Orders.oap");

    let mut stream = TcpStream::connect(place.at).await.unwrap();
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        place.at,
        package.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&package[..package.len() / 2]).await.unwrap();
    until("half of it has arrived", || files(&folder).1.len() == 1).await;
    place.kill().await;
    drop(stream);

    place.restart().await;
    assert_eq!(files(&folder).0, Vec::<String>::new(), "nothing half is kept");
    let (status, document) = holder(&place, &token).get(&format!("{path}/integrations")).await;
    assert_eq!((status, document["integrations"].as_array().unwrap().len()), (200, 0), "{document}");

    let request = Request::builder()
        .method(Method::POST)
        .uri(&target)
        .header("host", place.at.to_string())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/octet-stream")
        .body(Body::from(package))
        .unwrap();
    let (response, text) = place.ask(request).await;
    assert!(response.status().is_success(), "{} {text}", response.status());
    assert_eq!(files(&folder).0.len(), 1);
    let (_, document) = holder(&place, &token).get(&format!("{path}/integrations")).await;
    assert_eq!(document["integrations"][0]["name"], "Orders", "{document}");
    place.stop().await;
}
