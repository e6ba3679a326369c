//! Integrations: uploaded, published, refused, published by hand.

use std::path::PathBuf;

use ib_env_sim::scenario::{Application, Module};
use tempfile::TempDir;

use crate::looks::look;
use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    a_person_uploads_and_publishes,
    a_file_that_is_no_package_says_so_and_keeps_the_kind,
    a_person_publishes_by_hand,
];

/// Without scripts.
pub(crate) const SCRIPTLESS: &[Journey] = named![integrations_are_published_without_scripts];

/// How they look, in Chromium.
pub(crate) const LOOKS: &[Journey] = named![integrations_look_right];

pub(crate) const INTEGRATIONS: &str = "/settings/integrations";

fn orders() -> Application {
    Application {
        name: "Orders".to_owned(),
        modules: ["Orders_DRV", "Orders_IS"].map(Module::named).into(),
        ..Application::default()
    }
}

/// Files to upload.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn orders(&self) -> PathBuf {
        self.write("Orders.oap", &orders().to_package())
    }
}

impl Window {
    pub(crate) async fn upload(&self, kind: &str, file: &std::path::Path) {
        self.find(&format!("#kind option[value={kind}]")).await.click().await.unwrap();
        self.find("#file").await.send_keys(file.display().to_string()).await.unwrap();
        self.press("Upload").await;
    }

    /// Waits until the page says something about the integrations.
    pub(crate) async fn integrations_say(&self, wanted: &str) {
        let says = async || Ok(self.text_of("#integrations").await?.contains(wanted));
        self.until(wanted, true, says).await;
    }

    /// Registered, on the page of integrations.
    async fn at_integrations(&self) {
        self.register("maria").await;
        self.goto(INTEGRATIONS).await;
        self.integrations_say("There is none yet").await;
    }
}

async fn a_person_uploads_and_publishes(guest: Guest) {
    let (place, files) = (Place::new().await, Files::new());
    let window = Window::at(&guest, &place).await;
    window.at_integrations().await;
    window.upload("sharepoint-online", &files.orders()).await;
    window.integrations_say("Not published yet").await;
    window.integrations_say("SharePoint Integration Utils is installed").await;
    window.press("Publish Orders").await;
    // Nobody reloads.
    window.integrations_say("Published from here").await;
    window.integrations_say("Publish again").await;
    window.reload().await;
    window.integrations_say("fulfilled").await;
}

async fn a_file_that_is_no_package_says_so_and_keeps_the_kind(guest: Guest) {
    let (place, files) = (Place::new().await, Files::new());
    let window = Window::at(&guest, &place).await;
    window.at_integrations().await;
    window.upload("database", &files.write("notes.oap", b"no package")).await;
    let summary = window.text_of(".summary").await.unwrap();
    assert!(summary.contains("no package of an integration"), "{summary}");
    assert_eq!(window.value("kind").await, "database");
    // The summary leads to the field.
    window.find(".summary a").await.click().await.unwrap();
    // Firefox names the button of the field, too.
    let is_focused = async || Ok(window.focused().await?.starts_with("Package"));
    window.until("the field", true, is_focused).await;
    window.upload("database", &files.orders()).await;
    window.integrations_say("A database connection in Service Center").await;
}

async fn a_person_publishes_by_hand(guest: Guest) {
    let files = Files::new();
    let place = Place::with(|scenario| scenario.environments[0].multiple_database_catalogs = true).await;
    let window = Window::at(&guest, &place).await;
    window.at_integrations().await;
    window.upload("other", &files.orders()).await;
    window.integrations_say("How to publish it").await;
    window.press("Mark as published Orders").await;
    window.integrations_say("none of its modules is there").await;
    place.change(|environment| environment.applications.push(orders()));
    window.press("Mark as published Orders").await;
    window.integrations_say("by hand").await;
}

async fn integrations_are_published_without_scripts(guest: Guest) {
    let (place, files) = (Place::new().await, Files::new());
    let window = Window::at(&guest, &place).await;
    window.at_integrations().await;
    window.upload("salesforce", &files.orders()).await;
    window.press("Publish Orders").await;
    window.integrations_say("Published from here").await;
}

async fn integrations_look_right(guest: Guest) {
    let files = Files::new();
    let place = Place::with(|scenario| scenario.environments[0].integrations = 1).await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    window.goto(INTEGRATIONS).await;
    window.integrations_say("Publish again as it is").await;
    window.upload("other", &files.write("notes.oap", b"no package")).await;
    look(&window, "integrations-refused").await;
    window.upload("sharepoint-online", &files.orders()).await;
    window.integrations_say("Not published yet").await;
    window.find("#needs summary").await.click().await.unwrap();
    look(&window, "integrations").await;
    place.change(|environment| environment.multiple_database_catalogs = true);
    window.goto("/settings/dependencies").await;
    window.press("Look again").await;
    window.goto(INTEGRATIONS).await;
    window.integrations_say("How to publish it").await;
    look(&window, "integrations-by-hand").await;
}
