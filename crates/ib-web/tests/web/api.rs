//! The API: the same steps under the same rules.

use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use ib_domain::reason::Reason;
use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::place::{PORTAL, Place};
use crate::program::Program;

#[tokio::test]
async fn a_program_registers() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let end = program.register("maria").await;
    assert_eq!((end["step"].as_str(), end["exit"].as_u64()), (Some("registered"), Some(0)), "{end}");
    let (_, list) = program.get("/api/v1/setups").await;
    assert_eq!(list["setups"][0]["infrastructure"], end["infrastructure"]);
    let second = Program::new(&place).await.register("omar").await;
    assert_eq!(second["infrastructure"], end["infrastructure"]);
    assert_ne!(second["id"], end["id"]);
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test]
async fn a_set_up_says_where_it_is() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let (response, text) = program.answer(Method::POST, "/api/v1/setups", None, None).await;
    let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(response.headers().get(LOCATION).unwrap(), &format!("/api/v1/setups/{id}"));
}

#[tokio::test]
async fn a_repeated_request_is_done_once() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let begin = async |key| program.send(Method::POST, "/api/v1/setups", Some(&json!({})), Some(key)).await;
    let (first, second, other) = (begin("a").await, begin("a").await, begin("b").await);
    assert_eq!(first.1["id"], second.1["id"]);
    assert_ne!(first.1["id"], other.1["id"]);

    place.scripted.script().refuses = Some(Reason::LoginRefused);
    let setup = format!("/api/v1/setups/{}", first.1["id"].as_str().unwrap());
    program.step(&setup, "address", json!({"address": "dev.acme.example"})).await;
    let path = format!("{setup}/log-in");
    let body = json!({"username": "maria", "password": PASSWORD});
    for _ in 0..3 {
        let (status, _) = program.send(Method::POST, &path, Some(&body), Some("log in")).await;
        assert_eq!(status, 202);
        let (_, at) = program.get(&format!("{setup}?wait=20")).await;
        assert_eq!(at["stop"]["id"], "log_in.refused");
    }
    assert_eq!(place.scripted.script().log_ins, 1);
    let other = json!({"username": "omar", "password": PASSWORD});
    let (status, problem) = program.send(Method::POST, &path, Some(&other), Some("log in")).await;
    assert_eq!((status, problem["type"].as_str()), (422, Some("/problems/key-reused")));
}

#[tokio::test]
async fn problems_say_what_is_wrong_in_our_words() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let setup = program.begin().await;
    let (response, text) = program
        .answer(Method::POST, &format!("{setup}/address"), Some(&json!({"address": "10.0.0.1"})), None)
        .await;
    assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), "application/problem+json");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["request_id"], response.headers().get("x-request-id").unwrap().to_str().unwrap());
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(422), Some("SETUP-ADDR-004")));
    assert_eq!(problem["field"], "address");

    let cases = [
        ("log-in", json!({"username": "maria", "password": "x"}), 409, "/problems/not-yet"),
        ("welcome", json!({}), 409, "/problems/not-yet"),
        ("address", json!({}), 422, "/problems/unusable"),
        ("address", json!({"address": "a", "more": 1}), 422, "/problems/unusable"),
        ("activation-code", json!({"code": "ä"}), 422, "/problems/unusable"),
    ];
    for (step, body, status, kind) in cases {
        let (seen, problem) = program.post(&format!("{setup}/{step}"), &body).await;
        assert_eq!((seen, problem["type"].as_str()), (status, Some(kind)), "{step} {body}");
    }
    let (response, _) = program.answer(Method::POST, &format!("{setup}/address"), None, None).await;
    assert_eq!(response.status().as_u16(), 415);
    let long = json!({"address": "a".repeat(70 << 10)});
    let (status, problem) = program.post(&format!("{setup}/address"), &long).await;
    assert_eq!((status, problem["type"].as_str()), (413, Some("/problems/too-large")));
    assert_eq!(program.get("/api/v1/setups/%FF").await.1["type"], "/problems/not-found");
    assert_eq!(program.get(&format!("{setup}?wait=1000")).await.0, 400);
    assert_eq!(program.get("/api/v1/nothing").await.1["type"], "/problems/not-found");
    assert_eq!(program.send(Method::PUT, "/api/v1/setups", None, None).await.0, 405);
}

#[tokio::test]
async fn a_session_that_ended_is_of_no_use() {
    let place = Place::new();
    let program = Program::new(&place).await;
    let setup = program.begin().await;
    let (status, _) = program.send(Method::DELETE, "/api/v1/sessions/current", None, None).await;
    assert_eq!(status, 204);
    for path in ["/api/v1/setups", setup.as_str()] {
        assert_eq!(program.get(path).await.0, 401, "{path}");
    }
}

/// Every operation that the document describes, with a set-up in the place of `{id}`.
fn operations(document: &Value, id: &str) -> Vec<(Method, String, bool)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let is_open = operation["security"].as_array().is_none_or(Vec::is_empty);
            let path = path.replace("{id}", id).replace("{item}", "integration-manager");
            let path = path.replace("{name}", "Production").replace("{code}", "SETUP-ENV-003");
            all.push((method, path, is_open));
        }
    }
    all
}

/// A body that every step takes, so far as its form goes.
fn body(path: &str) -> Value {
    match path.rsplit('/').next().unwrap() {
        "address" => json!({"address": "dev.acme.example"}),
        "log-in" => json!({"username": "maria", "password": "x"}),
        "disclaimer" => json!({"version": "built-in-1"}),
        "activation-code" => json!({"code": "A.B.C"}),
        "publication" | "publish" => json!({"edition": 1}),
        "Production" => json!({"address": "prod.acme.example"}),
        "SETUP-ENV-003" => json!({"owner": "IT", "why": "no route", "until": "30d"}),
        "embed" => json!({"origin": PORTAL}),
        _ => json!({}),
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_to_anothers_set_up_by_any_route() {
    let place = Place::installing();
    let owner = Program::new(&place).await;
    let setup = owner.begin().await;
    let id = setup.rsplit('/').next().unwrap();
    let stranger = Program::new(&place).await;
    let (_, document) = stranger.get("/api/openapi.json").await;
    let operations = operations(&document, id);
    let scoped = operations.iter().filter(|(_, path, _)| path.contains(id)).count();
    assert!(operations.len() >= 20 && scoped >= 15, "{operations:?}");
    for (method, path, is_open) in operations {
        let without = Program::stranger(&place);
        let sent = (method != Method::GET).then(|| body(&path));
        let (status, _) = without.send(method.clone(), &path, sent.as_ref(), None).await;
        assert_eq!(status == 401, !is_open, "{method} {path} without a session: {status}");
        if path.contains(id) {
            let (status, problem) = stranger.send(method.clone(), &path, sent.as_ref(), None).await;
            assert_eq!(
                (status, problem["type"].as_str()),
                (404, Some("/problems/not-found")),
                "{method} {path}"
            );
        }
    }
    let (_, seen) = owner.get(&setup).await;
    assert_eq!(seen["step"], "address", "nothing was changed");
}

#[tokio::test]
async fn the_document_is_openapi_3_1_and_knows_every_answer() {
    let place = Place::new();
    let (status, document) = Program::stranger(&place).get("/api/openapi.json").await;
    assert_eq!(status, 200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["components"]["schemas"]["SetupDocument"]["properties"]["exit"].is_object());
    let mut names = std::collections::BTreeSet::new();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} is there twice");
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{name}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert_ne!(answer["description"].as_str().unwrap_or_default(), "", "{name} {status}");
        }
    }
    let page = Program::stranger(&place).answer(Method::GET, "/api/docs", None, None).await.1;
    for path in document["paths"].as_object().unwrap().keys() {
        let escaped = path.replace('{', "&#123;").replace('}', "&#125;");
        assert!(page.contains(&escaped) || page.contains(path), "{path}");
    }
}
