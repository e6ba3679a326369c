//! The wizard as a person walks through it.

use axum::http::StatusCode;
use ib_domain::reason::Reason;

use crate::browser::{Browser, PASSWORD};
use crate::place::Place;

const REGISTERED: &str = "Your infrastructure is registered";

pub(crate) async fn register(browser: &mut Browser<'_>, username: &str) -> String {
    let page = browser.let_in(username).await;
    assert_eq!(page.heading(), "Welcome", "{}", page.text);
    let page = browser.submit(&page, &[]).await;
    let page = browser.submit(&page, &[("accepted", "yes")]).await;
    let page = browser.settled(page).await;
    page.heading().to_owned()
}

#[tokio::test]
async fn a_person_registers_from_the_first_page_to_the_last() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    assert_eq!(register(&mut browser, "maria").await, REGISTERED);
    let page = browser.get("/").await;
    assert_eq!((page.path.as_str(), page.heading()), ("/setup/registered", REGISTERED));
    assert_eq!(page.title(), "Registered – Set up Integration Builder");
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test]
async fn the_next_person_goes_straight_in() {
    let place = Place::new();
    register(&mut Browser::new(&place), "maria").await;
    let mut second = Browser::new(&place);
    let page = second.let_in("omar").await;
    assert_eq!(page.heading(), REGISTERED);
    // The steps that were not needed lead to the end.
    assert_eq!(second.get("/setup/disclaimer").await.path, "/setup/registered");
}

#[tokio::test]
async fn every_step_survives_a_reload_a_second_tab_and_a_restart() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let mut page = browser.get("/setup").await;
    for _ in 0..4 {
        let again = browser.tab().get("/setup").await;
        assert_eq!((again.path.as_str(), again.heading()), (page.path.as_str(), page.heading()));
        let restarted = place.beside();
        let mut after = Browser { place: &restarted, cookie: browser.cookie.clone() };
        assert_eq!(after.get("/setup").await.path, page.path);
        let fields = [
            ("address", "dev.acme.example"),
            ("username", "maria"),
            ("password", PASSWORD),
            ("accepted", "yes"),
        ];
        page = browser.submit(&page, &fields).await;
        page = browser.settled(page).await;
    }
    assert_eq!(page.heading(), REGISTERED);
}

#[tokio::test]
async fn an_address_that_cannot_be_read_stays_as_it_was_typed() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.get("/setup/address").await;
    let page = browser.submit(&page, &[("address", "ftp://dev.acme.example/<x>")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.title().starts_with("Error: "));
    assert!(page.text.contains("value=\"ftp://dev.acme.example/&#60;x&#62;\""), "{}", page.text);
    assert!(page.text.contains("aria-invalid=\"true\"") && page.text.contains("role=\"alert\""));
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    assert_eq!(browser.settled(page).await.path, "/setup/log-in");
}

#[tokio::test]
async fn what_is_wrong_with_an_environment_is_on_the_page() {
    let place = Place::new();
    place.scripted.script().broken = Some(Reason::TlsExpired);
    let mut browser = Browser::new(&place);
    let page = browser.get("/").await;
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    let page = browser.settled(page).await;
    assert_eq!(page.path, "/setup/address");
    assert!(page.title().starts_with("Error: "));
    for text in
        ["SETUP-TLS-001", "What to do", "Who can do it", "What it limits", "value=\"dev.acme.example\""]
    {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    place.scripted.script().broken = None;
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    assert_eq!(browser.settled(page).await.path, "/setup/log-in");
}

#[tokio::test]
async fn a_refused_password_is_one_attempt_and_only_it_is_cleared() {
    let place = Place::new();
    place.scripted.script().refuses = Some(Reason::LoginRefused);
    let mut browser = Browser::new(&place);
    let page = browser.let_in("maria").await;
    assert_eq!(page.path, "/setup/log-in");
    assert!(page.text.contains("value=\"maria\"") && page.text.contains("SETUP-AUTH-001"), "{}", page.text);
    browser.get("/setup/log-in").await;
    assert_eq!(place.scripted.script().log_ins, 1);
    assert!(!place.answered.lock().unwrap().contains(PASSWORD));
}

#[tokio::test]
async fn the_log_in_page_names_the_host_that_gets_the_credentials() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.get("/").await;
    let page = browser.submit(&page, &[("address", "HTTPS://Dev.Acme.Example/ServiceCenter")]).await;
    let page = browser.settled(page).await;
    assert!(
        page.text.contains("are sent to <strong>dev.acme.example</strong> and nowhere else"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn the_disclaimer_wants_a_choice() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.let_in("maria").await;
    let page = browser.submit(&page, &[]).await;
    assert_eq!(page.heading(), "Please read the disclaimer");
    let page = browser.submit(&page, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "/setup/disclaimer"));
    assert!(page.text.contains("Tick the box"));
}

#[tokio::test]
async fn an_old_platform_is_asked_for_its_code_and_the_serial_number_is_told_from_it() {
    let place = Place::new();
    place.scripted.script().version = "11.7.3.100".to_owned();
    let mut browser = Browser::new(&place);
    assert_eq!(register(&mut browser, "maria").await, "What is your activation code?");
    let page = browser.get("/setup/activation-code").await;
    let page = browser.submit(&page, &[("code", "AAA-AAA-A1A-A0A-AAA-AAA-AAA-AAA")]).await;
    let page = browser.settled(page).await;
    assert!(page.text.contains("SETUP-INFRA-003") && page.text.contains("looks like the Serial Number"));
    let page = browser.submit(&page, &[("code", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.submit(&page, &[("code", "PLA.NTE.DCO.DEX.AAA.AAA.AAA.AAA")]).await;
    assert_eq!(browser.settled(page).await.heading(), REGISTERED);
    assert!(!place.answered.lock().unwrap().contains("PLA.NTE"));
}

#[tokio::test]
async fn a_platform_that_was_raised_meanwhile_needs_no_code() {
    let place = Place::new();
    place.scripted.script().version = "11.7.3.100".to_owned();
    let mut browser = Browser::new(&place);
    register(&mut browser, "maria").await;
    let page = browser.get("/setup/activation-code").await;
    place.scripted.script().version = "11.23.1.100".to_owned();
    let page = browser.submit_to(&page, "/setup/check", &[]).await;
    assert_eq!(browser.settled(page).await.heading(), REGISTERED);
}

#[tokio::test]
async fn a_finished_step_shows_its_answer_and_leads_on() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    browser.let_in("maria").await;
    let back = browser.get("/setup/address").await;
    assert_eq!(back.path, "/setup/address");
    assert!(back.text.contains("dev.acme.example") && back.text.contains("href=\"/setup/welcome\""));
    let back = browser.get("/setup/log-in").await;
    assert!(back.text.contains("was let in") && !back.text.contains("type=\"password\""));
    // Sending a finished step again does no harm.
    let page =
        browser.submit(&browser.tab().get("/setup/address").await, &[("address", "dev.acme.example")]).await;
    assert_eq!(page.path, "/setup/welcome");
}

#[tokio::test]
async fn steps_cannot_be_taken_out_of_order() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    for step in ["log-in", "welcome", "disclaimer", "check", "activation-code", "registered"] {
        assert_eq!(browser.get(&format!("/setup/{step}")).await.path, "/setup/address", "{step}");
    }
    let page = browser.get("/setup/address").await;
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    let page = browser.settled(page).await;
    let hidden = page.hidden("/setup/log-in");
    for step in ["welcome", "disclaimer", "check", "activation-code", "registered"] {
        let mut fields: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.retain(|(name, _)| *name == "token");
        fields.extend([("key", step), ("version", "built-in-1"), ("accepted", "yes"), ("code", "A.B.C")]);
        let there = browser.post(&format!("/setup/{step}"), &fields).await;
        assert_eq!(there.path, "/setup/log-in", "{step}");
    }
}

#[tokio::test]
async fn a_double_click_is_one_attempt_with_one_outcome() {
    let place = Place::new();
    place.scripted.script().refuses = Some(Reason::LoginRefused);
    let mut browser = Browser::new(&place);
    let page = browser.get("/").await;
    let page = browser.submit(&page, &[("address", "dev.acme.example")]).await;
    let page = browser.settled(page).await;
    let mut second = browser.tab();
    let fields = [("username", "maria"), ("password", PASSWORD)];
    browser.submit(&page, &fields).await;
    browser.settled(browser.tab().get("/setup").await).await;
    // The second click comes with the cookie from before the first one's answer.
    let again = second.submit(&page, &fields).await;
    assert_eq!(again.path, "/setup/log-in");
    assert!(again.text.contains("SETUP-AUTH-001"), "{}", again.text);
    assert_eq!(second.cookie, browser.cookie);
    assert_eq!(place.scripted.script().log_ins, 1);
}

#[tokio::test]
async fn after_a_log_out_the_same_person_goes_on_where_they_were() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let page = browser.let_in("maria").await;
    let page = browser.submit(&page, &[]).await;
    assert_eq!(page.path, "/setup/disclaimer");
    let old = browser.tab();
    let out = browser.submit_to(&page, "/log-out", &[]).await;
    assert_eq!(out.path, "/logged-out");
    assert!(browser.cookie.is_none());
    let mut old = old;
    assert_eq!(old.get("/setup").await.path, "/setup/address", "an ended session shows nothing");
    let page = browser.let_in("maria").await;
    assert_eq!(page.path, "/setup/disclaimer");
    // Another user does not get there.
    assert_eq!(Browser::new(&place).let_in("omar").await.path, "/setup/welcome");
}

#[tokio::test]
async fn two_people_at_once_register_one_infrastructure() {
    let place = Place::new();
    let (mut one, mut other) = (Browser::new(&place), Browser::new(&place));
    let (one, other) = tokio::join!(register(&mut one, "maria"), register(&mut other, "omar"));
    assert_eq!((one.as_str(), other.as_str()), (REGISTERED, REGISTERED));
    assert_eq!(place.store.infrastructures().len(), 1);
}

#[tokio::test]
async fn another_infrastructure_begins_another_set_up() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    register(&mut browser, "maria").await;
    let page = browser.get("/setup").await;
    let page = browser.submit_to(&page, "/setup/again", &[]).await;
    assert_eq!((page.path.as_str(), page.status), ("/setup/address", StatusCode::OK));
}

#[tokio::test]
async fn help_explains_every_code() {
    let place = Place::new();
    let mut browser = Browser::new(&place);
    let index = browser.get("/help").await;
    for reason in Reason::ALL {
        let code = reason.entry().code;
        assert!(index.text.contains(code), "{code}");
        let page = browser.get(&format!("/help/{code}")).await;
        assert_eq!(page.status, StatusCode::OK, "{code}");
        assert!(!page.text.contains(['{', '}']), "{code}");
    }
    assert_eq!(browser.get("/help/SETUP-NONE-000").await.status, StatusCode::NOT_FOUND);
}
