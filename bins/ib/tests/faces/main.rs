//! One rule, four faces: the same scenario through the pages, the API, `ib setup` by itself and `ib setup` with
//! a server ends at the same step, with the same findings and the same exit code (F5).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

#[path = "../../../../crates/ib-web/tests/web/browser.rs"]
#[expect(dead_code, reason = "shared with the tests of the pages, which use more of it")]
mod browser;
mod place;
#[path = "../../../../crates/ib-web/tests/web/program.rs"]
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
mod program;
mod terminal;

use std::collections::BTreeSet;

use ib_env_sim::scenario::{Action, Environment, Fault, Kind};
use rstest::rstest;
use serde_json::{Value, json};

use browser::{Browser, Page};
use place::Place;
use program::Program;

const DEV: &str = "dev.acme.example";
const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";
const SERIAL: &str = "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4";

/// What a person brings.
#[derive(Clone, Copy)]
struct Person {
    address: &'static str,
    username: &'static str,
    password: &'static str,
    code: Option<&'static str>,
}

const MARIA: Person = Person { address: DEV, username: "maria", password: "maria-Pass-1", code: None };

/// Where a face ended.
#[derive(Debug, PartialEq, Eq)]
struct End {
    step: String,
    /// The codes of everything that is not as it should be.
    codes: BTreeSet<String>,
}

impl End {
    fn of(document: &Value) -> Self {
        let stop = document["stop"]["finding"].as_object().map(|finding| Value::Object(finding.clone()));
        let targets = document["targets"].as_array().unwrap().iter();
        let found = targets.flat_map(|target| target["findings"].as_array().unwrap().clone());
        let troubles = stop
            .into_iter()
            .chain(found)
            .filter(|finding| matches!(finding["status"].as_str(), Some("failed" | "unknown" | "warning")));
        let codes = troubles.filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect();
        Self { step: document["step"].as_str().unwrap().to_owned(), codes }
    }

    fn on(page: &Page) -> Self {
        let links = page.text.split("href=\"/help/").skip(1);
        let codes = links.filter_map(|link| link.split_once('"').map(|(code, _)| code.to_owned())).collect();
        Self { step: page.path.rsplit('/').next().unwrap().to_owned(), codes }
    }
}

#[rstest]
#[case::registered(|_: &mut Environment| {}, MARIA, 0)]
#[case::lifetime(|_: &mut Environment| {}, Person { address: "lifetime.acme.example", ..MARIA }, 3)]
#[case::no_environment(|dev: &mut Environment| dev.kind = Kind::NotOutsystems, MARIA, 3)]
#[case::silent(|dev: &mut Environment| dev.faults.push(Fault::always(Action::Status(502))), MARIA, 5)]
#[case::too_old(|dev: &mut Environment| dev.version_text_override = Some("11.7.1.5999".to_owned()), MARIA, 3)]
#[case::version_unreadable(|dev: &mut Environment| dev.version_text_override = Some("unknown".to_owned()), MARIA, 5)]
#[case::wrong_password(|_: &mut Environment| {}, Person { password: "not-hers", ..MARIA }, 6)]
#[case::level_missing(|_: &mut Environment| {}, Person { username: "omar", password: "omar-Pass-1", ..MARIA }, 3)]
#[case::create_missing(|_: &mut Environment| {}, Person { username: "nina", password: "nina-Pass-1", ..MARIA }, 3)]
#[case::inactive(|_: &mut Environment| {}, Person { username: "ines", password: "ines-Pass-1", ..MARIA }, 6)]
#[case::locked(|_: &mut Environment| {}, Person { username: "lola", password: "lola-Pass-1", ..MARIA }, 6)]
#[case::unverified(|dev: &mut Environment| dev.direct_permissions = false, MARIA, 5)]
#[case::code_missing(old, MARIA, 7)]
#[case::code_given(old, Person { code: Some(CODE), ..MARIA }, 0)]
#[case::serial_number_given(old, Person { code: Some(SERIAL), ..MARIA }, 7)]
#[tokio::test(flavor = "multi_thread")]
async fn every_face_ends_alike(
    #[case] change: fn(&mut Environment),
    #[case] person: Person,
    #[case] exit: u8,
) {
    let api = by_api(&Place::new(change).await, person).await;
    assert_eq!(api["exit"].as_u64(), Some(u64::from(exit)), "{api:#}");
    let end = End::of(&api);
    assert!(exit == 0 || !end.codes.is_empty(), "{end:?}");

    let page = by_pages(&Place::new(change).await, person).await;
    assert_eq!(End::on(&page), end, "the pages");

    let (code, document) = terminal::alone(&Place::new(change).await, person).await;
    assert_eq!((code, End::of(&document)), (exit, End::of(&api)), "ib setup by itself");

    let (code, document) = terminal::with_server(&Place::new(change).await, person).await;
    assert_eq!((code, End::of(&document)), (exit, end), "ib setup with a server");
}

fn old(dev: &mut Environment) {
    dev.version_text_override = Some("11.7.6.99999".to_owned());
}

/// As far as the API lets a person go.
async fn by_api(place: &Place, person: Person) -> Value {
    let program = Program::new(place).await;
    let setup = program.begin().await;
    let mut at = program.step(&setup, "address", json!({"address": person.address})).await;
    let mut tried = BTreeSet::from(["address".to_owned()]);
    loop {
        let step = at["step"].as_str().unwrap().to_owned();
        if !tried.insert(step.clone()) {
            return at;
        }
        let body = match (step.as_str(), person.code) {
            ("log-in", _) => json!({"username": person.username, "password": person.password}),
            ("disclaimer", _) => json!({"version": "built-in-1"}),
            ("activation-code", Some(code)) => json!({"code": code}),
            ("activation-code", None) | ("registered", _) => return at,
            _ => json!({}),
        };
        if step == "check" {
            return at;
        }
        at = program.step(&setup, &step, body).await;
    }
}

/// As far as the pages let a person go.
async fn by_pages(place: &Place, person: Person) -> Page {
    let mut browser = Browser::new(place);
    let mut page = browser.get("/").await;
    let mut tried = BTreeSet::new();
    while tried.insert(page.path.clone()) {
        let code = person.code.unwrap_or_default();
        let fields = [
            ("address", person.address),
            ("username", person.username),
            ("password", person.password),
            ("accepted", "yes"),
            ("code", code),
        ];
        match page.path.as_str() {
            "/setup/registered" | "/setup/check" => break,
            "/setup/activation-code" if code.is_empty() => break,
            _ => {}
        }
        page = browser.submit(&page, &fields).await;
        page = browser.settled(page).await;
    }
    page
}
