//! The same commands, with a server that watches.

use crate::server::Server;
use crate::world::{DEV, Ending, PROD, QA, Run, World};

/// A world that only a server knows, with a session there.
async fn place() -> (World, Server) {
    let world = World::unregistered().await;
    let server = Server::start(&world).await;
    world.by_server(&["login"], &server.url, Run::default()).await.assert(0, &[]);
    (world, server)
}

async fn run(world: &World, server: &Server, command: &str, arguments: &[&str]) -> Ending {
    world.by_server(&[&["environments", command, DEV], arguments].concat(), &server.url, Run::default()).await
}

#[tokio::test]
async fn a_server_watches_by_the_same_rules() {
    let (world, server) = place().await;
    let list = run(&world, &server, "list", &[]).await;
    list.assert(
        5,
        &["not looked at yet", "go on   ib environments check dev.acme.example --server http://127"],
    );
    assert_eq!(server.requests(), ["GET /environments"]);
    let added = run(&world, &server, "add", &["Quality Assurance", QA]).await;
    added.assert(0, &["Looking at dev.acme.example and qa.acme.example ...", "2 of 2 connected"]);
    let put = "PUT /environments/Quality%20Assurance";
    assert_eq!(server.requests(), ["GET /environments", put, "GET /environments?wait=20"]);
    let edited = run(&world, &server, "edit", &["quality assurance", "--name", "QA"]).await;
    edited.assert(0, &["QA", "2 of 2 connected"]);
    run(&world, &server, "check", &["QA"]).await.assert(0, &["Looking at qa.acme.example ..."]);
    run(&world, &server, "check", &[]).await.assert(0, &["2 of 2 connected"]);
    run(&world, &server, "import", &[]).await.assert(5, &["no access to the LifeTime"]);
    let features = world.by_server(&["features", DEV, "QA"], &server.url, Run::default()).await;
    features.assert(0, &["Nothing is limited"]);
    let removed = run(&world, &server, "remove", &["QA", "--yes", "--output", "json"]).await;
    assert_eq!((removed.exit, removed.document().environments.len()), (0, 1));
}

#[tokio::test]
async fn whoever_adds_does_not_change_what_is_there() {
    let (world, server) = place().await;
    run(&world, &server, "add", &["QA", QA]).await.assert(0, &[]);
    run(&world, &server, "add", &["QA", QA]).await.assert(0, &["2 of 2 connected"]);
    server.requests();
    let taken = run(&world, &server, "add", &["qa", PROD]).await;
    taken.assert(2, &["An environment is named qa already. Choose another name."]);
    assert_eq!(server.requests(), ["GET /environments"]);
    run(&world, &server, "edit", &["None", "--address", PROD]).await.assert(5, &["is named None"]);
    assert_eq!(server.requests(), ["GET /environments"]);
}

#[tokio::test]
async fn what_the_operator_decides_is_not_for_a_server() {
    let (world, server) = place().await;
    let access = ["--lifetime", "lifetime.acme.example"];
    let run = Run::default().with("IB_LIFETIME_TOKEN", "planted-token");
    let words = [&["environments", "import", DEV], &access[..]].concat();
    let ending = world.by_server(&words, &server.url, run).await;
    ending.assert(2, &["--lifetime cannot be given to a server"]);
    assert_eq!(server.requests(), [""; 0]);
}
