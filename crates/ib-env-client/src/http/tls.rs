//! TLS: whom to trust, and what exactly was wrong when a handshake failed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use ib_domain::certificate::Validity;
use ib_domain::reason::Reason;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, CipherSuite, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::settings::SettingsError;
use crate::Obstacle;

/// How many of a certificate's names are worth showing.
const NAMES_SHOWN: usize = 5;

/// How many hosts' certificates are remembered at once; beyond that the memory starts anew.
const REMEMBERED: usize = 4096;

/// The configuration of all connections, and the witness of their handshakes.
pub(super) fn trust(
    system: bool,
    authorities: &[Vec<u8>],
) -> Result<(ClientConfig, Arc<Witness>), SettingsError> {
    let roots = roots(system, authorities)?;
    let provider = Arc::new(provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| SettingsError::Client(error.into()))?;
    let witness = Arc::new(Witness { inner, seen: Mutex::default() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::Client(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, witness))
}

/// The library's own choice of algorithms. Among the ciphers of TLS 1.3, all of them good, the one that
/// processors compute fastest comes first: a check of a whole infrastructure is mostly handshakes.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

/// The system's authorities, where wanted, and those given in PEM.
fn roots(system: bool, authorities: &[Vec<u8>]) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    if system {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    for (index, pem) in authorities.iter().enumerate() {
        let unreadable = || SettingsError::Authority { number: index + 1 };
        let certificates: Vec<_> =
            CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| unreadable())?;
        if certificates.is_empty() {
            return Err(unreadable());
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|_| unreadable())?;
        }
    }
    if roots.is_empty() { Err(SettingsError::NoAuthorities) } else { Ok(roots) }
}

/// Passes every question on to the real verifier, and remembers the certificate that it was asked
/// about, so that a diagnosis can show it. It verifies exactly as strictly.
#[derive(Debug)]
pub(super) struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    seen: Mutex<HashMap<String, Presented>>,
}

impl Witness {
    /// What is worth telling about the certificate that a host presented last.
    pub(super) fn presented(&self, host: &str) -> Option<Presented> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }

    /// The same, if it was presented since `begun`: an older one explains no new failure.
    pub(super) fn presented_since(&self, host: &str, begun: Instant) -> Option<Presented> {
        self.presented(host).filter(|presented| presented.at.is_some_and(|at| at >= begun))
    }

    fn remember(&self, name: &ServerName<'_>, certificate: &CertificateDer<'_>) {
        let Some(presented) = Presented::read(certificate) else {
            return;
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(name.to_str().into_owned(), presented);
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.remember(server_name, end_entity);
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// What is worth telling about a certificate.
#[derive(Debug, Clone, Default)]
pub(super) struct Presented {
    pub(super) names: String,
    pub(super) issuer: String,
    pub(super) begins: String,
    pub(super) ends: String,
    pub(super) fingerprint: String,
    pub(super) validity: Option<Validity>,
    pub(super) at: Option<Instant>,
}

impl Presented {
    fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        Some(Self {
            names: names(&certificate),
            issuer: certificate.issuer().to_string(),
            begins: date(validity.not_before.to_datetime()),
            ends: date(validity.not_after.to_datetime()),
            fingerprint: fingerprint(der),
            validity: span(validity),
            at: Some(Instant::now()),
        })
    }

    /// That it has to be replaced, where it does.
    pub(super) fn warning(&self, now: SystemTime) -> Option<Obstacle> {
        let ends_soon = self.validity.is_some_and(|validity| validity.ends_soon(now));
        ends_soon.then(|| self.describe(Obstacle::new(Reason::TlsEndsSoon).observed(&self.ends)))
    }

    /// Adds what is known to an obstacle.
    fn describe(&self, obstacle: Obstacle) -> Obstacle {
        obstacle
            .detail("presented", &self.names)
            .detail("issuer", &self.issuer)
            .detail("valid_from", &self.begins)
            .detail("valid_until", &self.ends)
            .detail("sha256", &self.fingerprint)
    }
}

/// The names a certificate is for, the first few of them.
fn names(certificate: &X509Certificate<'_>) -> String {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let names: Vec<String> = alternative
        .map(|extension| {
            let named = |name: &GeneralName<'_>| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            };
            extension.value.general_names.iter().filter_map(named).collect()
        })
        .unwrap_or_default();
    match names.len() {
        0 => certificate.subject().to_string(),
        count if count > NAMES_SHOWN => {
            format!("{} and {} more", names[..NAMES_SHOWN].join(", "), count - NAMES_SHOWN)
        }
        _ => names.join(", "),
    }
}

/// What cannot be told as a time is not judged.
fn span(validity: &x509_parser::certificate::Validity) -> Option<Validity> {
    let time = |seconds: i64| {
        let seconds = Duration::from_secs(seconds.try_into().ok()?);
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    let begins = time(validity.not_before.timestamp())?;
    Some(Validity { begins, ends: time(validity.not_after.timestamp())? })
}

fn date(time: impl std::fmt::Display) -> String {
    time.to_string().split(' ').next().unwrap_or_default().to_owned()
}

fn fingerprint(der: &CertificateDer<'_>) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// Names the one reason why a handshake failed.
pub(super) fn obstacle(error: &Error, presented: Option<&Presented>) -> Obstacle {
    let nobody = Presented::default();
    let seen = presented.unwrap_or(&nobody);
    let plain = match error {
        Error::InvalidCertificate(certificate) => certificate_obstacle(certificate, seen),
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => Reason::TlsNotSpoken.into(),
        Error::PeerIncompatible(what) => Obstacle::new(Reason::TlsProtocol).observed(format!("{what:?}")),
        Error::AlertReceived(alert) => alert_obstacle(*alert),
        other => Obstacle::new(Reason::TlsBrokenOff).observed(other.to_string()),
    };
    seen.describe(plain)
}

fn certificate_obstacle(error: &CertificateError, seen: &Presented) -> Obstacle {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Obstacle::new(Reason::TlsExpired).observed(&seen.ends)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Obstacle::new(Reason::TlsNotYetValid).observed(&seen.begins)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Obstacle::new(Reason::TlsNameMismatch).observed(&seen.names)
        }
        CertificateError::UnknownIssuer => Obstacle::new(Reason::TlsUnknownIssuer).observed(&seen.issuer),
        other => Obstacle::new(Reason::TlsCertificateInvalid).observed(other.to_string()),
    }
}

fn alert_obstacle(alert: rustls::AlertDescription) -> Obstacle {
    use rustls::AlertDescription::{HandshakeFailure, InsufficientSecurity, ProtocolVersion};
    let reason = match alert {
        ProtocolVersion | InsufficientSecurity | HandshakeFailure => Reason::TlsProtocol,
        _ => Reason::TlsBrokenOff,
    };
    Obstacle::new(reason).observed(format!("the server's alert was {alert:?}"))
}
