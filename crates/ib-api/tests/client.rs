//! What the client makes of answers that are none.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use ib_api::client::{Client, ClientError, ServerUrl};
use ib_api::exit::Exit;
use ib_api::problem::{MEDIA_TYPE, Problem, ProblemKind};

/// A client of a server whose disclaimer is this answer.
async fn client<A: IntoResponse + Clone + Send + Sync + 'static>(answer: A) -> Client {
    let router = Router::new().route("/api/v1/disclaimer", get(move || async { answer }));
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
