//! `kill -9` at every step: nothing is lost, and no log-in is sent twice.

use axum::http::Method;
use ib_env_sim::scenario::{Action, Fault};
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, Page};
use crate::cluster::Cluster;
use crate::place::{Place, World, until};
use crate::program::Program;

const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";

/// Every environment of a platform that asks for an activation code.
fn old(world: &World) {
    world.simulator.update(|scenario| {
        scenario
            .environments
            .iter_mut()
            .for_each(|environment| "11.7.3.100".clone_into(&mut environment.version));
    });
}

/// What a person enters at each step, in order.
const STEPS: &[(&str, &[(&str, &str)])] = &[
    ("address", &[("address", "dev.acme.example")]),
    ("log-in", &[("username", "maria"), ("password", PASSWORD)]),
    ("welcome", &[]),
    ("disclaimer", &[("accepted", "yes")]),
    ("activation-code", &[("code", CODE)]),
];

/// The page that is shown once nothing is under way.
async fn settled(place: &Place, cookie: &mut Option<String>) -> Page {
    let mut browser = Browser { place, cookie: cookie.take() };
    let page = browser.get("/setup").await;
    let page = browser.settled(page).await;
    *cookie = browser.cookie;
    page
}

/// Sends a step's form, and does not wait for what comes of it.
async fn send(place: &Place, cookie: &mut Option<String>, page: &Page, fields: &[(&str, &str)]) {
    let mut browser = Browser { place, cookie: cookie.take() };
    let hidden = page.hidden(&page.path);
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = hidden.chain(fields.iter().copied()).collect();
    let (response, text) = browser.post_only(&page.path, &all).await;
    assert_eq!(response.status().as_u16(), 303, "{text}");
    *cookie = browser.cookie;
}

/// Registers in a browser, and kills the server after each form, and while it works on it where that is safe.
async fn registers_whenever_killed(world: &World, place: &mut Place) {
    old(world);
    let mut cookie = None;
    for (step, fields) in STEPS {
        let page = settled(place, &mut cookie).await;
        assert_eq!(page.path, format!("/setup/{step}"));
        let works = matches!(*step, "address" | "disclaimer");
        let before = world.simulator.requests().len();
        if works {
            world.stall(Fault::always(Action::Stall));
        }
        send(place, &mut cookie, &page, fields).await;
        if works {
            world.asked_since(before).await;
        } else if *step == "log-in" {
            assert_eq!(settled(place, &mut cookie).await.path, "/setup/welcome");
        }
        place.kill().await;
        world.answer_again();
        place.restart().await;
    }
    let page = settled(place, &mut cookie).await;
    assert_eq!(page.path, "/setup/registered", "{}", page.text);
    let again = STEPS[0].1;
    let mut other = Browser { place, cookie: None };
    let page = other.get("/").await;
    let page = other.submit(&page, again).await;
    let page = other.settled(page).await;
    let page = other.submit(&page, &[("username", "admin"), ("password", PASSWORD)]).await;
    assert_eq!(other.settled(page).await.path, "/setup/registered", "there is one infrastructure");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_registers_over_sqlite_whenever_the_server_is_killed() {
    let world = World::new().await;
    let mut place = world.serve().await;
    registers_whenever_killed(&world, &mut place).await;
    assert_eq!((world.log_ins("maria"), world.log_ins("admin")), (1, 1), "one press is one log-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_registers_over_postgresql_whenever_the_server_is_killed() {
    let world = World::new().await;
    let cluster = Cluster::start();
    std::fs::write(world.path("url"), cluster.database("kills")).unwrap();
    key(&world);
    let first = format!(
        "database_url_file = {}\nkey_file = {}\nlease = \"2s\"",
        world.quoted("url"),
        world.quoted("key")
    );
    let mut place = Place::start(&world.settings(&first, ""), &world.path("log")).await;
    registers_whenever_killed(&world, &mut place).await;
    assert_eq!((world.log_ins("maria"), world.log_ins("admin")), (1, 1), "one press is one log-in");
}

/// A key file as an operator makes one.
pub(crate) fn key(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(world.path("key"), "0f".repeat(32)).unwrap();
    std::fs::set_permissions(world.path("key"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// A program that has a token already.
pub(crate) fn holder<'p>(place: &'p Place, token: &str) -> Program<'p> {
    let mut program = Program::stranger(place);
    program.token = Some(token.to_owned());
    program
}

/// Where a set-up stands, for the holder of `token`.
async fn read(place: &Place, token: &str, setup: &str) -> Value {
    let program = holder(place, token);
    program.get(&format!("{setup}?wait=20")).await.1
}

async fn send_step(place: &Place, token: &str, path: &str, body: Value) -> (u16, Value) {
    let program = holder(place, token);
    program.send(Method::POST, path, Some(&body), Some(path)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_goes_on_with_its_token_after_each_kill() {
    let world = World::new().await;
    let mut place = world.serve().await;
    let (token, setup) = {
        let program = Program::new(&place).await;
        let setup = program.begin().await;
        (program.token.clone().unwrap(), setup)
    };
    let steps = [
        ("address", json!({"address": "dev.acme.example"})),
        ("log-in", json!({"username": "maria", "password": PASSWORD})),
        ("welcome", json!({})),
        ("disclaimer", json!({"version": "built-in-1"})),
    ];
    for (step, body) in steps {
        let path = format!("{setup}/{step}");
        assert_eq!(send_step(&place, &token, &path, body.clone()).await.0, 202);
        if step == "log-in" {
            assert_eq!(read(&place, &token, &setup).await["step"], "welcome");
        }
        place.kill().await;
        place.restart().await;
        // Whoever did not hear the answer sends the same again.
        assert_eq!(send_step(&place, &token, &path, body).await.0, 202, "{step}");
        read(&place, &token, &setup).await;
    }
    let end = read(&place, &token, &setup).await;
    assert_eq!((end["step"].as_str(), end["exit"].as_u64()), (Some("registered"), Some(0)), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_a_kill_interrupts_is_never_sent_again() {
    let world = World::new().await;
    let mut place = world.serve().await;
    let program = Program::new(&place).await;
    let setup = program.begin().await;
    program.step(&setup, "address", json!({"address": "dev.acme.example"})).await;
    world.stall(Fault { method: Some("TestLogin".to_owned()), ..Fault::always(Action::Stall) });
    let token = program.token.clone().unwrap();
    let path = format!("{setup}/log-in");
    let body = json!({"username": "maria", "password": PASSWORD});
    assert_eq!(program.post(&path, &body).await.0, 202);
    until("the log-in is sent", || world.log_ins("maria") == 1).await;
    place.kill().await;
    world.answer_again();
    place.restart().await;

    let program = holder(&place, &token);
    let (status, problem) = program.post(&path, &body).await;
    assert_eq!((status, problem["type"].as_str()), (409, Some("/problems/log-in-under-way")), "{problem}");
    assert!(problem["retry_after"].as_u64().unwrap() <= 120, "{problem}");
    let (_, seen) = program.get(&setup).await;
    assert_eq!(seen["step"], "log-in", "{seen}");
    // Somebody else is not kept waiting, and the server still has what it needs.
    assert_eq!(Program::new(&place).await.register("admin").await["step"], "registered");
    assert_eq!(world.log_ins("maria"), 1, "nothing was sent again");
}
