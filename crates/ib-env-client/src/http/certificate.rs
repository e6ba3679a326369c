//! Which names belong together, as a verified certificate says.

use std::collections::BTreeSet;

use ib_domain::address::{AddressRules, EnvironmentAddress, HTTPS_PORT};
use reqwest::tls::TlsInfo;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// How many names of one certificate are told.
const NAMES_LIMIT: usize = 64;

/// A host's own certificate (DER). The connection that it belongs to was accepted by the verifier, else there
/// is no answer to take it from.
pub(super) struct Certificate(Vec<u8>);

impl Certificate {
    /// The certificate of the connection that an answer came over, which may be an earlier request's.
    pub(super) fn of(response: &reqwest::Response) -> Option<Self> {
        let certificate = response.extensions().get::<TlsInfo>()?.peer_certificate()?;
        Some(Self(certificate.to_vec()))
    }

    /// The names besides `asked` that it is literally issued for, with the port of `asked`; a wildcard stands
    /// for names that nobody checked, so it does not count.
    pub(super) fn other_names(&self, asked: &EnvironmentAddress) -> BTreeSet<EnvironmentAddress> {
        let Ok((_, certificate)) = X509Certificate::from_der(&self.0) else {
            return BTreeSet::new();
        };
        let Ok(Some(alternative)) = certificate.subject_alternative_name() else {
            return BTreeSet::new();
        };
        let names = alternative.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => literal(name, asked.port()),
            _ => None,
        });
        names.filter(|name| name != asked).take(NAMES_LIMIT).collect()
    }
}

/// A name of a certificate as an address. What people may type around a name, a certificate may not.
fn literal(name: &str, port: u16) -> Option<EnvironmentAddress> {
    let rules = AddressRules { allowed_ports: [port].into(), ..AddressRules::default() };
    let text = if port == HTTPS_PORT { name.to_owned() } else { format!("{name}:{port}") };
    let address = EnvironmentAddress::parse_with(&text, &rules).ok()?;
    (address.host().eq_ignore_ascii_case(name) && address.port() == port).then_some(address)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    fn certificate(names: Vec<SanType>) -> Certificate {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names;
        let key = KeyPair::generate().unwrap();
        Certificate(params.self_signed(&key).unwrap().der().to_vec())
    }

    fn named(names: &[&str]) -> Certificate {
        certificate(names.iter().map(|name| SanType::DnsName((*name).try_into().unwrap())).collect())
    }

    fn address(text: &str) -> EnvironmentAddress {
        EnvironmentAddress::parse(text).unwrap()
    }

    fn others(certificate: &Certificate, asked: &EnvironmentAddress) -> Vec<String> {
        certificate.other_names(asked).iter().map(EnvironmentAddress::authority).collect()
    }

    #[test]
    fn every_other_name_counts_once_in_any_case() {
        let seen =
            named(&["dev.acme.example", "www.dev.acme.example", "WWW.Dev.acme.example", "qa.acme.example"]);
        let both = ["qa.acme.example", "www.dev.acme.example"];
        assert_eq!(others(&seen, &address("dev.acme.example")), both);
        assert_eq!(others(&seen, &address("qa.acme.example")), ["dev.acme.example", "www.dev.acme.example"]);
    }

    #[test]
    fn a_wildcard_is_not_a_name() {
        let seen = named(&["*.acme.example", "*", "w*.acme.example", "dev.*.example"]);
        assert_eq!(others(&seen, &address("dev.acme.example")), [""; 0]);
    }

    #[test]
    fn what_is_no_host_name_is_dropped() {
        let mut names: Vec<SanType> =
            ["", " ", "dev", "127.0.0.1", "2130706433", "a b.example", "-a.example"]
                .into_iter()
                .chain([
                    "https://a.example",
                    "a.example/ServiceCenter",
                    "ann@a.example",
                    "a.example:443",
                    " a.example",
                ])
                .chain(["a.example.", "a.example?b", "a.example#b", "a..example", "a.example\\b"])
                .map(|name| SanType::DnsName(name.try_into().unwrap()))
                .collect();
        names.push(SanType::IpAddress([192, 0, 2, 1].into()));
        names.push(SanType::Rfc822Name("ann@mail.example".try_into().unwrap()));
        names.push(SanType::URI("https://uri.example".try_into().unwrap()));
        names.push(SanType::DnsName("good.example".try_into().unwrap()));
        assert_eq!(others(&certificate(names), &address("dev.acme.example")), ["good.example"]);
    }

    #[test]
    fn the_port_is_the_one_that_was_asked() {
        let rules = AddressRules { allowed_ports: [8443].into(), ..AddressRules::default() };
        let asked = EnvironmentAddress::parse_with("dev.acme.example:8443", &rules).unwrap();
        let seen =
            named(&["dev.acme.example", "www.dev.acme.example", "odd.example:8443", "odd.example:443"]);
        assert_eq!(others(&seen, &asked), ["www.dev.acme.example:8443"]);
    }

    #[test]
    fn the_number_of_names_is_bounded_and_the_first_ones_count() {
        let names: Vec<String> = (0..200).map(|index| format!("n{index:03}.acme.example")).collect();
        let seen = named(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(others(&seen, &address("n000.acme.example")), names[1..=NAMES_LIMIT]);
    }

    #[test]
    fn what_is_no_certificate_or_has_no_names_tells_none() {
        let asked = address("dev.acme.example");
        for certificate in [Certificate(Vec::new()), Certificate(vec![0x30; 40]), certificate(Vec::new())] {
            assert_eq!(certificate.other_names(&asked), BTreeSet::new());
        }
    }
}
