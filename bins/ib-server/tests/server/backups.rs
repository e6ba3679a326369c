//! A backup is made while people work, kept apart from the key, and put back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::kills::{holder, key};
use crate::place::{Place, World, command};
use crate::program::Program;
use crate::starting::refused;

/// A registered infrastructure with a second environment: the path of its set-up, and a token.
pub(crate) async fn worked(place: &Place) -> (String, String) {
    let program = Program::new(place).await;
    let path = program.begin().await;
    program.walk(&path, "maria").await;
    put(&program, &path, "Production", "prod.acme.example").await;
    (path, program.token.clone().unwrap())
}

async fn put(program: &Program<'_>, path: &str, name: &str, address: &str) {
    let body = json!({"address": address});
    let one = format!("{path}/environments/{name}");
    let (status, answer) = program.send(axum::http::Method::PUT, &one, Some(&body), None).await;
    assert_eq!(status, 202, "{answer}");
}

async fn names(place: &Place, token: &str, path: &str) -> Vec<String> {
    let (status, document) = holder(place, token).get(&format!("{path}/environments")).await;
    assert_eq!(status, 200, "{document}");
    let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
    document["environments"].as_array().unwrap().iter().map(name).collect()
}

async fn back_up(world: &World, to: &Path) -> (Option<i32>, String) {
    let mut command = command(&world.path("ib-server.toml"), &world.path("backup.log"));
    let output = command.arg("backup").arg(to).output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_is_made_while_it_serves_and_put_back_with_its_key() {
    let world = World::new().await;
    let place = world.serve().await;
    let (path, token) = worked(&place).await;
    let copy = world.path("copy.db");
    assert_eq!(back_up(&world, &copy).await, (Some(0), String::new()));
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, said) = back_up(&world, &copy).await;
    assert!(code == Some(1) && said.contains("copy.db"), "a copy is never overwritten: {said}");
    // What comes after the backup is not in it.
    put(&holder(&place, &token), &path, "Sandbox", "qa.acme.example").await;
    assert_eq!(names(&place, &token, &path).await, ["Development", "Production", "Sandbox"]);
    place.stop().await;

    // The disk is lost; the copy and the key come from two places.
    let kept = std::fs::read_to_string(world.path("data/key")).unwrap();
    std::fs::remove_dir_all(world.path("data")).unwrap();
    std::fs::create_dir(world.path("data")).unwrap();
    std::fs::copy(&copy, world.path("data/setups.db")).unwrap();
    write_key(&world, &"a5".repeat(32));
    let said = refused(&world, &[]).await;
    assert!(said.contains("sealed under the key"), "{said}");
    write_key(&world, &kept);
    let place = Place::start(&world.path("ib-server.toml"), &world.path("log")).await;
    assert_eq!(names(&place, &token, &path).await, ["Development", "Production"], "sessions are in it too");
    place.stop().await;
}

pub(crate) fn write_key(world: &World, words: &str) {
    std::fs::write(world.path("data/key"), words).unwrap();
    std::fs::set_permissions(world.path("data/key"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_postgresql_is_put_back_with_its_key() {
    let (world, cluster) = (World::new().await, Cluster::start());
    std::fs::write(world.path("url"), cluster.database("before")).unwrap();
    key(&world);
    let first = format!("database_url_file = {}\nkey_file = {}", world.quoted("url"), world.quoted("key"));
    let place = Place::start(&world.settings(&first, ""), &world.path("log")).await;
    let (path, token) = worked(&place).await;
    let (code, said) = back_up(&world, &world.path("copy.db")).await;
    assert!(code == Some(2) && said.contains("pg_dump"), "PostgreSQL has tools of its own: {said}");
    cluster
        .run("pg_dump", &["--format=custom", "--file", &world.path("dump").display().to_string(), "before"]);
    place.stop().await;
    std::fs::write(world.path("url"), cluster.database("after")).unwrap();
    cluster
        .run("pg_restore", &["--dbname=after", "--exit-on-error", &world.path("dump").display().to_string()]);
    let place = Place::start(&world.settings(&first, ""), &world.path("log")).await;
    assert_eq!(names(&place, &token, &path).await, ["Development", "Production"]);
    place.stop().await;
}
