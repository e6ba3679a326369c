//! The same commands, with a server that does it.

use ib_api::dependencies_event::DependenciesEvent;
use ib_env_sim::scenario::PublishRule;
use rstest::rstest;

use crate::server::Server;
use crate::world::{Ending, Run, World, failing};

/// A world that only a server knows.
async fn place(is_registered: bool) -> (World, Server) {
    let world = World::unregistered(|_| {}, &[]).await;
    let server = Server::start(&world, is_registered).await;
    (world, server)
}

/// `ib dependencies` by that server; maria has her password at hand.
async fn run(world: &World, server: &Server, command: &str, arguments: &[&str]) -> Ending {
    let arguments = [&["--server", &server.url, "--username", "maria"], arguments].concat();
    world.by_server(command, &arguments, Run::default().with("IB_PASSWORD", "maria-Pass-1")).await
}

/// Has publications stop after their first message: the server works by itself, whoever asks.
fn hold(world: &World) {
    let rule = PublishRule { application: "*".to_owned(), stall_after: Some(1), ..PublishRule::default() };
    world.change(|dev| dev.publish_rules = vec![rule]);
}

/// Watches what is held, which goes on once that is so.
async fn watched(world: &World, server: &Server) -> Ending {
    let asked = server.requests("/dependencies");
    let go_on = async {
        while server.requests("/dependencies") < asked + 3 {
            tokio::task::yield_now().await;
        }
        world.change(|dev| dev.publish_rules.clear());
    };
    tokio::join!(run(world, server, "list", &["--watch"]), go_on).0
}

#[tokio::test]
async fn a_server_installs_by_the_same_rules() {
    let (world, server) = place(true).await;
    run(&world, &server, "list", &[]).await.assert(0, &["Logging in as maria", "1 of 5 as they should be"]);
    let plan = run(&world, &server, "plan", &[]).await;
    plan.assert(
        7,
        &["! 4 to be published", "go on   ib dependencies install dev.acme.example --server http://127"],
    );
    let installed = run(&world, &server, "install", &["--output", "ndjson"]).await;
    installed.assert(0, &[]);
    let schema = jsonschema::validator_for(&DependenciesEvent::json_schema()).unwrap();
    let events = installed.events();
    assert!(events.iter().all(|event| schema.is_valid(event)));
    assert!(events.iter().any(|event| event["event"] == "message"));
    run(&world, &server, "update", &[]).await.assert(0, &["There is nothing to do."]);
    assert!(world.deployed().iter().all(|(_, count)| *count == 1), "{:?}", world.deployed());
    assert_eq!((world.deployed().len(), server.requests("/log-in")), (4, 1));
}

#[tokio::test]
async fn what_a_server_does_need_not_be_waited_for() {
    let (world, server) = place(true).await;
    hold(&world);
    let started = run(&world, &server, "install", &["--no-watch", "--output", "json"]).await;
    started.assert(5, &[]);
    assert!(
        ["preparing", "working"].contains(&started.document()["publication"]["status"].as_str().unwrap())
    );
    watched(&world, &server).await.assert(0, &["[4/4] Integration Manager: done", "✓ 4 of 4 done"]);
    assert_eq!(server.requests("/dependencies/publication"), 1);
}

#[tokio::test]
async fn items_are_tried_again_and_cancelled_by_name() {
    let (world, server) = place(true).await;
    world.change(|dev| dev.publish_rules.push(failing("Integration Builder Utils", "no")));
    run(&world, &server, "install", &[]).await.assert(3, &["SETUP-DEP-002"]);
    hold(&world);
    run(&world, &server, "retry", &["integration-builder-utils", "--no-watch"]).await.assert(5, &[]);
    run(&world, &server, "cancel", &["integration-manager"]).await.assert(5, &["cancelled"]);
    assert_eq!(server.requests("/items/integration-manager/cancel"), 1);
    watched(&world, &server).await.assert(7, &["3 of 4 done", "cancelled"]);
    run(&world, &server, "cancel", &[]).await.assert(7, &["There is nothing to do."]);
}

#[rstest]
#[case::at_once(0)]
#[case::while_it_is_followed(9)]
#[tokio::test]
async fn a_session_that_has_ended_is_begun_anew_and_it_goes_on(#[case] requests: u32) {
    let (world, server) = place(true).await;
    run(&world, &server, "list", &[]).await.assert(0, &[]);
    server.end_session_after(requests);
    run(&world, &server, "install", &[]).await.assert(0, &["✓ 4 of 4 done"]);
    assert_eq!((server.requests("/dependencies/publication"), server.requests("/sessions")), (1, 2));
    assert!(world.deployed().iter().all(|(_, count)| *count == 1), "{:?}", world.deployed());
}

#[tokio::test]
async fn an_infrastructure_that_the_server_does_not_know_is_to_be_registered_first() {
    let (world, server) = place(false).await;
    let ending = run(&world, &server, "install", &[]).await;
    ending.assert(7, &["is not registered; run ib setup dev.acme.example --server http://127"]);
    assert_eq!(ending.stdout, "");
}

#[tokio::test]
async fn what_the_operator_decides_is_not_for_a_server() {
    let (world, server) = place(true).await;
    let ending = run(&world, &server, "install", &["--packages", "packages"]).await;
    ending.assert(2, &["--packages cannot be given to a server"]);
    let ending = run(&world, &server, "list", &["--accept-unverified"]).await;
    ending.assert(2, &["--accept-unverified cannot be given to a server"]);
    assert_eq!(server.requests(""), 0);
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let (world, server) = place(true).await;
    let arguments = ["--server", &server.url, "--username", "maria", "-vvv"];
    let run = Run::default().with("IB_PASSWORD", "planted-Pass-1");
    let ending = world.by_server("list", &arguments, run).await;
    ending.assert(6, &["SETUP-AUTH-001", "Go on with: ib dependencies list dev.acme.example --server"]);
    let all = ending.stdout + &ending.stderr;
    assert!(!all.contains("planted"), "{all}");
}
