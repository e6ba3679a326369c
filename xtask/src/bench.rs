//! `cargo xtask bench`: measurements, as ratios within one run so that they hold on any machine.

mod check;
mod figure;
mod page;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use xshell::{Cmd, cmd};

use crate::repo::Repo;
use figure::FIGURES;

/// Arguments of `bench`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    /// Measure nothing; write docs/performance.md from what was measured last
    #[arg(long)]
    page: bool,
    #[command(subcommand)]
    only: Option<Measurement>,
}

/// What can be measured. Without a name everything is, and docs/performance.md is written.
#[derive(Clone, Copy, Subcommand)]
enum Measurement {
    /// Permission decisions against general policy engines
    Permissions,
    /// Reading an environment's XML and LifeTime's JSON against the bare readers; memory
    Reading,
    /// Check 200 environments with 50 ms per answer: time against the floor, memory, start
    Check,
    /// Durable steps and status reads against their floors, memory, start, a million infrastructures
    Server,
    /// 5,000 publications at once: memory, lag, fairness, and two processes against one
    Publications,
}

impl Measurement {
    /// In the order of the page.
    const ALL: [Self; 5] = [Self::Permissions, Self::Reading, Self::Check, Self::Server, Self::Publications];

    const fn name(self) -> &'static str {
        match self {
            Self::Permissions => "permissions",
            Self::Reading => "reading",
            Self::Check => "check",
            Self::Server => "server",
            Self::Publications => "publications",
        }
    }

    /// Where its figures are, once it ran.
    fn figures(self, repo: &Repo) -> Result<PathBuf> {
        let folder = repo.target()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        Ok(folder.join(format!("{}.json", self.name())))
    }

    /// Measures in a program of its own, which says its figures.
    fn run(self, repo: &Repo) -> Result<()> {
        let figures = self.figures(repo)?;
        repo.sh.remove_path(&figures)?;
        self.command(repo)?.env(FIGURES, figures).quiet().run().context("the measurement failed")
    }

    fn command(self, repo: &Repo) -> Result<Cmd<'_>> {
        let shell = &repo.sh;
        Ok(match self {
            Self::Permissions => {
                cmd!(shell, "cargo run --release --quiet --locked --manifest-path xtask/peers/Cargo.toml")
                    .env("CARGO_TARGET_DIR", repo.target()?.join("peers"))
            }
            // What reads is private, so it is measured where the tests are.
            Self::Reading => cmd!(
                shell,
                "cargo test --release --quiet -p ib-env-client --lib -- --exact --nocapture http::reading::measured"
            ),
            // The simulator takes part, so it is built as carefully as what is measured.
            Self::Check => cmd!(shell, "cargo run --release --quiet --package xtask -- bench check"),
            Self::Server => {
                cmd!(shell, "cargo build --release --quiet -p ib-server").quiet().run()?;
                let program =
                    repo.target()?.join(format!("release/ib-server{}", std::env::consts::EXE_SUFFIX));
                cmd!(shell, "cargo bench --quiet -p ib-server --bench server").env("BENCHED_PROGRAM", program)
            }
            Self::Publications => cmd!(shell, "cargo bench --quiet -p ib-server --bench publications"),
        })
    }
}

/// Runs one measurement, or all of them and writes the page.
///
/// # Errors
///
/// When a bound is missed; the page has been written by then.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    match args.only {
        _ if args.page => page::write(repo),
        // The program that was started to measure this.
        Some(Measurement::Check) if std::env::var_os(FIGURES).is_some() => check::run(repo),
        Some(measurement) => measurement.run(repo),
        None => all(repo),
    }
}

fn all(repo: &Repo) -> Result<()> {
    let mut failed = Vec::new();
    for measurement in Measurement::ALL {
        println!("== {}", measurement.name());
        if let Err(error) = measurement.run(repo) {
            println!("{error:#}");
            failed.push(measurement.name());
        }
    }
    page::write(repo)?;
    ensure!(failed.is_empty(), "a bound is missed, or nothing was measured: {}", failed.join(", "));
    Ok(())
}
