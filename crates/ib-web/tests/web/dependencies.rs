//! Dependencies over the API: installed, updated, refused.

use axum::http::Method;
use ib_domain::dependency::DependencyId;
use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::place::Place;
use crate::program::Program;

/// A program that registered, and the path of its dependencies.
pub(crate) async fn registered<'p>(place: &'p Place, username: &str) -> (Program<'p>, String) {
    let program = Program::new(place).await;
    let setup = program.register(username).await;
    assert_eq!(setup["step"], "registered", "{setup}");
    let path = format!("/api/v1/setups/{}/dependencies", setup["id"].as_str().unwrap());
    (program, path)
}

/// The document once nothing is under way.
pub(crate) async fn settled(program: &Program<'_>, path: &str) -> Value {
    loop {
        let (status, document) = program.get(&format!("{path}?wait=20")).await;
        assert_eq!(status, 200, "{document}");
        assert!(document["looked_at"].is_string(), "what nobody knows yet is waited for: {document}");
        let is_active = document["publication"].is_object() && document["publication"]["status"] != "ended";
        if document["is_looking"] == false && !is_active {
            return document;
        }
    }
}

/// Starts everything that the plan names.
pub(crate) async fn start(program: &Program<'_>, path: &str) -> Value {
    let edition = settled(program, path).await["edition"].clone();
    let (status, document) = program.post(&format!("{path}/publication"), &json!({"edition": edition})).await;
    assert_eq!(status, 202, "{document}");
    document
}

/// Whoever has registered a moment ago was not looked for yet.
#[tokio::test(start_paused = true)]
async fn what_nobody_knows_yet_is_waited_for() {
    let first = Place::installing();
    first.stop().await;
    // It registers, and looks for nothing.
    let place = first.beside();
    let (registering, path) = registered(&place, "maria").await;
    place.stop().await;
    let installing = place.wanting("2.4.0");
    let program = Program { token: registering.token.clone(), ..Program::new(&installing).await };
    let (asked, look, nothing) = (format!("{path}?wait=20"), format!("{path}/look"), json!({}));
    // Who waits is first.
    let ((_, document), (status, _)) =
        tokio::join!(biased; program.get(&asked), program.post(&look, &nothing));
    assert_eq!(status, 202);
    assert!(document["looked_at"].is_string(), "{document}");
    assert_eq!(document["plan"].as_array().unwrap().len(), 5);
}

fn statuses(document: &Value) -> Vec<&str> {
    let items = document["publication"]["items"].as_array().unwrap();
    items.iter().map(|item| item["status"].as_str().unwrap()).collect()
}

fn kind(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["type"].as_str().unwrap_or_default().trim_start_matches("/problems/"))
}

#[tokio::test(start_paused = true)]
async fn a_program_installs_what_is_missing() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let found = settled(&program, &path).await;
    assert_eq!((found["plan"].as_array().unwrap().len(), found["exit"].as_u64()), (5, Some(7)));
    let begun = start(&program, &path).await;
    assert_eq!(
        (begun["publication"]["by"].as_str(), &begun["publication"]["is_yours"]),
        (Some("maria"), &json!(true))
    );
    let end = settled(&program, &path).await;
    assert_eq!(statuses(&end), ["done"; 5]);
    assert_eq!((end["plan"].as_array().unwrap().len(), end["exit"].as_u64()), (0, Some(0)));
    assert_eq!(place.scripted.script().published.installed.len(), 5);
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn one_dependency_comes_with_what_it_needs() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let edition = settled(&program, &path).await["edition"].clone();
    let body = json!({"edition": edition, "only": ["integration-manager"]});
    program.post(&format!("{path}/publication"), &body).await;
    let end = settled(&program, &path).await;
    let items: Vec<_> =
        end["publication"]["items"].as_array().unwrap().iter().map(|item| &item["item"]).collect();
    assert_eq!(items, ["common-shared-services", "integration-manager"]);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_start_is_one_publication() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let edition = settled(&program, &path).await["edition"].clone();
    let (path_of_start, body) = (format!("{path}/publication"), json!({"edition": edition}));
    for _ in 0..2 {
        let (status, document) = program.send(Method::POST, &path_of_start, Some(&body), Some("go")).await;
        assert_eq!((status, document["publication"]["number"].as_u64()), (202, Some(1)));
    }
    let other = json!({"edition": edition, "only": ["integration-manager"]});
    let answer = program.send(Method::POST, &path_of_start, Some(&other), Some("go")).await;
    assert_eq!(kind(&answer), (422, "key-reused"));
    settled(&program, &path).await;
    assert_eq!(place.scripted.script().published.begun(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_is_a_problem() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let edition = settled(&program, &path).await["edition"].as_u64().unwrap();
    let cases = [
        ("publication", json!({"edition": edition + 1}), 409, "plan-outdated"),
        ("publication", json!({"edition": edition, "only": ["no-such"]}), 422, "unusable"),
        ("publication", json!({"edition": edition, "all": true}), 422, "unusable"),
        ("publication", json!({}), 422, "unusable"),
        ("items/integration-manager/retry", json!({}), 404, "not-found"),
        ("items/no%20name/cancel", json!({}), 404, "not-found"),
    ];
    for (what, body, status, id) in cases {
        let answer = program.post(&format!("{path}/{what}"), &body).await;
        assert_eq!(kind(&answer), (status, id), "{what} {body}");
    }
    place.scripted.script().published.is_held = true;
    start(&program, &path).await;
    let again = program.post(&format!("{path}/publication"), &json!({"edition": edition})).await;
    assert_eq!(kind(&again), (409, "unfit"));
    let retry = program.post(&format!("{path}/items/integration-manager/retry"), &json!({})).await;
    assert_eq!(kind(&retry), (409, "unfit"));
    for query in ["?wait=21", "?wait=x", "/messages?after=-1"] {
        assert_eq!(kind(&program.get(&format!("{path}{query}")).await), (400, "malformed"), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_there_before_the_infrastructure_is_registered() {
    let place = Place::installing();
    let program = Program::new(&place).await;
    let path = format!("{}/dependencies", program.begin().await);
    assert_eq!(kind(&program.get(&path).await), (409, "not-yet"));
    assert_eq!(kind(&program.post(&format!("{path}/look"), &json!({})).await), (409, "not-yet"));
    assert_eq!(kind(&program.get(&format!("{path}/events")).await), (409, "not-yet"));
}

#[tokio::test]
async fn a_service_without_a_catalogue_has_none() {
    let place = Place::new();
    let (program, path) = registered(&place, "maria").await;
    for path in [path.clone(), format!("{path}/messages"), format!("{path}/events")] {
        assert_eq!(kind(&program.get(&path).await), (404, "not-found"), "{path}");
    }
    assert_eq!(kind(&program.post(&format!("{path}/look"), &json!({})).await), (404, "not-found"));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_publishes_is_seen_and_left_alone() {
    let place = Place::installing();
    let (maria, path) = registered(&place, "maria").await;
    let (omar, theirs) = registered(&place, "omar").await;
    place.scripted.script().published.is_held = true;
    let edition = start(&maria, &path).await["edition"].clone();
    let (_, seen) = omar.get(&theirs).await;
    assert_eq!(
        (seen["publication"]["by"].as_str(), &seen["publication"]["is_yours"]),
        (Some("maria"), &json!(false))
    );
    for (what, body) in [
        ("publication", json!({"edition": edition})),
        ("publication/cancel", json!({})),
        ("items/integration-manager/cancel", json!({})),
    ] {
        let answer = omar.post(&format!("{theirs}/{what}"), &body).await;
        assert_eq!(kind(&answer), (409, "held"), "{what}");
        assert!(answer.1["detail"].as_str().unwrap().contains("maria"), "{}", answer.1);
    }
    assert_eq!(kind(&omar.get(&path).await), (404, "not-found"), "maria's own way in");
}

#[tokio::test(start_paused = true)]
async fn an_item_that_failed_is_tried_again() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    place.scripted.script().published.fails = Some("Planted error.".to_owned());
    start(&program, &path).await;
    let end = settled(&program, &path).await;
    let first = &end["publication"]["items"][0];
    assert_eq!(
        (&first["status"], &first["can_retry"], end["exit"].as_u64()),
        (&json!("failed"), &json!(true), Some(3))
    );
    assert!(first["finding"]["message"].as_str().unwrap().contains("Planted error"), "{first}");
    let (_, messages) = program.get(&format!("{path}/messages")).await;
    let errors = messages["messages"].as_array().unwrap().iter();
    assert!(
        errors.clone().any(|message| message["severity"] == "error" && message["text"] == "Planted error.")
    );
    let (_, rest) = program.get(&format!("{path}/messages?after={}", messages["next"])).await;
    assert_eq!((&rest["messages"], &rest["next"]), (&json!([]), &messages["next"]));

    place.scripted.script().published.fails = None;
    let (status, _) = program.post(&format!("{path}/items/common-shared-services/retry"), &json!({})).await;
    assert_eq!(status, 202);
    settled(&program, &path).await;
    assert!(place.scripted.script().published.installed.contains_key(&DependencyId::CommonSharedServices));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_done_can_be_cancelled() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    place.scripted.script().published.is_held = true;
    start(&program, &path).await;
    let (status, one) = program.post(&format!("{path}/items/integration-manager/cancel"), &json!({})).await;
    let items = one["publication"]["items"].as_array().unwrap();
    let cancelled: Vec<_> =
        items.iter().filter(|item| item["status"] == "cancelled").map(|item| &item["item"]).collect();
    assert_eq!((status, cancelled), (202, vec![&json!("integration-manager")]));
    assert_eq!(program.post(&format!("{path}/publication/cancel"), &json!({})).await.0, 202);
    place.scripted.script().published.is_held = false;
    let end = settled(&program, &path).await;
    assert_eq!(statuses(&end), ["cancelled"; 5]);
    assert!(place.scripted.script().published.installed.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_publication_without_credentials_waits_for_a_log_in() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    place.scripted.script().published.is_held = true;
    start(&program, &path).await;
    assert_eq!(program.send(Method::DELETE, "/api/v1/sessions/current", None, None).await.0, 204);
    place.scripted.script().published.is_held = false;
    let (again, path) = registered(&place, "maria").await;
    assert_eq!(statuses(&settled(&again, &path).await), ["done"; 5], "the log-in continued it");
}

#[tokio::test(start_paused = true)]
async fn looking_again_is_a_wish_of_its_own() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let before = settled(&program, &path).await;
    place
        .scripted
        .script()
        .published
        .installed
        .insert(DependencyId::IntegrationManager, "2.4.0".parse().unwrap());
    let (status, looking) = program.post(&format!("{path}/look"), &json!({})).await;
    assert_eq!((status, &looking["is_looking"]), (202, &json!(true)));
    let after = settled(&program, &path).await;
    assert_eq!(after["plan"].as_array().unwrap().len() + 1, before["plan"].as_array().unwrap().len());
}
