//! What stands in the way, how it is told, and what is told while something runs.

use serde_json::json;

use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_wrong_password_is_told_and_only_it_is_cleared,
    a_missing_permission_is_told,
    lifetime_is_no_development_environment,
    a_password_is_shown_and_hidden,
    what_runs_is_told_and_takes_no_focus,
];

/// The title says it, and the summary at the top has the focus.
pub(crate) async fn stopped(window: &Window, what: &str) {
    window.until(what, true, async || Ok(window.text_of(".summary").await?.contains(what))).await;
    let title = window.browser.title().await.unwrap();
    assert!(title.starts_with("Error: "), "{title}");
    let has_focus = "return document.activeElement.matches('.summary[role=alert]')";
    window.until("focus on the summary", json!(true), async || window.script(has_focus).await).await;
}

async fn a_wrong_password_is_told_and_only_it_is_cleared(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter_address().await;
    window.fill("username", "maria").await;
    window.fill("password", "wrong").await;
    window.press("Log in").await;
    window.arrive("log-in").await;
    stopped(&window, "did not accept").await;
    assert_eq!(
        (window.value("username").await.as_str(), window.value("password").await.as_str()),
        ("maria", "")
    );
    window.fill("password", "maria-Pass-1").await;
    window.press("Log in").await;
    window.arrive("welcome").await;
}

async fn a_missing_permission_is_told(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter_address().await;
    window.log_in("nina").await;
    window.arrive("log-in").await;
    stopped(&window, "create applications").await;
    assert!(window.text_of(".finding").await.unwrap().contains("SETUP-PERM-003"));
}

async fn lifetime_is_no_development_environment(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    window.fill("address", "lifetime.acme.example").await;
    window.press("Check address").await;
    window.arrive("address").await;
    stopped(&window, "LifeTime").await;
    assert_eq!(window.value("address").await, "lifetime.acme.example");
    window.fill("address", "dev.acme.example").await;
    window.press("Check address").await;
    window.arrive("log-in").await;
}

async fn a_password_is_shown_and_hidden(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter_address().await;
    let (button, field) = (window.find(".password button").await, window.find("#password").await);
    for (name, kind) in
        [("Show password", "password"), ("Hide password", "text"), ("Show password", "password")]
    {
        assert_eq!(button.attr("aria-label").await.unwrap().as_deref(), Some(name));
        assert_eq!(field.attr("type").await.unwrap().as_deref(), Some(kind));
        button.click().await.unwrap();
    }
}

async fn what_runs_is_told_and_takes_no_focus(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    place.stall();
    window.fill("address", crate::place::HOST).await;
    window.press("Check address").await;
    window.running("address").await;
    // Both regions are there, empty and not hidden, before anything is put into them.
    let regions = "return ['status', 'alert'].map(id => { const e = document.getElementById(id); \
                   return [e.getAttribute('role'), e.textContent, getComputedStyle(e).display] })";
    assert_eq!(
        window.script(regions).await.unwrap(),
        json!([["status", "", "block"], ["alert", "", "block"]])
    );
    window.script("window.region = document.getElementById('status')").await.unwrap();
    window.script("document.querySelector('header nav a').focus()").await.unwrap();
    let told = "return window.region === document.getElementById('status') \
                && /^Still at it\\. \\d+ seconds so far\\.$/.test(window.region.textContent)";
    window.until("the status", json!(true), async || window.script(told).await).await;
    assert_eq!(window.focused().await.unwrap(), "Help");
}
