//! `ib setup` and `ib status`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod folder;
mod interactive;
mod remote;
mod report;
mod resume;
mod server;
mod stops;
mod unattended;
mod world;
