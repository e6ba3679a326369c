//! The real program, against a pretend infrastructure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail a test by panicking")]

mod activation;
mod backups;
// A browser and a program behave alike in front of every server.
#[path = "../../../../crates/ib-web/tests/web/browser.rs"]
#[expect(dead_code, reason = "the tests of ib-web use the rest")]
mod browser;
// So does a PostgreSQL of a test's own.
#[path = "../../../../crates/ib-store/tests/store/cluster.rs"]
mod cluster;
mod connections;
mod installs;
mod kills;
mod measures;
mod packages;
mod place;
#[path = "../../../../crates/ib-web/tests/web/program.rs"]
mod program;
mod reference;
mod replicas;
mod rotation;
mod secrets;
mod settings;
mod starting;
mod uploads;
