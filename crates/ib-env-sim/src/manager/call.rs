//! Calls to the service: the only requests that the simulator sends by itself.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024;

/// The service that is called.
pub(super) struct Service {
    url: Url,
    authority: String,
}

/// One request to the service.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) authorization: Option<String>,
    pub(super) body: Bytes,
}

impl Service {
    /// The service at that address, whose certificate is checked against an authority in PEM; `None` where the
    /// scenario names none.
    pub(super) fn new(url: &str, authority: &str) -> Option<Self> {
        Some(Self { url: Url::parse(url).ok()?, authority: authority.to_owned() })
    }

    /// Status and body of the answer.
    pub(super) async fn send(&self, call: Call) -> io::Result<(u16, Bytes)> {
        timeout(PATIENCE, self.exchange(call)).await?
    }

    async fn exchange(&self, call: Call) -> io::Result<(u16, Bytes)> {
        let host = self.url.host_str().ok_or(io::ErrorKind::InvalidInput)?;
        let port = self.url.port_or_known_default().ok_or(io::ErrorKind::InvalidInput)?;
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        let request = self.request(call, &format!("{host}:{port}"))?;
        if self.url.scheme() == "http" {
            return converse(stream, request).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        converse(self.connector()?.connect(name, stream).await?, request).await
    }

    fn request(&self, call: Call, host: &str) -> io::Result<Request<Full<Bytes>>> {
        let base = self.url.path().trim_end_matches('/');
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{base}{}", call.path))
            .header(HOST, host)
            .header(CONTENT_TYPE, "application/json");
        if let Some(value) = call.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        request.body(Full::new(call.body)).map_err(io::Error::other)
    }

    fn connector(&self) -> io::Result<TlsConnector> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(self.authority.as_bytes()) {
            roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
        }
        let configuration = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(TlsConnector::from(Arc::new(configuration)))
    }
}

/// Sends one request over a new connection.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> io::Result<(u16, Bytes)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await;
        Ok((status, body.map_err(io::Error::other)?.to_bytes()))
    };
    // The connection works for as long as the answer is waited for.
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        _ = connection => answer.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Tls;
    use crate::server::Authority;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// A service over TLS that answers one request.
    async fn service(authority: &Authority, tls: Tls) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(authority.configuration("localhost", &[], tls).unwrap());
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(listener.accept().await.unwrap().0).await else { return };
            let mut head = [0; 1024];
            drop(stream.read(&mut head).await);
            drop(stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}").await);
        });
        format!("https://localhost:{port}")
    }

    #[tokio::test]
    async fn over_tls_the_certificate_is_checked() {
        let authority = Authority::new().unwrap();
        let call = Call {
            method: Method::POST,
            path: "/proof".to_owned(),
            authorization: None,
            body: Bytes::from_static(b"{}"),
        };
        let service_at = |url: String| Service::new(&url, authority.pem()).unwrap();
        let right = service_at(service(&authority, Tls::Ok).await);
        assert_eq!(right.send(call.clone()).await.unwrap(), (403, Bytes::from_static(b"{}")));
        for tls in [Tls::WrongHost, Tls::UnknownIssuer, Tls::Expired] {
            let wrong = service_at(service(&authority, tls).await);
            assert!(wrong.send(call.clone()).await.is_err(), "{tls:?}");
        }
    }
}
