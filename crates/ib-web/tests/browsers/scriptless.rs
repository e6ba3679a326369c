//! Without scripts everything works, too.

use std::time::Duration;

use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] =
    named![a_person_registers_without_scripts, a_person_installs_without_scripts];

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
    // Where the widget is open, the page is asked for again by itself.
    window.goto("/setup/registered?setup=open").await;
    window.labelled("Setup, 4 tasks open").await;
    window.press("Install dependencies").await;
    window.labelled("Setup, everything is done").await;
    window.widget_says("Everything that integrations need is installed.").await;
}
