//! `cargo xtask nightly`: every chore that takes too long for each push, one after another.

use anyhow::Result;
use clap::ValueEnum;
use xshell::cmd;

use crate::repo::Repo;
use crate::test::parsers;
use crate::{coverage, minimal, mutants, parts};

/// Arguments of `nightly`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run one part alone
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

/// The parts, the longest last.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// The oldest versions that the manifests allow
    Minimal,
    /// How much of each crate the tests run
    Coverage,
    /// The fuzz targets, a hundred times as long as on each push
    Parsers,
    /// Measurements, as ratios within one run
    Bench,
    /// Changes that no test notices
    Mutants,
}

/// Runs every part, or one.
///
/// # Errors
///
/// When a part failed.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    parts::run("nightly", args.only, |part| match part {
        Part::Minimal => minimal::run(repo),
        Part::Coverage => coverage::run(repo),
        Part::Parsers => parsers::run(repo, parsers::MANY),
        Part::Bench => bench(repo),
        Part::Mutants => mutants::run(repo, &mutants::Args::default()),
    })
}

fn bench(repo: &Repo) -> Result<()> {
    cmd!(repo.sh, "cargo xtask bench").run()?;
    Ok(())
}
