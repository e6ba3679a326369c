//! A pretend OutSystems 11 infrastructure that speaks the platform's real protocols over TLS on `127.0.0.1`.
//!
//! A [`Scenario`] says what there is: environments, LifeTime, IT users with their roles, and every way in which all of
//! it fails. A [`Simulator`] serves it: one TLS port on which the hosts are told apart by server name and `Host`, and
//! one plain port with a [control API](#control-api) that changes the scenario while it runs. Nothing here knows any
//! client, so a client that works against it works because it keeps to the protocol.
//!
//! ```
//! use ib_env_sim::{Scenario, Simulator};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let simulator = Simulator::builder().scenario(Scenario::acme()).start().await.unwrap();
//!
//! // A client resolves the host names to this address and trusts this CA:
//! let address = simulator.connect_to("dev.acme.example").unwrap();
//! assert!(address.ip().is_loopback());
//! assert!(simulator.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//!
//! // The infrastructure changes while it runs:
//! simulator.update(|scenario| scenario.environments[0].version = "11.7.1.5999".to_owned());
//! assert_eq!(simulator.hosts()[0].version, "11.7.1.5999");
//!
//! // So does time, which lock-outs and token expiry follow:
//! simulator.clock().advance(std::time::Duration::from_secs(1800));
//!
//! // What was asked is remembered, without passwords and tokens:
//! assert!(simulator.requests().is_empty());
//! simulator.shutdown().await;
//! # });
//! ```
//!
//! [Packages](dependencies) of the five dependencies, for whoever installs them, are made on demand.
//!
//! # What answers
//!
//! | path | what |
//! | --- | --- |
//! | `/ServiceCenter/{OutSystemsPlatform,Solutions,PlatformServices_v8_0_0,ServiceStudio}.asmx` | SOAP 1.1 and 1.2, `?WSDL`, help page |
//! | `/ServiceCenter/rest/PlatformServices/Staging_PublishWith2StepOption` | publishes modules that are already there |
//! | `/ServiceCenter/` | log-in page |
//! | `/lifetimeapi/rest/v2/…` | LifeTime, on the host of kind `lifetime` |
//! | `/SetupPermissions/rest/V1/Self` | the direct permission route, where switched on |
//! | `/OSIntegrationManager_API/rest/v1/introduction` | Integration Manager, where its module is; it then calls the scenario's `service` |
//! | `/server.identity/v1/health`, `/server.api/v1/health` | the identity component |
//! | `/<Module>/moduleservices/{moduleinfo,moduleversioninfo}` | of modules that exist |
//!
//! # Control API
//!
//! Plain HTTP on loopback, JSON. It refuses requests with an `Origin` header or another `Host` than its own, so no page
//! in a browser can use it.
//!
//! | request | effect |
//! | --- | --- |
//! | `GET /scenario` | the scenario, its secrets replaced by `***` |
//! | `PATCH /scenario` | a JSON merge patch of it |
//! | `GET`, `PUT`, `PATCH /hosts/{host}` | shows, replaces or merges one environment's settings |
//! | `GET /clock`, `POST /clock` `{"advance_s": 30}` | shows or advances the clock |
//! | `PUT /users/{username}/lock` `{"seconds": 60}` | locks a user on every host; without seconds, for good |
//! | `DELETE /users/{username}/lock` | unlocks |
//! | `GET /requests`, `DELETE /requests` | what was asked; forgets it |
//! | `GET /hosts/{host}/integration-manager` | its link: a [`ManagerState`] |
//! | `POST /hosts/{host}/integration-manager/report` | has it go to the service now: a [`ManagerVisit`] |
//! | `DELETE /hosts/{host}/integration-manager` | releases its link, as its administrator does |
//! | `GET /publications` | what was published: a [`PublicationList`] |
//! | `POST /control/activation` `{"serial": "…", "code": "…"}` | `{"answer": "verified"}` or `"refused"`: whether it is the code of the infrastructure with that serial number |
//!
//! The last one stands in for whoever verifies activation codes. After `PATCH /scenario`
//! `{"activation_unavailable": true}` it answers 503 with `{"answer": "unavailable"}`.

mod activation;
mod clock;
mod control;
pub mod dependencies;
mod direct;
mod lifetime;
mod lock;
mod log;
mod login;
mod manager;
mod publications;
mod reply;
mod request;
pub mod scenario;
mod serve;
mod server;
mod service_center;
mod simulator;
mod soap;
mod state;

pub use activation::CodeAnswer;
pub use clock::Clock;
pub use log::{REQUEST_LOG_LIMIT, Recorded};
pub use manager::{ManagerState, ManagerVisit};
pub use publications::{ListedPublication, PublicationCount, PublicationList, PublishPhase, StartedBy};
pub use scenario::{Scenario, ScenarioError};
pub use serve::{ServeError, serve};
pub use server::TlsError;
pub use simulator::{Builder, Host, Simulator, StartError};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
