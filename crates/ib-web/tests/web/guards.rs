//! What keeps strangers out.

use axum::body::Body;
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use ib_web::{Origin, Settings, Site};
use rstest::rstest;

use crate::browser::{Browser, PASSWORD};
use crate::place::{self, Place};
use crate::program::Program;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_without_its_token_or_with_another_sessions_is_not_believed() {
    let place = Place::new();
    let (mut browser, mut stranger) = (Browser::new(&place), Browser::new(&place));
    browser.get("/setup/address").await;
    let foreign = stranger.get("/setup/address").await.hidden("/setup/address");
    let foreign = foreign.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    for token in [Vec::new(), vec![("token", ""), ("key", "1")], foreign] {
        let fields = [token, vec![("address", "dev.acme.example")]].concat();
        let page = browser.post("/setup/address", &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(browser.get("/setup").await.path, "/setup/address");
}

#[rstest]
#[case("sec-fetch-site", "cross-site")]
#[case("sec-fetch-site", "same-site")]
#[case("origin", "https://evil.example")]
#[case("origin", "null")]
#[tokio::test]
async fn a_form_from_another_site_is_not_taken(#[case] header: &str, #[case] value: &str) {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.get("/setup/address").await;
    let hidden = page.hidden("/setup/address");
    let fields = hidden.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let request = Request::builder().method(Method::POST).uri("/setup/address").header(HOST, place::HOST);
    let request = request.header("cookie", browser.cookie.clone().unwrap()).header("content-type", FORM);
    let request =
        request.header(header, value).body(Body::from(format!("{fields}&address=dev.acme.example")));
    let (response, _) = place.ask(request.unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[rstest]
#[case("evil.example")]
#[case("127.0.0.1.evil.example:8080")]
#[case("")]
#[tokio::test]
async fn a_request_to_another_name_is_not_served(#[case] host: &str) {
    let place = Place::new();
    for path in ["/", "/setup", "/help", "/api/v1/disclaimer", "/api/openapi.json", "/nothing"] {
        let request = Request::builder().uri(path).header(HOST, host).body(Body::empty()).unwrap();
        assert_eq!(place.ask(request).await.0.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let health = Request::builder().uri("/healthz").header(HOST, host).body(Body::empty()).unwrap();
    assert_eq!(place.ask(health).await.0.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_planted_session_is_of_no_use_after_the_log_in() {
    let place = Place::new();
    let mut attacker = Browser::new(&place);
    let page = attacker.get("/setup/address").await;
    attacker.submit(&page, &[("address", "dev.acme.example")]).await;
    let planted = attacker.cookie.clone();

    let mut victim = Browser { place: &place, cookie: planted.clone() };
    let page = victim.settled(victim.tab().get("/setup").await).await;
    let page = victim.submit(&page, &[("username", "maria"), ("password", PASSWORD)]).await;
    assert_eq!(victim.settled(page).await.path, "/setup/welcome");
    assert_ne!(victim.cookie, planted);
    assert_eq!(attacker.get("/setup").await.path, "/setup/address");
    assert!(!attacker.get("/setup/address").await.text.contains("maria"));
}

#[tokio::test]
async fn every_answer_leaves_with_its_headers() {
    let place = Place::new();
    for path in ["/setup/address", "/help", "/nothing", "/api/v1/setups", "/assets/none.css"] {
        let request = Request::builder().uri(path).header(HOST, place::HOST).body(Body::empty()).unwrap();
        let (response, _) = place.ask(request).await;
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let policy = header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"));
        assert_eq!(header("cache-control").as_deref(), Some("no-store"), "{path}");
        assert_eq!(header("x-request-id").unwrap().len(), 32);
    }
}

#[tokio::test]
async fn a_public_site_wants_its_own_name_and_a_cookie_that_stays_with_it() {
    let mut settings = Settings::default();
    settings.site = Site::Public(Origin::parse("https://setup.example.com").unwrap());
    let place = Place::with(settings);
    let get =
        |host: &str| Request::builder().uri("/setup/address").header(HOST, host).body(Body::empty()).unwrap();
    assert_eq!(place.ask(get(place::HOST)).await.0.status(), StatusCode::FORBIDDEN);
    let (response, _) = place.ask(get("setup.example.com")).await;
    let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-ib-session="), "{cookie}");
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    assert!(response.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn looking_changes_nothing() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    for path in ["/", "/setup", "/setup/address", "/setup/again", "/log-out", "/help", "/setup/progress"] {
        browser.get(path).await;
    }
    let now = ib_setup::Timestamp::from_millis(u64::MAX);
    assert_eq!(place.ports.shelf.sweep(now).await.unwrap(), 0, "no record was made");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.get("/setup/address").await;
    let long = "a".repeat(70 << 10);
    let page = browser.submit(&page, &[("address", &long)]).await;
    assert!(page.status.is_client_error(), "{}", page.status);
}

#[tokio::test]
async fn a_flood_from_one_client_is_held_off() {
    let place = Place::new();
    let program = Program::stranger(&place);
    let mut statuses = Vec::new();
    for _ in 0..400 {
        statuses.push(program.post("/api/v1/sessions", &serde_json::json!({})).await.0);
    }
    assert!(statuses[..120].iter().all(|status| *status == 201));
    assert!(statuses[120..].contains(&429));
    assert_eq!(program.get("/api/v1/disclaimer").await.0, 200, "looking is free");
}

#[tokio::test]
async fn what_fails_here_gives_a_number_to_ask_with_and_no_cause() {
    let place = Place::without_shelf();
    let browser = Browser::new(&place);
    let (response, page) =
        place.ask(browser.request(Method::GET, "/setup").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let number = response.headers().get("x-request-id").unwrap().to_str().unwrap();
    assert!(page.contains(&format!("<code>{number}</code>")) && !page.contains("planted cause"), "{page}");
    let (status, problem) = Program::stranger(&place).post("/api/v1/sessions", &serde_json::json!({})).await;
    assert_eq!((status, problem["request_id"].as_str().map(str::len)), (503, Some(32)));
    assert!(!problem.to_string().contains("planted cause"));
}
