//! Integration Managers that prove, ask and report, over HTTP; and what people see of it.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use axum::http::{Method, Request, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ib_env_client::Introduction;
use ib_setup::Timestamp;
use ib_setup::link::{LinkSecret, Nonce, SignedRequest, sign};
use serde_json::{Value, json};

use crate::place::{self, Place};
use crate::program::Program;
use crate::setup::{press, registered, settled};

const ENVIRONMENTS: &str = "/settings/environments";

/// Development's Integration Manager.
struct Manager<'p> {
    place: &'p Place,
    path: String,
    secret: Option<(LinkSecret, u32)>,
    nonce: u128,
}

impl<'p> Manager<'p> {
    /// The one that was introduced last.
    fn introduced(place: &'p Place) -> (Self, Introduction) {
        let introduction = place.scripted.script().introductions.last().unwrap().clone();
        let path = format!("/api/v1/integration-managers/{}", introduction.link());
        (Self { place, path, secret: None, nonce: 1 }, introduction)
    }

    async fn prove(&mut self, challenge: &str) -> (u16, Value) {
        let request = Request::post(format!("{}/proof", self.path)).header(HOST, place::HOST);
        let request = request.header(CONTENT_TYPE, "application/json");
        let body = json!({"challenge": challenge, "version": "2.4.0"}).to_string();
        let (response, text) = self.place.ask(request.body(Body::from(body)).unwrap()).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        if let Some(secret) = answer["secret"].as_str() {
            let generation = u32::try_from(answer["generation"].as_u64().unwrap()).unwrap();
            let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
            self.secret = Some((LinkSecret::new(bytes.try_into().unwrap()), generation));
        }
        (response.status().as_u16(), answer)
    }

    fn now(&self) -> Timestamp {
        self.place.ports.clock.now()
    }

    /// The header of a request that is signed at a time.
    fn signed(&mut self, method: &Method, path: &str, body: &str, time: Timestamp) -> String {
        let (secret, generation) = self.secret.as_ref().unwrap();
        self.nonce += 1;
        let nonce = Nonce::new(self.nonce.to_be_bytes());
        let request = SignedRequest { method: method.as_str(), path, body: body.as_bytes() };
        sign(secret, *generation, &request, time, nonce).to_string()
    }

    async fn send(&self, method: &Method, path: &str, body: &str, header: &str) -> (Response<()>, Value) {
        let request = Request::builder().method(method).uri(path).header(HOST, place::HOST);
        let request = request.header(AUTHORIZATION, header);
        let (response, text) = self.place.ask(request.body(Body::from(body.to_owned())).unwrap()).await;
        (response, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn ask(&mut self, method: Method, rest: &str, body: &str) -> (u16, Value) {
        let (path, now) = (format!("{}/{rest}", self.path), self.now());
        let header = self.signed(&method, &path, body, now);
        let (response, answer) = self.send(&method, &path, body, &header).await;
        (response.status().as_u16(), answer)
    }

    async fn report(&mut self, integrations: &[(&str, bool)]) -> u16 {
        let one =
            |(name, has_connection): &(&str, bool)| json!({"name": name, "has_connection": has_connection});
        let all: Vec<_> = integrations.iter().map(one).collect();
        let body = json!({"version": "2.4.0", "integrations": all}).to_string();
        self.ask(Method::PUT, "status", &body).await.0
    }
}

/// A service to which development was introduced, and whoever registered it.
async fn introduced(place: &Place) -> (Program<'_>, String) {
    place.scripted.script().manager = Some("2.4.0".to_owned());
    place.scripted.script().published.integrations = ["Orders".to_owned()].into();
    let program = Program::new(place).await;
    let setup = program.register("maria").await;
    let path = format!("/api/v1/setups/{}", setup["id"].as_str().unwrap());
    program.get(&format!("{path}/dependencies?wait=20")).await;
    program.get(&format!("{path}/environments?wait=20")).await;
    work_ends().await;
    (program, path)
}

/// The introduction comes after the look that was waited for.
async fn work_ends() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

async fn development(program: &Program<'_>, path: &str) -> Value {
    program.get(&format!("{path}/environments")).await.1["environments"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn an_environment_proves_asks_and_reports() {
    let place = Place::linked();
    let (program, path) = introduced(&place).await;
    assert_eq!(development(&program, &path).await["link"], Value::Null, "nothing is known before a proof");
    let (mut manager, introduction) = Manager::introduced(&place);
    assert_eq!(manager.prove(introduction.challenge()).await.0, 200);
    let link = development(&program, &path).await["link"].clone();
    assert_eq!(
        (&link["inbound"], &link["generation"], &link["version"]),
        (&json!("passed"), &json!(1), &json!("2.4.0"))
    );

    let (status, known) = manager.ask(Method::GET, "configuration", "").await;
    assert_eq!((status, &known["integrations"]), (200, &json!([{"name": "Orders"}])));
    assert_eq!(
        (&known["environment"], &known["report_every_seconds"]),
        (&json!("Development"), &json!(14_400))
    );
    assert_eq!(manager.report(&[("Orders", false)]).await, 204);
    let (_, document) = program.get(&format!("{path}/integrations")).await;
    let deployed = &document["integrations"][0]["environments"];
    assert_eq!(
        (&deployed[0]["environment"], &deployed[0]["has_connection"]),
        (&json!("Development"), &json!(false))
    );
    assert_eq!(manager.report(&[("Orders", true)]).await, 429, "it changes its mind too fast");
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(manager.report(&[("Orders", true)]).await, 204);
    let (_, document) = program.get(&format!("{path}/integrations")).await;
    assert_eq!(document["integrations"][0]["environments"][0]["has_connection"], true);

    // Long after, what was reported tells nothing about now.
    tokio::time::sleep(Duration::from_hours(13)).await;
    let program = Program::new(&place).await;
    let setup = program.register("maria").await;
    let path = format!("/api/v1/setups/{}", setup["id"].as_str().unwrap());
    let (_, document) = program.get(&format!("{path}/integrations")).await;
    assert_eq!(document["integrations"][0]["environments"][0]["is_stale"], true, "{document}");
}

#[tokio::test(start_paused = true)]
async fn a_proof_is_taken_once_and_all_others_are_refused_alike() {
    let place = Place::linked();
    let (program, path) = introduced(&place).await;
    let (mut manager, introduction) = Manager::introduced(&place);
    let right = introduction.challenge();
    let other = Manager { path: manager.path.replace("/0", "/f"), ..Manager::introduced(&place).0 };
    let mut refusals = Vec::new();
    let guessed = right.chars().rev().collect::<String>();
    for challenge in [guessed.as_str(), "", "short"] {
        refusals.push(manager.prove(challenge).await);
    }
    refusals
        .push(Manager { path: "/api/v1/integration-managers/xyz".to_owned(), ..other }.prove(right).await);
    assert_eq!(manager.prove(right).await.0, 200, "three wrong ones are not too many");
    refusals.push(manager.prove(right).await);
    for (status, mut problem) in refusals {
        problem["request_id"] = Value::Null;
        assert_eq!(status, 403);
        assert_eq!(problem["detail"], "The proof was refused.", "{problem}");
        assert_eq!(problem["type"], "/problems/not-proved");
    }
    assert_eq!(development(&program, &path).await["link"]["inbound"], "passed");
}

#[tokio::test(start_paused = true)]
async fn guessing_makes_the_challenge_void() {
    let place = Place::linked();
    introduced(&place).await;
    let (mut manager, introduction) = Manager::introduced(&place);
    for number in 0..5 {
        assert_eq!(manager.prove(&format!("guess{number}")).await.0, 403);
    }
    assert_eq!(manager.prove(introduction.challenge()).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn a_proof_that_comes_too_late_is_refused_and_the_silence_is_told() {
    let place = Place::linked();
    let (program, path) = introduced(&place).await;
    let (mut manager, introduction) = Manager::introduced(&place);
    tokio::time::sleep(Duration::from_mins(6)).await;
    assert_eq!(manager.prove(introduction.challenge()).await.0, 403);
    let row = development(&program, &path).await;
    assert_eq!(row["link"]["inbound"], "failed");
    let finding = row["findings"].as_array().unwrap().iter().find(|known| known["code"] == "SETUP-LINK-003");
    assert!(finding.is_some(), "{row}");
    let limited: Vec<_> = row["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|feature| feature["status"] == "limited")
        .map(|feature| feature["feature"].as_str().unwrap())
        .collect();
    assert_eq!(limited, ["administrator_emails", "automatic_connections"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_signed_as_it_should_be_is_refused_alike() {
    let place = Place::linked();
    introduced(&place).await;
    let (mut manager, introduction) = Manager::introduced(&place);
    manager.prove(introduction.challenge()).await;
    let (get, path, now) = (Method::GET, format!("{}/configuration", manager.path), manager.now());
    let good = manager.signed(&get, &path, "", now);
    let other_path = manager.signed(&get, "/api/v1/elsewhere", "", now);
    let other_body = manager.signed(&get, &path, "x", now);
    let early = manager.signed(&get, &path, "", now.minus(Duration::from_mins(6)));
    let late = manager.signed(&get, &path, "", now.plus(Duration::from_mins(6)));
    let other_generation = good.replace("generation=1", "generation=2");
    assert_eq!(manager.send(&get, &path, "", &good).await.0.status().as_u16(), 200);
    let tried =
        [good, other_path, other_body, early, late, other_generation, "Bearer x".to_owned(), String::new()];
    for header in tried {
        let (response, problem) = manager.send(&get, &path, "", &header).await;
        assert_eq!(
            (response.status().as_u16(), problem["type"].as_str()),
            (401, Some("/problems/not-signed")),
            "{header}"
        );
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "IB1");
    }
    // What is signed may still be wrong.
    for (body, status) in
        [("{}", 422), (r#"{"version":"1","integrations":[{"name":"a b","has_connection":true}]}"#, 422)]
    {
        assert_eq!(manager.ask(Method::PUT, "status", body).await.0, status, "{body}");
    }
    assert_eq!(manager.report(&[("Orders", true), ("Orders", false)]).await, 422);
    let many: Vec<_> = (0..501).map(|number| format!("Integration{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), true)).collect();
    assert_eq!(manager.report(&many).await, 422);
    let long = "x".repeat(600 << 10);
    assert_eq!(manager.ask(Method::PUT, "status", &long).await.0, 413);
}

#[tokio::test(start_paused = true)]
async fn a_new_secret_ends_the_one_before_once_it_is_used() {
    let place = Place::linked();
    let (program, path) = introduced(&place).await;
    let rotate = format!("{path}/environments/Development/rotate-secret");
    assert_eq!(program.post(&rotate, &json!({})).await.0, 409, "there is none to rotate");
    let (mut manager, introduction) = Manager::introduced(&place);
    manager.prove(introduction.challenge()).await;
    assert_eq!(manager.report(&[("Orders", true)]).await, 204);
    assert_eq!(program.post(&rotate, &json!({})).await.0, 202);
    program.get(&format!("{path}/environments?wait=20")).await;
    program.post(&format!("{path}/environments/Development/look"), &json!({})).await;
    program.get(&format!("{path}/environments?wait=20")).await;
    work_ends().await;
    let (mut renewed, introduction) = Manager::introduced(&place);
    renewed.nonce = 1_000;
    assert_eq!(renewed.prove(introduction.challenge()).await.1["generation"], 2);
    assert_eq!(manager.report(&[("Orders", true)]).await, 204, "the one before still holds");
    assert_eq!(renewed.report(&[("Orders", true)]).await, 204);
    assert_eq!(manager.report(&[("Orders", true)]).await, 401, "the new one was used");
}

/// Nothing that a person or the log sees holds a secret.
#[tokio::test(start_paused = true)]
async fn a_person_sees_which_environments_reach_the_service() {
    let place = Place::linked();
    place.scripted.script().published.integrations = ["Orders".to_owned()].into();
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, "/settings/dependencies").await;
    settled(&mut browser, ENVIRONMENTS).await;
    work_ends().await;
    let page = settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&["Reaches this service", "Could not be told", "SETUP-LINK-001"]);
    place.scripted.script().manager = Some("2.4.0".to_owned());
    press(&mut browser, &page, "/setup/environments/look").await;
    settled(&mut browser, ENVIRONMENTS).await;
    work_ends().await;
    let (mut manager, introduction) = Manager::introduced(&place);
    manager.prove(introduction.challenge()).await;
    manager.report(&[("Orders", true), ("Bills", false)]).await;
    let page = settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&[
        "Yes: proved by its Integration Manager from 127.0.0.1",
        "2 integrations, reported at",
    ]);
    let page = press(&mut browser, &page, "/setup/environments/rotate").await;
    assert!(!page.words().contains("New secret for Integration Manager"), "it is wanted already");
    let page = settled(&mut browser, "/settings/integrations").await;
    page.assert_says(&["Where it is deployed", "it has a connection, reported at"]);
    let told = place.answered.lock().unwrap().clone();
    let secret = manager.secret.unwrap().0.expose().to_string();
    assert_eq!(
        told.matches(secret.as_str()).count(),
        1,
        "the answer to the proof tells it, and nothing else"
    );
    assert!(!told.contains(introduction.challenge()));
}
