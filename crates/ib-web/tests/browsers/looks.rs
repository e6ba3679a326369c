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
/// as ✗, which has the colours of the words beside it, and of a step's name beside its number in a circle. Where the
/// system decides on the colours, axe judges those that it replaced.
const RUN: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
    'best-practice'], resultTypes: ['violations', 'incomplete'], \
    rules: { 'color-contrast': { enabled: !matchMedia('(forced-colors: active)').matches } } \
    }).then(({ violations, incomplete }) => { \
    const known = node => node.any.some(check => ['nonBmp', 'pseudoContent'].includes(check.data?.messageKey)); \
    const told = (rules, nodes) => rules.flatMap(rule => rule.nodes.filter(nodes) \
        .map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)); \
    return [...told(violations, () => true), ...told(incomplete, node => !known(node))]; })";

const FITS: &str = "const d = document.documentElement; return d.scrollWidth <= d.clientWidth ? [] : \
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > d.clientWidth) \
    .map(e => e.outerHTML.slice(0, 200))";

/// A way to look at a page.
struct View {
    scheme: &'static str,
    /// Whether the system decides on the colours.
    is_forced: bool,
    /// Width and height in CSS pixels, and how large one is.
    size: (u32, u32, u32),
    /// What the picture's name ends in.
    name: &'static str,
}

const fn view(scheme: &'static str, width: u32, name: &'static str) -> View {
    View { scheme, is_forced: false, size: (width, 800, 1), name }
}

/// Light and dark, and as narrow as a small phone.
const VIEWS: &[View] = &[
    view("light", 1280, ""),
    view("dark", 1280, "-dark"),
    view("light", 320, "-narrow"),
    view("dark", 320, "-narrow-dark"),
];

/// In colours of the system, and twice as large, where much is shown in little room.
const CLOSER: &[View] = &[
    View { is_forced: true, ..view("light", 1280, "-forced") },
    View { is_forced: true, ..view("dark", 1280, "-forced-dark") },
    View { size: (640, 400, 2), ..view("light", 640, "-zoomed") },
];

/// Looks at what the window shows, in every view.
pub(crate) async fn look(window: &Window, name: &str) {
    look_in(window, name, VIEWS).await;
}

/// The same, and closer.
async fn look_closely(window: &Window, name: &str) {
    look(window, name).await;
    look_in(window, name, CLOSER).await;
}

async fn look_in(window: &Window, name: &str, views: &[View]) {
    for view in views {
        show(window, view).await.unwrap();
        let (at, width) = (format!("{name}{}", view.name), view.size.0);
        let axe = format!("if (!window.axe) {{ {} }} {RUN}", *AXE);
        assert_eq!(window.script(&axe).await.unwrap(), json!([]), "axe at {at}");
        assert_eq!(window.script(FITS).await.unwrap(), json!([]), "wider than {width} px at {at}");
        keep(&window.browser, &at).await;
    }
    let cdp = window.browser.cdp();
    cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
    cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await.unwrap();
}

async fn show(window: &Window, view: &View) -> WebDriverResult<Value> {
    let cdp = window.browser.cdp();
    let forced = if view.is_forced { "active" } else { "none" };
    let features = json!({ "features": [
        { "name": "prefers-color-scheme", "value": view.scheme }, { "name": "forced-colors", "value": forced },
    ] });
    cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
    let (width, height, scale) = view.size;
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
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
    look_closely(&window, "widget-closed").await;
    window.toggle().await;
    window.widget_says("Install dependencies").await;
    look_closely(&window, "widget-due").await;
    place.role("maria", "Debugger");
    window.press("Install dependencies").await;
    window.labelled("Setup, there is a problem").await;
    look_closely(&window, "widget-stopped").await;
    place.role("maria", "Integrator");
    place.hold();
    window.press("Install dependencies").await;
    window.widget_says("now Secret Manager Local Service").await;
    look_closely(&window, "widget-running").await;
    place.advance(std::time::Duration::from_mins(3));
    window.widget_says("No change for").await;
    look_closely(&window, "widget-stalled").await;
    place.forget_credentials();
    window.widget_says("waiting for a log-in").await;
    look_closely(&window, "widget-waiting").await;
    let other = Window::named(&guest, &place, "localhost").await;
    other.enter_address().await;
    other.log_in("admin").await;
    other.arrive("registered").await;
    other.toggle().await;
    other.widget_says("In progress").await;
    look_closely(&other, "widget-taken-over").await;
    place.go_on();
    other.labelled("Setup, everything is done").await;
    look_closely(&other, "widget-done").await;
}

async fn dependencies_look_right(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    fails(&place);
    window.prompted("maria").await;
    window.goto(SETTINGS).await;
    look_closely(&window, "dependencies-due").await;
    window.press("Install dependencies").await;
    window
        .until("the failure", true, async || Ok(window.text_of("main").await?.contains("SETUP-DEP-002")))
        .await;
    look_closely(&window, "dependencies-failed").await;
    window.press("Retry Integration Builder Utils").await;
    window.labelled("Setup, everything is done").await;
    window.reload().await;
    look_closely(&window, "dependencies-done").await;
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
