//! The address of a service.

use ::url::{Host, Url};

/// The address of a service: https, or http on this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

/// Why a text is no address of a service. It is not repeated, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerUrlError {
    /// It cannot be read.
    #[error("the server's address cannot be read: give one such as https://ib.example.com")]
    Malformed,
    /// Passwords would travel in the open.
    #[error("the server's address must begin with https://; http:// is for this very machine alone")]
    Scheme,
    /// It holds a user name, a password, a query or a fragment.
    #[error("the server's address must hold no user name, password, query or fragment: leave them out")]
    Extra,
}

impl ServerUrl {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`ServerUrlError`].
    ///
    /// ```
    /// use ib_api::client::ServerUrl;
    ///
    /// assert_eq!(ServerUrl::parse("https://IB.example.com/")?.as_str(), "https://ib.example.com");
    /// assert!(ServerUrl::parse("http://ib.example.com").is_err());
    /// # Ok::<(), ib_api::client::ServerUrlError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| ServerUrlError::Malformed)?;
        let host = url.host().ok_or(ServerUrlError::Malformed)?;
        let is_here = match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address == std::net::Ipv4Addr::LOCALHOST,
            Host::Ipv6(address) => address == std::net::Ipv6Addr::LOCALHOST,
        };
        match url.scheme() {
            "https" => {}
            "http" if is_here => {}
            _ => return Err(ServerUrlError::Scheme),
        }
        let extra = !url.username().is_empty() || url.password().is_some();
        if extra || url.query().is_some() || url.fragment().is_some() {
            return Err(ServerUrlError::Extra);
        }
        Ok(Self(url))
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The address of something in its interface.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://ib.example.com:8443/ib/", Ok("https://ib.example.com:8443/ib"))]
    #[case("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080"))]
    #[case("http://[::1]:8080", Ok("http://[::1]:8080"))]
    #[case("http://localhost", Ok("http://localhost"))]
    #[case("http://127.0.0.2", Err(ServerUrlError::Scheme))]
    #[case("http://localhost.example.com", Err(ServerUrlError::Scheme))]
    #[case("http://ib.example.com", Err(ServerUrlError::Scheme))]
    #[case("ftp://localhost", Err(ServerUrlError::Scheme))]
    #[case("https://maria:secret@ib.example.com", Err(ServerUrlError::Extra))]
    #[case("https://ib.example.com/?token=1", Err(ServerUrlError::Extra))]
    #[case("ib.example.com", Err(ServerUrlError::Malformed))]
    fn addresses(#[case] text: &str, #[case] expected: Result<&str, ServerUrlError>) {
        let read = ServerUrl::parse(text);
        assert_eq!(read.as_ref().map(ServerUrl::as_str).map_err(|error| *error), expected);
    }
}
