//! Integrations: uploaded, published and downloaded, over the API and on the page without scripts.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request};
use futures_util::stream;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::place::{self, Place};
use crate::program::Program;
use crate::setup::{WIDGET, press, registered, settled};

const ORDERS: &str = "integration Orders";
const INTEGRATIONS: &str = "/settings/integrations";
const UPLOAD: &str = "/setup/integrations/upload";

/// A program that registered, and the path of its integrations.
async fn program(place: &Place) -> (Program<'_>, String) {
    let program = Program::new(place).await;
    let setup = program.register("maria").await;
    let path = format!("/api/v1/setups/{}/integrations", setup["id"].as_str().unwrap());
    (program, path)
}

async fn upload(program: &Program<'_>, path: &str, query: &str, body: impl Into<Body>) -> (u16, Value) {
    let request = Request::builder().method(Method::POST).uri(format!("{path}?{query}"));
    let token = program.token.as_deref().unwrap();
    let request = request.header(HOST, place::HOST).header(AUTHORIZATION, format!("Bearer {token}"));
    let (response, text) = program.place.ask(request.body(body.into()).unwrap()).await;
    (response.status().as_u16(), serde_json::from_str(&text).unwrap())
}

/// Waits until nothing is under way.
async fn waited(program: &Program<'_>, path: &str) -> Value {
    for _ in 0..10 {
        let (status, document) = program.get(&format!("{path}?wait=20")).await;
        assert_eq!(status, 200, "{document}");
        if document["looked_at"].is_string()
            && document["held_by"].is_null()
            && document["is_looking"] == false
        {
            return document;
        }
    }
    unreachable!("it goes on for ever")
}

#[tokio::test(start_paused = true)]
async fn a_program_uploads_publishes_and_downloads() {
    let place = Place::installing();
    let (program, path) = program(&place).await;
    waited(&program, &path).await;
    let (status, document) =
        upload(&program, &path, "kind=sharepoint-online&file=..%2FOrders.osp", ORDERS).await;
    assert_eq!(status, 201, "{document}");
    assert_eq!((&document["schema"], &document["uploaded"]), (&json!("ib.integrations/1"), &json!("Orders")));
    let row = &document["integrations"][0];
    assert_eq!((&row["status"], &row["kind"]), (&json!("not_published"), &json!("sharepoint-online")));
    assert_eq!(row["package"]["modules"], json!(["Orders_DRV", "Orders_IS"]));
    let needs: Vec<_> =
        row["requirements"].as_array().unwrap().iter().map(|need| need["status"].as_str().unwrap()).collect();
    assert_eq!(needs, ["open", "by_hand"], "the dependency is not there yet; consent nobody can look up");

    let one = format!("{path}/Orders");
    let (status, problem) = program.post(&format!("{one}/publish"), &json!({"edition": 1})).await;
    assert_eq!((status, problem["type"].as_str().unwrap().ends_with("plan-outdated")), (409, true));
    let (status, document) =
        program.post(&format!("{one}/publish"), &json!({"edition": document["edition"]})).await;
    assert_eq!((status, &document["integrations"][0]["status"]), (202, &json!("under_way")), "{document}");
    let document = waited(&program, &path).await;
    let row = &document["integrations"][0];
    assert_eq!((&row["status"], &document["exit"]), (&json!("published"), &json!(0)), "{document}");
    assert_eq!(row["requirements"][0]["status"], "met");

    let (response, text) = program.answer(Method::GET, &format!("{one}/package"), None, None).await;
    assert_eq!(text, ORDERS);
    let disposition = response.headers()[CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename*=UTF-8''Orders.osp", "the name is ours, whatever was sent");
    assert_eq!(program.send(Method::DELETE, &format!("{one}/package"), None, None).await.0, 202);
    assert_eq!(program.get(&format!("{one}/package")).await.0, 404);
    let (_, document) = program.get(&path).await;
    assert_eq!(document["integrations"][0]["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_says_why_and_nothing_is_kept() {
    let place = Place::installing();
    let (program, path) = program(&place).await;
    for (query, body, status, field) in [
        ("", ORDERS, 400, None),
        ("kind=mainframe", ORDERS, 422, Some("kind")),
        ("kind=other", "something else", 422, Some("file")),
        ("kind=other", "", 422, Some("file")),
    ] {
        let (seen, problem) = upload(&program, &path, query, body).await;
        assert_eq!((seen, problem["field"].as_str()), (status, field), "{query}: {problem}");
    }
    let broken = [Ok(Bytes::from("integration ")), Err(std::io::Error::other("gone"))];
    let (status, problem) =
        upload(&program, &path, "kind=other", Body::from_stream(stream::iter(broken))).await;
    assert_eq!(status, 422);
    assert!(problem["detail"].as_str().unwrap().contains("did not arrive as a whole"), "{problem}");
    assert_eq!(program.get(&path).await.1["integrations"], json!([]));
    let (status, _) = program.post(&format!("{path}/Unknown/publish"), &json!({"edition": 0})).await;
    assert!([404, 409].contains(&status), "{status}");
    let (status, _) = program.post(&format!("{path}/No%20name/mark-published"), &json!({})).await;
    assert_eq!(status, 404);
}

/// Whoever stops to send is not waited for, and the request ends.
#[tokio::test(start_paused = true)]
async fn an_upload_that_stalls_ends() {
    let place = Place::installing();
    let (program, path) = program(&place).await;
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from("integration "))]);
    let body = Body::from_stream(futures_util::StreamExt::chain(first, stream::pending()));
    let (status, problem) = upload(&program, &path, "kind=other", body).await;
    assert_eq!(status, 422, "{problem}");
}

/// A file of 1 MiB comes in 64 pieces, each after a second: longer than any other request may take.
#[tokio::test(start_paused = true)]
async fn a_slow_upload_is_waited_for() {
    let place = Place::installing();
    let (program, path) = program(&place).await;
    let pieces = stream::unfold(0, |number| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let piece = if number == 0 { "integration ".to_owned() } else { "O".to_owned() };
        (number < 64).then(|| (Ok::<_, std::io::Error>(Bytes::from(piece)), number + 1))
    });
    let (status, document) = upload(&program, &path, "kind=other", Body::from_stream(pieces)).await;
    assert_eq!(status, 201, "{document}");
}

#[tokio::test(start_paused = true)]
async fn another_infrastructures_integrations_are_out_of_reach() {
    let place = Place::installing();
    let (owner, path) = program(&place).await;
    upload(&owner, &path, "kind=other", ORDERS).await;
    let stranger = Program::new(&place).await;
    for path in [path.clone(), format!("{path}/Orders/package")] {
        assert_eq!(stranger.get(&path).await.0, 404);
    }
    assert_eq!(upload(&stranger, &path, "kind=other", ORDERS).await.0, 404);
    assert_eq!(Program::stranger(&place).get(&path).await.0, 401);
}

/// Sends the form with a file, as a browser does.
async fn send(browser: &mut Browser<'_>, page: &Page, kind: &str, file: &str, content: &str) -> Page {
    let hidden = page.hidden(UPLOAD);
    let part = |rest: String| format!("--edge\r\nContent-Disposition: form-data; {rest}\r\n");
    let fields = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([("kind", kind)]);
    let fields = fields.map(|(name, value)| part(format!("name=\"{name}\"\r\n\r\n{value}")));
    let kind_of_file = "Content-Type: application/octet-stream";
    let file = part(format!("name=\"file\"; filename=\"{file}\"\r\n{kind_of_file}\r\n\r\n{content}"));
    let body: String = fields.chain([file, "--edge--\r\n".to_owned()]).collect();
    let request = browser.request(Method::POST, UPLOAD);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    let (response, text) = browser.send(request.body(Body::from(body)).unwrap()).await;
    match response.headers().get("location") {
        Some(next) => {
            let next = next.to_str().unwrap().to_owned();
            browser.get(&next).await
        }
        None => Page { path: UPLOAD.to_owned(), status: response.status(), text },
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_uploads_and_publishes() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, WIDGET).await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    page.assert_says(&["Integrations", "There is none yet", "Upload an integration"]);
    let page = send(&mut browser, &page, "salesforce", "Orders <1>.oap", ORDERS).await;
    page.assert_says(&[
        "Orders Salesforce",
        "Not published yet",
        "What it needs of its own",
        "please look yourself",
        "Download application package",
    ]);
    assert!(page.text.contains("Orders &#60;1&#62;.oap"), "{}", page.text);
    press(&mut browser, &page, "/setup/integrations/publish").await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    page.assert_says(&["Published", "Published from here", "Publish again"]);
    let page = press(&mut browser, &page, "/setup/integrations/discard").await;
    page.assert_says(&["Publish again as it is"]);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_not_taken_says_why_at_its_field() {
    let place = Place::installing();
    let mut browser = registered(&place, "maria").await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    let refused = send(&mut browser, &page, "", "Orders.oap", ORDERS).await;
    assert_eq!(refused.status.as_u16(), 422);
    refused.assert_says(&["There is a problem", "Choose a kind"]);
    assert!(refused.text.contains("href=\"#kind\"") && refused.title().starts_with("Error: "));
    let refused = send(&mut browser, &page, "database", "Orders.oap", "no package").await;
    refused.assert_says(&["The file is no package of an integration"]);
    assert!(refused.text.contains("href=\"#file\"") && refused.text.contains("value=\"database\" selected"));
    let refused = send(&mut browser, &page, "database", "", "").await;
    refused.assert_says(&["Choose a file."]);
    // Nothing is taken from a form that is not this session's.
    let foreign =
        Page { text: page.text.replace("name=\"token\" value=\"", "name=\"token\" value=\"0"), ..page };
    assert_eq!(send(&mut browser, &foreign, "other", "Orders.oap", ORDERS).await.status.as_u16(), 403);
    let page = settled(&mut browser, INTEGRATIONS).await;
    page.assert_says(&["There is none yet"]);
}

#[tokio::test(start_paused = true)]
async fn with_several_catalogs_a_person_is_told_how_to_publish_by_hand() {
    let place = Place::installing();
    place.scripted.script().published.has_several_catalogs = true;
    let mut browser = registered(&place, "maria").await;
    settled(&mut browser, WIDGET).await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    let page = send(&mut browser, &page, "other", "Orders.oap", ORDERS).await;
    page.assert_says(&[
        "several database catalogs",
        "How to publish it",
        "Download Orders.oap.",
        "https://dev.acme.example/ServiceCenter",
        "Mark as published",
    ]);
    assert!(!page.text.contains("/setup/integrations/publish"));
    press(&mut browser, &page, "/setup/integrations/mark").await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    page.assert_says(&["Integration is not there", "none of its modules is there", "SETUP-DEP-012"]);
    place.scripted.script().published.integrations = ["Orders".to_owned()].into();
    press(&mut browser, &page, "/setup/integrations/mark").await;
    let page = settled(&mut browser, INTEGRATIONS).await;
    page.assert_says(&["Published", "by hand"]);
    assert!(!page.words().contains("Integration is not there"));
}
