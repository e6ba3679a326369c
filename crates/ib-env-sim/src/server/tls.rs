//! Certificates: a test CA made at the start, a second one that nobody trusts, and one certificate per host on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::lock::locked;
use crate::scenario::Tls;

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct TlsError(#[from] Cause);

/// Which library says so.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS could not be set up: {0}")]
    Configuration(#[from] rustls::Error),
}

/// When certificates end that are as they should be.
const LAST: Date = jiff::civil::date(2099, 1, 1);

type OwnIssuer = Issuer<'static, KeyPair>;

/// What a configuration is made for: the names of its certificate, and how TLS behaves.
type Place = (Vec<String>, Tls);

/// Both CAs and the configurations made so far.
pub(crate) struct Authority {
    trusted: OwnIssuer,
    stranger: OwnIssuer,
    pem: String,
    made: Mutex<HashMap<Place, Arc<ServerConfig>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes both CAs.
    pub(crate) fn new() -> Result<Self, TlsError> {
        let (trusted, pem) = issuer("Simulator test CA")?;
        let (stranger, _) = issuer("CA that nobody trusts")?;
        Ok(Self { trusted, stranger, pem, made: Mutex::default() })
    }

    /// The certificate of the test CA.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// The configuration for a host, kept for the next connection. Its certificate is issued for the host and
    /// for `others`.
    pub(crate) fn configuration(
        &self,
        host: &str,
        others: &[String],
        tls: Tls,
    ) -> Result<Arc<ServerConfig>, TlsError> {
        let host = if tls == Tls::WrongHost { "wrong.example" } else { host };
        let names = std::iter::once(host.to_ascii_lowercase()).chain(others.iter().cloned()).collect();
        let place = (names, tls);
        if let Some(known) = locked(&self.made).get(&place) {
            return Ok(Arc::clone(known));
        }
        let configuration = Arc::new(self.make(&place.0, tls)?);
        locked(&self.made).insert(place, Arc::clone(&configuration));
        Ok(configuration)
    }

    fn make(&self, names: &[String], tls: Tls) -> Result<ServerConfig, Cause> {
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name.push(DnType::CommonName, names.first().map_or("", String::as_str));
        let purpose = match tls {
            Tls::WrongPurpose => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        };
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        let (from, until) = match tls {
            Tls::Expired => (2000, jiff::civil::date(2001, 1, 1)),
            Tls::NotYetValid => (2090, LAST),
            Tls::EndsSoon => (2020, in_ten_days()),
            _ => (2020, LAST),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after =
            date_time_ymd(until.year().into(), until.month().unsigned_abs(), until.day().unsigned_abs());
        let issuer = if tls == Tls::UnknownIssuer { &self.stranger } else { &self.trusted };
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut configuration = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Every connection makes its handshake anew, so that a certificate changed meanwhile is seen at once.
        configuration.send_tls13_tickets = 0;
        Ok(configuration)
    }
}

fn issuer(name: &str) -> Result<(OwnIssuer, String), Cause> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 12, 31);
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn in_ten_days() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date().saturating_add(10.days())
}
