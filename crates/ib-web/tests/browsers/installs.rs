//! From the prompt to install to everything being there, and whatever can happen in between.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::json;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, Key};

use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_installs_from_the_widget,
    the_widget_opens_and_closes_by_keyboard,
    an_item_fails_and_is_retried,
    a_reload_in_the_middle_loses_nothing,
    the_service_is_restarted_in_the_middle,
    what_is_under_way_is_cancelled,
    after_a_lost_log_in_it_waits_and_goes_on,
    a_second_person_looks_on,
    a_right_is_lost_and_given_back,
    a_slow_environment_stalls_and_goes_on,
    without_events_the_page_asks_by_itself,
];

pub(crate) const SETTINGS: &str = "/settings/dependencies";
pub(crate) const INSTALL: &str = "Install dependencies";
pub(crate) const DONE: &str = "Setup, everything is done";

impl Window {
    /// From the first page to a registered infrastructure, by a user.
    pub(crate) async fn register(&self, username: &str) {
        self.enter(username).await;
        self.choose().await;
        self.accept().await;
        self.arrive("registered").await;
    }

    /// What the widget is called, which says how much is open.
    pub(crate) async fn label(&self) -> WebDriverResult<String> {
        self.text_of("#setup-label").await
    }

    /// Waits for the widget's name.
    pub(crate) async fn labelled(&self, wanted: &str) {
        self.until("the widget", wanted.to_owned(), async || self.label().await).await;
    }

    /// Opens or closes the widget.
    pub(crate) async fn toggle(&self) {
        self.find(".setup .toggle").await.click().await.unwrap();
    }

    /// What is expanded, as assistive technology is told it.
    async fn expanded(&self) -> WebDriverResult<Option<String>> {
        self.browser.find(By::Css(".setup .toggle")).await?.attr("aria-expanded").await
    }

    /// Waits until the open widget says something.
    pub(crate) async fn widget_says(&self, wanted: &str) {
        self.until(wanted, true, async || Ok(self.text_of("#setup-panel").await?.contains(wanted))).await;
    }

    /// Waits until a live region says something.
    async fn announces(&self, region: &str, wanted: &str) {
        let says = async || Ok(self.text_of(&format!("#{region}")).await?.contains(wanted));
        self.until(format!("{region}: {wanted}"), true, says).await;
    }

    /// Registered, with the widget open and something to install.
    pub(crate) async fn prompted(&self, username: &str) {
        self.prompted_of(username, 4).await;
    }

    /// The same, with so many tasks.
    pub(crate) async fn prompted_of(&self, username: &str, tasks: u8) {
        self.register(username).await;
        self.labelled(&format!("Setup, {tasks} tasks open")).await;
        self.toggle().await;
        self.widget_says(INSTALL).await;
    }

    /// The same, and the first package stays under way.
    pub(crate) async fn installing(&self, place: &Place) {
        place.hold();
        self.prompted("maria").await;
        self.press(INSTALL).await;
        self.widget_says("now Secret Manager Local Service").await;
    }
}

async fn a_person_installs_from_the_widget(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    let status = window.find("#status").await;
    assert_eq!(status.text().await.unwrap(), "", "the region is there before anything is said");
    let progress = window.find(".setup progress").await;
    let text = progress.attr("aria-valuetext").await.unwrap();
    assert_eq!(text.as_deref(), Some("0 of 4 installed, now Secret Manager Local Service"));
    // A person reads something else meanwhile.
    window.find(".brand").await.focus().await.unwrap();
    place.go_on();
    window.announces("status", "All done.").await;
    window.labelled(DONE).await;
    assert_eq!(window.focused().await.unwrap(), "Integration Builder set-up", "nothing took the focus");
    window.goto(SETTINGS).await;
    let table = window.text_of("table").await.unwrap();
    assert_eq!(table.matches("2.4.0").count(), 10, "{table}");
}

async fn the_widget_opens_and_closes_by_keyboard(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    window.labelled("Setup, 4 tasks open").await;
    assert_eq!(window.expanded().await.unwrap().as_deref(), Some("false"));
    window.find(".setup .toggle").await.focus().await.unwrap();
    window.key(Key::Enter).await;
    window.widget_says(INSTALL).await;
    assert_eq!(window.expanded().await.unwrap().as_deref(), Some("true"));
    window.reload().await;
    window.widget_says(INSTALL).await;
    window.find(".setup .toggle").await.focus().await.unwrap();
    window.key(Key::Tab).await;
    window.key(Key::Escape).await;
    assert_eq!(window.expanded().await.unwrap().as_deref(), Some("false"));
    assert_eq!(window.focused().await.unwrap(), "Setup, 4 tasks open", "Escape gives the focus back");
}

async fn an_item_fails_and_is_retried(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    fails(&place);
    window.prompted("maria").await;
    window.press(INSTALL).await;
    window.widget_says("There is a problem").await;
    window.widget_says("Incompatible Dependency").await;
    window.widget_says("SETUP-DEP-002").await;
    window.press("Retry Integration Builder Utils").await;
    window.labelled(DONE).await;
}

/// The third of the five fails the first time.
pub(crate) fn fails(place: &Place) {
    place.rule("Integration Builder Utils", |rule| {
        let mut message = ib_env_sim::scenario::PublishMessage::default();
        (message.kind, message.message) = ("Error".to_owned(), "Incompatible Dependency".to_owned());
        (rule.once, rule.messages) = (true, vec![message]);
    });
}

async fn a_reload_in_the_middle_loses_nothing(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    window.reload().await;
    window.widget_says("now Secret Manager Local Service").await;
    window.goto("/help").await;
    place.go_on();
    window.goto("/setup").await;
    window.labelled(DONE).await;
}

async fn the_service_is_restarted_in_the_middle(guest: Guest) {
    let mut place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    place.restart().await;
    place.go_on();
    // Nobody reloads: the page finds the service again by itself.
    window.labelled(DONE).await;
}

async fn what_is_under_way_is_cancelled(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    window.press("Cancel everything").await;
    window.widget_says("Cancelled").await;
    place.go_on();
    window.announces("status", "The publication has ended").await;
    window.labelled("Setup, 4 tasks open").await;
}

async fn after_a_lost_log_in_it_waits_and_goes_on(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    place.forget_credentials();
    window.announces("alert", "waiting for a log-in").await;
    place.go_on();
    window.press("Log in again").await;
    window.arrive("log-in").await;
    window.log_in("maria").await;
    window.arrive("registered").await;
    window.labelled(DONE).await;
}

async fn a_second_person_looks_on(guest: Guest) {
    let place = Place::new().await;
    let first = Window::at(&guest, &place).await;
    first.installing(&place).await;
    let other = Window::named(&guest, &place, "localhost").await;
    other.enter_address().await;
    other.log_in("admin").await;
    other.arrive("registered").await;
    other.toggle().await;
    other.widget_says("maria started a publication").await;
    let buttons = other.find("#setup-panel").await.text().await.unwrap();
    assert!(!buttons.contains("Cancel everything"), "{buttons}");
    place.go_on();
    other.labelled(DONE).await;
}

async fn a_right_is_lost_and_given_back(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.prompted("maria").await;
    place.role("maria", "Debugger");
    window.press(INSTALL).await;
    window.labelled("Setup, there is a problem").await;
    for part in
        ["Change and Deploy Applications", "Who can do it:", "LifeTime administrator", "SETUP-PERM-001"]
    {
        window.widget_says(part).await;
    }
    place.role("maria", "Integrator");
    window.press(INSTALL).await;
    window.labelled(DONE).await;
}

async fn a_slow_environment_stalls_and_goes_on(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.prompted("maria").await;
    place.rule("*", |rule| (rule.polls_per_message, rule.stall_after) = (5, Some(1)));
    window.press(INSTALL).await;
    window.widget_says("Uploading Secret Manager Local Service").await;
    assert!(!window.text_of("#setup-panel").await.unwrap().contains("No change for"), "slow is not stalled");
    place.advance(Duration::from_mins(3));
    window.announces("status", "No change for some minutes.").await;
    window.widget_says("No change for 3 minutes").await;
    place.go_on();
    let is_quiet = async || Ok(window.text_of("#setup-panel").await?.contains("No change for"));
    window.until("it goes on", false, is_quiet).await;
    window.labelled(DONE).await;
}

async fn without_events_the_page_asks_by_itself(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.installing(&place).await;
    let cookies = window.cookies().await;
    // The page's own stream ends with the page.
    window.browser.goto("about:blank").await.unwrap();
    let streams = RefCell::new(Vec::new());
    window
        .until("every stream is taken", 8, async || {
            let stream = place.stream(&cookies).await;
            streams.borrow_mut().extend(stream);
            Ok(streams.borrow().len())
        })
        .await;
    window.goto("/setup/registered?setup=open").await;
    let asks = "return performance.getEntriesByType('resource') \
                .filter(entry => entry.name.endsWith('/setup/dependencies/state')).length > 1";
    window.until("the page asks", json!(true), async || window.script(asks).await).await;
    place.go_on();
    window.announces("status", "All done.").await;
    window.labelled(DONE).await;
}
