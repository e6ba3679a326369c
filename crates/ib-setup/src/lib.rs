//! What happens next when Integration Builder is set up for an OutSystems 11 infrastructure.
//!
//! The [`registration`] machine decides and never acts: from the development environment's address to a
//! registered infrastructure, as pure functions over recorded events. [`Setup`] drives it through traits
//! ([`ports`]), so an embedder brings its own store, shelf, vault, clock and HTTP. No runtime, database or HTTP
//! library appears here.
//!
//! What an embedder may rely on:
//!
//! - a password or an activation code enters the [vault](ports::Vault) and nothing else;
//! - a log-in is sent at most once for each time that a person logs in, whatever crashes;
//! - nobody guesses through it, nor is locked out by it: attempts are [counted](throttle), and one that comes
//!   too early waits;
//! - nothing else is lost or done twice with harm: every command and every answer is an
//!   [`Event`](registration::Event), and what is owed is derived from them.
//!
#![cfg_attr(
    feature = "testing",
    doc = r#"
# Example

With everything in memory ([`testing`]); `block_on` stands for any runtime.

```
use std::sync::Arc;

use ib_env_client::{Credentials, Password};
use ib_setup::registration::{Rules, Step};
use ib_setup::testing::{Scripted, ports};
use ib_setup::Setup;

# futures_util::future::FutureExt::now_or_never(async {
let setup = Setup::new(ports(Arc::new(Scripted::default())), Rules::new("2024-05"));
let id = setup.begin().await?;

setup.enter_address(id, "https://dev.acme.example/ServiceCenter").await?;
assert_eq!(setup.drive(id).await?.open, Step::LogIn);

let password = Password::new("correct horse".to_owned())?;
setup.log_in(id, Credentials::new("maria", password)?).await?;
assert_eq!(setup.drive(id).await?.open, Step::Welcome);

setup.choose_set_up(id).await?;
setup.accept_disclaimer(id, "2024-05").await?;
let view = setup.drive(id).await?;
assert!(view.infrastructure.is_some(), "registered, and no code was asked for");
# Ok::<(), Box<dyn std::error::Error>>(())
# }).expect("nothing in memory waits")?;
# Ok::<(), Box<dyn std::error::Error>>(())
```
"#
)]

pub mod activation;
pub mod audit;
pub mod declaration;
mod disclaimer;
mod driver;
pub mod environment;
mod environments;
#[cfg(test)]
mod explore;
mod found;
mod history;
mod id;
mod infrastructure;
pub mod link;
pub mod ports;
pub mod publication;
mod publications;
pub mod registration;
mod request_source;
mod setup;
#[cfg(feature = "system")]
pub mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod throttle;
mod time;

pub use activation::{
    AcceptUnverified, ActivationAuthority, ActivationCode, CodeAnswer, CodeError, CodeShape,
};
pub use audit::{Audit, AuditError};
pub use disclaimer::{Disclaimer, DisclaimerError};
pub use driver::{Driver, DriverError};
pub use environments::{
    Environments, EnvironmentsError, IssuedSecret, LinkCaller, LinkConfiguration, LinkError, LinkProof,
    REPORT_PAUSE, SignatureRefusal,
};
pub use found::{Found, Status, Target};
pub use id::{HistoryId, IdError, InfrastructureId, SetupId};
pub use infrastructure::{Identity, Infrastructure, Serial};
pub use publications::{
    Dependencies, DownloadError, Pace, Publications, PublicationsError, UploadError, UploadRequest,
};
pub use request_source::{Face, RequestSource};
pub use setup::{Ports, Setup, SetupError};
pub use throttle::{Client, Limits, Throttled};
pub use time::Timestamp;

pub use ib_env_client::{Credentials, Password, SecretError};

/// The example of the README is a test.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
