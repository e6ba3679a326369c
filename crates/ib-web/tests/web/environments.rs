//! Environments over the API: added, changed, refused.

use std::time::Duration;

use axum::http::Method;
use ib_domain::reason::Reason;
use ib_setup::testing::Script;
use serde_json::{Value, json};

use crate::place::Place;
use crate::program::Program;

/// A place with three environments, each with a serial number of its own.
pub(crate) fn place() -> Place {
    let place = Place::installing();
    for (host, serial) in [("qa.acme.example", "QA"), ("prod.acme.example", "PROD")] {
        let other = Script { serial: Some(serial.to_owned()), ..Script::default() };
        place.scripted.script().others.insert(host.to_owned(), other);
    }
    place
}

/// Changes what is told at another address than development's.
pub(crate) fn change(place: &Place, host: &str, change: impl FnOnce(&mut Script)) {
    change(place.scripted.script().others.get_mut(host).unwrap());
}

/// A program that registered, and the path of its environments.
pub(crate) async fn registered(place: &Place) -> (Program<'_>, String) {
    let program = Program::new(place).await;
    let setup = program.register("maria").await;
    let path = format!("/api/v1/setups/{}/environments", setup["id"].as_str().unwrap());
    (program, path)
}

pub(crate) async fn put(program: &Program<'_>, path: &str, body: Value) -> (u16, Value) {
    program.send(Method::PUT, path, Some(&body), None).await
}

pub(crate) async fn settled(program: &Program<'_>, path: &str) -> Value {
    let (status, document) = program.get(&format!("{path}?wait=20")).await;
    assert_eq!(status, 200, "{document}");
    document
}

/// Names, and how each stands.
fn standings(document: &Value) -> Vec<(&str, &str)> {
    let rows = document["environments"].as_array().unwrap();
    rows.iter().map(|row| (row["name"].as_str().unwrap(), row["status"].as_str().unwrap())).collect()
}

pub(crate) fn feature<'d>(row: &'d Value, name: &str) -> &'d Value {
    let features = row["features"].as_array().unwrap();
    features.iter().find(|feature| feature["feature"] == name).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_program_adds_changes_and_removes() {
    let place = place();
    let (program, path) = registered(&place).await;
    let document = settled(&program, &path).await;
    assert_eq!(standings(&document), [("Development", "connected")]);
    assert_eq!((&document["schema"], &document["exit"]), (&json!("ib.environments/1"), &json!(0)));
    let one = format!("{path}/Quality%20Assurance");
    let (status, _) = put(&program, &one, json!({"address": "https://QA.acme.example/ServiceCenter"})).await;
    assert_eq!(status, 202);
    let document = settled(&program, &path).await;
    assert_eq!(standings(&document), [("Development", "connected"), ("Quality Assurance", "connected")]);
    let row = &document["environments"][1];
    assert_eq!((&row["address"], &row["added_by"]), (&json!("qa.acme.example"), &json!("maria")));
    // The same once more changes nothing; another address is looked at anew.
    assert_eq!(put(&program, &one, json!({"address": "qa.acme.example"})).await.0, 202);
    let body = json!({"address": "prod.acme.example", "name": "Production"});
    let (_, document) = put(&program, &one, body).await;
    assert_eq!(standings(&document)[1], ("Production", "new"));
    assert_eq!(standings(&settled(&program, &path).await)[1], ("Production", "connected"));
    let one = format!("{path}/production");
    assert_eq!(program.send(Method::DELETE, &one, None, None).await.0, 202);
    assert_eq!(program.send(Method::DELETE, &one, None, None).await.0, 404);
    assert_eq!(standings(&settled(&program, &path).await), [("Development", "connected")]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_added_says_which_field_and_what_to_do() {
    let place = place();
    let (program, path) = registered(&place).await;
    put(&program, &format!("{path}/QA"), json!({"address": "qa.acme.example"})).await;
    for (name, address, field, words) in [
        ("Other", "qa.acme.example", "address", "QA already"),
        ("Other", "dev.acme.example", "address", "Development already"),
        ("Other", "ftp://x.acme.example", "address", "ftp"),
        ("a%2Fb", "x.acme.example", "name", "without a slash"),
        ("%20", "x.acme.example", "name", "Enter a name"),
    ] {
        let (status, problem) = put(&program, &format!("{path}/{name}"), json!({"address": address})).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{name} {address}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    let (status, problem) =
        put(&program, &format!("{path}/Development"), json!({"address": "x.acme.example"})).await;
    assert_eq!((status, problem["type"].as_str()), (409, Some("/problems/unfit")));
    let (status, problem) =
        program.post(&path.replace("/environments", "/import-environments"), &json!({})).await;
    assert_eq!((status, problem["type"].as_str()), (409, Some("/problems/unfit")));
    assert!(problem["detail"].as_str().unwrap().contains("LifeTime"), "{problem}");
    assert_eq!(standings(&settled(&program, &path).await).len(), 2, "nothing was added");
}

#[tokio::test(start_paused = true)]
async fn lifetime_and_twins_are_refused_once_they_were_looked_at() {
    let place = place();
    change(&place, "qa.acme.example", |script| script.broken = Some(Reason::IsLifeTime));
    change(&place, "prod.acme.example", |script| script.serial = Script::default().serial);
    let (program, path) = registered(&place).await;
    for (host, code) in [("qa.acme.example", "SETUP-ENV-007"), ("prod.acme.example", "SETUP-ENV-014")] {
        assert_eq!(put(&program, &format!("{path}/Other"), json!({"address": host})).await.0, 202);
        let document = settled(&program, &path).await;
        assert_eq!(standings(&document).len(), 1);
        assert_eq!(document["refused"]["finding"]["code"], code);
        assert_eq!((&document["refused"]["name"], &document["exit"]), (&json!("Other"), &json!(3)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_environment_without_a_connection_stays_and_names_what_is_limited() {
    let place = place();
    change(&place, "prod.acme.example", |script| script.broken = Some(Reason::ConnectTimedOut));
    let (program, path) = registered(&place).await;
    put(&program, &format!("{path}/Production"), json!({"address": "prod.acme.example"})).await;
    let document = settled(&program, &path).await;
    let row = &document["environments"][1];
    assert_eq!(
        (&row["status"], &row["role"], &document["exit"]),
        (&json!("not_connected"), &json!("production"), &json!(0))
    );
    for name in ["development_connections", "administrator_emails", "automatic_connections"] {
        let told = feature(row, name);
        assert_eq!(
            (&told["status"], &told["because"]),
            (&json!("limited"), &json!(["SETUP-ENV-003"])),
            "{name}"
        );
    }
    assert_eq!(feature(row, "manual_connections")["status"], "available");
    assert!(feature(row, "automatic_connections")["instead"].as_str().unwrap().contains("by hand"));
    assert_eq!(feature(row, "publish")["status"], "not_applicable");
    // It comes back: a person wants to know now.
    change(&place, "prod.acme.example", |script| script.broken = None);
    assert_eq!(program.post(&format!("{path}/Production/look"), &json!({})).await.0, 202);
    let row = settled(&program, &path).await["environments"][1].clone();
    assert_eq!(
        (&row["status"], feature(&row, "automatic_connections")["status"].as_str()),
        (&json!("connected"), Some("available"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_is_noticed_by_itself() {
    let place = place();
    let (program, path) = registered(&place).await;
    put(&program, &format!("{path}/QA"), json!({"address": "qa.acme.example"})).await;
    assert_eq!(standings(&settled(&program, &path).await)[1], ("QA", "connected"));
    change(&place, "qa.acme.example", |script| "11.7.1.9".clone_into(&mut script.version));
    for _ in 0..20 {
        // A session that is used goes on.
        tokio::time::sleep(Duration::from_mins(15)).await;
        assert_eq!(program.get(&path).await.0, 200);
    }
    let document = settled(&program, &path).await;
    let row = &document["environments"][1];
    assert_eq!((&row["status"], &row["findings"][0]["code"]), (&json!("faulty"), &json!("SETUP-INFRA-001")));
    assert_eq!((&document["exit"], &row["version"]), (&json!(3), &json!("11.7.1.9")));
}
