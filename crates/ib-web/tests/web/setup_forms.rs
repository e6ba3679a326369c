//! What keeps the forms and the script of the Setup widget honest.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;

use crate::browser::{Browser, Page, between};
use crate::place::Place;
use crate::setup::{SETTINGS, START, WIDGET, held, press, registered, settled};

#[tokio::test(start_paused = true)]
async fn what_is_not_done_can_be_cancelled() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = held(&place, &mut browser).await;
    let row = between(&page.text, "id=\"setup-integration-manager\"", "</li>");
    let row = Page { path: page.path.clone(), status: page.status, text: row.to_owned() };
    let page = press(&mut browser, &row, "/setup/dependencies/cancel").await;
    assert_eq!((page.path.as_str(), page.text.matches("</span> Cancelled").count()), (WIDGET, 1));
    // The first such form is the one for everything.
    page.assert_says(&["Cancel everything"]);
    let page = press(&mut browser, &page, "/setup/dependencies/cancel").await;
    page.assert_says(&["Setup, 5 tasks open", "Install dependencies"]);
    assert_eq!(page.text.matches("</span> Cancelled").count(), 5);
    place.scripted.script().published.is_held = false;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(place.scripted.script().published.begun(), 0);
}

#[rstest]
#[case::look("/setup/dependencies/look")]
#[case::start(START)]
#[case::retry("/setup/dependencies/retry")]
#[case::cancel("/setup/dependencies/cancel")]
#[case::log_in("/setup/dependencies/log-in")]
#[tokio::test(start_paused = true)]
async fn a_form_without_its_token_is_not_believed(#[case] action: &str) {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, SETTINGS).await;
    let edition = page.hidden(START).into_iter().find(|(name, _)| name == "edition").unwrap().1;
    for token in ["", "something"] {
        let fields = [("token", token), ("key", "1"), ("edition", &edition), ("item", "integration-manager")];
        let refused = browser.post(action, &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{token}");
    }
    assert_eq!(place.scripted.script().published.begun(), 0);
    settled(&mut browser, SETTINGS).await.assert_says(&["Setup, 5 tasks open"]);
}

#[tokio::test(start_paused = true)]
async fn a_form_leads_to_our_own_pages_alone() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, SETTINGS).await;
    let mut fields = page.hidden("/setup/dependencies/look");
    fields.retain(|(name, _)| name != "back");
    fields.push(("back".to_owned(), "//evil.example/".to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (response, _) = browser.post_only("/setup/dependencies/look", &fields).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], SETTINGS);
}

#[tokio::test(start_paused = true)]
async fn a_double_click_starts_one_publication() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, WIDGET).await;
    let first = press(&mut browser, &page, START).await;
    let second = press(&mut browser, &page, START).await;
    assert_eq!((first.path.as_str(), second.path.as_str()), (WIDGET, WIDGET));
    settled(&mut browser, SETTINGS).await.assert_says(&["Number 1, started by maria"]);
    assert_eq!(place.scripted.script().published.begun(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_regions_that_are_heard_are_there_before_anything_is_said() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    for path in ["/setup/registered", "/setup/address", SETTINGS, "/help", "/help/SETUP-TLS-001"] {
        let page = settled(&mut browser, path).await;
        for region in ["<div id=\"status\" role=\"status\"></div>", "<div id=\"alert\" role=\"alert\"></div>"]
        {
            assert_eq!(page.text.matches(region).count(), 1, "{region} at {path}");
        }
        assert!(
            page.text.contains("class=\"setup\"") && page.text.contains(&format!("href=\"{SETTINGS}\"")),
            "{path}"
        );
        assert!(!page.text.contains(" style=") && !page.text.contains("<script>"), "{path}");
        let ids: Vec<_> =
            page.text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "ids at {path}: {ids:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_the_registration_there_is_no_widget_and_no_page() {
    let place = Place::installing();
    let mut browser = Browser::new(&place);
    assert_eq!(browser.get(SETTINGS).await.path, "/setup/address");
    browser.let_in("maria").await;
    let page = browser.get(SETTINGS).await;
    assert_eq!(page.path, "/setup/welcome");
    assert!(!page.text.contains("class=\"setup\"") && !page.text.contains(SETTINGS));
}

#[tokio::test]
async fn a_service_without_a_catalogue_shows_nothing_of_it() {
    let place = Place::new();
    let mut browser = registered(&place, "maria").await;
    for path in ["/setup/registered", "/setup/address", "/help"] {
        let page = browser.get(path).await;
        assert!(!page.text.contains(SETTINGS) && !page.text.contains("Install"), "{path}");
        assert!(page.text.contains("All about the environments"), "what else there is to set up is there");
    }
    for path in [SETTINGS, "/setup/dependencies/state", "/setup/dependencies/events"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_hears_the_document_of_its_own_session_and_site() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, SETTINGS).await;
    let state = browser.get("/setup/dependencies/state").await;
    let document: Value = serde_json::from_str(&state.text).unwrap();
    assert_eq!(
        (&document["schema"], document["plan"].as_array().unwrap().len()),
        (&"ib.dependencies/1".into(), 5)
    );
    let stream = browser.request(Method::GET, "/setup/dependencies/events").body(Body::empty()).unwrap();
    let stream = place.open(stream).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    for path in ["/setup/dependencies/state", "/setup/dependencies/events"] {
        for site in ["cross-site", "same-site", "none"] {
            let mut request = browser.request(Method::GET, path).body(Body::empty()).unwrap();
            request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
            assert_eq!(place.ask(request).await.0.status(), StatusCode::FORBIDDEN, "{path} {site}");
        }
        assert_eq!(Browser::new(&place).get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}
