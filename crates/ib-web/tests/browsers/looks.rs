//! Every state of every page in Chromium: what axe says about it, whether it fits, and a picture.

use std::path::PathBuf;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ib_domain::reason::Reason;
use serde_json::{Value, json};
use thirtyfour::WebDriver;
use thirtyfour::error::WebDriverResult;

use crate::installs::{SETTINGS, fails};
use crate::place::{HOST, Place};
use crate::stops::stopped;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    the_address_looks_right,
    the_log_in_looks_right,
    the_middle_looks_right,
    the_check_looks_right,
    the_activation_code_looks_right,
    the_widget_looks_right,
    dependencies_look_right,
    pages_beside_the_way_look_right,
];

/// The source of axe-core.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let path =
        std::env::var("IB_AXE").expect("IB_AXE names axe.min.js: run `cargo xtask test --only browsers`");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
});

/// Every violation, and what axe could not tell. Two kinds of the latter were looked at: the contrast of a sign such
/// as ✗, which has the colours of the words beside it, and of a step's name beside its number in a circle.
const RUN: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
    'best-practice'], resultTypes: ['violations', 'incomplete'] }).then(({ violations, incomplete }) => { \
    const known = node => node.any.some(check => ['nonBmp', 'pseudoContent'].includes(check.data?.messageKey)); \
    const told = (rules, nodes) => rules.flatMap(rule => rule.nodes.filter(nodes) \
        .map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)); \
    return [...told(violations, () => true), ...told(incomplete, node => !known(node))]; })";

const FITS: &str = "const d = document.documentElement; return d.scrollWidth <= d.clientWidth ? [] : \
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > d.clientWidth) \
    .map(e => e.outerHTML.slice(0, 200))";

/// Light and dark, and as narrow as a small phone.
const VIEWS: [(&str, u32, &str); 4] =
    [("light", 1280, ""), ("dark", 1280, "-dark"), ("light", 320, "-narrow"), ("dark", 320, "-narrow-dark")];

/// Looks at what the window shows, in every view.
pub(crate) async fn look(window: &Window, name: &str) {
    for (scheme, width, view) in VIEWS {
        show(window, scheme, width).await.unwrap();
        let axe = format!("if (!window.axe) {{ {} }} {RUN}", *AXE);
        assert_eq!(window.script(&axe).await.unwrap(), json!([]), "axe at {name}{view}");
        assert_eq!(window.script(FITS).await.unwrap(), json!([]), "wider than {width} px at {name}{view}");
        keep(&window.browser, &format!("{name}{view}")).await;
    }
    window.browser.cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
}

async fn show(window: &Window, scheme: &str, width: u32) -> WebDriverResult<Value> {
    let cdp = window.browser.cdp();
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
    let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await
}

/// Keeps a picture in target/screenshots; of the whole page, where the browser can.
pub(crate) async fn keep(browser: &WebDriver, name: &str) {
    let Some(folder) = std::env::var_os("IB_SCREENSHOTS").map(PathBuf::from) else { return };
    let whole = json!({ "captureBeyondViewport": true });
    let picture = match browser.cdp().send_raw("Page.captureScreenshot", whole).await {
        Ok(answer) => answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok()),
        Err(_) => browser.screenshot_as_png().await.ok(),
    };
    if let Some(picture) = picture {
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}

async fn send(window: &Window, address: &str) {
    window.fill("address", address).await;
    window.press("Check address").await;
}

async fn the_address_looks_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    look(&window, "address").await;
    send(&window, "ftp://dev.acme.example").await;
    stopped(&window, "address").await;
    look(&window, "address-refused").await;
    send(&window, "lifetime.acme.example").await;
    stopped(&window, "LifeTime").await;
    look(&window, "address-finding").await;
    place.stall();
    send(&window, HOST).await;
    window.running("address").await;
    look(&window, "address-running").await;
}

async fn the_log_in_looks_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter_address().await;
    look(&window, "log-in").await;
    window.press("Log in").await;
    stopped(&window, "Enter the user name").await;
    look(&window, "log-in-empty").await;
    window.log_in("nina").await;
    stopped(&window, "create applications").await;
    look(&window, "log-in-denied").await;
    for _ in 0..3 {
        window.fill("username", "maria").await;
        window.fill("password", "wrong").await;
        window.press("Log in").await;
        window.arrive("log-in").await;
        stopped(&window, "did not accept").await;
    }
    look(&window, "log-in-refused").await;
    window.log_in("maria").await;
    stopped(&window, "The pause ends in 10 minutes").await;
    look(&window, "log-in-too-early").await;
}

async fn the_middle_looks_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    look(&window, "welcome").await;
    window.choose().await;
    look(&window, "disclaimer").await;
    window.press("Accept and continue").await;
    stopped(&window, "Tick the box").await;
    look(&window, "disclaimer-refused").await;
    for done in ["address", "log-in", "welcome"] {
        window.goto(&format!("/setup/{done}")).await;
        look(&window, &format!("{done}-done")).await;
    }
    window.goto("/setup/disclaimer").await;
    place.stall();
    window.accept().await;
    window.running("check").await;
    look(&window, "check-running").await;
}

async fn the_check_looks_right(guest: Guest) {
    let place = Place::with(|scenario| {
        "11.6.0.1".clone_into(&mut scenario.environments[1].version);
        "11.6.0.1".clone_into(&mut scenario.environments[2].version);
    })
    .await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    window.accept().await;
    window.arrive("check").await;
    stopped(&window, "11.6.0.1").await;
    look(&window, "check-stopped").await;
    window.find("details summary").await.click().await.unwrap();
    look(&window, "check-stopped-open").await;
}

async fn the_activation_code_looks_right(guest: Guest) {
    let place =
        Place::with(|scenario| "11.7.6.99999".clone_into(&mut scenario.environments[0].version)).await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    window.accept().await;
    window.arrive("activation-code").await;
    look(&window, "activation-code").await;
    window.press("Register and continue").await;
    stopped(&window, "Enter the activation code").await;
    look(&window, "activation-code-empty").await;
    window.fill("code", "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4").await;
    window.press("Register and continue").await;
    window.arrive("activation-code").await;
    look(&window, "activation-code-hint").await;
    window.fill("code", "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3").await;
    window.press("Register and continue").await;
    window.arrive("registered").await;
    look(&window, "registered").await;
    for done in ["disclaimer", "check", "activation-code"] {
        window.goto(&format!("/setup/{done}")).await;
        look(&window, &format!("{done}-done")).await;
    }
}

async fn the_widget_looks_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    window.labelled("Setup, 4 tasks open").await;
    look(&window, "widget-closed").await;
    window.toggle().await;
    window.widget_says("Install dependencies").await;
    look(&window, "widget-due").await;
    place.hold();
    window.press("Install dependencies").await;
    window.widget_says("now Secret Manager Local Service").await;
    look(&window, "widget-running").await;
    place.advance(std::time::Duration::from_mins(3));
    window.widget_says("No change for").await;
    look(&window, "widget-stalled").await;
    place.forget_credentials();
    window.widget_says("waiting for a log-in").await;
    look(&window, "widget-waiting").await;
    let other = Window::named(&guest, &place, "localhost").await;
    other.enter_address().await;
    other.log_in("admin").await;
    other.arrive("registered").await;
    other.toggle().await;
    other.widget_says("In progress").await;
    look(&other, "widget-taken-over").await;
    place.go_on();
    other.labelled("Setup, everything is done").await;
    look(&other, "widget-done").await;
}

async fn dependencies_look_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    fails(&place);
    window.prompted("maria").await;
    window.goto(SETTINGS).await;
    look(&window, "dependencies-due").await;
    window.press("Install dependencies").await;
    window
        .until("the failure", true, async || Ok(window.text_of("main").await?.contains("SETUP-DEP-002")))
        .await;
    look(&window, "dependencies-failed").await;
    window.press("Retry Integration Builder Utils").await;
    window.labelled("Setup, everything is done").await;
    window.reload().await;
    look(&window, "dependencies-done").await;
}

async fn pages_beside_the_way_look_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    let code = format!("/help/{}", Reason::LoginRefused.entry().code);
    for (path, name) in [
        ("/help", "help"),
        (&code, "code"),
        ("/api/docs", "api"),
        ("/nowhere", "not-found"),
        ("/logged-out", "logged-out"),
    ] {
        window.goto(path).await;
        look(&window, name).await;
    }
}
