//! A host that reads whatever it is sent over TLS, throws it away, and answers as an environment that took a
//! package.

use std::net::SocketAddr;
use std::sync::Arc;

use ib_env_client::http::{ConnectTo, HttpClient, Settings};
use ib_env_client::{Connect, Environment};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use super::address;

const HOST: &str = "dev.acme.example";
const TAKEN: &str = "<s:Envelope xmlns:s='x'><s:Body><SolutionPack_PublishWith2StepOptionResponse>\
    <PublishId>7</PublishId></SolutionPack_PublishWith2StepOptionResponse></s:Body></s:Envelope>";

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its head, in lower case.
    pub(crate) head: String,
    /// How long its body was announced to be.
    pub(crate) announced: u64,
    /// How much of it came.
    pub(crate) came: u64,
}

pub(crate) struct Sink {
    address: SocketAddr,
    certificate: String,
    seen: UnboundedReceiver<Seen>,
}

impl Sink {
    pub(crate) async fn open() -> Self {
        let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (log, seen) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), stream, log.clone()));
            }
        });
        Self { address, certificate: made.cert.pem(), seen }
    }

    /// It, as an environment.
    pub(crate) fn environment(&self) -> Arc<dyn Environment> {
        let mut settings = Settings::default();
        settings.system_authorities = false;
        settings.authorities = vec![self.certificate.clone().into_bytes()];
        settings.connect_to = vec![ConnectTo::new(&address(HOST), self.address)];
        HttpClient::new(settings).unwrap().environment(address(HOST))
    }

    /// The next request with a body that ended, one way or the other.
    pub(crate) async fn posted(&mut self) -> Seen {
        loop {
            let seen = self.seen.recv().await.unwrap();
            if seen.head.starts_with("post ") {
                return seen;
            }
        }
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, log: UnboundedSender<Seen>) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await {
        let whole = seen.announced == seen.came;
        let is_post = seen.head.starts_with("post ");
        if log.send(seen).is_err() || !whole {
            return;
        }
        let (status, body) = if is_post { ("200 OK", TAKEN) } else { ("404 Not Found", "") };
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

/// Reads one request to its end or to the end of the connection.
async fn read(stream: &mut BufReader<TlsStream<TcpStream>>) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
            return None;
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let announced = length.map_or(0, |length| length.parse().unwrap());
    let (mut came, mut piece) = (0, [0; 8192]);
    while came < announced {
        let wanted = piece.len().min(usize::try_from(announced - came).unwrap());
        match stream.read(&mut piece[..wanted]).await {
            Ok(count @ 1..) => came += count as u64,
            _ => break,
        }
    }
    Some(Seen { head, announced, came })
}
