//! Connections that are slow, or want too much.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::place::World;

/// Sends `text` and then nothing more; what comes back until the server ends the connection.
async fn answer_to(at: std::net::SocketAddr, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(text).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the server waits for ever");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_request_does_not_hold_a_connection() {
    let world = World::new().await;
    let place = world.serve().await;
    let half = b"POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
    let (half, silent) = tokio::join!(answer_to(place.at, half), answer_to(place.at, b""));
    assert!(!half.contains(" 201 "), "{half}");
    assert!(!silent.contains(" 20"), "{silent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_large_and_noise_are_turned_away() {
    let world = World::new().await;
    let place = world.serve().await;
    let long = format!("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: {}\r\n\r\n", "a".repeat(1 << 20));
    let mut stream = TcpStream::connect(place.at).await.unwrap();
    // The server may end the connection before everything is sent.
    let _ = stream.write_all(long.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
    assert!(!answer_to(place.at, b"\x16\x03\x01 no HTTP\r\n\r\n").await.contains(" 200 "));
    assert!(
        answer_to(place.at, b"GET /healthz HTTP/1.0\r\n\r\n").await.contains(" 200 "),
        "others are served"
    );
}
