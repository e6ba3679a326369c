//! The HTTP client: both traits over the platform's own protocols.
//!
//! *Invariant.* No socket is opened to an address that the [address policy](crate::policy) did not
//! judge. Names are resolved once, judged, and connected to exactly as judged; no
//! redirect is followed to another host, and none with credentials; proxies are used only when [configured](Settings::proxy), never from environment variables;
//! certificates are always verified.

mod body;
mod certificate;
mod diagnose;
mod dialect;
mod environment;
mod failure;
mod findings;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod introduce;
mod learnt;
mod lifetime;
mod login;
mod messages;
mod page;
mod probe;
mod publish;
// A measurement, which is only one of optimised code.
#[cfg(all(test, not(debug_assertions)))]
mod reading;
mod resolve;
mod service_center;
mod settings;
mod soap;
mod tls;
mod transport;
mod upload;
mod wsdl;
mod xml;

use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;

use crate::{Connect, Environment, LifeTime, Token};
use environment::HttpEnvironment;
use lifetime::HttpLifeTime;
use transport::Transport;

pub use resolve::{NameError, Resolver, SystemResolver};
pub use settings::{Clock, ConnectTo, ConnectToError, Limits, Settings, SettingsError, SoapVersion};

/// Speaks to environments and to LifeTime. Cheap to clone; all clones share connections and limits.
///
/// # Examples
///
/// ```
/// use ib_env_client::http::{HttpClient, Settings};
///
/// let client = HttpClient::new(Settings::default())?;
/// # drop(client);
/// # Ok::<(), ib_env_client::http::SettingsError>(())
/// ```
#[derive(Clone)]
pub struct HttpClient {
    transport: Arc<Transport>,
}

impl HttpClient {
    /// A client under the given settings.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for a certificate that cannot be read or a mapping that is not allowed.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        Ok(Self { transport: Arc::new(Transport::new(settings)?) })
    }
}

impl Connect for HttpClient {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        Arc::new(HttpEnvironment::new(Arc::clone(&self.transport), address))
    }

    fn lifetime(&self, address: EnvironmentAddress, token: Token) -> Arc<dyn LifeTime> {
        Arc::new(HttpLifeTime::new(Arc::clone(&self.transport), address, token))
    }
}
