//! `cargo xtask bench`: measurements, as ratios within one run so that they hold on any machine.

use anyhow::Result;
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
enum Measurement {}

/// Runs one measurement.
///
/// # Errors
///
/// When it misses its bound.
pub(crate) fn run(_repo: &Repo, args: &Args) -> Result<()> {
    match args.measurement {}
}
