//! The Setup widget on other pages: which may have it, and what a token is good for.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::{Method, Request, Response};
use futures_util::StreamExt as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::dependencies::{registered, settled};
use crate::place::{self, PORTAL, Place};
use crate::program::Program;
use crate::setup;

const EVIL: &str = "https://evil.example";

/// A page that shows the widget.
struct Embedder<'p> {
    place: &'p Place,
    token: String,
    origin: &'static str,
}

impl<'p> Embedder<'p> {
    /// What the back end of the portal asks for, and gives to its page.
    async fn new(program: &Program<'p>, path: &str) -> Self {
        let (status, given) = program.post(&embed(path), &json!({"origin": PORTAL})).await;
        assert_eq!(
            (status, given["origin"].as_str(), given["seconds"].as_u64()),
            (201, Some(PORTAL), Some(900))
        );
        assert!(path.contains(given["setup"].as_str().unwrap()));
        let token = given["token"].as_str().unwrap().to_owned();
        Self { place: program.place, token, origin: PORTAL }
    }

    async fn ask(&self, method: Method, path: &str, body: &str) -> (Response<()>, String) {
        self.place.ask(self.request(method, path).body(Body::from(body.to_owned())).unwrap()).await
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(HOST, place::HOST);
        let request = request.header(ORIGIN, self.origin).header("sec-fetch-site", "cross-site");
        request
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/json")
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let (response, text) = self.ask(Method::GET, path, "").await;
        (response.status().as_u16(), text)
    }
}

/// Where a token for the widget is asked for.
fn embed(path: &str) -> String {
    path.replace("/dependencies", "/embed")
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_allowed_shows_the_widget_and_installs() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    settled(&program, &path).await;
    let page = Embedder::new(&program, &path).await;
    let (response, text) = page.ask(Method::GET, &format!("{path}/widget"), "").await;
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("access-control-allow-origin").as_deref(), Some(PORTAL));
    assert_eq!(header("access-control-allow-credentials"), None);
    assert!(text.contains("Setup, 5 tasks open") && text.contains("Install dependencies"), "{text}");
    assert!(!text.contains("/settings/") && !text.contains("<html"), "{text}");
    let edition = settled(&program, &path).await["edition"].clone();
    let body = json!({"edition": edition}).to_string();
    let (response, text) = page.ask(Method::POST, &format!("{path}/publication"), &body).await;
    assert_eq!(response.status(), 202, "{text}");
    assert_eq!(settled(&program, &path).await["exit"], 0);
    let (_, text) = page.get(&format!("{path}/widget")).await;
    assert!(text.contains("Setup, everything is done"), "{text}");
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn an_origin_that_the_operator_did_not_name_gets_no_token() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    for origin in
        [EVIL, "https://portal.example.com.evil.example", "http://portal.example.com", "null", "*", ""]
    {
        let (status, problem) = program.post(&embed(&path), &json!({"origin": origin})).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some("origin")), "{origin}");
        assert!(problem["detail"].as_str().unwrap().contains("embed_origins"), "{problem}");
    }
    let (other, _) = registered(&place, "omar").await;
    assert_eq!(other.post(&embed(&path), &json!({"origin": PORTAL})).await.0, 404, "somebody else's set-up");
}

/// Asks whether a page may send what the widget sends.
async fn preflight(place: &Place, path: &str, origin: &str) -> Option<String> {
    let request = Request::builder().method(Method::OPTIONS).uri(path).header(HOST, place::HOST);
    let request = request.header(ORIGIN, origin).header("access-control-request-method", "POST");
    let request =
        request.header("access-control-request-headers", "authorization,content-type,idempotency-key");
    let (response, _) = place.ask(request.body(Body::empty()).unwrap()).await;
    let allowed = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
    allowed("access-control-allow-headers").filter(|_| allowed("access-control-allow-origin").is_some())
}

#[tokio::test(start_paused = true)]
async fn browsers_let_other_pages_reach_the_dependencies_and_nothing_else() {
    let place = Place::installing();
    let (_, path) = registered(&place, "maria").await;
    for route in ["", "/publication", "/look", "/events", "/items/integration-manager/retry"] {
        let route = format!("{path}{route}");
        let headers = preflight(&place, &route, PORTAL).await.unwrap_or_default();
        assert_eq!(headers, "authorization,content-type,idempotency-key", "{route}");
        assert_eq!(preflight(&place, &route, EVIL).await, None, "{route}");
    }
    for route in
        ["/api/v1/sessions", "/api/v1/setups", &embed(&path), "/setup/dependencies/embed", "/log-out"]
    {
        assert_eq!(preflight(&place, route, PORTAL).await, None, "{route}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_of_no_use_anywhere_else() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let mut page = Embedder::new(&program, &path).await;
    assert_eq!(page.get(&path).await.0, 200);
    let setup = path.trim_end_matches("/dependencies").to_owned();
    for route in [setup.as_str(), "/api/v1/setups"] {
        assert_eq!(page.get(route).await.0, 401, "{route}");
    }
    let (response, _) = page.ask(Method::DELETE, "/api/v1/sessions/current", "").await;
    assert_eq!(response.status(), 403, "that is for no page of another site");
    // As a program, without a page around it.
    let thief = Program { place: &place, token: Some(page.token.clone()) };
    for route in [path.as_str(), setup.as_str()] {
        assert_eq!(thief.get(route).await.0, 401, "{route}");
    }
    assert_eq!(thief.post(&embed(&path), &json!({"origin": PORTAL})).await.0, 401, "it gives no other token");
    // As a cookie.
    let mut browser = Browser { place: &place, cookie: Some(format!("ib-session={}", page.token)) };
    assert_eq!(browser.get("/setup").await.path, "/setup/address");
    // For another set-up, and from another page.
    let (_, other) = registered(&place, "omar").await;
    assert_eq!(page.get(&other).await.0, 404);
    page.origin = EVIL;
    assert_eq!(page.get(&path).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_sessions_own_token_is_not_for_other_pages() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let mut page = Embedder::new(&program, &path).await;
    page.token = program.token.clone().unwrap();
    assert_eq!(page.get(&path).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_after_a_quarter_of_an_hour_and_its_stream_with_it() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    settled(&program, &path).await;
    let page = Embedder::new(&program, &path).await;
    let events = page.request(Method::GET, &format!("{path}/events")).body(Body::empty()).unwrap();
    let mut events = place.open(events).await.into_body().into_data_stream();
    assert!(events.next().await.is_some());
    tokio::time::sleep(Duration::from_mins(14)).await;
    assert_eq!(page.get(&path).await.0, 200);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(page.get(&path).await.0, 401);
    while events.next().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_with_the_session_that_gave_it() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let page = Embedder::new(&program, &path).await;
    assert_eq!(program.send(Method::DELETE, "/api/v1/sessions/current", None, None).await.0, 204);
    assert_eq!(page.get(&path).await.0, 401);
}

/// Asks as a script does on a page of the service's own origin, with the cookie.
async fn of_own_page(browser: &Browser<'_>, headers: &[(&str, &str)]) -> (u16, Value) {
    let request = Request::post("/setup/dependencies/embed").header(HOST, place::HOST);
    let mut request = request.header(COOKIE, browser.cookie.as_deref().unwrap_or_default());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (response, text) = browser.place.ask(request.body(Body::empty()).unwrap()).await;
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn a_page_of_the_same_origin_needs_no_back_end() {
    let place = Place::installing();
    let browser = setup::registered(&place, "maria").await;
    let own = format!("http://{}", place::HOST);
    let (status, given) = of_own_page(&browser, &[("origin", &own), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!((status, given["origin"].as_str()), (201, Some(own.as_str())));
    let path = format!("/api/v1/setups/{}/dependencies", given["setup"].as_str().unwrap());
    let token = given["token"].as_str().unwrap();
    let request = Request::get(format!("{path}/widget")).header(HOST, place::HOST);
    // Browsers name no origin where a page reads from its own.
    let request =
        request.header("sec-fetch-site", "same-origin").header(AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(place.ask(request.body(Body::empty()).unwrap()).await.0.status(), 200);
}

#[rstest]
#[case("sec-fetch-site", "cross-site")]
#[case("sec-fetch-site", "same-site")]
#[case("origin", EVIL)]
#[case("origin", PORTAL)]
#[tokio::test(start_paused = true)]
async fn a_page_of_another_origin_gets_nothing_by_a_cookie(#[case] header: &str, #[case] value: &str) {
    let place = Place::installing();
    let browser = setup::registered(&place, "maria").await;
    assert_eq!(of_own_page(&browser, &[(header, value)]).await.0, 403);
    let nobody = Browser::new(&place);
    assert_eq!(of_own_page(&nobody, &[]).await.0, 401);
}

#[tokio::test]
async fn the_script_is_for_every_page_and_holds_nothing_of_anybody() {
    let place = Place::new();
    let request = Request::get("/assets/ib-setup.js").header(HOST, place::HOST).header(ORIGIN, EVIL);
    let (response, text) = place.ask(request.body(Body::empty()).unwrap()).await;
    let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!(
        (header("access-control-allow-origin"), header("cross-origin-resource-policy")),
        ("*", "cross-origin")
    );
    assert!(header("content-type").starts_with("text/javascript"));
    assert!(text.contains("customElements.define(\"ib-setup\""));
}
