//! What an operator can set, and what not: there is no switch that turns verification off.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ib_domain::address::{AddressError, EnvironmentAddress, HTTPS_PORT};
use url::Url;

use super::resolve::{Resolver, SystemResolver};
use crate::policy::AddressPolicy;

/// Where "now" comes from.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Which SOAP version is spoken. Answers are read in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SoapVersion {
    /// 1.1, with a `SOAPAction` header.
    #[default]
    V11,
    /// 1.2.
    V12,
}

/// How long and how much at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// For the name service, the connection and the TLS handshake, each.
    pub connect: Duration,
    /// For one request, from its first to its last byte.
    pub request: Duration,
    /// For the first request to an environment, which may be starting.
    pub first_request: Duration,
    /// The same on the vendor's shared hosts of Personal Environments, which sleep when unused.
    pub first_request_personal: Duration,
    /// For handing over a package.
    pub publish: Duration,
    /// Before something that may pass by itself is tried once more.
    pub retry_delay: Duration,
    /// Bytes of a probe's answer, after decompression.
    pub probe_bytes: u64,
    /// Bytes of a list, after decompression.
    pub list_bytes: u64,
    /// Bytes of a WSDL, after decompression.
    pub wsdl_bytes: u64,
}

impl Limits {
    /// The limits that belong to a time-out for one request: the first request gets three times as
    /// much (six times on a Personal Environment's host), a retry waits a fifth
    /// (`recognising-an-environment.md` 3 and 4 for 10 s).
    ///
    /// ```
    /// use std::time::Duration;
    /// use ib_env_client::http::Limits;
    ///
    /// let limits = Limits::scaled(Duration::from_secs(10));
    /// assert_eq!(limits.first_request, Duration::from_secs(30));
    /// assert_eq!(limits.retry_delay, Duration::from_secs(2));
    /// ```
    #[must_use]
    pub const fn scaled(request: Duration) -> Self {
        Self {
            connect: request,
            request,
            first_request: request.saturating_mul(3),
            first_request_personal: request.saturating_mul(6),
            publish: Duration::from_mins(30),
            retry_delay: Duration::from_nanos_u128(request.as_nanos() / 5),
            probe_bytes: 1 << 20,
            list_bytes: 16 << 20,
            wsdl_bytes: 4 << 20,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::scaled(Duration::from_secs(10))
    }
}

/// A limit in words.
pub(super) fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

/// A host that is connected to at a given address, as with `curl --connect-to`: name resolution is
/// left out, everything else stays, and certificates are checked for the host.
///
/// Naming the exact host and address is what opens a forbidden address such as loopback; a metadata
/// address is never opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    host: String,
    address: SocketAddr,
}

/// Why a text is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectToError {
    /// The parts are not there.
    #[error("a mapping reads HOST:443:ADDRESS:PORT, with an IP address in it ([...] around IPv6)")]
    Form,
    /// The host is no environment's address.
    #[error("the host of the mapping cannot be read: {0}")]
    Host(#[from] AddressError),
    /// Another port than 443 is mapped.
    #[error("only port 443 of a host can be mapped, and this maps port {seen}")]
    Port {
        /// What was given.
        seen: u16,
    },
}

impl ConnectTo {
    /// Maps port 443 of `host` to `address`.
    pub fn new(host: &EnvironmentAddress, address: SocketAddr) -> Self {
        Self { host: host.host().to_owned(), address }
    }

    /// Whether it maps this address: its host, on port 443.
    pub fn concerns(&self, address: &EnvironmentAddress) -> bool {
        self.host == address.host() && address.port() == HTTPS_PORT
    }

    /// The host that is mapped.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where it is connected to.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl FromStr for ConnectTo {
    type Err = ConnectToError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(port), Some(address)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ConnectToError::Form);
        };
        let port: u16 = port.parse().map_err(|_| ConnectToError::Form)?;
        let address: SocketAddr = address.parse().map_err(|_| ConnectToError::Form)?;
        if port != HTTPS_PORT {
            return Err(ConnectToError::Port { seen: port });
        }
        Ok(Self::new(&EnvironmentAddress::parse(host)?, address))
    }
}

/// Everything that can be set. Start from [`Settings::default`] and change what differs.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How long and how much at most.
    pub limits: Limits,
    /// Where to connect to and where not.
    pub policy: AddressPolicy,
    /// Hosts that are connected to at a given address.
    pub connect_to: Vec<ConnectTo>,
    /// Certificates of authorities to trust besides the system's, each in PEM.
    pub authorities: Vec<Vec<u8>>,
    /// Whether the system's own authorities are trusted.
    pub system_authorities: bool,
    /// An HTTP proxy for everything that goes out. It must enforce the address policy again, because it
    /// resolves names by itself.
    pub proxy: Option<Url>,
    /// Who turns names into addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Which SOAP version is spoken.
    pub soap: SoapVersion,
    /// Path of the direct permission route (`it-user-permissions.md` 5).
    pub permission_path: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            policy: AddressPolicy::default(),
            connect_to: Vec::new(),
            authorities: Vec::new(),
            system_authorities: true,
            proxy: None,
            resolver: Arc::new(SystemResolver),
            clock: Arc::new(SystemTime::now),
            soap: SoapVersion::default(),
            permission_path: "/SetupPermissions/rest/V1/Self".to_owned(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The proxy's address may hold credentials.
        f.debug_struct("Settings")
            .field("limits", &self.limits)
            .field("connect_to", &self.connect_to)
            .field("authorities", &self.authorities.len())
            .field("proxy", &self.proxy.as_ref().and_then(Url::host_str))
            .finish_non_exhaustive()
    }
}

/// Why a client cannot be made from its settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// An authority's file holds no certificate that can be read.
    #[error("authority {number} holds no certificate in PEM form that can be read")]
    Authority {
        /// Which of them, counted from 1.
        number: usize,
    },
    /// A mapping leads to a metadata service.
    #[error("{host} is mapped to {address}, a cloud provider's metadata service, which is never allowed")]
    Metadata {
        /// The host that is mapped.
        host: String,
        /// Where to.
        address: IpAddr,
    },
    /// The proxy is not an `http://` address with a host.
    #[error("the proxy must be given as http://HOST:PORT")]
    Proxy,
    /// The path of the permission route does not begin with a slash.
    #[error("the permission path must begin with a slash")]
    PermissionPath,
    /// Neither the system nor the settings name an authority to trust.
    #[error("no certificate authority is trusted: this system has none installed, and none was given")]
    NoAuthorities,
    /// The TLS or HTTP library refuses to start.
    #[error("the HTTP client cannot be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_read_as_curl_writes_it() {
        let mapping: ConnectTo = "Dev.acme.example:443:127.0.0.1:8443".parse().unwrap();
        assert_eq!(mapping.host(), "dev.acme.example");
        assert_eq!(mapping.address(), "127.0.0.1:8443".parse().unwrap());
        assert!(mapping.concerns(&EnvironmentAddress::parse("dev.acme.example").unwrap()));
        assert!(!mapping.concerns(&EnvironmentAddress::parse("qa.acme.example").unwrap()));
        let v6: ConnectTo = "dev.acme.example:443:[::1]:8443".parse().unwrap();
        assert_eq!(v6.address(), "[::1]:8443".parse().unwrap());
    }

    #[test]
    fn a_bad_mapping_says_how_to_write_one() {
        for text in [
            "",
            "a",
            "dev.acme.example",
            "dev.acme.example:443:localhost:1",
            "dev.acme.example:x:127.0.0.1:1",
        ] {
            assert_eq!(text.parse::<ConnectTo>(), Err(ConnectToError::Form), "{text}");
        }
        assert!(matches!(
            "dev.acme.example:80:127.0.0.1:1".parse::<ConnectTo>(),
            Err(ConnectToError::Port { seen: 80 })
        ));
        assert!(matches!("localhost:443:127.0.0.1:1".parse::<ConnectTo>(), Err(ConnectToError::Host(_))));
    }
}
