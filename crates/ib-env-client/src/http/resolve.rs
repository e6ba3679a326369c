//! From a host name to its addresses.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use dns_lookup::{LookupError, LookupErrorKind};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a name has no addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no such name, or it has no address.
    #[error("no such name")]
    NotFound,
    /// The name service could not say.
    #[error("the name service failed: {0}")]
    ServiceFailed(String),
}

/// Turns a name into addresses. Whatever it answers is judged before it is used.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Every address of a name.
    ///
    /// # Errors
    ///
    /// [`NameError`] if there are none, or if that cannot be told.
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError>;
}

/// The resolver of the machine, with its own search rules and files.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        let host = host.to_owned();
        let looked_up = tokio::task::spawn_blocking(move || {
            dns_lookup::lookup_host(&host).map(Iterator::collect::<Vec<_>>)
        });
        match looked_up.await {
            Ok(Ok(addresses)) if addresses.is_empty() => Err(NameError::NotFound),
            Ok(Ok(addresses)) => Ok(without_repeats(addresses)),
            Ok(Err(error)) => Err(classify(error)),
            Err(_) => Err(NameError::ServiceFailed("the look-up was broken off".to_owned())),
        }
    }
}

/// The same address is listed once per socket type.
fn without_repeats(mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut seen = std::collections::HashSet::new();
    addresses.retain(|address| seen.insert(*address));
    addresses
}

fn classify(error: LookupError) -> NameError {
    match error.kind() {
        LookupErrorKind::NoName | LookupErrorKind::NoData => NameError::NotFound,
        _ => NameError::ServiceFailed(std::io::Error::from(error).to_string()),
    }
}

/// The only resolver that the HTTP library gets: it knows the judged routes and nothing else, so a
/// request to any other host ends before a socket is opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    judged: HashMap<String, SocketAddr>,
    /// The operator's own proxy, which is trusted by name.
    proxy: Option<String>,
}

impl Routes {
    /// Makes a judged route known.
    pub(super) fn open(&self, host: &str, address: SocketAddr) {
        if let Ok(mut routes) = self.0.write() {
            routes.judged.insert(host.to_owned(), address);
        }
    }

    /// Forgets a route, before its name is judged anew.
    pub(super) fn close(&self, host: &str) {
        if let Ok(mut routes) = self.0.write() {
            routes.judged.remove(host);
        }
    }

    /// Lets the proxy's own name be resolved.
    pub(super) fn open_proxy(&self, host: &str) {
        if let Ok(mut routes) = self.0.write() {
            routes.proxy = Some(host.to_owned());
        }
    }

    fn is_proxy(&self, host: &str) -> bool {
        self.0.read().is_ok_and(|routes| routes.proxy.as_deref() == Some(host))
    }

    /// The judged route to a host, if there is one.
    pub(super) fn to(&self, host: &str) -> Option<SocketAddr> {
        self.0.read().ok()?.judged.get(host).copied()
    }
}

/// A request was about to leave for a host that was never judged.
#[derive(Debug, thiserror::Error)]
#[error("no judged route to this host")]
struct NotJudged;

impl Resolve for Routes {
    fn resolve(&self, name: Name) -> Resolving {
        let route = self.to(name.as_str());
        let is_proxy = self.is_proxy(name.as_str());
        Box::pin(async move {
            match route {
                Some(address) => Ok(Box::new(std::iter::once(address)) as Addrs),
                None if is_proxy => {
                    let addresses = SystemResolver.resolve(name.as_str()).await?;
                    Ok(Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
                }
                None => Err(NotJudged.into()),
            }
        })
    }
}
