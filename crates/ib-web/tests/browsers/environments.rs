//! The other environments: added by a person, refused, without a connection, back again.

use ib_env_sim::scenario::{Environment, Tls};

use crate::installs::{DONE, INSTALL};
use crate::looks::look;
use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_adds_every_environment,
    an_environment_that_is_refused_says_why,
    an_environment_without_a_connection_comes_back,
    a_finding_is_lived_with_for_a_while,
    the_whole_set_up_from_the_first_line_to_the_last,
    five_hundred_environments_stay_usable,
];

/// Without scripts.
pub(crate) const SCRIPTLESS: &[Journey] = named![environments_are_added_without_scripts];

/// How they look, in Chromium.
pub(crate) const LOOKS: &[Journey] = named![environments_look_right];

pub(crate) const ENVIRONMENTS: &str = "/settings/environments";

impl Window {
    pub(crate) async fn add(&self, name: &str, address: &str) {
        // A person scrolls to it; WebKit's driver does so without regard to what lies over it.
        let scroll = "document.getElementById('name').scrollIntoView({ block: 'center' })";
        self.script(scroll).await.unwrap();
        self.fill("name", name).await;
        self.fill("address", address).await;
        self.press("Add environment").await;
    }

    /// Waits until the page says something about the environments.
    pub(crate) async fn environments_say(&self, wanted: &str) {
        let says = async || Ok(self.text_of("#environments").await?.contains(wanted));
        self.until(wanted, true, says).await;
    }

    /// Registered, on the page of environments.
    async fn at_environments(&self) {
        self.register("maria").await;
        self.goto(ENVIRONMENTS).await;
        self.environments_say("Connected").await;
    }
}

/// From the prompt in the widget (E2) to the last one (E6).
async fn a_person_adds_every_environment(guest: Guest) {
    let place = Place::with(|scenario| scenario.environments[0].integrations = 1).await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    window.labelled("Setup, 5 tasks open").await;
    window.toggle().await;
    window.widget_says("Setup environments").await;
    window.press("Setup environments").await;
    window.until("the page", ENVIRONMENTS.to_owned(), async || window.path().await).await;
    window.environments_say("Connected").await;
    window.add("Quality Assurance", "https://qa.acme.example/ServiceCenter").await;
    window.environments_say("Everything works with Quality Assurance").await;
    window.labelled("Setup, 4 tasks open").await;
    window.add("Production", "prod.acme.example").await;
    window.environments_say("Everything works with Production").await;
    window.reload().await;
    let text = window.text_of("#environments").await.unwrap();
    for host in ["dev.acme.example", "qa.acme.example", "prod.acme.example"] {
        assert!(text.contains(host), "{text}");
    }
}

async fn an_environment_that_is_refused_says_why(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    window.add("Console", "lifetime.acme.example").await;
    let summary = window.text_of(".summary").await.unwrap();
    assert!(summary.contains("never connects to LifeTime"), "{summary}");
    assert_eq!(window.value("name").await, "Console", "nothing typed is lost");
    // The summary leads to the field.
    window.find(".summary a").await.click().await.unwrap();
    let focused = async || window.focused().await;
    window.until("the field", "Address".to_owned(), focused).await;
    window.fill("address", "dev.acme.example").await;
    window.press("Add environment").await;
    let summary = window.text_of(".summary").await.unwrap();
    assert!(summary.contains("Development already"), "{summary}");
    window.fill("name", "Production").await;
    window.fill("address", "prod.acme.example").await;
    window.press("Add environment").await;
    window.environments_say("Everything works with Production").await;
}

async fn an_environment_without_a_connection_comes_back(guest: Guest) {
    let place = Place::with(|scenario| scenario.environments[2].tls = Tls::Expired).await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    window.add("Production", "prod.acme.example").await;
    window.environments_say("Not connected").await;
    window.environments_say("3 of 4 limited").await;
    place.change_at("prod.acme.example", |environment| environment.tls = Tls::Ok);
    window.press("Check now Production").await;
    // Nobody reloads.
    window.environments_say("Everything works with Production").await;
}

/// A finding that somebody answers for is no repair, until they end that.
async fn a_finding_is_lived_with_for_a_while(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    place.change_at("qa.acme.example", |environment| "11.7.1.9".clone_into(&mut environment.version));
    window.add("QA", "qa.acme.example").await;
    window.environments_say("There is a problem").await;
    window.labelled("Setup, 5 tasks open").await;
    window.find("#waive-2-SETUP-INFRA-001 summary").await.click().await.unwrap();
    window.fill("owner-2-SETUP-INFRA-001", "Platform team").await;
    window.press("Live with it: Platform Server too old, QA").await;
    let summary = window.text_of(".summary").await.unwrap();
    assert!(summary.contains("why it can be lived with"), "{summary}");
    assert_eq!(window.value("owner-2-SETUP-INFRA-001").await, "Platform team", "nothing typed is lost");
    window.fill("why-2-SETUP-INFRA-001", "The update is planned").await;
    window.press("Live with it: Platform Server too old, QA").await;
    window.environments_say("Accepted by Platform team").await;
    window.labelled("Setup, 4 tasks open").await;
    window.press("End it: SETUP-INFRA-001, QA").await;
    window.environments_say("There is a problem").await;
    window.labelled("Setup, 5 tasks open").await;
}

/// Registered, everything installed, every environment added: all that the instructions for an infrastructure ask of a
/// person, in their order.
async fn the_whole_set_up_from_the_first_line_to_the_last(guest: Guest) {
    let place = Place::with(|scenario| scenario.environments[0].integrations = 1).await;
    let window = Window::at(&guest, &place).await;
    window.prompted_of("maria", 5).await;
    window.press(INSTALL).await;
    window.labelled("Setup, 1 task open").await;
    window.widget_says("Setup environments").await;
    window.press("Setup environments").await;
    window.until("the page", ENVIRONMENTS.to_owned(), async || window.path().await).await;
    window.environments_say("Connected").await;
    for (name, address) in [("Quality Assurance", "qa.acme.example"), ("Production", "prod.acme.example")] {
        window.add(name, address).await;
        window.environments_say(&format!("Everything works with {name}")).await;
    }
    window.labelled(DONE).await;
}

/// As many as no page shows at once: the others are found, and whatever is done about one stays in sight.
async fn five_hundred_environments_stay_usable(guest: Guest) {
    let place = Place::with(|scenario| {
        let model = scenario.environments[2].clone();
        scenario.environments.extend((1..=497).map(|number| Environment {
            host: format!("t{number:03}.acme.example"),
            name: format!("Test {number:03}"),
            serial: format!("SIM-AAA-AAA-AAA-AAA-AAA-{number:03}-AA1"),
            ..model.clone()
        }));
    })
    .await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    window.press("Add everything that LifeTime lists").await;
    window.environments_say("50 of 500 environments").await;
    window.reload().await;
    window.find("#find").await.send_keys("Test 497").await.unwrap();
    window.press("Find").await;
    window.environments_say("1 of 500 environments").await;
    window.environments_say("Everything works with Test 497").await;
    window.press("Check now Test 497").await;
    // Nobody has to look for it again.
    window.environments_say("1 of 500 environments").await;
    window.environments_say("t497.acme.example").await;
}

async fn environments_are_added_without_scripts(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    window.add("Production", "prod.acme.example").await;
    window.environments_say("Everything works with Production").await;
}

async fn environments_look_right(guest: Guest) {
    let place = Place::with(|scenario| {
        scenario.environments[0].tls = Tls::EndsSoon;
        scenario.environments[2].tls = Tls::Expired;
    })
    .await;
    let window = Window::at(&guest, &place).await;
    window.at_environments().await;
    place.change_at("qa.acme.example", |environment| "11.7.1.9".clone_into(&mut environment.version));
    look(&window, "environments").await;
    window.add("Console", "lifetime.acme.example").await;
    look(&window, "environments-refused").await;
    window.add("Quality Assurance", "qa.acme.example").await;
    window.environments_say("There is a problem").await;
    window.add("Production", "prod.acme.example").await;
    window.environments_say("Not connected").await;
    look(&window, "environments-faulty").await;
    window.find("#features-3 summary").await.click().await.unwrap();
    window.find("#change-3 summary").await.click().await.unwrap();
    look(&window, "environments-open").await;
    window.toggle().await;
    window.widget_says("What to do").await;
    window.widget_says("Needs attention soon").await;
    look(&window, "environments-repairs").await;
    window.toggle().await;
    window.find("#waive-2-SETUP-INFRA-001 summary").await.click().await.unwrap();
    window.fill("owner-2-SETUP-INFRA-001", "Platform team").await;
    window.fill("why-2-SETUP-INFRA-001", "The update is planned").await;
    look(&window, "environments-waiving").await;
    window.press("Live with it: Platform Server too old, Quality Assurance").await;
    window.environments_say("Accepted by Platform team").await;
    look(&window, "environments-waived").await;
    window.goto("/settings/audit").await;
    look(&window, "audit-trail").await;
}
