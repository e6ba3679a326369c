//! By keyboard alone: what gets the focus, in which order, and that one sees it.

use serde_json::json;
use thirtyfour::Key;

use crate::place::{HOST, Place};
use crate::stops::stopped;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![a_person_registers_by_keyboard];

/// What has the focus is in view, and has a ring around it.
const SEEN: &str = "const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect(); \
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.left >= 0 \
    && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight";

/// Presses Tab until the focus is on `last`; everything that had it on the way, in its order.
async fn tab_to(window: &Window, last: &str) -> Vec<String> {
    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != last) {
        assert!(names.len() < 30, "{last} is not reached: {names:?}");
        window.key(Key::Tab).await;
        let name = window.focused().await.unwrap();
        window.until(format_args!("{name} is seen"), json!(true), async || window.script(SEEN).await).await;
        names.push(name);
    }
    names
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
