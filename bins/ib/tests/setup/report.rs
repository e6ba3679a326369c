//! `ib report`, before anything is registered, and by a server.

use std::net::SocketAddr;
use std::sync::Arc;

use ib::surroundings::Surroundings;
use ib_api::support::SupportDocument;
use ib_setup::testing::{Scripted, ports};
use ib_web::{Settings, Web};

use crate::remote::Home;
use crate::world::{ACCEPT, DEV, Ending, World};

async fn report(world: &World, address: &str) -> Ending {
    let (surroundings, captured) = Surroundings::captured();
    let data = world.data().display().to_string();
    let exit = ib::run(["ib", "report", address, "--data", &data, "--file", "-"], surroundings).await;
    Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr() }
}

fn read(ending: &Ending) -> SupportDocument {
    ending.assert(0, &["\"schema\": \"ib.support/1\""]);
    assert!(!ending.stdout.contains("maria") && !ending.stdout.contains("Pass-1"), "{}", ending.stdout);
    serde_json::from_str(&ending.stdout).unwrap()
}

#[tokio::test]
async fn before_registration_it_holds_the_set_up_alone() {
    let world = World::new().await;
    report(&world, DEV).await.assert(2, &["nothing is known of dev.acme.example here; begin with: ib setup"]);
    world.maria(&[]).await.assert(7, &[]);
    let document = read(&report(&world, DEV).await);
    assert_eq!((document.set_up.step.as_str(), document.set_up.is_registered), ("disclaimer", false));
    assert!(document.environments.is_none() && document.publication.is_none());
    assert!(document.set_up.targets.iter().any(|target| target.address.as_deref() == Some(DEV)));
    world.maria(&ACCEPT).await.assert(0, &["Registered"]);
    let document = read(&report(&world, DEV).await);
    assert!(document.set_up.is_registered && document.environments.is_some());
    report(&world, "other.acme.example").await.assert(2, &["nothing is known of other.acme.example here"]);
    report(&world, "10.0.0.1").await.assert(2, &["SETUP-ADDR-004"]);
}

/// A real face on a loopback port.
async fn serve() -> String {
    let web = Web::new(ports(Arc::new(Scripted::default())), None, Settings::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = web.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::spawn(async move { web.drive(std::future::pending()).await });
    url
}

#[tokio::test]
async fn a_server_makes_it() {
    let (home, server) = (Home::new(), serve().await);
    let words = ["report", DEV, "--server", &server, "--file", "-"];
    home.run(&words, &[])
        .await
        .assert(2, &["nothing is known of dev.acme.example here", "--server http://127"]);
    let setup = [&["setup", DEV, "--server", &server, "--username", "maria"], &ACCEPT[..]].concat();
    home.run(&setup, &[("IB_PASSWORD", "planted-Pass-1")]).await.assert(0, &["Registered"]);
    let document = read(&home.run(&words, &[]).await);
    assert_eq!((document.made_by.name.as_str(), document.set_up.is_registered), ("ib-web", true));
    assert_eq!(document.set_up.user.as_deref(), Some("person 1"));
    home.run(&["logout", "--server", &server], &[]).await.assert(0, &[]);
    home.run(&words, &[]).await.assert(2, &["nothing is known of dev.acme.example here"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_could_not_tell() {
    let home = Home::new();
    let server = serve().await;
    home.run(&["login", "--server", &server], &[]).await.assert(0, &[]);
    let gone = "http://127.0.0.1:9";
    let kept = std::fs::read_to_string(home.sessions()).unwrap();
    std::fs::write(home.sessions(), kept.replace(&server, gone)).unwrap();
    let ending = home.run(&["report", DEV, "--server", gone], &[]).await;
    ending.assert(5, &["does not answer"]);
    assert_eq!(ending.stdout, "");
}
