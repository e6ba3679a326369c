//! The way to a host, step by step: resolve, judge, and, where it is in doubt, connect.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::resolve::NameError;
use super::settings::seconds;
use super::transport::{Proxy, Transport};
use crate::Obstacle;

/// Longest answer of a proxy to `CONNECT` that is read.
const PROXY_ANSWER_LIMIT: usize = 8 * 1024;

/// The addresses a name has, or the one it is mapped to.
#[derive(Debug, Clone)]
pub(super) enum Resolved {
    /// What the name service says.
    Addresses(Vec<IpAddr>),
    /// What an operator says.
    Mapped(SocketAddr),
}

impl Transport {
    /// Every address of the host.
    pub(super) async fn resolve(&self, address: &EnvironmentAddress) -> Result<Resolved, Obstacle> {
        self.routes.close(address.host());
        if let Some(mapping) = self.settings.connect_to.iter().find(|mapping| mapping.concerns(address)) {
            return Ok(Resolved::Mapped(mapping.address()));
        }
        let limit = self.settings.limits.connect;
        match timeout(limit, self.settings.resolver.resolve(address.host())).await {
            Ok(Ok(addresses)) if addresses.is_empty() => Err(Reason::NameNotFound.into()),
            Ok(Ok(addresses)) => Ok(Resolved::Addresses(addresses)),
            Ok(Err(NameError::NotFound)) => Err(Reason::NameNotFound.into()),
            Ok(Err(NameError::ServiceFailed(why))) => {
                Err(Obstacle::new(Reason::NameServiceFailed).observed(why))
            }
            Err(_) => Err(Obstacle::new(Reason::NameServiceTimedOut).expected(seconds(limit))),
        }
    }

    /// Judges all of them; the one that passes becomes the only way to this host.
    pub(super) fn judge(
        &self,
        address: &EnvironmentAddress,
        resolved: &Resolved,
    ) -> Result<SocketAddr, Obstacle> {
        let host = address.host();
        let route = match resolved {
            Resolved::Mapped(route) => {
                // The operator named this host and this address: that is what opens it.
                let policy = self.settings.policy.clone().danger_allow_address(host, route.ip());
                let judged = policy.judge(host, &[route.ip()]).map_err(|refusal| refusal.obstacle())?;
                SocketAddr::new(judged.ip(), route.port())
            }
            Resolved::Addresses(addresses) => {
                let judged =
                    self.settings.policy.judge(host, addresses).map_err(|refusal| refusal.obstacle())?;
                SocketAddr::new(judged.ip(), address.port())
            }
        };
        self.routes.open(host, route);
        Ok(route)
    }

    /// Opens a connection to the judged address, through the proxy where one is set, and closes it
    /// again. Asked only where a request failed without saying at which layer.
    pub(super) async fn connect(
        &self,
        address: &EnvironmentAddress,
        route: SocketAddr,
    ) -> Result<(), Obstacle> {
        let limit = self.settings.limits.connect;
        let attempt = async {
            match &self.proxy {
                None => TcpStream::connect(route).await.map_err(|error| refused(&error)),
                Some(proxy) => through(proxy, address).await,
            }
        };
        let at = |mut obstacle: Obstacle| {
            obstacle.evidence = obstacle.evidence.address(route.ip());
            obstacle
        };
        match timeout(limit, attempt).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(obstacle)) => Err(at(obstacle)),
            Err(_) => Err(at(Obstacle::new(Reason::ConnectTimedOut).expected(seconds(limit)))),
        }
    }
}

/// Has the proxy open a connection. The judged address is not passed on: the proxy resolves the name by
/// itself and enforces the policy again, and ours has been applied before this is sent.
async fn through(proxy: &Arc<Proxy>, address: &EnvironmentAddress) -> Result<TcpStream, Obstacle> {
    let failed = |what: String| Obstacle::new(Reason::ProxyRefused).observed(what);
    let mut stream = TcpStream::connect((proxy.host.as_str(), proxy.port))
        .await
        .map_err(|error| failed(format!("the proxy itself cannot be reached ({})", error.kind())))?;
    let target = format!("{}:{}", address.host(), address.port());
    let request =
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{}\r\n", proxy.authorization_line());
    let io = |error: std::io::Error| failed(format!("the proxy broke off ({})", error.kind()));
    stream.write_all(request.as_bytes()).await.map_err(io)?;
    let mut answer = Vec::new();
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await.map_err(io)? == 0 || answer.len() > PROXY_ANSWER_LIMIT {
            return Err(failed("the proxy's answer is no HTTP".to_owned()));
        }
    }
    let first = String::from_utf8_lossy(&answer);
    let status = first.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or("nothing").to_owned();
    if status == "200" { Ok(stream) } else { Err(failed(format!("it answered {status}"))) }
}

fn refused(error: &std::io::Error) -> Obstacle {
    use std::io::ErrorKind::{ConnectionRefused, TimedOut};
    let reason = match error.kind() {
        ConnectionRefused => Reason::ConnectRefused,
        TimedOut => Reason::ConnectTimedOut,
        _ => Reason::ConnectUnreachable,
    };
    Obstacle::new(reason).observed(error.kind().to_string())
}
