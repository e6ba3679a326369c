//! One connection: the TLS handshake by the host's rule, then HTTP.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::server::Acceptor;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::Hub;
use super::handler;
use super::io::{Prompt, ScriptedIo};
use crate::scenario::Tls;

/// Limit for the TLS handshake, and for the head of each request.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves a connection to its end. Whatever goes wrong concerns this connection alone.
pub(super) async fn serve(stream: TcpStream, client: IpAddr, hub: Arc<Hub>) {
    let _ = stream.set_nodelay(true);
    let acceptor = LazyConfigAcceptor::new(Acceptor::default(), stream);
    let Ok(Ok(handshake)) = timeout(PATIENCE, acceptor).await else {
        return;
    };
    let name = handshake.client_hello().server_name().map(str::to_ascii_lowercase);
    let Some(stream) = shake_hands(handshake, name.as_deref(), &hub).await else {
        return;
    };
    let prompt = Prompt::default();
    let io = TokioIo::new(ScriptedIo { stream, prompt: prompt.clone() });
    let caller = Arc::new(handler::Caller { client, server_name: name, prompt });
    let service = service_fn(move |request| {
        let (hub, caller) = (Arc::clone(&hub), Arc::clone(&caller));
        async move { Ok::<_, Infallible>(handler::answer(&hub, &caller, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let _ = http.serve_connection(io, service).await;
}

async fn shake_hands(
    mut handshake: StartHandshake<TcpStream>,
    name: Option<&str>,
    hub: &Hub,
) -> Option<TlsStream<TcpStream>> {
    let scenario = hub.world.scenario();
    let named = name.and_then(|name| scenario.environment(name));
    let environment = named.or_else(|| scenario.environments.first())?;
    match environment.tls {
        Tls::PlainHttp => say_and_close(handshake.io, PLAIN_HTTP.as_bytes()).await,
        Tls::OldProtocol => say_and_close(handshake.io, &old_server_hello()).await,
        Tls::Reset => {
            let _ = handshake.io.set_zero_linger();
            None
        }
        Tls::Stall => {
            hung_up(&mut handshake.io).await;
            None
        }
        tls => {
            let configuration =
                hub.authority.configuration(&environment.host, &environment.certificate_names, tls).ok()?;
            if scenario.round_trip_ms > 0 {
                sleep(Duration::from_millis(scenario.round_trip_ms)).await;
            }
            timeout(PATIENCE, handshake.into_stream(configuration)).await.ok()?.ok()
        }
    }
}

const PLAIN_HTTP: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\
    Connection: close\r\n\r\nBad Request";

/// The first answer of a server that knows no more than TLS 1.0.
fn old_server_hello() -> Vec<u8> {
    const TLS_1_0: [u8; 2] = [3, 1];
    const RSA_AES_128_CBC_SHA: [u8; 2] = [0, 0x2f];
    let mut hello = Vec::from(TLS_1_0);
    hello.extend([0x5a; 32]);
    hello.push(0);
    hello.extend(RSA_AES_128_CBC_SHA);
    hello.push(0);
    let length = u8::try_from(hello.len()).unwrap_or_default();
    let mut message = vec![2, 0, 0, length];
    message.extend(hello);
    let mut record = vec![22, 3, 1, 0, length + 4];
    record.extend(message);
    record
}

/// Writes, then waits for the client to hang up, so that it can read all of it.
async fn say_and_close(mut stream: TcpStream, words: &[u8]) -> Option<TlsStream<TcpStream>> {
    let _ = stream.write_all(words).await;
    let _ = stream.shutdown().await;
    let _ = timeout(PATIENCE, hung_up(&mut stream)).await;
    None
}

/// Waits until the client closes the connection.
async fn hung_up(stream: &mut TcpStream) {
    let mut rest = [0; 1024];
    while matches!(stream.read(&mut rest).await, Ok(1..)) {}
}
