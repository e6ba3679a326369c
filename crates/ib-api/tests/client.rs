//! What the client makes of answers that are none.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any, get, post};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ib_api::client::{Client, ClientError, ServerUrl};
use ib_api::exit::Exit;
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};
use ib_api::request::{PutEnvironment, PutWaiver};
use ib_domain::integration::{IntegrationKind, IntegrationName};

/// A client of a server whose disclaimer is this answer.
async fn client<A: IntoResponse + Clone + Send + Sync + 'static>(answer: A) -> Client {
    client_of("/disclaimer", get(move || async { answer })).await
}

/// A client of a server that answers at one path.
async fn client_of(path: &str, method: MethodRouter) -> Client {
    let router = Router::new().route(&format!("/api/v1{path}"), method);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = ServerUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Client::new(server, &[]).unwrap()
}

async fn error<A: IntoResponse + Clone + Send + Sync + 'static>(answer: A) -> ClientError {
    client(answer).await.disclaimer().await.unwrap_err()
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let redirect = (StatusCode::FOUND, [(header::LOCATION, "/api/v1/disclaimer")]);
    assert!(matches!(error(redirect).await, ClientError::Foreign { status: 302 }));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    assert!(matches!(error(vec![b' '; (8 << 20) + 1]).await, ClientError::Foreign { status: 200 }));
}

#[tokio::test]
async fn what_is_no_document_is_no_answer() {
    assert!(matches!(error("<html>").await, ClientError::Foreign { status: 200 }));
    assert!(matches!(error(StatusCode::NOT_FOUND).await, ClientError::Foreign { status: 404 }));
}

#[tokio::test]
async fn a_problem_says_when_to_try_again() {
    let problem = Problem::new(ProblemKind::Throttled, "Too many attempts.");
    let body = serde_json::to_string(&problem).unwrap();
    let head = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::RETRY_AFTER, "30")];
    match error((StatusCode::TOO_MANY_REQUESTS, head, body)).await {
        ClientError::Problem(problem) => {
            assert_eq!(problem.detail, "Too many attempts. Try again in 30 s.");
            assert_eq!(problem.exit(), Exit::CouldNotTell);
        }
        other => assert!(matches!(other, ClientError::Problem(_)), "{other}"),
    }
}

#[test]
fn what_is_no_authority_is_named() {
    let server = ServerUrl::parse("https://ib.example.com").unwrap();
    let made = Client::new(server, &[b"nothing".to_vec()]);
    assert!(matches!(made, Err(ClientError::Authority { number: 1 })));
}

/// What is changed for a file says so; what is read, or asked of an environment besides, does not.
#[tokio::test]
async fn what_a_file_declares_is_sent_for_it() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let answer = move |request: Request| async move {
        let path = request.uri().path_and_query().unwrap().to_string();
        note.lock().unwrap().push(format!("{} {}", request.method(), path.replace("/api/v1/setups/1", "")));
        StatusCode::NOT_FOUND
    };
    let client = client_of("/{*path}", any(answer)).await;
    let file = "infra structure&.toml".parse().unwrap();
    let environment = PutEnvironment { address: "qa.acme.example".to_owned(), name: None };
    let text = String::new;
    let waiver = PutWaiver { owner: text(), why: text(), until: text() };
    for client in [client.for_file(&file), client] {
        client.environments("1").await.unwrap_err();
        client.put_environment("1", "QA", &environment).await.unwrap_err();
        client.put_waiver("1", "QA", "SETUP-TLS-001", &waiver).await.unwrap_err();
        client.end_waiver("1", "QA", "SETUP-TLS-001").await.unwrap_err();
        client.remove_environment("1", "QA").await.unwrap_err();
        client.release_environment("1", "QA").await.unwrap_err();
    }
    let whole = [
        "GET /environments",
        "PUT /environments/QA?file",
        "PUT /environments/QA/waivers/SETUP-TLS-001?file",
        "DELETE /environments/QA/waivers/SETUP-TLS-001?file",
        "DELETE /environments/QA?file",
        "POST /environments/QA/release",
    ];
    let of_file = whole.map(|line| line.replace("?file", "?file=infra%20structure%26%2Etoml"));
    let plain = whole.map(|line| line.replace("?file", ""));
    assert_eq!(*seen.lock().unwrap(), [of_file, plain].concat());
}

const PACKAGE: &str = "/setups/1/integrations/Orders/package";

fn orders() -> IntegrationName {
    "Orders".parse().unwrap()
}

#[tokio::test]
async fn a_file_comes_in_pieces_that_are_not_long() {
    let content: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    let answer = content.clone();
    let client = client_of(PACKAGE, get(move || async { answer })).await;
    let download = client.download_integration("1", &orders()).await.unwrap();
    assert_eq!(download.size, 1_000_000);
    let pieces: Vec<Bytes> = download.pieces.try_collect().await.unwrap();
    assert!(pieces.iter().all(|piece| piece.len() <= 64 << 10));
    assert_eq!(pieces.concat(), content);
}

#[tokio::test]
async fn a_file_without_a_length_or_an_end_is_none() {
    let endless =
        || async { Body::from_stream(stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from("more")))) };
    let client = client_of(PACKAGE, get(endless)).await;
    let refused = client.download_integration("1", &orders()).await;
    assert!(matches!(refused, Err(ClientError::Foreign { status: 200 })));

    let broken = || async {
        let pieces = [Ok(Bytes::from("half")), Err(io::Error::other("gone"))];
        ([(header::CONTENT_LENGTH, "8")], Body::from_stream(stream::iter(pieces)))
    };
    let client = client_of(PACKAGE, get(broken)).await;
    let download = client.download_integration("1", &orders()).await;
    let whole = match download {
        Ok(download) => download.pieces.try_collect::<Vec<_>>().await.is_ok(),
        Err(_) => false,
    };
    assert!(!whole);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_is_not_sent_as_one() {
    let taken = post(|body: Bytes| async move { format!("{}", body.len()) });
    let client = client_of("/setups/1/integrations", taken).await;
    let pieces = stream::iter([Ok(Bytes::from("half")), Err(io::Error::other("gone"))]).boxed();
    let sent = client.upload_integration("1", IntegrationKind::Other, "Orders.oap", 8, pieces).await;
    assert!(matches!(sent, Err(ClientError::Unreachable(_))), "{sent:?}");
}

/// Hours may pass while it moves, and a minute while it does not.
#[tokio::test(start_paused = true)]
async fn a_file_may_be_slow_but_not_stand_still() {
    let taken = post(|body: Bytes| async move { (StatusCode::NOT_FOUND, format!("{}", body.len())) });
    let client = client_of("/setups/1/integrations", taken).await;
    let slow = stream::iter(0..8).then(|_| async {
        tokio::time::sleep(std::time::Duration::from_secs(50)).await;
        Ok(Bytes::from("x"))
    });
    let sent = client.upload_integration("1", IntegrationKind::Other, "Orders.oap", 8, slow.boxed()).await;
    assert!(matches!(sent, Err(ClientError::Foreign { status: 404 })), "{sent:?}");
    let still = stream::iter([Ok(Bytes::from("x"))]).chain(stream::pending()).boxed();
    let sent = client.upload_integration("1", IntegrationKind::Other, "Orders.oap", 8, still).await;
    let said = sent.unwrap_err().to_string();
    assert!(said.contains("nothing of the file moved for a minute"), "{said}");
}

#[tokio::test]
async fn the_audit_trail_is_read_on_from_where_it_ended() {
    let path = "/setups/00000000000000000000000000000001/audit";
    let asked = |uri: axum::http::Uri| async move {
        let next = uri.query().map(str::to_owned);
        axum::Json(serde_json::json!({ "schema": "ib.audit/1", "entries": [], "next": next }))
    };
    let client = client_of(path, get(asked)).await;
    let setup = "00000000000000000000000000000001";
    let first = client.audit(setup, None, 50).await.unwrap();
    assert_eq!(first.next.as_deref(), Some("limit=50"));
    let odd = client.audit(setup, Some("setup-7&limit=1"), 500).await.unwrap();
    assert_eq!(odd.next.as_deref(), Some("limit=500&before=setup-7%26limit%3D1"), "it stays one value");
}
