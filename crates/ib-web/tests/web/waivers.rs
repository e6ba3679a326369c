//! Living with a finding of an environment: over the API, and on the page without scripts.

use axum::http::Method;
use ib_domain::reason::Reason;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::environments::{change, feature, place, put, registered, settled};
use crate::place::Place;
use crate::program::Program;
use crate::setup;

const ENVIRONMENTS: &str = "/settings/environments";
const WAIVE: &str = "/setup/environments/waive";
const CODE: &str = "SETUP-ENV-003";

/// A place whose production cannot be reached.
fn unreached() -> Place {
    let place = place();
    change(&place, "prod.acme.example", |script| script.broken = Some(Reason::ConnectTimedOut));
    place
}

/// A program that added it, the path of the environments, and that of the waiver.
async fn added(place: &Place) -> (Program<'_>, String, String) {
    let (program, path) = registered(place).await;
    put(&program, &format!("{path}/Production"), json!({"address": "prod.acme.example"})).await;
    settled(&program, &path).await;
    let waiver = format!("{path}/production/waivers/{CODE}");
    (program, path, waiver)
}

fn typed() -> Value {
    json!({"owner": "Platform team", "why": "Behind a firewall", "until": "30d"})
}

#[tokio::test(start_paused = true)]
async fn what_is_waived_is_skipped_and_limits_all_the_same() {
    let place = unreached();
    let (program, path, waiver) = added(&place).await;
    let before = settled(&program, &path).await["environments"][1].clone();
    let (status, document) = put(&program, &waiver, typed()).await;
    assert_eq!(status, 202, "{document}");
    let row = &document["environments"][1];
    assert_eq!((&row["status"], &document["exit"]), (&json!("waived"), &json!(0)));
    let finding = &row["findings"][0];
    assert_eq!((&finding["status"], &finding["code"]), (&json!("skipped"), &json!(CODE)));
    assert_eq!(finding["waiver"]["owner"], "Platform team");
    assert_eq!((&row["waivers"][0]["status"], &row["waivers"][0]["code"]), (&json!("active"), &json!(CODE)));
    assert_eq!(row["waivers"][0]["by"], "maria");
    assert_eq!(row["features"], before["features"]);
    assert_eq!(feature(row, "automatic_connections")["status"], "limited");
    assert_eq!(program.send(Method::DELETE, &waiver, None, None).await.0, 202);
    assert_eq!(settled(&program, &path).await["environments"][1], before);
    assert_eq!(program.send(Method::DELETE, &waiver, None, None).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_waived_says_which_field() {
    let place = unreached();
    let (program, path, waiver) = added(&place).await;
    for (field, text, words) in [
        ("owner", " ", "Enter who answers"),
        ("owner", "a\nb", "one line"),
        ("why", "", "Enter why"),
        ("until", "soon", "a date such as"),
        ("until", "1970-01-01", "in the future"),
        ("until", "367d", "within 366 days"),
    ] {
        let mut body = typed();
        body[field] = json!(text);
        let (status, problem) = put(&program, &waiver, body).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{text:?}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    for other in [format!("{path}/Nobody/waivers/{CODE}"), format!("{path}/Production/waivers/SETUP-NONE-1")]
    {
        assert_eq!(put(&program, &other, typed()).await.0, 404, "{other}");
    }
    assert_eq!(settled(&program, &path).await["environments"][1]["waivers"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_key_takes_one_decision() {
    let place = unreached();
    let (program, _, waiver) = added(&place).await;
    for _ in 0..2 {
        let (status, _) = program.send(Method::PUT, &waiver, Some(&typed()), Some("key-1")).await;
        assert_eq!(status, 202);
    }
    let mut other = typed();
    other["owner"] = json!("Somebody else");
    let (status, _) = program.send(Method::PUT, &waiver, Some(&other), Some("key-1")).await;
    assert!((400..500).contains(&status), "{status}");
}

async fn shown(browser: &mut Browser<'_>) -> Page {
    let page = setup::settled(browser, ENVIRONMENTS).await;
    let fields = [("name", "Production"), ("address", "prod.acme.example")];
    browser.submit_to(&page, "/setup/environments/add", &fields).await;
    setup::settled(browser, ENVIRONMENTS).await
}

#[tokio::test(start_paused = true)]
async fn a_person_lives_with_a_finding_and_ends_that() {
    let place = unreached();
    let mut browser = setup::registered(&place, "maria").await;
    let page = shown(&mut browser).await;
    page.assert_says(&["Not connected", "Live with it"]);
    assert!(!page.text.contains("End it"));
    let why = "<b>firewall</b>";
    let page =
        browser.submit_to(&page, WAIVE, &[("owner", "Platform team"), ("why", why), ("until", "30d")]).await;
    assert_eq!(page.path, ENVIRONMENTS);
    page.assert_says(&["accepted for now", "Accepted by Platform team until", "Recorded by maria", "End it"]);
    assert!(!page.text.contains(why), "what people type is shown as text");
    assert!(!page.text.contains(&format!("action=\"{WAIVE}\"")));
    let page = browser.submit_to(&page, "/setup/environments/end-waiver", &[]).await;
    page.assert_says(&["Not connected", "Live with it"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_lived_with_says_why_at_its_field_and_keeps_what_was_typed() {
    let place = unreached();
    let mut browser = setup::registered(&place, "maria").await;
    let page = shown(&mut browser).await;
    let fields = [("owner", "Platform team"), ("why", ""), ("until", "2030-12-31")];
    let page = browser.submit_to(&page, WAIVE, &fields).await;
    assert_eq!(page.status.as_u16(), 422);
    page.assert_says(&["There is a problem", "Enter why it can be lived with."]);
    let place = format!("why-2-{CODE}");
    assert!(
        page.text.contains(&format!("href=\"#{place}\"")) && page.text.contains(&format!("id=\"{place}\""))
    );
    assert!(page.text.contains("value=\"Platform team\"") && page.text.contains("value=\"2030-12-31\""));
    assert!(page.text.contains(&format!("id=\"waive-2-{CODE}\" open")));
}
