//! What a file declares: said, refused to whoever changes it by hand, and released.

use ib_api::environments::EnvironmentsDocument;
use ib_domain::reason::Reason;
use insta::assert_snapshot;
use serde_json::Value;

use crate::server::Server;
use crate::world::{DEV, Ending, GONE, QA, Run, World};

const FILE: &str = "infrastructure.toml";
const CODE: &str = "SETUP-ENV-002";

/// A server for which a file declared two environments, with a waiver each.
async fn place() -> (World, Server) {
    let world = World::unregistered().await;
    let server = Server::start(&world).await;
    world.by_server(&["login"], &server.url, Run::default()).await.assert(0, &[]);
    server.declare(FILE, "QA", QA, Reason::NameNotFound).await;
    server.declare(FILE, "Later", GONE, Reason::NameNotFound).await;
    (world, server)
}

async fn run(world: &World, server: &Server, command: &str, arguments: &[&str]) -> Ending {
    world.by_server(&[&["environments", command, DEV], arguments].concat(), &server.url, Run::default()).await
}

/// A text without the address of the server, which differs from run to run.
fn plain(server: &Server, text: &str) -> String {
    text.replace(&server.url, "SERVER")
}

#[tokio::test]
async fn a_list_says_which_file_declares_what() {
    let (world, server) = place().await;
    run(&world, &server, "check", &[]).await.assert(0, &[]);
    let listed = run(&world, &server, "list", &[]).await;
    listed.assert(0, &["QA and Later: declared in infrastructure.toml"]);
    assert_snapshot!("declared", plain(&server, &listed.stdout));
    let json = run(&world, &server, "list", &["--output", "json"]).await;
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    let schema = jsonschema::validator_for(&EnvironmentsDocument::json_schema()).unwrap();
    assert!(schema.is_valid(&document), "{document:#}");
    assert_snapshot!("declared_json", json.stdout);
}

#[tokio::test]
async fn nobody_changes_it_by_hand_until_it_is_released() {
    let (world, server) = place().await;
    let options = ["--owner", "o", "--why", "w", "--until", "20d"];
    let waive = [&["QA", CODE][..], &options].concat();
    let cases: [(&str, &[&str]); 4] = [
        ("edit", &["QA", "--name", "Quality"]),
        ("remove", &["QA", "--yes"]),
        ("waive", &waive),
        ("end-waiver", &["QA", CODE]),
    ];
    for (command, words) in cases {
        let refused = run(&world, &server, command, words).await;
        refused.assert(7, &["For QA, infrastructure.toml declares this. Change it in infrastructure.toml"]);
        let said = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.ends_with("first with ib environments release."), "{said}");
    }
    run(&world, &server, "check", &["QA"]).await.assert(0, &["QA and Later: declared in"]);
    server.requests();
    let released = run(&world, &server, "release", &["qa"]).await;
    released.assert(0, &["Later: declared in infrastructure.toml"]);
    assert!(!released.stdout.contains("QA and Later"), "{}", released.stdout);
    assert_eq!(server.requests()[0], "POST /environments/qa/release");
    for (command, words) in [cases[2], cases[3], ("remove", &["QA", "--yes"])] {
        run(&world, &server, command, words).await.assert(0, &[]);
    }
    run(&world, &server, "release", &["QA"]).await.assert(5, &["is named QA"]);
}

#[tokio::test]
async fn what_no_file_declares_is_not_released() {
    let world = World::whole().await;
    world.environments("release", &["qa"]).await.assert(5, &["No file declares anything of QA."]);
    world.environments("release", &["None"]).await.assert(5, &["is named None"]);
    world.environments("release", &[]).await.assert(2, &["<NAME>"]);
    let words = ["environments", "release", DEV, "Quality Assurance"];
    let interrupted = world.run(&words, Run::default().interrupted()).await;
    interrupted.assert(130, &["ib environments release dev.acme.example 'Quality Assurance' --data"]);
}
