//! `ib integrations`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod catalogs;
mod files;
mod formats;
mod publish;
mod remote;
mod report;
mod server;
mod stops;
mod world;
