//! Integration Manager: who introduces themselves to it, and what it then does at the service.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use ib_env_sim::scenario::{Application, ManagerBehaviour, Module};
use ib_env_sim::{ManagerVisit, Scenario};
use rstest::rstest;
use serde_json::{Value, json};

use crate::control::control;
use crate::stranger::{DEV, Seen, Stranger, seen};

const PATH: &str = "/OSIntegrationManager_API/rest/v1/introduction";
const LINK: &str = "0123456789abcdef0123456789abcdef00000002";
const CHALLENGE: &str = "c2VjcmV0LWNoYWxsZW5nZS1vZi0zMi1ieXRlcy1oZXI";

/// One request to the service: method, path, `Authorization`, body.
type Asked = (String, String, Option<String>, String);

/// A service that gives a secret for every proof, and finds everything right but what comes twice.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<Asked>>>);

impl Service {
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().clone()
    }
}

async fn answer(
    State(service): State<Service>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8(body.to_vec()).unwrap();
    let asked = (method.to_string(), uri.path().to_owned(), signed, body);
    let mut all = service.0.lock().unwrap();
    let is_replay = asked.2.is_some() && all.contains(&asked);
    all.push(asked);
    if is_replay {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match uri.path().rsplit('/').next().unwrap() {
        "proof" if !uri.path().contains(LINK) => StatusCode::FORBIDDEN.into_response(),
        "proof" => Json(json!({ "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "generation": 1 }))
            .into_response(),
        "configuration" => {
            Json(json!({ "environment": "Test", "integrations": [], "report_every_seconds": 60 }))
                .into_response()
        }
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

fn with_manager(scenario: &mut Scenario) {
    scenario.environments[0].integrations = 2;
    scenario.environments[0].applications.push(Application {
        name: "Integration Manager".to_owned(),
        description: "Manages connections.\nVersion: 2.4.0".to_owned(),
        modules: ["OSIntegrationManager", "OSIntegrationManager_API"].map(Module::named).into(),
        ..Application::default()
    });
}

async fn world(behaviour: ManagerBehaviour) -> (Stranger, Service) {
    let service = Service::default();
    let url = service.open().await;
    let stranger = Stranger::changed(|scenario| {
        with_manager(scenario);
        scenario.service = url;
        let manager = &mut scenario.environments[0].integration_manager;
        manager.behaviour = behaviour;
        manager.connections = vec!["Orders01".to_owned()];
    })
    .await;
    (stranger, service)
}

async fn introduce(stranger: &Stranger, link: &str) -> Seen {
    let body = json!({ "link": link, "challenge": CHALLENGE, "expires_at": "2026-01-15T09:05:00Z" });
    let request = stranger.http.post(stranger.url(DEV, PATH)).body(body.to_string());
    let answer = seen(request.send().await.unwrap()).await;
    stranger.simulator.finish_errands().await;
    answer
}

#[tokio::test]
async fn an_introduction_leads_to_proof_configuration_and_report() {
    let (stranger, service) = world(ManagerBehaviour::Normal).await;
    let answer = introduce(&stranger, LINK).await;
    assert_eq!((answer.status, answer.json()), (202, json!({ "version": "2.4.0" })));
    let asked = service.asked();
    let paths: Vec<_> = asked.iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    let path = |what| format!("/api/v1/integration-managers/{LINK}/{what}");
    assert_eq!(
        paths,
        [
            format!("POST {}", path("proof")),
            format!("GET {}", path("configuration")),
            format!("PUT {}", path("status")),
        ]
    );
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        (&asked[0].2, json(&asked[0].3)),
        (&None, json!({ "challenge": CHALLENGE, "version": "2.4.0" }))
    );
    let report = json!({ "version": "2.4.0", "integrations": [
        { "name": "Invoices02", "has_connection": false },
        { "name": "Orders01", "has_connection": true },
    ] });
    assert_eq!(json(&asked[2].3), report);
    let header = asked[2].2.clone().unwrap();
    assert!(header.starts_with("IB1 generation=1, time=1768467600000, nonce="), "{header}");
    assert_ne!(asked[1].2, asked[2].2);
    let shown = control(&stranger, Method::GET, &format!("/hosts/{DEV}/integration-manager"), None).await;
    assert_eq!(shown.json(), json!({ "link": LINK, "generation": 1, "is_introduced": false }));
}

#[rstest]
#[case::normal(ManagerBehaviour::Normal, (None, Some(200), Some(204), None))]
#[case::silent(ManagerBehaviour::Silent, (None, None, None, None))]
#[case::wrong_secret(ManagerBehaviour::WrongSecret, (None, Some(200), Some(204), None))]
#[case::replay(ManagerBehaviour::Replay, (None, Some(200), Some(204), Some(401)))]
#[case::wrong_environment(ManagerBehaviour::WrongEnvironment, (None, None, None, None))]
#[tokio::test]
async fn a_report_now_does_what_the_switch_says(
    #[case] behaviour: ManagerBehaviour,
    #[case] expected: (Option<u16>, Option<u16>, Option<u16>, Option<u16>),
) {
    let (stranger, _) = world(behaviour).await;
    assert_eq!(introduce(&stranger, LINK).await.status, 202);
    let ManagerVisit { proof, configuration, status, replay, trouble, .. } =
        stranger.simulator.report_now(DEV).await.unwrap();
    assert_eq!(((proof, configuration, status, replay), trouble), (expected, None));
}

#[tokio::test]
async fn whoever_is_late_proves_after_the_introduction_is_over() {
    let (stranger, service) = world(ManagerBehaviour::Late).await;
    introduce(&stranger, LINK).await;
    stranger.simulator.clock().advance(Duration::from_mins(5));
    let path = format!("/hosts/{DEV}/integration-manager/report");
    let visit = control(&stranger, Method::POST, &path, None).await.json();
    assert_eq!((&visit["proof"], service.asked().len()), (&Value::Null, 0), "not over yet");
    stranger.simulator.clock().advance(Duration::from_millis(1));
    let visit = control(&stranger, Method::POST, &path, None).await.json();
    assert_eq!((&visit["proof"], &visit["environment"]), (&json!(200), &json!("Test")));
}

#[tokio::test]
async fn without_its_module_or_too_old_it_is_not_there() {
    let (stranger, _) = world(ManagerBehaviour::Outdated).await;
    assert_eq!(introduce(&stranger, LINK).await.status, 404);
    let stranger = Stranger::new().await;
    assert_eq!(introduce(&stranger, LINK).await.status, 404);
    assert_eq!(stranger.simulator.report_now(DEV).await, None);
    let path = format!("/hosts/{DEV}/integration-manager/report");
    assert_eq!(control(&stranger, Method::POST, &path, None).await.status, 404);
}

#[tokio::test]
async fn it_stays_with_its_infrastructure_until_it_is_released() {
    let (stranger, _) = world(ManagerBehaviour::Normal).await;
    introduce(&stranger, LINK).await;
    let same = LINK.replace("00000002", "00000007");
    assert_eq!(introduce(&stranger, &same).await.status, 202, "another number of the same infrastructure");
    let other = LINK.replacen('0', "f", 1);
    assert_eq!(introduce(&stranger, &other).await.status, 409);
    let path = format!("/hosts/{DEV}/integration-manager");
    assert_eq!(control(&stranger, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(introduce(&stranger, &other).await.status, 202);
}

#[tokio::test]
async fn what_is_no_introduction_is_refused() {
    let (stranger, service) = world(ManagerBehaviour::Normal).await;
    for link in
        ["", "0123", &LINK.to_uppercase(), &format!("{LINK}0"), "../../../../../../../../../../../../../x"]
    {
        assert_eq!(introduce(&stranger, link).await.status, 400, "{link}");
    }
    assert_eq!(stranger.get(DEV, PATH).await.status, 405);
    assert_eq!(stranger.get(DEV, "/OSIntegrationManager_API/moduleservices/moduleinfo").await.status, 200);
    assert_eq!(service.asked(), []);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_trouble_and_no_secret_is_shown() {
    let closed = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let (stranger, _) = world(ManagerBehaviour::Normal).await;
    stranger.simulator.update(|scenario| scenario.service = format!("http://{closed}"));
    assert_eq!(introduce(&stranger, LINK).await.status, 202);
    assert_eq!(stranger.simulator.manager(DEV).link, None);
    introduce(&stranger, LINK).await;
    let shown = format!("{:?} {:?}", stranger.simulator, stranger.simulator.requests());
    assert!(!shown.contains(CHALLENGE), "{shown}");
}
