//! `ib dependencies`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod formats;
mod install;
mod remote;
mod server;
mod stops;
mod world;
