//! By keyboard alone: what gets the focus, in which order, and that one sees it.

use serde_json::json;
use thirtyfour::Key;

use crate::installs::{DONE, INSTALL, SETTINGS};
use crate::place::{HOST, Place};
use crate::stops::stopped;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_registers_by_keyboard,
    a_person_installs_by_keyboard,
    the_widget_covers_nothing_that_has_the_focus,
];

/// What has the focus is in view, has a ring around it, and nothing lies over it.
const SEEN: &str = "const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect(); \
    const corners = [...e.getClientRects()].flatMap(r => [[r.left + 3, r.top + 3], [r.right - 3, r.bottom - 3]]); \
    const at = corners.map(([x, y]) => document.elementFromPoint(x, y)); \
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.left >= 0 \
    && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight \
    && at.every(top => e.contains(top) || top?.contains(e))";

/// Presses Tab until the focus is on `last`; everything that had it on the way, in its order.
async fn tab_to(window: &Window, last: &str) -> Vec<String> {
    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != last) {
        assert!(names.len() < 30, "{last} is not reached: {names:?}");
        window.key(Key::Tab).await;
        let name = window.focused().await.unwrap();
        seen(window, &name).await;
        names.push(name);
    }
    names
}

async fn seen(window: &Window, name: &str) {
    window.until(format_args!("{name} is seen"), json!(true), async || window.script(SEEN).await).await;
}

async fn write(window: &Window, text: &str) {
    window.browser.action_chain().send_keys(text).perform().await.unwrap();
}

async fn a_person_registers_by_keyboard(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    let field = "Address of the development environment";
    let order = tab_to(&window, "Check address").await;
    assert_eq!(
        order,
        ["Skip to the main content", "Integration Builder set-up", "Help", field, "Check address"]
    );
    window.back_tab().await;
    assert_eq!(window.focused().await.unwrap(), field);
    write(&window, HOST).await;
    window.key(Key::Enter).await;
    window.arrive("log-in").await;
    log_in(&window).await;
    tab_to(&window, "Set up Integration Builder").await;
    window.key(Key::Space).await;
    window.arrive("disclaimer").await;
    let accept = format!("I have read the disclaimer and accept it for {HOST}");
    tab_to(&window, &accept).await;
    window.key(Key::Space).await;
    assert_eq!(tab_to(&window, "Do not accept").await, ["Accept and continue", "Do not accept"]);
    window.back_tab().await;
    window.key(Key::Enter).await;
    window.arrive("registered").await;
    tab_to(&window, "Log out").await;
    window.key(Key::Enter).await;
    window.until("logged out", "/logged-out".to_owned(), async || window.path().await).await;
}

/// Wrong at first, then right.
async fn log_in(window: &Window) {
    let order = tab_to(window, "Log in").await;
    let start = ["Skip to the main content", "Integration Builder set-up", "Help", "Log out"];
    let rest =
        ["Development environment", "Change the address", "User name", "Password", "Show password", "Log in"];
    assert_eq!(order, [start.as_slice(), rest.as_slice()].concat());
    for _ in 0..3 {
        window.back_tab().await;
    }
    assert_eq!(window.focused().await.unwrap(), "User name");
    write(window, "maria").await;
    window.key(Key::Tab).await;
    write(window, "wrong").await;
    window.key(Key::Enter).await;
    window.arrive("log-in").await;
    stopped(window, "did not accept").await;
    // From the summary, Tab leads on through its link.
    let order = tab_to(window, "Show password").await;
    assert_eq!(order[1..], ["Change the address", "User name", "Password", "Show password"]);
    window.key(Key::Space).await;
    assert_eq!(window.focused().await.unwrap(), "Hide password");
    window.back_tab().await;
    write(window, "maria-Pass-1").await;
    window.key(Key::Enter).await;
    window.arrive("welcome").await;
}

async fn a_person_installs_by_keyboard(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    place.hold();
    window.register("maria").await;
    window.labelled("Setup, 4 tasks open").await;
    tab_to(&window, "Setup, 4 tasks open").await;
    window.key(Key::Enter).await;
    assert_eq!(tab_to(&window, INSTALL).await, ["All about the dependencies", INSTALL]);
    window.leave(async || window.key(Key::Space).await).await;
    window.widget_says("now Secret Manager Local Service").await;
    let cancel = "Cancel Secret Manager Local Service";
    tab_to(&window, cancel).await;
    // What changes elsewhere leaves the focus where it is.
    window.widget_says("Uploading Secret Manager Local Service").await;
    assert_eq!(window.focused().await.unwrap(), cancel);
    place.rule("Integration Builder Utils", |rule| rule.stall_after = Some(1));
    window.widget_says("now Integration Builder Utils").await;
    let focus = "return document.activeElement.id";
    let row = json!("setup-secret-manager-local-service");
    window.until("the row has the focus", row, async || window.script(focus).await).await;
    seen(&window, "the row").await;
    place.go_on();
    window.labelled(DONE).await;
    // The row is gone, too.
    window.until("the focus", DONE.to_owned(), async || window.focused().await).await;
    seen(&window, DONE).await;
}

async fn the_widget_covers_nothing_that_has_the_focus(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.prompted("maria").await;
    there_and_back(&window).await;
    let narrow = json!({ "width": 640, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    let cdp = window.browser.cdp();
    // Others have only their window, which may lose the focus when its size changes.
    if cdp.send_raw("Emulation.setDeviceMetricsOverride", narrow).await.is_ok() {
        there_and_back(&window).await;
        cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
    }
}

/// Through everything on the page of dependencies, with the widget open.
async fn there_and_back(window: &Window) {
    window.goto(&format!("{SETTINGS}?setup=open")).await;
    window.labelled("Setup, 4 tasks open").await;
    tab_to(window, "Install Integration Manager").await;
    let last = "Integration Manager";
    tab_to(window, last).await;
    let mut name = last.to_owned();
    while name != "Integration Builder set-up" {
        window.back_tab().await;
        name = window.focused().await.unwrap();
        seen(window, &name).await;
    }
}
