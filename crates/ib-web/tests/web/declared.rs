//! What a file declares is changed for that file alone (F6): over the API, and on the page without scripts.

use axum::http::Method;
use ib_domain::reason::Reason;
use rstest::rstest;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::environments::{change, place, put, registered, settled};
use crate::place::Place;
use crate::program::Program;
use crate::setup;

const ENVIRONMENTS: &str = "/settings/environments";
const FILE: &str = "?file=infrastructure.toml";
const OTHER: &str = "?file=other.toml";
const CODE: &str = "SETUP-ENV-003";
const SENTENCE: &str = "Change it in infrastructure.toml, and apply it with ib apply.";
/// The forms that change an environment or its waiver.
const FORMS: [&str; 4] = ["edit", "remove", "waive", "end-waiver"];

fn typed() -> Value {
    json!({"owner": "Platform team", "why": "Behind a firewall", "until": "30d"})
}

/// A place whose production cannot be reached, a program for which a file declared that and lives with it, and the path of
/// the environments.
async fn declared(place: &Place) -> (Program<'_>, String) {
    change(place, "prod.acme.example", |script| script.broken = Some(Reason::ConnectTimedOut));
    let (program, path) = registered(place).await;
    let (status, _) =
        put(&program, &format!("{path}/Production{FILE}"), json!({"address": "prod.acme.example"})).await;
    assert_eq!(status, 202);
    settled(&program, &path).await;
    let waiver = format!("{path}/Production/waivers/{CODE}{FILE}");
    assert_eq!(put(&program, &waiver, typed()).await.0, 202);
    (program, path)
}

/// Whether each change is refused because of the file; whoever asks for `query` wants something else than it says.
async fn assert_refused(program: &Program<'_>, path: &str, query: &str) {
    let one = format!("{path}/Production{query}");
    let waiver = format!("{path}/Production/waivers/{CODE}{query}");
    let other = json!({"owner": "Somebody else", "why": "no", "until": "20d"});
    for (method, path, body) in [
        (Method::PUT, &one, Some(json!({"address": "qa.acme.example"}))),
        (Method::DELETE, &one, None),
        (Method::PUT, &waiver, Some(other)),
        (Method::DELETE, &waiver, None),
    ] {
        let (status, problem) = program.send(method.clone(), path, body.as_ref(), None).await;
        let kind = problem["type"].as_str();
        assert_eq!((status, kind), (409, Some("/problems/declared")), "{method} {path}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(SENTENCE), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_file_declares_is_changed_for_it_alone_until_it_is_released() {
    let place = place();
    let (program, path) = declared(&place).await;
    let document = settled(&program, &path).await;
    let row = &document["environments"][1];
    let file = json!("infrastructure.toml");
    assert_eq!((&row["file"], &row["waivers"][0]["file"]), (&file, &file));
    assert_eq!(row["findings"][0]["waiver"]["file"], file);
    assert_eq!(document["environments"][0].get("file"), None, "nobody declared development");
    assert_refused(&program, &path, "").await;
    assert_refused(&program, &path, OTHER).await;
    assert_eq!(settled(&program, &path).await, document, "nothing was changed");
    // Whoever looks or wants a new secret changes nothing that is declared; here is no secret yet.
    assert_eq!(program.post(&format!("{path}/Production/look"), &json!({})).await.0, 202);
    let (_, problem) = program.post(&format!("{path}/Production/rotate-secret"), &json!({})).await;
    assert!(problem["detail"].as_str().unwrap().contains("has no secret yet"), "{problem}");

    let release = format!("{path}/production/release");
    let (status, document) = program.post(&release, &json!({})).await;
    let row = &document["environments"][1];
    assert_eq!((status, row.get("file"), row["waivers"][0].get("file")), (202, None, None));
    let (status, problem) = program.post(&release, &json!({})).await;
    assert_eq!((status, problem["type"].as_str()), (409, Some("/problems/unfit")), "{problem}");
    let waiver = format!("{path}/Production/waivers/{CODE}");
    assert_eq!(program.send(Method::DELETE, &waiver, None, None).await.0, 202);
    assert_eq!(program.send(Method::DELETE, &format!("{path}/Production"), None, None).await.0, 202);
}

#[tokio::test(start_paused = true)]
async fn the_file_itself_goes_on_changing_and_removing() {
    let place = place();
    let (program, path) = declared(&place).await;
    let one = format!("{path}/Production{FILE}");
    let body = json!({"address": "prod.acme.example", "name": "Live"});
    assert_eq!(put(&program, &one, body).await.0, 202);
    let waiver = format!("{path}/Live/waivers/{CODE}{FILE}");
    assert_eq!(program.send(Method::DELETE, &waiver, None, None).await.0, 202);
    let live = format!("{path}/Live{FILE}");
    assert_eq!(program.send(Method::DELETE, &live, None, None).await.0, 202);
    assert_eq!(settled(&program, &path).await["environments"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::empty("?file=")]
#[case::two_lines("?file=a%0Ab")]
#[case::long(&format!("?file={}", "x".repeat(101)))]
#[case::twice("?file=a&file=b")]
#[tokio::test(start_paused = true)]
async fn what_is_no_file_is_said_and_nothing_is_done(#[case] query: &str) {
    let place = place();
    let (program, path) = registered(&place).await;
    let body = json!({"address": "qa.acme.example"});
    let (status, problem) = put(&program, &format!("{path}/QA{query}"), body).await;
    assert_eq!((status, problem["type"].as_str()), (400, Some("/problems/malformed")), "{problem}");
    assert_eq!(settled(&program, &path).await["environments"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_belongs_to_one_file() {
    let place = place();
    let (program, path) = registered(&place).await;
    let body = json!({"address": "qa.acme.example"});
    let mut answers = Vec::new();
    for query in [FILE, FILE, OTHER, ""] {
        let one = format!("{path}/QA{query}");
        let (status, problem) = program.send(Method::PUT, &one, Some(&body), Some("key-1")).await;
        answers.push((status, problem["type"].as_str().map(str::to_owned)));
    }
    let reused = || (422, Some("/problems/key-reused".to_owned()));
    assert_eq!(answers, [(202, None), (202, None), reused(), reused()]);
}

#[tokio::test]
async fn the_document_says_what_can_be_declared_and_released() {
    let place = Place::new();
    let (_, document) = Program::stranger(&place).get("/api/openapi.json").await;
    let mut declarable = Vec::new();
    // The package of an integration has a name of a file too.
    let all = document["paths"].as_object().unwrap().iter();
    for (path, item) in all.filter(|(path, _)| path.contains("/environments")) {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut query = parameters.filter(|known| known["in"] == "query" && known["name"] == "file");
            if query.any(|known| known["required"] == json!(false)) {
                declarable.push(format!("{method} {path}"));
            }
        }
    }
    declarable.sort();
    let one = "/api/v1/setups/{id}/environments/{name}";
    let waiver = format!("{one}/waivers/{{code}}");
    let expected = ["delete", "put"].map(|method| [one, &waiver].map(|path| format!("{method} {path}")));
    assert_eq!(declarable, expected.concat());
    assert_eq!(document["paths"][format!("{one}/release")]["post"]["operationId"], "releaseEnvironment");
}

fn has_form(page: &Page, name: &str) -> bool {
    page.text.contains(&format!("action=\"/setup/environments/{name}\""))
}

/// Sends a form that the page does not have, as one does that was opened before.
async fn send(browser: &mut Browser<'_>, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
    let hidden = page.hidden("/setup/environments/add");
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = hidden.chain([("item", "Production")]).chain(fields.iter().copied()).collect();
    browser.post(&format!("/setup/environments/{form}"), &all).await
}

#[tokio::test(start_paused = true)]
async fn a_person_sees_which_file_declares_what_and_no_form_to_change_it() {
    let place = place();
    let (program, path) = declared(&place).await;
    let mut browser = setup::registered(&place, "omar").await;
    let page = setup::settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&["Declared in infrastructure.toml.", SENTENCE, "Accepted by Platform team until"]);
    assert_eq!(page.words().matches(SENTENCE).count(), 2, "for the environment, and for its waiver");
    assert_eq!(FORMS.map(|form| has_form(&page, form)), [false; 4]);
    assert!(has_form(&page, "look"), "looking is for everybody");

    assert_eq!(program.post(&format!("{path}/Production/release"), &json!({})).await.0, 202);
    let page = setup::settled(&mut browser, ENVIRONMENTS).await;
    assert!(!page.words().contains("Declared in"), "{}", page.words());
    assert_eq!(FORMS.map(|form| has_form(&page, form)), [true, true, false, true]);
    let page = browser.submit_to(&page, "/setup/environments/end-waiver", &[]).await;
    let page = browser.submit_to(&page, "/setup/environments/remove", &[]).await;
    assert!(!page.words().contains("Production"), "{}", page.words());
}

#[tokio::test(start_paused = true)]
async fn a_form_that_was_open_is_refused_and_what_was_typed_is_still_there() {
    let place = place();
    let (program, path) = declared(&place).await;
    let before = settled(&program, &path).await;
    let mut browser = setup::registered(&place, "omar").await;
    let reason = ("reason", CODE);
    let cases: [(&str, &[_], &str); 4] = [
        ("edit", &[("name", "Live<1>"), ("address", "qa.acme.example")], "Live&#60;1&#62;, qa.acme.example"),
        ("remove", &[], ""),
        ("waive", &[reason, ("owner", "Omar"), ("why", "known"), ("until", "20d")], "Omar, known, 20d"),
        ("end-waiver", &[reason], ""),
    ];
    for (form, fields, kept) in cases {
        let page = setup::settled(&mut browser, ENVIRONMENTS).await;
        let page = send(&mut browser, &page, form, fields).await;
        assert_eq!(page.status.as_u16(), 409, "{form}");
        page.assert_says(&["There is a problem", SENTENCE]);
        assert_eq!(page.text.contains("Not taken: "), !kept.is_empty(), "{form}");
        assert!(page.text.contains(kept), "{form}: {}", page.text);
    }
    assert_eq!(settled(&program, &path).await, before, "nothing was changed");
}

#[tokio::test(start_paused = true)]
async fn a_declared_waiver_that_covers_nothing_is_neither_replaced_nor_ended_by_a_form() {
    let place = place();
    let (program, path) = declared(&place).await;
    let mut body = typed();
    body["until"] = json!("1d");
    let waiver = format!("{path}/Production/waivers/{CODE}{FILE}");
    assert_eq!(put(&program, &waiver, body).await.0, 202);
    tokio::time::sleep(std::time::Duration::from_hours(25)).await;
    let mut browser = setup::registered(&place, "omar").await;
    let page = setup::settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&["Expired", "Not connected", SENTENCE]);
    assert_eq!(FORMS.map(|form| has_form(&page, form)), [false; 4], "{}", page.words());
}
