//! From the first page to the last, in every way that a person may take.

use std::time::Duration;

use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_registers,
    every_step_survives_a_reload,
    the_back_button_shows_what_was_answered,
    a_second_tab_goes_on,
    two_people_at_once,
    an_ended_session_goes_on_after_the_next_log_in,
    after_a_log_out_the_way_goes_on,
    a_long_check_goes_on_by_itself,
];

const REGISTERED: &str = "Your infrastructure is registered";

async fn is_registered(window: &Window) {
    window.arrive("registered").await;
    assert_eq!(window.text_of("h1").await.unwrap(), REGISTERED);
}

/// The step that the list of steps says one is at.
async fn current(window: &Window) -> String {
    let here = thirtyfour::By::Css(".steps [aria-current='step'] > :first-child");
    let items = window.browser.find_all(here).await.unwrap();
    assert_eq!(items.len(), 1, "one step is the current one");
    items[0].text().await.unwrap()
}

async fn a_person_registers(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.goto("/").await;
    window.arrive("address").await;
    assert_eq!(current(&window).await, "Development environment");
    window.enter_address().await;
    assert_eq!(current(&window).await, "Log in");
    assert_eq!(window.browser.title().await.unwrap(), "Log in – Set up Integration Builder");
    window.log_in("maria").await;
    window.arrive("welcome").await;
    assert_eq!(current(&window).await, "Welcome");
    window.choose().await;
    assert_eq!(current(&window).await, "Disclaimer");
    window.accept().await;
    is_registered(&window).await;
    assert_eq!(current(&window).await, "Registered");
}

async fn every_step_survives_a_reload(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    let again = async |step: &str| {
        window.reload().await;
        window.arrive(step).await;
    };
    window.goto("/").await;
    again("address").await;
    window.enter_address().await;
    again("log-in").await;
    window.log_in("maria").await;
    window.arrive("welcome").await;
    again("welcome").await;
    window.choose().await;
    again("disclaimer").await;
    window.accept().await;
    is_registered(&window).await;
    again("registered").await;
}

async fn the_back_button_shows_what_was_answered(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    let says = async |what: &str| {
        window.browser.back().await.unwrap();
        window.until(what, true, async || Ok(window.text_of("main").await?.contains(what))).await;
    };
    says("This step is done.").await;
    says("maria was let in at dev.acme.example").await;
    says("The development environment is dev.acme.example").await;
    assert_eq!(window.value("address").await, "dev.acme.example");
    window.press("Go on").await;
    window.arrive("disclaimer").await;
    window.accept().await;
    is_registered(&window).await;
}

async fn a_second_tab_goes_on(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    let first = window.browser.window().await.unwrap();
    let second = window.browser.new_tab().await.unwrap();
    window.browser.switch_to_window(second).await.unwrap();
    window.goto("/").await;
    window.arrive("disclaimer").await;
    window.accept().await;
    is_registered(&window).await;
    window.browser.close_window().await.unwrap();
    // The form that the first one still shows does no harm.
    window.browser.switch_to_window(first).await.unwrap();
    window.accept().await;
    is_registered(&window).await;
}

async fn two_people_at_once(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    let first = window.browser.window().await.unwrap();
    let second = window.browser.new_tab().await.unwrap();
    window.browser.switch_to_window(second).await.unwrap();
    let other = Window::named(&guest, &place, "localhost").await;
    other.enter("admin").await;
    assert!(other.text_of("main").await.unwrap().contains("logged in as admin"));
    other.choose().await;
    window.browser.switch_to_window(first.clone()).await.unwrap();
    window.choose().await;
    window.accept().await;
    is_registered(&window).await;
    window.browser.close_window().await.unwrap();
    let left = window.browser.windows().await.unwrap().remove(0);
    window.browser.switch_to_window(left).await.unwrap();
    other.accept().await;
    is_registered(&other).await;
}

async fn an_ended_session_goes_on_after_the_next_log_in(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    place.advance(Duration::from_mins(31));
    window.accept().await;
    window.arrive("address").await;
    window.enter_address().await;
    window.log_in("maria").await;
    window.arrive("disclaimer").await;
}

async fn after_a_log_out_the_way_goes_on(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    window.press("Log out").await;
    assert_eq!(window.text_of("h1").await.unwrap(), "You are logged out");
    assert!(window.browser.get_all_cookies().await.unwrap().is_empty());
    window.press("Log in again").await;
    window.enter_address().await;
    window.log_in("maria").await;
    window.arrive("disclaimer").await;
}

async fn a_long_check_goes_on_by_itself(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.enter("maria").await;
    window.choose().await;
    place.slow(Duration::from_secs(5));
    window.accept().await;
    window.running("check").await;
    is_registered(&window).await;
}
