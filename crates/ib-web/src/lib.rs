//! The HTTP face of a set-up: the wizard's pages, the Setup widget that installs dependencies after it, and the
//! same as an API under `/api/v1`, with an event stream of what goes on.
//!
//! [`Web`] puts [`ib_setup`] behind an [`axum::Router`]. No decision is made here, and the pages have no power
//! that the API lacks. What an embedder may rely on:
//!
//! - a session sees the set-ups that were begun in it, and nothing of others;
//! - a form or request that is sent twice is done once;
//! - no password, code or token is in a page, an answer, an error or a log line.
//!
//! # Example
//!
//! ```
//! use ib_setup::testing::{Scripted, ports};
//! use ib_web::{Settings, Web};
//! use std::sync::Arc;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let web = Web::new(ports(Arc::new(Scripted::default())), None, Settings::default());
//! let router: axum::Router = web.router();
//! // `axum::serve` takes the router; beside it, the driver does the work until it is told to stop.
//! web.drive(async {}).await;
//! # drop(router);
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```

mod api;
mod app;
mod asked;
mod assets;
mod audit;
mod client;
mod dependencies;
mod driver;
mod embed;
mod environments;
mod flood;
mod guard;
mod integrations;
mod measure;
mod once;
mod operate;
mod pages;
mod refusal;
mod report;
mod session;
mod settings;
mod watch;
mod watchers;
mod web;

pub use settings::{Origin, OriginError, Settings, Site};
pub use web::Web;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
