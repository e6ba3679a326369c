//! What the operator decides about the HTTP face.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::uri::Authority;
use ib_setup::{Disclaimer, Pace};
use ipnet::IpNet;
use url::Url;

/// Under which name the service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Site {
    /// Over plain HTTP, from this machine alone: for trying out and for one person.
    Loopback,
    /// Over HTTPS under a public name; something in front of the service ends TLS.
    Public(Origin),
}

/// The origin of a site that is reached over TLS: `https`, a host, and a port where it is not 443.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Url);

/// A text that is no such origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as https://setup.example.com, without a path")]
pub struct OriginError;

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    ///
    /// [`OriginError`] for everything but `https`, a host and perhaps a port.
    ///
    /// ```
    /// use ib_web::Origin;
    ///
    /// assert_eq!(Origin::parse("https://setup.example.com/")?.as_str(), "https://setup.example.com");
    /// assert!(Origin::parse("http://setup.example.com").is_err());
    /// # Ok::<(), ib_web::OriginError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        Self::read(text).filter(|url| url.scheme() == "https").map(Self).ok_or(OriginError)
    }

    /// Reads the origin of a page that shows the Setup widget. On this machine, plain HTTP is as good.
    ///
    /// # Errors
    ///
    /// [`OriginError`] as with [`parse`](Self::parse), except for `http` and a name of this machine.
    ///
    /// ```
    /// use ib_web::Origin;
    ///
    /// assert_eq!(Origin::of_page("http://localhost:3000")?.as_str(), "http://localhost:3000");
    /// assert!(Origin::of_page("http://portal.example.com").is_err());
    /// # Ok::<(), ib_web::OriginError>(())
    /// ```
    pub fn of_page(text: &str) -> Result<Self, OriginError> {
        let is_local = |url: &Url| url.scheme() == "http" && url.host_str().is_some_and(is_here);
        Self::parse(text).or_else(|error| Self::read(text).filter(is_local).map(Self).ok_or(error))
    }

    /// A URL that names a host and nothing in it.
    fn read(text: &str) -> Option<Url> {
        let url = Url::parse(text.trim()).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        (url.has_host() && bare && anonymous).then_some(url)
    }

    /// The origin, as a browser sends it.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    fn authority(&self) -> &str {
        self.as_str().trim_start_matches("https://")
    }
}

impl Site {
    /// Whether cookies go over TLS alone.
    pub(crate) const fn is_secure(&self) -> bool {
        matches!(self, Self::Public(_))
    }

    /// Whether a request to `host` is meant for this site. Everything else could be another site's name that
    /// leads here.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        match self {
            Self::Public(origin) => host.eq_ignore_ascii_case(origin.authority()),
            Self::Loopback => host.parse::<Authority>().is_ok_and(|authority| is_here(authority.host())),
        }
    }
}

/// Whether a host is a name of this machine.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]"
}

/// What the operator decides about the HTTP face.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Under which name the service is reached.
    pub site: Site,
    /// The disclaimer that people accept.
    pub disclaimer: Disclaimer,
    /// Whether permissions that cannot be verified are accepted.
    pub accept_unverified: bool,
    /// The origins of other pages that may show the Setup widget.
    pub embedders: Vec<Origin>,
    /// The proxies in front of the service, which tell the client's address in `X-Forwarded-For`.
    pub proxies: Vec<IpNet>,
    /// How long a session lives when nobody uses it.
    pub idle: Duration,
    /// How long a session lives at most.
    pub absolute: Duration,
    /// How many changes one client may ask for at once; after that, as many in each second as the next field
    /// says. For each process by itself: it holds off a flood, and guesses are counted elsewhere.
    pub changes_at_once: NonZeroU32,
    /// How many changes one client may ask for in each second.
    pub changes_each_second: NonZeroU32,
    /// How many pieces of work the driver does at the same time.
    pub drivers: usize,
    /// How long a process may hold work before another one goes on with it.
    pub lease: Duration,
    /// How often environments are asked what became of a publication.
    pub pace: Pace,
    /// How often an environment is looked at again.
    pub environments_every: Duration,
}

impl Default for Settings {
    /// Loopback, the built-in disclaimer, sessions of 30 minutes without use and 12 hours at most.
    fn default() -> Self {
        Self {
            site: Site::Loopback,
            disclaimer: Disclaimer::default(),
            accept_unverified: false,
            embedders: Vec::new(),
            proxies: Vec::new(),
            idle: Duration::from_mins(30),
            absolute: Duration::from_hours(12),
            changes_at_once: const { NonZeroU32::new(120).unwrap() },
            changes_each_second: const { NonZeroU32::new(10).unwrap() },
            drivers: 256,
            lease: Duration::from_mins(1),
            pace: Pace::default(),
            environments_every: Duration::from_hours(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_knows_its_own_names() {
        let public = Site::Public(Origin::parse("https://setup.example.com:8443").unwrap());
        assert!(public.is_at("SETUP.example.com:8443"));
        for other in ["setup.example.com", "localhost", "evil.example", ""] {
            assert!(!public.is_at(other), "{other}");
        }
        for own in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(Site::Loopback.is_at(own), "{own}");
        }
        for other in ["evil.example:8080", "127.0.0.1.evil.example", "", "127.0.0.2"] {
            assert!(!Site::Loopback.is_at(other), "{other}");
        }
    }

    #[test]
    fn an_origin_is_https_and_nothing_more() {
        for text in [
            "http://a.example",
            "https://a.example/x",
            "https://u:p@a.example",
            "https://a.example/?q",
            "a.example",
            "",
        ] {
            assert_eq!(Origin::parse(text), Err(OriginError), "{text}");
        }
        for text in ["http://a.example", "http://localhost.a.example", "http://localhost/x", "null", "*"] {
            assert_eq!(Origin::of_page(text), Err(OriginError), "{text}");
        }
    }
}
