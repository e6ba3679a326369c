//! Asks somebody else over HTTP whether an activation code is right.
//!
//! The question is the project's own: `POST {"serial": "…", "code": "…"}`, answered with status 200 and
//! `{"answer": "verified"}` or `{"answer": "refused"}`. Whatever else comes, or nothing, means that the authority
//! cannot tell now, and the person may try again.
//!
//! An environment that tells no serial number is asked about with an empty one. Waiting would not help there, and
//! accepting would let every environment in that keeps its number to itself; so the authority decides. One that
//! knows codes by serial number alone answers *refused*.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use ib_setup::{ActivationAuthority, ActivationCode, CodeAnswer, Identity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tracing::{info, warn};
use url::{Host, Url};

/// How long the authority may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const ANSWER: usize = 4 << 10;
const JSON: &str = "application/json";

/// Why an authority cannot be asked. The address is not repeated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The code would leave this machine in clear, or the address holds more than where to ask.
    #[error(
        "expected an address such as https://codes.example.com/verify, without a user or a fragment; http only \
         on this machine, as 127.0.0.1 or localhost"
    )]
    Address,
    /// No authority's certificate can be verified.
    #[error("no certificate authority is trusted: the system has none, and the file holds none in PEM form")]
    NoAuthorities,
    /// The TLS library refuses to start.
    #[error("TLS cannot be used")]
    Tls(#[from] rustls::Error),
}

/// Where an authority is asked: over TLS, or on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityAddress(Url);

impl AuthorityAddress {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Address`].
    ///
    /// ```
    /// use ib_server::authority::AuthorityAddress;
    ///
    /// assert!(AuthorityAddress::parse("https://codes.example.com/verify").is_ok());
    /// assert!(AuthorityAddress::parse("http://127.0.0.1:4711/control/activation").is_ok());
    /// assert!(AuthorityAddress::parse("http://codes.example.com/verify").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, AuthorityError> {
        let url = Url::parse(text.trim()).map_err(|_| AuthorityError::Address)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let safe = match url.scheme() {
            "https" => url.has_host(),
            "http" => is_this_machine(&url),
            _ => false,
        };
        if bare && safe { Ok(Self(url)) } else { Err(AuthorityError::Address) }
    }

    /// The address, as it is shown.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host as TCP and TLS name it.
    fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    fn authority(&self) -> &str {
        &self.0[url::Position::BeforeHost..url::Position::AfterPort]
    }

    fn path(&self) -> &str {
        &self.0[url::Position::BeforePath..url::Position::AfterQuery]
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An authority that is asked over HTTP.
#[derive(Clone)]
pub struct HttpAuthority {
    address: AuthorityAddress,
    tls: TlsConnector,
}

#[derive(Serialize)]
struct Question<'q> {
    serial: &'q str,
    code: &'q str,
}

#[derive(Deserialize)]
struct Reply {
    answer: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Verified,
    Refused,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl HttpAuthority {
    /// An authority at `address`. Besides the system's certificate authorities, those in `pem` are trusted.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::NoAuthorities`], [`AuthorityError::Tls`].
    pub fn new(address: AuthorityAddress, pem: Option<&[u8]>) -> Result<Self, AuthorityError> {
        let mut roots = RootCertStore::empty();
        let given: Vec<_> = pem.map(CertificateDer::pem_slice_iter).into_iter().flatten().collect();
        let given: Vec<_> = given.into_iter().collect::<Result<_, _>>().unwrap_or_default();
        if pem.is_some() && roots.add_parsable_certificates(given).0 == 0 {
            return Err(AuthorityError::NoAuthorities);
        }
        if address.is_secure() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(AuthorityError::NoAuthorities);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { address, tls: TlsConnector::from(Arc::new(config)) })
    }

    async fn ask(&self, serial: &str, code: &str) -> Result<CodeAnswer, Failure> {
        let body = serde_json::to_vec(&Question { serial, code })?;
        let stream = TcpStream::connect((self.address.host(), self.address.port())).await?;
        let (status, answer) = if self.address.is_secure() {
            let name = ServerName::try_from(self.address.host().to_owned())?;
            self.send(self.tls.connect(name, stream).await?, body).await?
        } else {
            self.send(stream, body).await?
        };
        if status != StatusCode::OK {
            return Err(format!("it answers with status {}", status.as_u16()).into());
        }
        // What the answer says otherwise is not repeated: it could hold what was asked.
        let reply = serde_json::from_slice(&answer).map_err(|_| "it answers something else than agreed")?;
        Ok(match reply {
            Reply { answer: Answer::Verified } => CodeAnswer::Verified,
            Reply { answer: Answer::Refused } => CodeAnswer::Refused,
        })
    }

    async fn send(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.address.path())
            .header(HOST, self.address.authority())
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, JSON)
            .body(Full::new(Bytes::from(body)))?;
        let answered = async {
            let (parts, body) = sender.send_request(request).await?.into_parts();
            Ok((parts.status, Limited::new(body, ANSWER).collect().await?.to_bytes()))
        };
        let answered = answered.await;
        connection.abort();
        answered
    }
}

#[async_trait]
impl ActivationAuthority for HttpAuthority {
    async fn verify(&self, identity: &Identity, code: &ActivationCode) -> CodeAnswer {
        let serial = identity.serial.as_ref().map(ib_setup::Serial::as_str).unwrap_or_default();
        let failed: Failure = match tokio::time::timeout(PATIENCE, self.ask(serial, code.expose())).await {
            Ok(Ok(answer)) => {
                info!(?answer, "the activation authority answered");
                return answer;
            }
            Ok(Err(error)) => error,
            Err(_) => "it does not answer in time".into(),
        };
        warn!(error = &*failed as &dyn std::error::Error, "the activation authority cannot be asked");
        CodeAnswer::Unavailable
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://codes.example.com", true)]
    #[case("https://codes.example.com:8443/verify?v=1", true)]
    #[case("http://127.0.0.1:4711/control/activation", true)]
    #[case("http://[::1]:4711/", true)]
    #[case("http://localhost/", true)]
    #[case("http://codes.example.com/", false)]
    #[case("http://localhost.example.com/", false)]
    #[case("http://192.0.2.1/", false)]
    #[case("https://user:word@codes.example.com/", false)]
    #[case("https://codes.example.com/#part", false)]
    #[case("file:///etc/passwd", false)]
    #[case("codes.example.com", false)]
    #[case("", false)]
    fn a_code_leaves_this_machine_over_tls_alone(#[case] text: &str, #[case] taken: bool) {
        assert_eq!(AuthorityAddress::parse(text).is_ok(), taken);
    }

    #[test]
    fn a_file_without_a_certificate_is_no_authority() {
        let address = AuthorityAddress::parse("https://codes.example.com").unwrap();
        let made = HttpAuthority::new(address, Some(b"no certificate"));
        assert!(matches!(made, Err(AuthorityError::NoAuthorities)));
    }
}
