//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use ib_setup::{Face, RequestSource};
use ipnet::IpNet;

use crate::app::App;
use crate::settings::Settings;

const FORWARDED: &str = "x-forwarded-for";

/// The address that a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions, &parts.headers, &app.settings))
    }
}

impl Peer {
    /// Whoever sent a request with these extensions and headers.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, settings: &Settings) -> Self {
        let connected = extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a connection the router is called within one process.
        let connected = connected.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        Self(behind(connected.to_canonical(), headers, &settings.proxies))
    }
}

/// Where a request to that face comes from.
pub(crate) fn source(parts: &Parts, app: &App, face: Face) -> RequestSource {
    let Peer(peer) = Peer::of(&parts.extensions, &parts.headers, &app.settings);
    RequestSource { face, client: Some(peer) }
}

/// The last address that a trusted proxy saw; what a stranger wrote into the header is never reached.
fn behind(connected: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|net| net.contains(address));
    let mut client = connected;
    let lines = headers.get_all(FORWARDED).iter().rev().filter_map(|line| line.to_str().ok());
    for text in lines.flat_map(|line| line.rsplit(',')) {
        if !trusted(&client) {
            break;
        }
        let Ok(before) = text.trim().parse::<IpAddr>() else { break };
        client = before.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("198.51.100.7", "", "198.51.100.7")]
    #[case("198.51.100.7", "203.0.113.9", "198.51.100.7")]
    #[case("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    #[case("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9")]
    #[case("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9")]
    #[case("10.0.0.1", "not an address", "10.0.0.1")]
    #[case("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9")]
    fn only_proxies_are_believed(#[case] connected: &str, #[case] header: &str, #[case] client: &str) {
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert(FORWARDED, header.parse().unwrap());
        }
        let proxies = ["10.0.0.0/24".parse().unwrap()];
        assert_eq!(behind(connected.parse().unwrap(), &headers, &proxies).to_string(), client);
    }
}
