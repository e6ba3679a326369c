//! Without scripts everything works, too.

use std::time::Duration;

use crate::installs::{DONE, INSTALL, fails};
use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_registers_without_scripts,
    a_person_installs_without_scripts,
    a_failure_is_retried_without_scripts,
    an_installation_is_cancelled_without_scripts,
];

async fn a_person_registers_without_scripts(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    place.slow(Duration::from_secs(4));
    window.fill("address", "dev.acme.example").await;
    window.press("Check address").await;
    window.running("address").await;
    window.arrive("log-in").await;
    let buttons = window.browser.find_all(thirtyfour::By::Css(".password button")).await.unwrap();
    assert!(buttons.is_empty(), "scripts are off");
    window.fill("username", "maria").await;
    window.fill("password", "wrong").await;
    window.press("Log in").await;
    window.arrive("log-in").await;
    assert!(window.browser.title().await.unwrap().starts_with("Error: "));
    window.fill("password", "maria-Pass-1").await;
    window.press("Log in").await;
    window.arrive("welcome").await;
    window.choose().await;
    place.slow(Duration::from_secs(4));
    window.accept().await;
    window.running("check").await;
    window.arrive("registered").await;
}

async fn a_person_installs_without_scripts(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    start(&window).await;
    window.labelled(DONE).await;
    window.widget_says("Everything that integrations need is installed.").await;
}

/// Where the widget is open, the page is asked for again by itself.
async fn start(window: &Window) {
    window.goto("/setup/registered?setup=open").await;
    window.labelled("Setup, 4 tasks open").await;
    window.press(INSTALL).await;
}

async fn a_failure_is_retried_without_scripts(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    fails(&place);
    window.register("maria").await;
    start(&window).await;
    window.widget_says("SETUP-DEP-002").await;
    window.widget_says("Incompatible Dependency").await;
    // Nothing is under way any more, and so nothing is asked for again until the form is sent.
    window.press("Retry Integration Builder Utils").await;
    window.labelled(DONE).await;
}

async fn an_installation_is_cancelled_without_scripts(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    place.hold();
    window.register("maria").await;
    start(&window).await;
    window.widget_says("now Secret Manager Local Service").await;
    // Where the widget is closed, the page stays as it is until somebody does something.
    window.goto("/setup/registered").await;
    window.find(".setup summary").await.click().await.unwrap();
    window.press("Cancel Integration Manager").await;
    window.widget_says("Cancelled").await;
    window.goto("/setup/registered").await;
    window.find(".setup summary").await.click().await.unwrap();
    window.press("Cancel everything").await;
    place.go_on();
    let is_over = async || Ok(!window.text_of("#setup-panel").await?.contains("Cancel everything"));
    window.until("the end", true, is_over).await;
    window.labelled("Setup, 4 tasks open").await;
    window.widget_says(INSTALL).await;
}
