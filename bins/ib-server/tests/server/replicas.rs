//! Several processes: they share PostgreSQL, and SQLite with nobody.

use std::path::PathBuf;

use axum::http::Method;
use ib_env_sim::scenario::{Action, Fault};
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::cluster::Cluster;
use crate::kills::{holder, key};
use crate::place::{Place, World, command};
use crate::program::Program;

/// The settings of every process on one database.
fn shared(world: &World, cluster: &Cluster, database: &str) -> PathBuf {
    std::fs::write(world.path("url"), cluster.database(database)).unwrap();
    key(world);
    let (url, key) = (world.quoted("url"), world.quoted("key"));
    world.settings(&format!("database_url_file = {url}\nkey_file = {key}\nlease = \"2s\""), "")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_postgresql_are_one_service() {
    let (world, cluster) = (World::new().await, Cluster::start());
    let settings = shared(&world, &cluster, "pair");
    let one = Place::start(&settings, &world.path("one")).await;
    let other = Place::start(&settings, &world.path("other")).await;

    sessions_are_shared(&one, &other).await;
    presses_at_both_are_one(&world, &one, &other).await;
    attempts_are_counted_together(&one, &other).await;
}

async fn sessions_are_shared(one: &Place, other: &Place) {
    let mut here = Browser::new(one);
    assert_eq!(here.let_in("maria").await.path, "/setup/welcome");
    let mut there = Browser { place: other, cookie: here.cookie.clone() };
    let page = there.get("/setup").await;
    assert_eq!(page.path, "/setup/welcome", "begun at one, gone on at the other");
    let page = there.submit(&page, &[]).await;
    let page = there.submit(&page, &[("accepted", "yes")]).await;
    assert_eq!(there.settled(page).await.path, "/setup/registered");
    assert_eq!(here.get("/setup").await.path, "/setup/registered");
    there.submit_to(&there.tab().get("/setup").await, "/log-out", &[]).await;
    assert_eq!(here.get("/setup").await.path, "/setup/address", "a log-out holds everywhere");
}

async fn presses_at_both_are_one(world: &World, one: &Place, other: &Place) {
    let before = world.log_ins("admin");
    let (here, setup) = at_log_in(one).await;
    let there = holder(other, here.token.as_ref().unwrap());
    let (path, body) = (format!("{setup}/log-in"), json!({"username": "admin", "password": PASSWORD}));
    let press =
        async |program: &Program<'_>| program.send(Method::POST, &path, Some(&body), Some("press")).await.0;
    assert_eq!(tokio::join!(press(&here), press(&there)), (202, 202));
    assert_eq!(here.get(&format!("{setup}?wait=20")).await.1["stop"], serde_json::Value::Null);
    assert_eq!(world.log_ins("admin") - before, 1, "both presses are one attempt");
}

/// A program whose set-up waits for a log-in; its path.
async fn at_log_in(place: &Place) -> (Program<'_>, String) {
    let program = Program::new(place).await;
    let setup = program.begin().await;
    program.step(&setup, "address", json!({"address": "dev.acme.example"})).await;
    (program, setup)
}

async fn attempts_are_counted_together(one: &Place, other: &Place) {
    let wrong = json!({"username": "nina", "password": "not hers"});
    for place in [one, other, one] {
        let (program, setup) = at_log_in(place).await;
        let seen = program.step(&setup, "log-in", wrong.clone()).await;
        assert_eq!(seen["stop"]["id"], "log_in.refused", "{seen}");
    }
    let (program, setup) = at_log_in(other).await;
    let (status, problem) = program.post(&format!("{setup}/log-in"), &wrong).await;
    assert_eq!((status, problem["code"].as_str()), (429, Some("SETUP-AUTH-011")), "{problem}");
    assert!(problem["retry_after"].as_u64().unwrap() > 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_takes_over_from_one_that_died_at_work() {
    let (world, cluster) = (World::new().await, Cluster::start());
    let settings = shared(&world, &cluster, "heirs");
    let mut one = Place::start(&settings, &world.path("one")).await;
    let (token, setup) = {
        let program = Program::new(&one).await;
        let setup = program.begin().await;
        let before = world.simulator.requests().len();
        world.stall(Fault::always(Action::Stall));
        let address = json!({"address": "dev.acme.example"});
        assert_eq!(program.post(&format!("{setup}/address"), &address).await.0, 202);
        world.asked_since(before).await;
        (program.token.clone().unwrap(), setup)
    };
    one.kill().await;
    world.answer_again();
    let other = Place::start(&settings, &world.path("other")).await;
    let heir = holder(&other, &token);
    let (_, seen) = heir.get(&format!("{setup}?wait=20")).await;
    assert_eq!((seen["step"].as_str(), &seen["stop"]), (Some("log-in"), &serde_json::Value::Null), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_serves_one_process() {
    let world = World::new().await;
    let _first = world.serve().await;
    let second = command(&world.path("ib-server.toml"), &world.path("second")).output().await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another process uses") && said.contains("PostgreSQL"), "{said}");
}
