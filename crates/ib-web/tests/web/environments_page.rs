//! The page of environments, and what the Setup widget says about them, without scripts.

use ib_domain::integration::IntegrationName;
use ib_domain::reason::Reason;
use ib_setup::ports::Store as _;
use ib_setup::registration::Rules;
use ib_setup::testing::Script;
use ib_setup::{Environments, Identity, Setup};

use crate::browser::{Browser, Page};
use crate::environments::{change, place};
use crate::setup::{SETTINGS, WIDGET, press, registered, settled};

const ENVIRONMENTS: &str = "/settings/environments";
const ADD: &str = "/setup/environments/add";

async fn add(browser: &mut Browser<'_>, name: &str, address: &str) -> Page {
    let page = settled(browser, ENVIRONMENTS).await;
    let page = browser.submit_to(&page, ADD, &[("name", name), ("address", address)]).await;
    if page.path == ADD { page } else { settled(browser, ENVIRONMENTS).await }
}

#[tokio::test(start_paused = true)]
async fn a_person_adds_an_environment_and_sees_how_it_stands() {
    let place = place();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&["Environments", "Development", "dev.acme.example", "Connected", "Add environment"]);
    let page = add(&mut browser, "Quality Assurance", "https://qa.acme.example/ServiceCenter").await;
    page.assert_says(&["Quality Assurance", "qa.acme.example", "Everything works with Quality Assurance"]);
    assert_eq!(page.path, ENVIRONMENTS);
    let page = browser.submit_to(&page, "/setup/environments/remove", &[]).await;
    assert!(!page.words().contains("Quality Assurance qa"), "{}", page.words());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_says_why_at_its_field_and_keeps_what_was_typed() {
    let place = place();
    let mut browser = registered(&place, "maria").await;
    let page = add(&mut browser, "Production", "dev.acme.example").await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.title().starts_with("Error: "), "{}", page.title());
    page.assert_says(&["There is a problem", "is the address of Development already"]);
    assert!(page.text.contains("href=\"#address\"") && page.text.contains("aria-invalid=\"true\""));
    assert!(page.text.contains("value=\"Production\"") && page.text.contains("value=\"dev.acme.example\""));
    let page = add(&mut browser, "", "qa.acme.example").await;
    page.assert_says(&["Enter a name, such as Production."]);
    assert!(page.text.contains("href=\"#name\"") && page.text.contains("value=\"qa.acme.example\""));
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_was_refused_says_why_until_another_one_is_added() {
    let place = place();
    change(&place, "qa.acme.example", |script| script.broken = Some(Reason::IsLifeTime));
    let mut browser = registered(&place, "maria").await;
    let page = add(&mut browser, "Console", "qa.acme.example").await;
    page.assert_says(&["Console was not added", "never connects to LifeTime", "SETUP-ENV-007"]);
    let page = add(&mut browser, "Production", "prod.acme.example").await;
    assert!(!page.words().contains("was not added"));
}

#[tokio::test(start_paused = true)]
async fn the_widget_prompts_for_environments_once_an_integration_is_published() {
    let place = place();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, WIDGET).await;
    assert!(!page.words().contains("Setup environments"), "nothing is published yet");
    let orders: IntegrationName = "Orders".parse().unwrap();
    place.scripted.script().published.integrations = [orders.to_string()].into();
    let page = settled(&mut browser, SETTINGS).await;
    press(&mut browser, &page, "/setup/dependencies/look").await;
    let page = settled(&mut browser, WIDGET).await;
    page.assert_says(&["Setup, 6 tasks open", "Setup environments"]);
    add(&mut browser, "Production", "prod.acme.example").await;
    let page = settled(&mut browser, WIDGET).await;
    assert!(!page.words().contains("Setup environments"), "there is one now");
    page.assert_says(&["Setup, 5 tasks open"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_an_environment_is_a_repair_in_the_widget() {
    let place = place();
    change(&place, "qa.acme.example", |script| "11.7.1.9".clone_into(&mut script.version));
    let mut browser = registered(&place, "maria").await;
    add(&mut browser, "QA", "qa.acme.example").await;
    let page = settled(&mut browser, "/settings/environments?setup=open").await;
    page.assert_says(&[
        "Setup, 6 tasks open",
        "runs Platform Server 11.7.1.9",
        "What to do:",
        "It limits publishing",
    ]);
    assert!(page.text.contains("id=\"repair-1\""));
}

#[tokio::test(start_paused = true)]
async fn the_page_is_asked_for_again_while_something_is_looked_at() {
    let place = place();
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, SETTINGS).await;
    let page = settled(&mut browser, ENVIRONMENTS).await;
    let page = browser.submit_to(&page, "/setup/environments/look", &[]).await;
    assert!(page.text.contains("content=\"2; url=/settings/environments\""), "{}", page.text);
    assert!(page.text.contains("data-under-way") && page.words().contains("being looked at now"));
    settled(&mut browser, ENVIRONMENTS).await.assert_says(&["Connected"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_registered_is_led_to_the_open_step() {
    let place = place();
    let mut browser = Browser::new(&place);
    assert_eq!(browser.get(ENVIRONMENTS).await.path, "/setup/address");
    browser.let_in("maria").await;
    assert_eq!(browser.get(ENVIRONMENTS).await.path, "/setup/welcome");
}

#[tokio::test(start_paused = true)]
async fn of_many_environments_a_page_shows_some_and_finds_the_others() {
    let place = place();
    let mut browser = registered(&place, "maria").await;
    let environments = Environments::new(Setup::new(place.ports.clone(), Rules::new("built-in-1")));
    let address = "dev.acme.example".parse().unwrap();
    let identity = Identity { address, serial: None, names: [].into() };
    let infrastructure = place.store.find(&identity).await.unwrap().unwrap();
    let setup = place.store.registered(infrastructure, None).await.unwrap()[0];
    for number in 1..=60 {
        let name = format!("Test {number:02}").parse().unwrap();
        let host = format!("test-{number:02}.acme.example");
        let script = Script { broken: Some(Reason::ConnectRefused), ..Script::default() };
        place.scripted.script().others.insert(host.clone(), script);
        environments.add(setup, name, &host).await.unwrap();
    }
    let page = settled(&mut browser, ENVIRONMENTS).await;
    page.assert_says(&["50 of 61 environments", "Find an environment", "Test 49"]);
    assert!(!page.words().contains("test-60.acme.example"), "{}", page.words());
    let page = settled(&mut browser, "/settings/environments?find=test+60").await;
    page.assert_says(&["1 of 61 environments", "test-60.acme.example"]);
    let page = browser.submit_to(&page, "/setup/environments/look", &[]).await;
    page.assert_says(&["test-60.acme.example"]);
    let page = settled(&mut browser, "/settings/environments?find=nothing+like+it").await;
    page.assert_says(&["None of 61 environments fits."]);
}
