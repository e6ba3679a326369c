//! `ib environments` and `ib features`, against a pretend infrastructure.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod declared;
mod features;
mod formats;
mod remote;
mod server;
mod stops;
mod waivers;
mod watch;
mod world;
