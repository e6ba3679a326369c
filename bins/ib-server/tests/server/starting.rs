//! Starting and stopping: what is made, what is missed, and what is ended first.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use ib_env_sim::scenario::{Action, Fault};
use serde_json::json;
use tokio::process::Command;

use crate::kills::holder;
use crate::place::{HOST, Place, World, command};
use crate::program::Program;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_its_owners_alone() {
    let world = World::new().await;
    let place = world.serve().await;
    assert_eq!(mode(&world.path("data")), 0o700);
    for file in std::fs::read_dir(world.path("data")).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert!(world.path("data/key").exists());
    place.stop().await;
}

/// Starts a server that is expected to refuse; what it says.
pub(crate) async fn refused(world: &World, arguments: &[&str]) -> String {
    let mut command = command(&world.path("ib-server.toml"), &world.path("log"));
    let output = command.args(arguments).output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_open_or_missing_key_is_refused_with_advice() {
    let world = World::new().await;
    world.serve().await.stop().await;
    let key = world.path("data/key");
    std::fs::write(&key, "a5".repeat(32)).unwrap();
    let said = refused(&world, &[]).await;
    assert!(said.contains("sealed under the key") && said.contains("add that key to the key file"), "{said}");
    assert!(!said.contains("a5a5"), "{said}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = refused(&world, &[]).await;
    assert!(said.contains("chmod 600"), "{said}");
    // A key that was lost is not replaced by one that opens nothing.
    std::fs::remove_file(&key).unwrap();
    let said = refused(&world, &[]).await;
    assert!(said.contains("sealed under the key") || said.contains("key file"), "{said}");
    assert!(!key.exists(), "no key is made for a database that has one");
    std::fs::write(world.path("ib-server.toml"), format!("key_file = {}", world.quoted("none"))).unwrap();
    let said = refused(&world, &[]).await;
    assert!(said.contains("none") && said.contains("key file"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() {
    let world = World::new().await;
    world.settings("", "");
    let taken = world.simulator.address();
    let said = refused(&world, &["--listen", &taken.to_string()]).await;
    assert!(said.contains(&format!("cannot listen at {taken}")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_to_everybody_and_metrics_where_the_settings_say() {
    let world = World::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = world.settings(&format!("metrics_listen = \"{free}\""), "");
    let mut place = Place::start(&settings, &world.path("log")).await;
    let get = |path: &str, host: &str| Request::get(path).header("host", host).body(Body::empty()).unwrap();
    for path in ["/healthz", "/readyz"] {
        let (response, _) = place.ask(get(path, "10.0.0.7:8080")).await;
        assert_eq!(response.status().as_u16(), 200, "{path}");
    }
    assert_eq!(place.ask(get("/metrics", HOST)).await.0.status().as_u16(), 404);
    assert_eq!(healthy(&settings, &place.at.to_string()).await, (Some(0), String::new()));
    let (code, said) = healthy(&settings, &world.simulator.address().to_string()).await;
    assert!(code == Some(1) && said.contains("is not ready"), "{said}");
    place.at = free;
    let (response, text) = place.ask(get("/metrics", HOST)).await;
    assert_eq!(response.status().as_u16(), 200);
    assert!(text.contains("ib_requests_total") && text.contains("path=\"/healthz\""), "{text}");
    assert!(text.contains("ib_request_seconds_bucket") && text.contains("ib_connections "), "{text}");
    assert!(text.contains("ib_build_info{version="), "{text}");
    assert_eq!(place.ask(get("/setup", HOST)).await.0.status().as_u16(), 404);
}

/// `ib-server health`, of the service at an address.
async fn healthy(settings: &Path, at: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ib-server"));
    let output =
        command.arg("--config").arg(settings).args(["--listen", at, "health"]).output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_answers_and_ends_what_it_began() {
    let world = World::new().await;
    let place = world.serve().await;
    let program = Program::new(&place).await;
    let setup = program.begin().await;
    let token = program.token.clone().unwrap();
    // The first request is answered at once, the second one after the server was told to stop.
    let delay = Fault { after: 1, times: Some(1), ..Fault::always(Action::Delay(700)) };
    world.simulator.update(|scenario| scenario.environments[0].faults = vec![delay]);
    let before = world.simulator.requests().len();
    program.post(&format!("{setup}/address"), &json!({"address": "dev.acme.example"})).await;
    world.asked_since(before).await;
    let path = format!("{setup}?wait=20");
    let stopping = async {
        // The reader comes first: whoever comes after it has been answered before the server is told to stop.
        for _ in 0..2 {
            let alive = Request::get("/healthz").body(Body::empty()).unwrap();
            assert_eq!(place.ask(alive).await.0.status().as_u16(), 200);
        }
        place.terminate().await;
    };
    let ((status, seen), ()) = tokio::join!(program.get(&path), stopping);
    assert_eq!((status, seen["step"].as_str()), (200, Some("log-in")), "the work was ended first: {seen}");
    let (code, _) = place.stop().await;
    assert_eq!(code, Some(0));
    let place = world.serve().await;
    let (_, seen) = holder(&place, &token).get(&setup).await;
    assert_eq!(seen["step"], "log-in");
}

#[rstest::rstest]
#[case::help("--help", "Usage: ib-server")]
#[case::version("--version", "ib-server ")]
#[tokio::test]
async fn what_is_asked_for_goes_to_the_output(#[case] flag: &str, #[case] says: &str) {
    let told = Command::new(env!("CARGO_BIN_EXE_ib-server")).arg(flag).output().await.unwrap();
    assert!(told.status.success() && told.stderr.is_empty(), "{told:?}");
    assert!(String::from_utf8(told.stdout).unwrap().contains(says));
}
