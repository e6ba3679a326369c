//! `cargo xtask bench`: measurements, as ratios within one run so that they hold on any machine.

mod check;

use anyhow::{Context as _, Result};
use clap::Subcommand;

use crate::repo::Repo;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    measurement: Measurement,
}

/// What can be measured; each measurement has a file of its own below `bench/`.
#[derive(Subcommand)]
enum Measurement {
    /// Check 200 environments with 50 ms per answer: time against the floor, memory, start
    Check,
    /// 5,000 publications at once: memory, lag, fairness, and two processes against one
    Publications,
    /// Durable steps and status reads against their floors, memory, start, a million infrastructures
    Server,
}

/// Runs one measurement.
///
/// # Errors
///
/// When it misses its bound.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    match args.measurement {
        Measurement::Check if cfg!(debug_assertions) => again_optimised(repo),
        Measurement::Check => check::run(repo),
        Measurement::Publications => publications(repo),
        Measurement::Server => server(repo),
    }
}

/// The simulator takes part in the measurement, so it is built as carefully as what is measured.
fn again_optimised(repo: &Repo) -> Result<()> {
    let shell = &repo.sh;
    xshell::cmd!(shell, "cargo run --release --quiet --package xtask -- bench check")
        .quiet()
        .run()
        .context("the measurement failed")
}

/// A bench target of the server too.
fn publications(repo: &Repo) -> Result<()> {
    let shell = &repo.sh;
    xshell::cmd!(shell, "cargo bench --quiet -p ib-server --bench publications")
        .quiet()
        .run()
        .context("the measurement failed")
}

/// The measurement is a bench target of the server, which has everything that it needs at hand.
fn server(repo: &Repo) -> Result<()> {
    let shell = &repo.sh;
    xshell::cmd!(shell, "cargo build --release --quiet -p ib-server").quiet().run()?;
    let program = repo.target()?.join(format!("release/ib-server{}", std::env::consts::EXE_SUFFIX));
    xshell::cmd!(shell, "cargo bench --quiet -p ib-server --bench server")
        .env("BENCHED_PROGRAM", program)
        .quiet()
        .run()
        .context("the measurement failed")
}
