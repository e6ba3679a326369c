//! `<ib-setup>` on other pages: of another site, with a token from its back end, and of the service's own origin.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{Method, Request};
use axum::response::Html;
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use thirtyfour::Key;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::installs::fails;
use crate::looks::look;
use crate::place::{HOST, Place};
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_page_of_another_site_shows_the_widget,
    a_token_that_has_ended_is_replaced,
    a_page_of_the_same_origin_needs_nothing,
];

/// How it looks, in Chromium.
pub(crate) const LOOKS: &[Journey] = named![the_embedded_widget_looks_right];

/// Another site: its back end, which has a session at the service, and its page.
pub(crate) struct Portal {
    pub(crate) origin: String,
    service: SocketAddr,
    session: String,
    pub(crate) setup: String,
    page: Arc<Mutex<String>>,
    _served: JoinSet<()>,
}

/// What the page may do, and no more: no style of ours, no frame, nothing inline but its own.
fn policy(service: SocketAddr) -> String {
    format!("default-src 'none'; script-src http://{service} 'nonce-portal'; connect-src http://{service}")
}

impl Portal {
    /// Starts a site that the place allows, and registers there as maria.
    pub(crate) async fn new(place: &mut Place) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        // By another name than the service, so that browsers take it for another site.
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        place.allow(&origin).await;
        let (page, service) = (Arc::new(Mutex::new(String::new())), place.address);
        let shown = Arc::clone(&page);
        let answer =
            async move || ([(CONTENT_SECURITY_POLICY, policy(service))], Html(shown.lock().unwrap().clone()));
        let mut served = JoinSet::new();
        let router: Router = Router::new().route("/", get(answer));
        served.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let (session, setup) = (String::new(), String::new());
        let mut portal = Self { origin, service, session, setup, page, _served: served };
        portal.register().await;
        portal.show().await;
        portal
    }

    async fn register(&mut self) {
        self.session = text(&self.post("sessions", json!({})).await, "token");
        self.setup = text(&self.post("setups", json!({})).await, "id");
        for (step, body) in [
            ("address", json!({ "address": HOST })),
            ("log-in", json!({ "username": "maria", "password": "maria-Pass-1" })),
            ("welcome", json!({})),
            ("disclaimer", json!({ "version": "built-in-1" })),
        ] {
            self.post(&format!("setups/{}/{step}", self.setup), body).await;
            self.ask(Method::GET, &format!("setups/{}?wait=20", self.setup), Value::Null).await;
        }
    }

    /// A page with the widget, which notes what the widget tells it.
    async fn show(&self) {
        let (service, setup, token) = (self.service, &self.setup, self.token().await);
        *self.page.lock().unwrap() = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Portal</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <script nonce=\"portal\">window.told = []; for (const name of ['change', 'token', 'log-in']) \
             addEventListener(`ib-setup-${{name}}`, event => {{ event.preventDefault(); told.push(name); }});</script>\
             <script type=\"module\" src=\"http://{service}/assets/ib-setup.js\"></script>\
             <main><h1>Portal</h1><p>Something else.</p></main>\
             <ib-setup setup=\"{setup}\" token=\"{token}\"></ib-setup></html>"
        );
    }

    /// What the back end gives to the page.
    pub(crate) async fn token(&self) -> String {
        let given =
            self.post(&format!("setups/{}/embed", self.setup), json!({ "origin": self.origin })).await;
        text(&given, "token")
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, body).await
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(format!("http://{}/api/v1/{path}", self.service));
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.session));
        let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let answer = client.request(request.unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }
}

fn text(document: &Value, name: &str) -> String {
    document[name].as_str().unwrap().to_owned()
}

impl Window {
    /// Something about what is in the widget; `root` is where it begins.
    pub(crate) async fn inside(&self, script: &str) -> Value {
        let script =
            format!("const root = document.querySelector('ib-setup')?.shadowRoot; return root && ({script})");
        self.script(&script).await.unwrap()
    }

    pub(crate) async fn embedded_says(&self, wanted: &str) {
        let wanted = json!(wanted);
        let says = format!(
            "[...root.querySelectorAll('.setup > *')].some(part => part.innerText.includes({wanted}))"
        );
        self.until(&wanted, json!(true), async || Ok(self.inside(&says).await)).await;
    }

    /// Goes to a button of the widget and presses it, by keyboard.
    pub(crate) async fn press_embedded(&self, name: &str) {
        let find =
            format!("[...root.querySelectorAll('button')].find(one => one.innerText.startsWith({name:?}))");
        let focus = format!("({find})?.focus(), root.activeElement?.innerText.startsWith({name:?}) === true");
        self.until(name, json!(true), async || Ok(self.inside(&focus).await)).await;
        self.key(Key::Enter).await;
    }

    async fn is_told(&self, name: &str) {
        let told = format!("return told.includes({name:?})");
        self.until(name, json!(true), async || self.script(&told).await).await;
    }
}

async fn a_page_of_another_site_shows_the_widget(guest: Guest) {
    let mut place = Place::new().await;
    let portal = Portal::new(&mut place).await;
    place.hold();
    let window = Window::at(&guest, &place).await;
    guest.browser.goto(&portal.origin).await.unwrap();
    window.press_embedded("Setup, 4 tasks open").await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("0 of 4 installed, now Secret Manager Local Service").await;
    window.embedded_says("Cancel everything").await;
    // What it looks like comes along with it.
    let placed = window.inside("getComputedStyle(root.querySelector('.setup')).position").await;
    assert_eq!(placed, "fixed");
    let links = window.inside("[...root.querySelectorAll('a')].every(a => a.href.startsWith('http'))").await;
    assert_eq!(links, true);
    place.go_on();
    window.embedded_says("All done.").await;
    window.embedded_says("Setup, everything is done").await;
    window.is_told("change").await;
    window.key(Key::Escape).await;
    let closed = "root.querySelector('.toggle').getAttribute('aria-expanded') === 'false' \
                  && root.activeElement === root.querySelector('.toggle')";
    assert_eq!(window.inside(closed).await, true, "Escape closes it and gives the focus back");
}

async fn a_token_that_has_ended_is_replaced(guest: Guest) {
    let mut place = Place::new().await;
    let portal = Portal::new(&mut place).await;
    place.hold();
    let window = Window::at(&guest, &place).await;
    guest.browser.goto(&portal.origin).await.unwrap();
    window.press_embedded("Setup, 4 tasks open").await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("0 of 4 installed").await;
    place.advance(Duration::from_mins(16));
    window.is_told("token").await;
    let token = portal.token().await;
    let give = format!("document.querySelector('ib-setup').setAttribute('token', {token:?})");
    window.script(&give).await.unwrap();
    place.go_on();
    window.embedded_says("Setup, everything is done").await;
}

async fn a_page_of_the_same_origin_needs_nothing(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    window.embed("").await;
    // The token ends meanwhile, and is renewed without anybody's doing.
    place.advance(Duration::from_mins(16));
    window.press_embedded("Install dependencies").await;
    window.embedded_says("Setup, everything is done").await;
}

async fn the_embedded_widget_looks_right(guest: Guest) {
    let mut place = Place::new().await;
    let portal = Portal::new(&mut place).await;
    fails(&place);
    let window = Window::at(&guest, &place).await;
    guest.browser.goto(&portal.origin).await.unwrap();
    window.press_embedded("Setup, 4 tasks open").await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("SETUP-DEP-002").await;
    window.embedded_says("The publication has ended").await;
    look(&window, "embedded-failed").await;
    window.press_embedded("Retry").await;
    window.embedded_says("Setup, everything is done").await;
    look(&window, "embedded-done").await;
}
