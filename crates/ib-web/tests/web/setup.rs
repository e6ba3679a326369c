//! The Setup widget and the page of dependencies, as a person without scripts sees them.

use std::time::Duration;

use axum::http::StatusCode;
use ib_domain::dependency::DependencyId;
use ib_domain::reason::Reason;
use tokio::time::advance;

use crate::browser::{Browser, PASSWORD, Page, between};
use crate::pages::register;
use crate::place::Place;

pub(crate) const SETTINGS: &str = "/settings/dependencies";
pub(crate) const WIDGET: &str = "/setup/registered?setup=open";
pub(crate) const START: &str = "/setup/dependencies/publication";
/// Planted: it would run, forge a line and turn what is read.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{1b}[31m\u{202e}\nforged";

/// A browser whose infrastructure was just registered.
pub(crate) async fn registered<'p>(place: &'p Place, username: &str) -> Browser<'p> {
    let mut browser = Browser::new(place);
    if username == "maria" {
        register(&mut browser, username).await;
    } else {
        browser.let_in(username).await;
    }
    browser
}

impl Page {
    /// What the page says to whoever reads it, blanks as one.
    pub(crate) fn words(&self) -> String {
        let text = self.text.split('<').filter_map(|part| Some(part.split_once('>')?.1)).collect::<Vec<_>>();
        text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn assert_says(&self, all: &[&str]) {
        let words = self.words();
        for text in all {
            assert!(words.contains(text), "{text:?} in {words}");
        }
    }
}

/// The page once the service has looked at what is there, or has ended a publication.
pub(crate) async fn settled(browser: &mut Browser<'_>, path: &str) -> Page {
    loop {
        let page = browser.get(path).await;
        if !page.text.contains("http-equiv=\"refresh\"") && !page.text.contains(">Setup, looking") {
            return page;
        }
        advance(Duration::from_secs(2)).await;
        // The driver has its turn.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Presses a button of the form that goes to `action`.
pub(crate) async fn press(browser: &mut Browser<'_>, page: &Page, action: &str) -> Page {
    browser.submit_to(page, action, &[]).await
}

/// What a publication is started with that says nothing, so that it stays under way.
pub(crate) async fn held(place: &Place, browser: &mut Browser<'_>) -> Page {
    place.scripted.script().published.is_held = true;
    let page = settled(browser, WIDGET).await;
    press(browser, &page, START).await
}

#[tokio::test(start_paused = true)]
async fn the_widget_prompts_to_install_and_shows_how_far_it_is() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, "/setup/registered").await;
    assert!(page.text.contains("<details>") && page.text.contains("<summary>"), "{}", page.text);
    let page = settled(&mut browser, WIDGET).await;
    page.assert_says(&["Setup, 5 tasks open", "Integration Manager", "Not started", "Install dependencies"]);
    assert!(page.text.contains("<details open>"));
    assert!(page.text.contains("aria-describedby=\"setup-integration-manager-status\""));
    let page = press(&mut browser, &page, START).await;
    // The way leads back to where the button was, with the widget open.
    assert_eq!(page.path, WIDGET);
    assert!(page.text.contains("content=\"2; url=/setup/registered?setup=open\""), "{}", page.text);
    let end = settled(&mut browser, WIDGET).await;
    end.assert_says(&["Setup, everything is done", "Everything that integrations need is installed."]);
    assert!(!end.text.contains(&format!("action=\"{START}\"")));
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_says_where_it_is() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    held(&place, &mut browser).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let page = browser.get(WIDGET).await;
    page.assert_says(&[
        "0 of 5 installed, now Common Shared Services",
        "In progress",
        "Step 1 of 2",
        "Cancel everything",
    ]);
    assert!(
        page.text.contains("aria-valuetext=\"0 of 5 installed, now Common Shared Services\""),
        "{}",
        page.text
    );
    let page = browser.get(SETTINGS).await;
    page.assert_says(&["Publication under way", "started by maria"]);
    assert!(page.text.contains("content=\"2; url=/settings/dependencies\""));
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_said_with_its_length() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    held(&place, &mut browser).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!browser.get(WIDGET).await.words().contains("No change for"));
    tokio::time::sleep(Duration::from_mins(4)).await;
    browser.get(WIDGET).await.assert_says(&["No change for 5 minutes"]);
}

#[tokio::test(start_paused = true)]
async fn what_failed_says_why_and_is_tried_again() {
    let place = Place::installing();
    place.scripted.script().published.fails = Some(HOSTILE.to_owned());
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, WIDGET).await;
    press(&mut browser, &page, START).await;
    for path in [WIDGET, SETTINGS] {
        let page = settled(&mut browser, path).await;
        page.assert_says(&["There is a problem", "What to do:", "Code:", "Retry"]);
        assert!(page.text.contains(&format!("href=\"/help/{}\"", Reason::PublicationErrors.entry().code)));
        assert!(page.text.contains("&#60;img src=x") && !page.text.contains("<img"), "{}", page.text);
        assert!(!page.text.contains(['\u{1b}', '\u{202e}']), "{path}");
    }
    place.scripted.script().published.fails = None;
    let page = settled(&mut browser, WIDGET).await;
    press(&mut browser, &page, "/setup/dependencies/retry").await;
    settled(&mut browser, WIDGET).await;
    assert!(place.scripted.script().published.installed.contains_key(&DependencyId::CommonSharedServices));
}

#[tokio::test(start_paused = true)]
async fn what_the_environment_says_is_shown_as_plain_text() {
    let place = Place::installing();
    place.scripted.script().published.says = HOSTILE.to_owned();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, SETTINGS).await;
    press(&mut browser, &page, START).await;
    let page = settled(&mut browser, SETTINGS).await;
    page.assert_says(&["Integration Manager: 3 messages of the environment"]);
    assert!(page.text.contains("&#60;img src=x onerror=alert(1)&#62;[31m forged"), "{}", page.text);
    assert!(!page.text.contains("<img") && !page.text.contains(['\u{1b}', '\u{202e}']));
}

#[tokio::test(start_paused = true)]
async fn integrations_that_an_update_breaks_are_named_before_anything_is_started() {
    let place = Place::installing();
    {
        let mut script = place.scripted.script();
        let old = "1.9.0".parse().unwrap();
        script.published.installed = DependencyId::ALL.into_iter().map(|id| (id, old)).collect();
        script.published.integrations = ["Orders".to_owned()].into();
    }
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, SETTINGS).await;
    page.assert_says(&[
        "1.9.0",
        "2.4.0",
        "Outdated; the update breaks integrations",
        "Orders integration It may use",
    ]);
    page.assert_says(&["Update dependencies and integrations", "Update with integrations"]);
    assert!(page.text.contains("<caption>") && page.text.contains("<th scope=\"row\">"));
    assert_eq!(place.scripted.script().published.begun(), 0);
    let one = browser.submit_to(&page, START, &[]).await;
    assert_eq!(one.path, SETTINGS);
    let end = settled(&mut browser, SETTINGS).await;
    end.assert_says(&["Everything that integrations need is installed.", "Last publication"]);
    assert_eq!(place.scripted.script().published.begun(), 6);
}

#[tokio::test(start_paused = true)]
async fn one_dependency_is_installed_by_its_own_button() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, SETTINGS).await;
    let row = between(&page.text, "id=\"dependency-common-shared-services\"", "</tr>");
    let row = Page { path: page.path.clone(), status: page.status, text: row.to_owned() };
    press(&mut browser, &row, START).await;
    settled(&mut browser, SETTINGS).await.assert_says(&["Setup, 4 tasks open"]);
    assert_eq!(place.scripted.script().published.installed.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_publication_names_them_and_offers_nothing() {
    let place = Place::installing();
    let mut maria = registered(&place, "maria").await;
    let mut omar = registered(&place, "omar").await;
    let page = settled(&mut omar, SETTINGS).await;
    held(&place, &mut maria).await;
    let seen = omar.get(WIDGET).await;
    seen.assert_says(&["maria started a publication"]);
    for action in [START, "/setup/dependencies/cancel", "/setup/dependencies/retry"] {
        assert!(!seen.text.contains(&format!("action=\"{action}\"")), "{action}");
    }
    // A form from before is answered on the page, in words.
    let refused = press(&mut omar, &page, START).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.title().starts_with("Error: ") && refused.text.contains("role=\"alert\""));
    refused.assert_says(&["There is a problem", "maria has a publication under way"]);
}

#[tokio::test(start_paused = true)]
async fn a_publication_that_waits_goes_on_after_the_log_in_that_it_offers() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    held(&place, &mut browser).await;
    place.forget_credentials().await;
    place.scripted.script().published.is_held = false;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let page = browser.get(WIDGET).await;
    page.assert_says(&["Setup, waiting for a log-in", "waiting for a log-in", "Log in again"]);
    let page = press(&mut browser, &page, "/setup/dependencies/log-in").await;
    assert_eq!(page.path, "/setup/log-in", "{}", page.text);
    let page = browser.submit(&page, &[("username", "maria"), ("password", PASSWORD)]).await;
    browser.settled(page).await;
    settled(&mut browser, WIDGET).await.assert_says(&["Setup, everything is done"]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_looked_at_says_why_and_can_be_looked_at_again() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, WIDGET).await;
    place.forget_credentials().await;
    let page = settled(&mut browser, SETTINGS).await;
    let looking = press(&mut browser, &page, "/setup/dependencies/look").await;
    looking.assert_says(&["Looking at what is installed.", "Setup, looking at what is there"]);
    let page = settled(&mut browser, SETTINGS).await;
    page.assert_says(&["Setup, there is a problem", "Log in again", "Look again"]);
    assert!(page.text.contains(Reason::LoginForgotten.entry().code));
}
