//! The support report: over the API, and as a file on every page.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{Method, Request};
use ib_domain::reason::Reason;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::environments::{change, place, put, settled};
use crate::place::{self, Place};
use crate::program::Program;

const REPORT: &str = "/setup/report";
/// Planted: none of it must be found in any report.
const CODE: &str = "PLA.NTE.DCO.DE1.234.567.890.ABC";
const OWNER: &str = "Planted-Owner";
const WHY: &str = "planted-why";
const FILE: &str = "planted-file.oap";
const PERSON: &str = "planted.maria";

/// From nothing to a registered infrastructure that asks for a code.
async fn registered(program: &Program<'_>, setup: &str) {
    program.step(setup, "address", json!({"address": "dev.acme.example"})).await;
    program.step(setup, "log-in", json!({"username": PERSON, "password": PASSWORD})).await;
    program.step(setup, "welcome", json!({})).await;
    program.step(setup, "disclaimer", json!({"version": "built-in-1"})).await;
    let end = program.step(setup, "activation-code", json!({"code": CODE})).await;
    assert_eq!(end["step"], "registered", "{end}");
}

/// An environment that cannot be reached, which somebody lives with.
async fn waived(program: &Program<'_>, path: &str) {
    let environments = format!("{path}/environments");
    put(program, &format!("{environments}/Production"), json!({"address": "prod.acme.example"})).await;
    settled(program, &environments).await;
    let waiver = format!("{environments}/Production/waivers/SETUP-ENV-003");
    let body = json!({"owner": OWNER, "why": WHY, "until": "30d"});
    assert_eq!(put(program, &waiver, body).await.0, 202);
}

/// An integration, and a publication of it that fails in words that name a person.
async fn failed(program: &Program<'_>, path: &str) {
    let token = program.token.as_deref().unwrap();
    let upload = format!("{path}/integrations?kind=salesforce&file={FILE}");
    let request = Request::builder().method(Method::POST).uri(upload).header("host", place::HOST);
    let request = request.header("authorization", format!("Bearer {token}"));
    let (response, text) = program.place.ask(request.body(Body::from("integration Orders")).unwrap()).await;
    assert_eq!(response.status().as_u16(), 201, "{text}");
    let (_, document) = program.get(&format!("{path}/integrations?wait=20")).await;
    let body = json!({"edition": document["edition"]});
    assert_eq!(program.post(&format!("{path}/integrations/Orders/publish"), &body).await.0, 202);
    for _ in 0..10 {
        let (_, document) = program.get(&format!("{path}/dependencies?wait=20")).await;
        if document["publication"]["status"] == "ended" {
            return;
        }
    }
    unreachable!("it goes on for ever")
}

/// A program with everything behind it that a report tells of, and the path of its set-up.
async fn journey(place: &Place) -> (Program<'_>, String) {
    "11.7.3.100".clone_into(&mut place.scripted.script().version);
    place.scripted.script().published.fails = Some(format!("{PERSON}\u{1b}[31m lacks a right"));
    change(place, "prod.acme.example", |script| script.broken = Some(Reason::ConnectTimedOut));
    let program = Program::new(place).await;
    let path = program.begin().await;
    registered(&program, &path).await;
    program.get(&format!("{path}/dependencies?wait=20")).await;
    waived(&program, &path).await;
    failed(&program, &path).await;
    (program, path)
}

async fn report(program: &Program<'_>, path: &str) -> Value {
    let (status, report) = program.get(&format!("{path}/report")).await;
    assert_eq!((status, &report["schema"]), (200, &json!("ib.support/1")), "{report}");
    report
}

#[tokio::test(start_paused = true)]
async fn a_report_tells_of_everything_and_of_nobody() {
    let place = place();
    let (program, path) = journey(&place).await;
    let report = report(&program, &path).await;
    let set_up = &report["set_up"];
    assert_eq!((&set_up["address"], &set_up["user"]), (&json!("dev.acme.example"), &json!("person 1")));
    assert_eq!((&set_up["version"], &set_up["is_registered"]), (&json!("11.7.3.100"), &json!(true)));
    let production = &report["environments"]["environments"][1];
    assert_eq!((&production["status"], &production["added_by"]), (&json!("waived"), &json!("person 1")));
    assert_eq!(
        (&production["findings"][0]["code"], &production["waivers"][0]["status"]),
        (&json!("SETUP-ENV-003"), &json!("active"))
    );
    assert_eq!(report["dependencies"]["dependencies"].as_array().unwrap().len(), 5);
    let orders = &report["integrations"]["integrations"][0];
    assert_eq!((&orders["name"], &orders["uploaded_by"]), (&json!("Orders"), &json!("person 1")));
    let item = &report["publication"]["items"][0];
    assert_eq!(
        (&item["status"], &item["finding"]["check"]),
        (&json!("failed"), &json!("dependency.publication"))
    );
    assert_eq!(item["messages"][0]["text"], "person 1[31m lacks a right");

    let all = report.to_string();
    let id = path.rsplit('/').next().unwrap();
    let token = program.token.as_deref().unwrap();
    let serial = place.scripted.script().serial.clone().unwrap();
    for planted in [PASSWORD, CODE, OWNER, WHY, FILE, PERSON, id, token, &serial, "127.0.0.1", "\u{1b}"] {
        assert!(!all.contains(planted), "{planted} in {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_registration_it_holds_the_set_up_alone() {
    let place = place();
    place.scripted.script().refuses = Some(Reason::LoginRefused);
    let program = Program::new(&place).await;
    let path = program.begin().await;
    assert_eq!(report(&program, &path).await["set_up"]["step"], "address");
    program.step(&path, "address", json!({"address": "dev.acme.example"})).await;
    program.step(&path, "log-in", json!({"username": PERSON, "password": PASSWORD})).await;
    let report = report(&program, &path).await;
    assert_eq!(
        (&report["set_up"]["step"], &report["set_up"]["stop"]["id"]),
        (&json!("log-in"), &json!("log_in.refused"))
    );
    for part in ["environments", "dependencies", "integrations", "publication"] {
        assert_eq!(report[part], Value::Null, "{part}");
    }
    let findings = report["set_up"]["targets"][0]["findings"].as_array().unwrap();
    let login = findings.iter().find(|finding| finding["check"] == "user.login").unwrap();
    assert_eq!(login["code"], "SETUP-AUTH-001", "{login}");
    assert!(!report.to_string().contains("planted"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_face_without_packages_tells_of_environments() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let setup = program.register("maria").await;
    let report = report(&program, &format!("/api/v1/setups/{}", setup["id"].as_str().unwrap())).await;
    assert_eq!((&report["dependencies"], &report["integrations"]), (&Value::Null, &Value::Null));
    assert!(report["environments"]["environments"].is_array());
}

#[tokio::test(start_paused = true)]
async fn every_page_of_a_set_up_leads_to_the_file() {
    let place = Place::installing();
    let mut browser = Browser::new(&place);
    assert!(!browser.get("/setup/address").await.text.contains(REPORT), "there is nothing to tell yet");
    assert_eq!(browser.get(REPORT).await.path, "/setup/address");
    crate::pages::register(&mut browser, "maria").await;
    for path in ["/setup/registered", "/settings/dependencies", "/settings/environments", "/help"] {
        let page = browser.get(path).await;
        assert!(page.text.contains("<a href=\"/setup/report\">Download a support report</a>"), "{path}");
    }
    let request = browser.request(Method::GET, REPORT).body(Body::empty()).unwrap();
    let (response, text) = browser.send(request).await;
    let header = |name| response.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!((response.status().as_u16(), header(CONTENT_TYPE)), (200, "application/json"));
    let name = "attachment; filename=\"integration-builder-report-2023-11-14.json\"";
    assert_eq!((header(CONTENT_DISPOSITION), header(CACHE_CONTROL)), (name, "no-store"));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&report["set_up"]["is_registered"], &report["made_by"]["name"]),
        (&json!(true), &json!("ib-web"))
    );
    assert!(!text.contains(PASSWORD) && !text.contains("maria"), "{text}");
    // Another browser has another set-up, or none.
    let mut stranger = Browser::new(&place);
    assert_eq!(stranger.get(REPORT).await.path, "/setup/address");
}
