//! The same commands, with a server that does it.

use ib_env_sim::scenario::PublishRule;

use crate::server::Server;
use crate::world::{Ending, Run, World, package};

const LIMIT: u64 = 1 << 20;

/// A world that only a server knows.
async fn place(world: World) -> (World, Server) {
    let server = Server::start(&world, LIMIT).await;
    (world, server)
}

async fn run(world: &World, server: &Server, command: &str, arguments: &[&str]) -> Ending {
    world.by_server(&server.url, command, arguments, Run::default()).await
}

#[tokio::test]
async fn a_server_keeps_publishes_and_hands_out_by_the_same_rules() {
    let (world, server) = place(World::unregistered(|_| {}).await).await;
    run(&world, &server, "list", &[]).await.assert(0, &["Logging in as maria", "No integrations yet"]);
    let file = world.file("Größe & Orders.oap", package("Orders", 1));
    server.requests();
    let uploaded = run(&world, &server, "upload", &[&file, "--kind", "salesforce"]).await;
    uploaded.assert(
        0,
        &["Größe & Orders.oap", "go on   ib integrations publish dev.acme.example Orders --server"],
    );
    assert_eq!(server.requests(), ["POST ?kind=salesforce&file=Gr%C3%B6%C3%9Fe%20%26%20Orders%2Eoap"]);
    let published = run(&world, &server, "publish", &["Orders"]).await;
    published.assert(0, &["[5/5] Orders: done", "✓ 1 of 1 published"]);
    assert_eq!(world.deployed("Orders"), 1);

    let to = world.path("back.oap").display().to_string();
    run(&world, &server, "download", &["Orders", "--to", &to]).await.assert(0, &["Saved as"]);
    assert_eq!(std::fs::read(&to).unwrap(), package("Orders", 1));
    let piped = run(&world, &server, "download", &["Orders", "--to", "-"]).await;
    assert_eq!((piped.exit, piped.stdout), (0, package("Orders", 1)), "{}", piped.stderr);
    run(&world, &server, "remove", &["Orders", "--yes"]).await.assert(0, &["✓ 1 of 1 published"]);
    let gone = run(&world, &server, "download", &["Orders", "--to", "-"]).await;
    gone.assert(5, &["No package of this integration was uploaded."]);
}

#[tokio::test]
async fn a_publication_need_not_be_waited_for() {
    let (world, server) = place(World::unregistered(|_| {}).await).await;
    run(&world, &server, "list", &[]).await.assert(0, &[]);
    let file = world.file("Orders.oap", package("Orders", 1));
    run(&world, &server, "upload", &[&file, "--kind", "other"]).await.assert(0, &[]);
    // Nothing ends until this is over.
    let rule = PublishRule { application: "*".to_owned(), stall_after: Some(1), ..PublishRule::default() };
    world.change(|dev| dev.publish_rules = vec![rule]);
    let begun = run(&world, &server, "publish", &["Orders", "--no-watch"]).await;
    begun.assert(5, &["To be published, in this order:", "being published"]);
    let again = run(&world, &server, "publish", &["Orders", "--no-watch"]).await;
    again.assert(5, &["Going on with the publication that is under way", "being published"]);
    assert_eq!(server.requests().iter().filter(|line| line.starts_with("POST /Orders/publish")).count(), 1);
}

#[tokio::test]
async fn with_several_catalogs_it_is_marked() {
    let several = |dev: &mut ib_env_sim::scenario::Environment| dev.multiple_database_catalogs = true;
    let (world, server) = place(World::unregistered(several).await).await;
    run(&world, &server, "list", &[]).await.assert(0, &[]);
    let file = world.file("Orders.oap", package("Orders", 1));
    run(&world, &server, "upload", &[&file, "--kind", "other"]).await.assert(7, &["ServiceCenter"]);
    run(&world, &server, "mark", &["Orders"]).await.assert(3, &["SETUP-"]);
    let there = ib_env_sim::scenario::Application::from_package(&package("Orders", 1));
    world.change(|dev| dev.applications.push(there));
    run(&world, &server, "mark", &["Orders"]).await.assert(0, &["published by hand"]);
}

/// More than what is held at a time, so that it goes in pieces.
#[tokio::test]
async fn what_is_too_long_or_no_package_is_refused() {
    let (world, server) = place(World::unregistered(|_| {}).await).await;
    let file = world.file("long.oap", vec![b'P'; 3 << 20]);
    let refused = run(&world, &server, "upload", &[&file, "--kind", "other"]).await;
    refused.assert(2, &["The file is longer than 1 MiB."]);
    let file = world.file("other.oap", "something else");
    let refused = run(&world, &server, "upload", &[&file, "--kind", "other"]).await;
    refused.assert(2, &["The file is no package of an integration"]);
}

#[tokio::test]
async fn what_the_operator_decides_is_not_for_a_server() {
    let (world, server) = place(World::unregistered(|_| {}).await).await;
    let ending = run(&world, &server, "list", &["--packages", "packages"]).await;
    ending.assert(2, &["--packages cannot be given to a server"]);
    assert_eq!(server.requests(), [""; 0]);
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let (world, server) = place(World::unregistered(|_| {}).await).await;
    let run = Run::default().with("IB_PASSWORD", "planted-Pass-1");
    let ending = world.by_server(&server.url, "list", &["-vvv"], run).await;
    assert!(!ending.all().contains("maria-Pass") && !ending.all().contains("planted"), "{}", ending.all());
}
