//! What an OutSystems 11 environment says.
//!
//! Two traits say what can be asked: [`Environment`] (one installation with an address) and
//! [`LifeTime`] (which manages the others). They are plain types and can be mocked. With the feature
//! `http` (on by default) the module [`http`] implements both over the platform's own protocols, and
//! opens no socket to an address that the [address policy](policy) did not judge.
//!
//! [`check`] asks everything that can be known before a set-up begins, and answers with a
//! [report](ib_domain::report::Report).
//!
#![cfg_attr(
    feature = "http",
    doc = r#"
# Example

```no_run
use std::sync::Arc;
use ib_env_client::{check::Checker, http::{HttpClient, Settings}};

# async fn example() -> Result<(), Box<dyn std::error::Error>> {
let client = HttpClient::new(Settings::default())?;
let checker = Checker::new(Arc::new(client));
let report = checker.check(&["dev.example.com".to_owned()], |_| {}).await;
println!("{}", report.verdict());
# Ok(())
# }
```
"#
)]

pub mod check;
mod environment;
#[cfg(feature = "http")]
pub mod http;
mod introduction;
mod lifetime;
mod obstacle;
mod package;
pub mod policy;
mod secret;
mod version;

pub use environment::{
    Application, Connect, Diagnosis, Environment, IdentityProvider, MessageKind, MessagePage, Module,
    ModuleKey, ModuleSink, ModuleVersions, PublicationMessage, PublishId, Started,
};
pub use introduction::{Introduced, Introduction};
pub use lifetime::{LifeTime, ListedApplication, ListedEnvironment};
pub use obstacle::Obstacle;
pub use package::Package;
pub use secret::{Credentials, Password, SecretError, Token};

/// The example of the README is a test.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../README.md")]
struct Readme;
