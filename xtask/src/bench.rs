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
}

/// Runs one measurement.
///
/// # Errors
///
/// When it misses its bound.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if cfg!(debug_assertions) {
        return again_optimised(repo, &args.measurement);
    }
    match args.measurement {
        Measurement::Check => check::run(repo),
    }
}

/// The simulator takes part in the measurement, so it is built as carefully as what is measured.
fn again_optimised(repo: &Repo, measurement: &Measurement) -> Result<()> {
    let Measurement::Check = measurement;
    let shell = &repo.sh;
    xshell::cmd!(shell, "cargo run --release --quiet --package xtask -- bench check")
        .quiet()
        .run()
        .context("the measurement failed")
}
