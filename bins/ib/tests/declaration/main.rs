//! `ib plan` and `ib apply`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod apply;
mod kept;
mod remote;
mod server;
mod stops;
mod world;
