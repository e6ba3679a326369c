//! The wire contract of this project: documents that other programs read.
//!
//! Only wire types live here, so that a change of an internal type never changes the wire. A document
//! names its schema and version; within a version, fields are only added.
//!
//! - [`check`]: what `ib check --output json` prints, `ib.check/1`, and its JSON schema;
//! - [`event`]: what `ib check --output ndjson` prints, line by line;
//! - [`explain`]: what `ib explain --output json` prints, `ib.explain/1`;
//! - [`setup`]: where a set-up stands, `ib.setup/1`, and [`setup_event`], the same line by line; [`request`] and [`problem`]: what `/api/v1` is asked, and
//!   why it did not do it;
//! - [`dependencies`]: what is installed, what would be, and how far that is, `ib.dependencies/1`, and
//!   [`dependencies_event`], the same line by line;
//! - [`environments`]: the environments, how each stands and which features it limits, `ib.environments/1`;
//! - [`integrations`]: the integrations, how each stands and what it needs of its own, `ib.integrations/1`;
//! - [`audit`]: who did what, `ib.audit/1`;
//! - [`declaration`]: the file that says how an infrastructure is to be, `ib.infrastructure/1`, and [`plan`]: what would
//!   change, `ib.plan/1`, and what came of it, `ib.apply/1`;
//! - [`support`]: all of that for whoever is asked for help, redacted, `ib.support/1`;
//! - [`managers`]: what environments' Integration Managers and the service tell each other;
//! - `client`, behind the feature of that name: asks `/api/v1`;
//! - [`exit`]: exit codes, the same in every output format.

pub mod audit;
pub mod check;
#[cfg(feature = "client")]
pub mod client;
pub mod declaration;
pub mod dependencies;
pub mod dependencies_event;
pub mod environments;
pub mod event;
pub mod exit;
pub mod explain;
pub mod integrations;
pub mod managers;
pub mod plan;
pub mod problem;
pub mod request;
pub mod setup;
pub mod setup_event;
pub mod support;
pub mod waiver;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
