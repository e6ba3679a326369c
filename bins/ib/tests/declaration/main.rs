//! `ib plan` and `ib apply`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod apply;
#[path = "../../../../crates/ib-web/tests/web/browser.rs"]
#[expect(dead_code, reason = "shared with the tests of the pages, which use more of it")]
mod browser;
mod kept;
mod place;
mod remote;
mod server;
mod stops;
mod world;
