//! Planted secrets are searched for in everything that the program leaves behind.

use std::path::Path;

use axum::http::Method;
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::cluster::Cluster;
use crate::kills::key;
use crate::place::{Place, TOKEN, World, command};
use crate::program::Program;

const WRONG: &str = "planted-slip-41aa90";
const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";
const WRONG_CODE: &str = "PLA.NTE.D00.C0D.EXX.XXX.XXX.XX1";

/// An old platform, where a slip comes before each secret, in a browser and over the API. Returns every session
/// token.
async fn register(world: &World, place: &Place) -> Vec<String> {
    world.simulator.update(|scenario| {
        scenario
            .environments
            .iter_mut()
            .for_each(|environment| "11.7.3.100".clone_into(&mut environment.version));
    });
    let mut browser = Browser::new(place);
    let page = browser.get("/").await;
    let planted_first = browser.cookie.clone();
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    let page = browser.settled(page).await;
    let page = browser.submit(&page, &[("username", "maria"), ("password", WRONG)]).await;
    let page = browser.settled(page).await;
    assert!(page.text.contains("SETUP-AUTH-001"), "{}", page.text);
    let page = browser.submit(&page, &[("username", "maria"), ("password", PASSWORD)]).await;
    let page = browser.settled(page).await;
    let page = browser.submit(&page, &[]).await;
    let page = browser.submit(&page, &[("accepted", "yes")]).await;
    let page = browser.settled(page).await;
    let page = browser.submit(&page, &[("code", WRONG_CODE)]).await;
    let page = browser.settled(page).await;
    assert!(page.text.contains("SETUP-INFRA-003"), "{}", page.text);
    let page = browser.submit(&page, &[("code", CODE)]).await;
    assert_eq!(browser.settled(page).await.path, "/setup/registered");
    // The trail tells of the slips, and of nothing that was typed into a secret's field.
    let page = browser.get("/settings/audit").await;
    assert!(page.text.contains("Tried to log in") && page.text.contains("SETUP-INFRA-003"), "{}", page.text);
    assert!(browser.get("/settings/audit/export").await.text.contains("\"code_refused\""));

    let program = Program::new(place).await;
    let setup = program.begin().await;
    program.step(&setup, "address", json!({"address": "dev.acme.example"})).await;
    program.step(&setup, "log-in", json!({"username": "admin", "password": WRONG})).await;
    // What cannot be read at all is not repeated either.
    let odd = json!({"username": "admin", "password": PASSWORD, "more": WRONG});
    assert_eq!(program.post(&format!("{setup}/log-in"), &odd).await.0, 422);
    assert_eq!(
        program.post(&format!("{setup}/activation-code"), &json!({"code": format!("{CODE}ä")})).await.0,
        422
    );
    let (status, _) = program.send(Method::GET, &format!("/api/v1/setups/{PASSWORD}"), None, None).await;
    assert_eq!(status, 404);
    let cookies = [planted_first, browser.cookie];
    let cookies = cookies.into_iter().flatten().map(|cookie| cookie.split_once('=').unwrap().1.to_owned());
    cookies.chain(program.token.clone()).collect()
}

/// Nothing secret is in `text`, which comes from `place`.
fn clean(place: &str, text: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let found = text.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in {place}");
    }
}

fn of_process(pid: u32, secrets: &[&str]) {
    for file in ["cmdline", "environ"] {
        clean(file, &std::fs::read(format!("/proc/{pid}/{file}")).unwrap(), secrets);
    }
}

/// Every file in `folder`, but for the one that holds the key.
fn of_folder(folder: &Path, secrets: &[&str]) -> usize {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.filter(|file| file.file_name().unwrap() != "key").collect();
    for file in &files {
        clean(&file.display().to_string(), &std::fs::read(file).unwrap(), secrets);
    }
    files.len()
}

/// What was answered. A token goes to its holder, once, so it is not searched for in the answers' headers and the
/// answer of `POST /sessions`.
fn of_answers(place: &Place, key: &str) {
    let answered = place.answered.lock().unwrap();
    assert!(answered.contains("SETUP-INFRA-003"), "everything was kept");
    clean("an answer", answered.as_bytes(), &[PASSWORD, WRONG, CODE, WRONG_CODE, TOKEN, key]);
}

/// The table of `[activation]` that leads to the simulator.
fn authority(world: &World) -> String {
    format!("[activation]\nurl = {:?}", world.simulator.activation_url())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_anything_that_a_server_over_sqlite_leaves_behind() {
    let world = World::new().await;
    let settings = world.settings("", &authority(&world));
    let place = Place::start(&settings, &world.path("log")).await;
    let tokens = register(&world, &place).await;
    let key = std::fs::read_to_string(world.path("data/key")).unwrap();
    let key = key.split_whitespace().next().unwrap().to_owned();
    let mut secrets = vec![PASSWORD, WRONG, CODE, WRONG_CODE, TOKEN, key.as_str()];
    secrets.extend(tokens.iter().map(String::as_str));

    of_process(place.pid(), &secrets);
    // The database, its log that is not merged yet, and the file that is locked.
    assert!(of_folder(&world.path("data"), &secrets) >= 3);
    of_answers(&place, &key);
    let told = command(&settings, &world.path("told")).args(["config", "check"]).output().await.unwrap();
    clean("config check", &told.stdout, &secrets);
    let (code, printed) = place.stop().await;
    assert_eq!(code, Some(0));
    clean("standard output", printed.as_bytes(), &secrets);
    of_folder(&world.path("data"), &secrets);
    let log = std::fs::read(world.path("log")).unwrap();
    assert!(log.len() > 1_000, "it was logged at level debug");
    clean("the log", &log, &secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_a_dump_of_postgresql() {
    let (world, cluster) = (World::new().await, Cluster::start());
    std::fs::write(world.path("url"), cluster.database("dumped")).unwrap();
    key(&world);
    let first = format!("database_url_file = {}\nkey_file = {}", world.quoted("url"), world.quoted("key"));
    let settings = world.settings(&first, &authority(&world));
    let place = Place::start(&settings, &world.path("log")).await;
    let tokens = register(&world, &place).await;
    let key = "0f".repeat(32);
    let mut secrets = vec![PASSWORD, WRONG, CODE, WRONG_CODE, TOKEN, key.as_str()];
    secrets.extend(tokens.iter().map(String::as_str));
    let dump = cluster.run("pg_dump", &["dumped"]);
    assert!(dump.windows(5).any(|window| window == b"maria"), "set-ups are in the dump");
    clean("the dump", &dump, &secrets);
    of_answers(&place, &key);
    place.stop().await;
    clean("the log", &std::fs::read(world.path("log")).unwrap(), &secrets);
}
