//! The event stream: what is sent when, and when it ends.

use axum::body::{Body, BodyDataStream};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::dependencies::{registered, settled, start};
use crate::place::{self, Place};
use crate::program::Program;

/// A stream that somebody listens to.
struct Listener(BodyDataStream);

/// An event: its name, its id, and the document that it holds.
type Event = (String, u64, Value);

fn request(program: &Program<'_>, path: &str) -> Request<Body> {
    let token = program.token.as_deref().unwrap();
    let request = Request::builder().uri(format!("{path}/events")).header(HOST, place::HOST);
    request.header(AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap()
}

impl Listener {
    async fn new(program: &Program<'_>, path: &str) -> Self {
        let response = program.place.open(request(program, path)).await;
        let header = |name| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            (response.status().as_u16(), header(CONTENT_TYPE.as_str())),
            (200, "text/event-stream".to_owned())
        );
        assert_eq!(header("cache-control"), "no-store");
        Self(response.into_body().into_data_stream())
    }

    /// The next event, comments left out; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let text = String::from_utf8(self.0.next().await?.unwrap().to_vec()).unwrap();
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let Some(data) = field("data:") {
                let id = field("id:").unwrap().parse().unwrap();
                return Some((field("event:").unwrap().to_owned(), id, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_document_comes_at_once_and_again_when_it_has_changed() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let now = settled(&program, &path).await;
    let mut listener = Listener::new(&program, &path).await;
    assert_eq!(listener.next().await, Some(("dependencies".to_owned(), 1, now.clone())));
    start(&program, &path).await;
    let (mut last, mut count) = (now, 1);
    while last["publication"]["status"] != "ended" {
        let (name, id, document) = listener.next().await.unwrap();
        count += 1;
        assert_eq!((name.as_str(), id), ("dependencies", count));
        assert_ne!(document, last, "what did not change is not sent");
        last = document;
    }
    assert_eq!(last, settled(&program, &path).await);
    assert!(count > 5, "{count}");
}

#[tokio::test(start_paused = true)]
async fn what_another_process_does_is_seen() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    settled(&program, &path).await;
    let other = place.wanting("2.4.0");
    let elsewhere = Program { place: &other, token: program.token.clone() };
    let mut listener = Listener::new(&program, &path).await;
    listener.next().await.unwrap();
    place.stop().await;
    // A driver that has stopped ends its streams, after what it did last.
    assert_eq!(listener.next().await, None);
    let mut listener = Listener::new(&elsewhere, &path).await;
    listener.next().await.unwrap();
    start(&elsewhere, &path).await;
    assert!(listener.next().await.unwrap().2["publication"].is_object());
    let refused = program.answer(Method::GET, &format!("{path}/events"), None, None).await;
    assert_eq!(refused.0.status().as_u16(), 503);
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_news_though_nothing_happens() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    place.scripted.script().published.is_held = true;
    start(&program, &path).await;
    let mut listener = Listener::new(&program, &path).await;
    loop {
        let (_, _, document) = listener.next().await.unwrap();
        if document["publication"]["is_stalled"] == json!(true) {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_session() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    settled(&program, &path).await;
    let mut listener = Listener::new(&program, &path).await;
    listener.next().await.unwrap();
    assert_eq!(program.send(Method::DELETE, "/api/v1/sessions/current", None, None).await.0, 204);
    while let Some((_, _, document)) = listener.next().await {
        assert_eq!(document["schema"], "ib.dependencies/1");
    }

    // Watching is no use of a session: it ends as if nobody did.
    let (program, path) = registered(&place, "omar").await;
    let mut listener = Listener::new(&program, &path).await;
    while listener.next().await.is_some() {}
    assert_eq!(program.get(&path).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_session_has_so_many_streams_and_no_more() {
    let place = Place::installing();
    let (program, path) = registered(&place, "maria").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Listener::new(&program, &path).await);
    }
    let (status, problem) = program.get(&format!("{path}/events")).await;
    assert_eq!((status, problem["type"].as_str()), (429, Some("/problems/throttled")));
    let (other, theirs) = registered(&place, "omar").await;
    Listener::new(&other, &theirs).await;
    open.pop();
    Listener::new(&program, &path).await;
}
