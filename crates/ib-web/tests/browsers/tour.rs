//! A person's way through the running demo, which leaves the pictures of the guide. `cargo xtask screenshots` provides
//! the demo.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::environments::ENVIRONMENTS;
use crate::installs::{DONE, INSTALL};
use crate::integrations::INTEGRATIONS;
use crate::place::HOST;
use crate::stops::stopped;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![the_guide_is_illustrated];

/// Whether a demo is there to walk through.
pub(crate) fn is_given() -> bool {
    std::env::var_os("IB_DEMO").is_some()
}

/// A variable that `cargo xtask screenshots` sets.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|error| panic!("{name}: {error}; run `cargo xtask screenshots`"))
}

/// Width and first height of the window, in CSS pixels.
const WIDTH: u32 = 1100;
const HEIGHT: u32 = 720;

/// Down to where a picture goes.
enum Cut {
    /// The end of what the page says.
    Main,
    /// The end of the page.
    Page,
    /// So many CSS pixels.
    At(u32),
    /// A part of the page alone.
    Part(&'static str),
}

impl Cut {
    /// A script that says how high the picture is.
    fn script(&self) -> String {
        let below = match self {
            Self::Main | Self::Part(_) => "main, .steps",
            Self::Page => "body > *",
            Self::At(height) => return format!("return {height}"),
        };
        format!(
            "scrollTo(0, 0); document.activeElement?.blur(); return Math.ceil(Math.max( \
             ...[...document.querySelectorAll('{below}')].map(e => e.getBoundingClientRect().bottom))) + 24"
        )
    }
}

/// Changes the development environment of the demo, or another one.
async fn change(host: &str, patch: Value) {
    let request = Request::builder().method(Method::PATCH);
    let request = request.uri(format!("{}/hosts/{host}", given("IB_DEMO_CONTROL")));
    let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(patch.to_string()));
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let answer = client.request(request.unwrap()).await.unwrap();
    assert!(answer.status().is_success(), "{host}: {}", answer.status());
}

impl Window {
    /// A picture of the page from its top.
    async fn picture(&self, name: &str, cut: Cut) {
        let cdp = self.browser.cdp();
        let light = json!({ "features": [{ "name": "prefers-color-scheme", "value": "light" }] });
        cdp.send_raw("Emulation.setEmulatedMedia", light).await.unwrap();
        cdp.send_raw("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await.unwrap();
        let mut size = json!({ "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size.clone()).await.unwrap();
        // The window is as high as the picture, so that the widget stands in its corner.
        size["height"] = self.script(&cut.script()).await.unwrap();
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        let mut wanted = json!({ "format": "png" });
        if let Cut::Part(selector) = cut {
            let part = format!(
                "const {{ top, height }} = document.querySelector({selector:?}).getBoundingClientRect(); \
                 return {{ x: 0, y: top, width: {WIDTH}, height, scale: 1 }}"
            );
            wanted["clip"] = self.script(&part).await.unwrap();
        }
        let answer = cdp.send_raw("Page.captureScreenshot", wanted).await.unwrap();
        let picture = STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        std::fs::write(Path::new(&given("IB_SCREENSHOTS")).join(format!("{name}.png")), picture).unwrap();
    }
}

async fn the_guide_is_illustrated(guest: Guest) {
    let window = Window::over(&guest, given("IB_DEMO")).await;
    registered(&window).await;
    installed(&window).await;
    published(&window).await;
    watched(&window).await;
    embedded(&window).await;
}

/// From the first page on; nina lacks a permission, maria has it.
async fn registered(window: &Window) {
    window.goto("/").await;
    window.arrive("address").await;
    window.picture("address", Cut::Main).await;
    window.enter_address().await;
    window.log_in("nina").await;
    stopped(window, "create applications").await;
    window.picture("finding", Cut::Main).await;
    window.log_in("maria").await;
    window.arrive("welcome").await;
    window.choose().await;
    window.picture("disclaimer", Cut::Main).await;
    window.accept().await;
    window.arrive("registered").await;
    window.labelled("Setup, 4 tasks open").await;
    window.picture("report", Cut::Page).await;
}

/// From the prompt in the widget on.
async fn installed(window: &Window) {
    window.toggle().await;
    window.widget_says(INSTALL).await;
    window.picture("registered", Cut::At(HEIGHT)).await;
    change(
        HOST,
        json!({ "publish_rules": [{ "application": "Integration Builder Utils", "stall_after": 1 }] }),
    )
    .await;
    window.press(INSTALL).await;
    window.widget_says("now Integration Builder Utils").await;
    window.picture("dependencies", Cut::At(HEIGHT)).await;
    change(HOST, json!({ "publish_rules": [] })).await;
    window.labelled(DONE).await;
    window.toggle().await;
}

async fn published(window: &Window) {
    window.goto(INTEGRATIONS).await;
    window.upload("salesforce", &PathBuf::from(given("IB_DEMO_PACKAGE"))).await;
    window.integrations_say("Not published yet").await;
    window.picture("integrations", Cut::Main).await;
    window.press("Publish Orders").await;
    window.integrations_say("Published from here").await;
}

/// Another one is added; its certificate has expired, and somebody lives with that for a while.
async fn watched(window: &Window) {
    change("prod.acme.example", json!({ "tls": "expired" })).await;
    window.goto(ENVIRONMENTS).await;
    // Integration Manager is there since everything was installed.
    window.press("Check now Development").await;
    window.environments_say("Everything works with Development").await;
    window.add("Production", "prod.acme.example").await;
    window.environments_say("Not connected").await;
    window.picture("environments", Cut::Main).await;
    window.find("#features-2 summary").await.click().await.unwrap();
    window.find("#waive-2-SETUP-TLS-001 summary").await.click().await.unwrap();
    window.fill("owner-2-SETUP-TLS-001", "Platform team").await;
    window.fill("why-2-SETUP-TLS-001", "The certificate is replaced in May").await;
    window.picture("limits", Cut::Part("#environment-2")).await;
    window.goto("/settings/audit").await;
    window.picture("audit-trail", Cut::At(HEIGHT)).await;
}

/// The widget on a page that is not the service's, of the same origin.
async fn embedded(window: &Window) {
    window.goto("/api/docs").await;
    let page = "const script = document.createElement('script'); script.type = 'module'; \
                script.src = '/assets/ib-setup.js'; document.querySelectorAll('link').forEach(e => e.remove()); \
                document.body.innerHTML = '<h1>Your portal</h1><p>What you show here yourself.</p>'; \
                document.body.append(script, document.createElement('ib-setup'))";
    window.script(page).await.unwrap();
    window.press_embedded("Setup, ").await;
    window.picture("embedding", Cut::At(480)).await;
}
