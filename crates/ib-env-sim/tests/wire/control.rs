//! The control API and what it never tells.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::stranger::{DEV, Seen, Soap, Stranger, TOKEN, seen};

pub(crate) async fn control(stranger: &Stranger, method: Method, path: &str, body: Option<Value>) -> Seen {
    let request = stranger.http.request(method, format!("{}{path}", stranger.simulator.control_url()));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
        None => request,
    };
    seen(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_host_is_changed_while_it_runs() {
    let stranger = Stranger::new().await;
    let dev = format!("/hosts/{DEV}");
    let patch = json!({ "version": "11.7.1.1", "faults": [{ "do": "status", "status": 503, "times": 1 }] });
    let changed = control(&stranger, Method::PATCH, &dev, Some(patch)).await;
    assert_eq!((changed.status, &changed.json()["version"]), (200, &"11.7.1.1".into()));
    assert_eq!(stranger.get(DEV, "/ServiceCenter/").await.status, 503);
    assert_eq!(stranger.platform_version().await.unwrap(), "11.7.1.1");
    let refused = control(&stranger, Method::PATCH, &dev, Some(json!({ "kind": "mainframe" }))).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("mainframe"));
    assert_eq!(control(&stranger, Method::GET, "/hosts/elsewhere.example", None).await.status, 404);
    let settings = json!({ "host": DEV, "version": "11.8.0.1" });
    assert_eq!(control(&stranger, Method::PUT, &dev, Some(settings)).await.status, 200);
    assert!(stranger.simulator.scenario().environments[0].faults.is_empty());
    let patch = json!({ "delay_ms": 1, "lifetime": { "label_shift": 2 } });
    assert_eq!(
        control(&stranger, Method::PATCH, "/scenario", Some(patch)).await.json()["lifetime"]["label_shift"],
        2
    );
    assert_eq!(stranger.simulator.scenario().users.len(), 12, "what a patch does not name stays");
}

#[tokio::test]
async fn clock_and_locks() {
    let stranger = Stranger::new().await;
    let now = control(&stranger, Method::POST, "/clock", Some(json!({ "advance_s": 90 }))).await.json();
    assert_eq!(now["now"], "2026-01-15T09:01:30Z");
    let test = async || {
        let inputs = [("username", "maria"), ("password", "maria-Pass-1")];
        stranger.call(Soap::V11, "Solutions", "TestLogin", &inputs).await.element("status")
    };
    control(&stranger, Method::PUT, "/users/maria/lock", Some(json!({ "seconds": 60 }))).await;
    assert!(test().await.starts_with("Too many"));
    control(&stranger, Method::POST, "/clock", Some(json!({ "advance_s": 60 }))).await;
    assert_eq!(test().await, "");
    control(&stranger, Method::PUT, "/users/maria/lock", Some(json!({}))).await;
    control(&stranger, Method::POST, "/clock", Some(json!({ "advance_s": 86400 }))).await;
    assert!(test().await.starts_with("Too many"), "locked for good");
    assert_eq!(control(&stranger, Method::DELETE, "/users/maria/lock", None).await.status, 204);
    assert_eq!(test().await, "");
    assert_eq!(control(&stranger, Method::DELETE, "/users/nobody/lock", None).await.status, 404);
}

#[tokio::test]
async fn requests_are_listed_without_any_secret() {
    let stranger = Stranger::new().await;
    let secrets = ["planted-Secret-1", "#706c616e746564", "planted-token", TOKEN];
    for password in &secrets[..2] {
        let inputs = [("Username", "maria"), ("Password", *password)];
        stranger.call(Soap::V11, "PlatformServices_v8_0_0", "Modules_Get", &inputs).await;
    }
    let url = stranger.url(DEV, "/SetupPermissions/rest/V1/Self?password=planted-Secret-1");
    stranger.http.get(url).basic_auth("nina", Some(secrets[0])).send().await.unwrap();
    stranger.http.get(stranger.url(DEV, "/")).bearer_auth(secrets[2]).send().await.unwrap();
    stranger.lifetime("/environments/").await;

    let listed = control(&stranger, Method::GET, "/requests", None).await;
    let shown = format!("{}{:?}", listed.text, stranger.simulator.requests());
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret}");
    }
    let first = &listed.json()[0];
    let action = "http://ServiceCenter/PlatformServices_v8_0_0/Modules_Get";
    assert_eq!((&first["username"], &first["soap_action"]), (&"maria".into(), &action.into()));
    assert_eq!(
        (&first["method"], &first["host"], &first["status"]),
        (&"POST".into(), &DEV.into(), &500.into())
    );
    assert_eq!(listed.json()[2]["username"], "nina");

    assert_eq!(control(&stranger, Method::DELETE, "/requests", None).await.status, 204);
    assert_eq!(control(&stranger, Method::GET, "/requests", None).await.json(), json!([]));
}

#[tokio::test]
async fn the_scenario_is_shown_without_its_secrets() {
    let stranger = Stranger::new().await;
    let shown = control(&stranger, Method::GET, "/scenario", None).await.text;
    let scenario = stranger.simulator.scenario();
    for user in &scenario.users {
        assert!(!shown.contains(user.password.reveal()), "{}", user.username);
        assert!(user.digests.iter().all(|digest| !shown.contains(digest.reveal())));
    }
    assert!(!shown.contains(TOKEN) && !shown.contains(scenario.activation_code.reveal()));
    assert!(shown.contains("maria"));
}

#[tokio::test]
async fn an_activation_code_is_verified_over_http() {
    let stranger = Stranger::new().await;
    let url = stranger.simulator.activation_url();
    let path = url.strip_prefix(&stranger.simulator.control_url()).unwrap();
    let ask = async |code: &str| {
        let question = json!({ "serial": "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4", "code": code });
        let seen = control(&stranger, Method::POST, path, Some(question)).await;
        (seen.status, seen.json())
    };
    let right = stranger.simulator.scenario().activation_code.clone();
    assert_eq!(ask(right.reveal()).await, (200, json!({ "answer": "verified" })));
    assert_eq!(ask("ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ4").await, (200, json!({ "answer": "refused" })));
    let switch = |out_of_order: bool| Some(json!({ "activation_unavailable": out_of_order }));
    control(&stranger, Method::PATCH, "/scenario", switch(true)).await;
    assert_eq!(ask(right.reveal()).await, (503, json!({ "answer": "unavailable" })));
    control(&stranger, Method::PATCH, "/scenario", switch(false)).await;
    assert_eq!(ask(right.reveal()).await, (200, json!({ "answer": "verified" })));
    let halved = control(&stranger, Method::POST, path, Some(json!({ "code": "planted-code" }))).await;
    assert_eq!(halved.status, 422);
    assert!(!halved.text.contains("planted-code"), "{}", halved.text);
}

#[rstest]
#[case("Origin", "https://evil.example")]
#[case("Host", "evil.example")]
#[tokio::test]
async fn browsers_are_kept_out(#[case] header: &str, #[case] value: &str) {
    let stranger = Stranger::new().await;
    let url = format!("{}/scenario", stranger.simulator.control_url());
    let response = stranger.http.get(url).header(header, value).send().await.unwrap();
    assert_eq!(response.status(), 403);
}
