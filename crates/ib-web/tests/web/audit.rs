//! The audit trail: over the API, on its page, and as a file.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use axum::http::{Method, StatusCode};
use ib_domain::reason::Reason;
use ib_setup::registration::Rules;
use ib_setup::testing::Script;
use ib_setup::{Environments, Setup};
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::environments::{place, put, registered};
use crate::place::Place;
use crate::program::Program;
use crate::setup;

const AUDIT: &str = "/settings/audit";
const EXPORT: &str = "/settings/audit/export";
const CODE: &str = "SETUP-ENV-003";

/// The path of the trail beside that of the environments.
fn beside(environments: &str) -> String {
    environments.replace("/environments", "/audit")
}

fn entries(document: &Value) -> &Vec<Value> {
    document["entries"].as_array().unwrap()
}

/// Has as many decisions recorded.
async fn decide(program: &Program<'_>, environments: &str, count: usize) {
    for number in 0..count {
        let body =
            json!({"owner": "Platform team", "why": format!("Reason {number} <b>more</b>"), "until": "30d"});
        let waiver = format!("{environments}/Development/waivers/{CODE}");
        assert_eq!(put(program, &waiver, body).await.0, 202);
    }
}

#[tokio::test(start_paused = true)]
async fn a_program_reads_who_did_what_page_by_page() {
    let place = place();
    let (program, path) = registered(&place).await;
    put(&program, &format!("{path}/QA"), json!({"address": "qa.acme.example"})).await;
    decide(&program, &path, 3).await;
    let audit = beside(&path);
    let (status, document) = program.get(&audit).await;
    assert_eq!((status, &document["schema"], &document["next"]), (200, &json!("ib.audit/1"), &Value::Null));
    let added = entries(&document).iter().find(|entry| entry["environment"] == "QA").unwrap();
    for (field, value) in [
        ("act", "environment_added"),
        ("who", "maria"),
        ("face", "api"),
        ("client", "127.0.0.1"),
        ("what", "added the environment"),
        ("text", "maria added the environment (QA)."),
        ("after", "QA at qa.acme.example"),
        ("outcome", "done"),
    ] {
        assert_eq!(added[field], value, "{added}");
    }
    assert_eq!((&added["before"], &added["code"]), (&Value::Null, &Value::Null));
    let log_in = entries(&document).iter().find(|entry| entry["act"] == "log_in").unwrap();
    assert_eq!((&log_in["face"], &log_in["environment"]), (&json!("api"), &json!("dev.acme.example")));

    let (mut paged, mut before) = (Vec::new(), String::new());
    loop {
        let (status, page) = program.get(&format!("{audit}?limit=4{before}")).await;
        assert_eq!(status, 200, "{page}");
        paged.extend(entries(&page).clone());
        let Some(next) = page["next"].as_str() else { break };
        assert_eq!(entries(&page).len(), 4);
        before = format!("&before={next}");
    }
    assert_eq!(&paged, entries(&document));
    assert!(!document.to_string().contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_page_says_so() {
    let place = place();
    let (program, path) = registered(&place).await;
    let audit = beside(&path);
    for asked in ["limit=0", "limit=501", "limit=x", "before=x", "before=", "before=publications-0-1"] {
        let (status, problem) = program.get(&format!("{audit}?{asked}")).await;
        assert_eq!(
            (status, problem["type"].as_str()),
            (400, Some("/problems/malformed")),
            "{asked}: {problem}"
        );
    }
    assert_eq!(program.get(&format!("{audit}?limit=500")).await.0, 200);
    let fresh = program.begin().await;
    let (status, problem) = program.get(&format!("{fresh}/audit")).await;
    assert_eq!((status, problem["type"].as_str()), (409, Some("/problems/not-yet")), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn nobody_reads_on_in_the_trail_of_another_infrastructure() {
    let place = place();
    let (program, path) = registered(&place).await;
    let (_, known) = program.get(&beside(&path)).await;
    let other = Script { serial: Some("OTHER".to_owned()), ..Script::default() };
    place.scripted.script().others.insert("dev.other.example".to_owned(), other);
    let stranger = Program::new(&place).await;
    let setup = stranger.begin().await;
    stranger.step(&setup, "address", json!({"address": "dev.other.example"})).await;
    stranger.step(&setup, "log-in", json!({"username": "eve", "password": PASSWORD})).await;
    stranger.step(&setup, "welcome", json!({})).await;
    stranger.step(&setup, "disclaimer", json!({"version": "built-in-1"})).await;
    let (status, document) = stranger.get(&format!("{setup}/audit")).await;
    assert_eq!(status, 200, "{document}");
    assert!(!document.to_string().contains("maria") && !document.to_string().contains("dev.acme.example"));
    for entry in entries(&known) {
        let before = entry["id"].as_str().unwrap();
        let (status, problem) = stranger.get(&format!("{setup}/audit?before={before}")).await;
        assert_eq!((status, problem["type"].as_str()), (400, Some("/problems/malformed")), "{before}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_reads_who_did_what_and_goes_on_to_older_entries() {
    let place = place();
    let mut browser = setup::registered(&place, "maria").await;
    let page = setup::settled(&mut browser, "/settings/environments").await;
    let fields = [("name", "QA"), ("address", "qa.acme.example")];
    browser.submit_to(&page, "/setup/environments/add", &fields).await;
    let page = browser.get(AUDIT).await;
    assert_eq!((page.status, page.heading()), (StatusCode::OK, "Audit trail"));
    page.assert_says(&[
        "Newest entries first",
        "Added the environment",
        "at qa.acme.example",
        "maria",
        "Page, 127.0.0.1",
        "✓ Done",
        "Accepted the disclaimer",
        "nothing → version built-in-1",
        "Download as JSON lines",
    ]);
    assert!(page.text.contains("<a href=\"/settings/audit\" aria-current=\"page\">Audit trail</a>"));
    assert!(!page.text.contains("Older entries</a>"), "all of it fits");
    for path in ["/settings/environments", "/settings/dependencies", "/setup/registered"] {
        assert!(browser.get(path).await.text.contains("href=\"/settings/audit\""), "{path}");
    }

    let (program, path) = registered(&place).await;
    decide(&program, &path, 50).await;
    let page = browser.get(AUDIT).await;
    assert_eq!(page.text.matches("<th scope=\"row\">").count(), 50);
    page.assert_says(&["Reason 48", "API, 127.0.0.1", CODE]);
    assert!(page.text.contains("&#60;b&#62;more") && !page.text.contains("<b>more"), "it is shown as text");
    let older = crate::browser::between(&page.text, "/settings/audit?before=", "\"").to_owned();
    let page = browser.get(&format!("{AUDIT}?before={older}")).await;
    page.assert_says(&["Older entries, newest first", "Newest entries", "Added the environment"]);
    assert!(!page.words().contains("Reason 49"));
}

#[tokio::test(start_paused = true)]
async fn the_page_says_what_it_cannot_show() {
    let place = place();
    let mut browser = setup::registered(&place, "maria").await;
    for asked in ["before=x", "before=", "before=a&before=b"] {
        let page = browser.get(&format!("{AUDIT}?{asked}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{asked}");
    }
    let mut other = Browser::new(&place);
    for path in [AUDIT, EXPORT] {
        assert_eq!(other.get(path).await.path, "/setup/address");
    }
    other.let_in("maria").await;
    let place = Place::installing();
    let mut other = Browser::new(&place);
    other.let_in("maria").await;
    for path in [AUDIT, EXPORT] {
        assert_eq!(other.get(path).await.path, "/setup/welcome", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_whole_trail_is_a_file_with_an_entry_in_each_line() {
    let place = place();
    let mut browser = setup::registered(&place, "maria").await;
    let (program, path) = registered(&place).await;
    // More than the largest page holds, and more than one client may ask for at once.
    let environments = Environments::new(Setup::new(place.ports.clone(), Rules::new("built-in-1")));
    let id = path.split('/').nth(4).unwrap().parse().unwrap();
    for number in 0..540 {
        let (owner, why) = ("Platform team".parse().unwrap(), format!("Reason {number}").parse().unwrap());
        let until = environments.now().plus(Duration::from_hours(1));
        let name = "Development".parse().unwrap();
        environments.waive(id, name, Reason::ConnectTimedOut, owner, why, until).await.unwrap();
    }
    let request = browser.request(Method::GET, EXPORT).body(Body::empty()).unwrap();
    let (response, text) = browser.send(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers().get(LOCATION), None);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/x-ndjson");
    assert_eq!(response.headers()[CONTENT_DISPOSITION], "attachment; filename=\"audit-trail.ndjson\"");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(rows.len() > 540 && ids.len() == rows.len(), "{} of {}", ids.len(), rows.len());
    let (_, first) = program.get(&format!("{}?limit=500", beside(&path))).await;
    assert_eq!(&rows[..500], entries(&first));
    assert_eq!(rows.last().unwrap()["act"], "address_entered");
}
