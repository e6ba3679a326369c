//! Status reads, over HTTP.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use axum::routing::get;
use http_body_util::BodyExt as _;
use ib_web::{Settings, Web};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::population::over;
use crate::{Bound, Figure};

/// How many people look at the same time, each at a set-up of their own.
const READERS: usize = 8;
/// How many times each of them looks in a round.
const LOOKS: usize = 1_000;
const ROUNDS: usize = 20;
const FEW: u32 = 1_000;
const MANY: u32 = 1_000_000;

/// Status reads against a bare handler, and among many infrastructures against among few.
pub(crate) async fn measure() -> [Figure; 2] {
    let (few, bare) = among(FEW).await;
    let (many, _) = among(MANY).await;
    let ratio = bare.as_secs_f64() / few.as_secs_f64();
    let growth = many.as_secs_f64() / few.as_secs_f64();
    let [few, many, bare] = [few, many, bare].map(|time| format!("{time:.1?}"));
    [
        Figure::new("status reads a second, times a bare handler", ratio, "times", Bound::AtLeast(0.6))
            .of(&few, format!("bare handler {bare}")),
        Figure::new(
            "time of a status read at 1,000,000, times that at 1,000",
            growth,
            "times",
            Bound::AtMost(1.5),
        )
        .of(many, few),
    ]
}

/// The mean time of a status read among `count` registered infrastructures, and of a bare handler.
async fn among(count: u32) -> (Duration, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let (store, ports) = over(folder.path()).await;
    let web = Web::new(ports, None, Settings::default());
    let mut requests = Vec::new();
    let mut answer = String::new();
    for _ in 0..READERS {
        let token =
            call(&web, Method::POST, "/api/v1/sessions", None).await.1["token"].as_str().unwrap().to_owned();
        let (text, setup) = call(&web, Method::POST, "/api/v1/setups", Some(&token)).await;
        let path = format!("/api/v1/setups/{}", setup["id"].as_str().unwrap());
        requests
            .push(format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n"));
        answer = text;
    }
    fill(&folder.path().join("setups.db"), count).await;
    let ours = serve(web.router()).await;
    let bare = async move || ([(CONTENT_TYPE, "application/json")], answer.clone());
    let bare = serve(Router::new().route("/api/v1/setups/{id}", get(bare))).await;
    let (mut best, mut floor) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best = best.min(round(ours, &requests).await);
        floor = floor.min(round(bare, &requests).await);
    }
    store.close().await;
    (best, floor)
}

async fn call(web: &Web, method: Method, path: &str, token: Option<&str>) -> (String, Value) {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1");
    let request = token
        .iter()
        .fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
    let response = web.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (text.clone(), serde_json::from_str(&text).unwrap())
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    at
}

/// Everybody looks, as often as they can; the mean time of a look.
async fn round(at: SocketAddr, requests: &[String]) -> Duration {
    let begun = Instant::now();
    let readers: Vec<_> = requests.iter().map(|request| tokio::spawn(reader(at, request.clone()))).collect();
    for reader in readers {
        reader.await.unwrap();
    }
    begun.elapsed() / u32::try_from(READERS * LOOKS).unwrap()
}

async fn reader(at: SocketAddr, request: String) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 16 << 10];
    for _ in 0..LOOKS {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut filled = 0;
        while !is_whole(&buffer[..filled]) {
            let read = stream.read(&mut buffer[filled..]).await.unwrap();
            assert_ne!(read, 0, "the connection ended");
            filled += read;
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..filled]));
    }
}

/// Whether an answer is there to its last byte.
fn is_whole(seen: &[u8]) -> bool {
    let text = String::from_utf8_lossy(seen);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| body.len() >= length)
}

/// Fills the database with registered infrastructures, each with its set-up and history.
async fn fill(path: &Path, count: u32) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let numbers =
        format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {count})");
    let snapshot = "(select state from snapshot limit 1)";
    let id = "printf('%032x', i + 1000)";
    let statements = [
        format!(
            "{numbers} insert into history (id, sequence, address, username, infrastructure, changed)
             select 'setup-' || {id}, 10, 'dev' || i || '.acme.example', 'maria', {id}, i + 1000 from n"
        ),
        format!("{numbers} insert into snapshot (history, state) select 'setup-' || {id}, {snapshot} from n"),
        format!(
            "{numbers} insert into event (history, number, event)
             select 'setup-' || {id}, k.value, '{{\"version\":1,\"at\":1700000000000,\"fact\":\"set_up_chosen\"}}'
             from n, json_each('[1,2,3]') k"
        ),
        format!("{numbers} insert into infrastructure (id) select {id} from n"),
        format!(
            "{numbers} insert into infrastructure_address (address, infrastructure)
             select 'dev' || i || '.acme.example', {id} from n"
        ),
    ];
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    }
    pool.close().await;
}
