//! Chores of this repository, as `cargo xtask CHORE`. One file per chore; each explains its own failure.
//!
//! A chore is a command line, a check or a generator that people and continuous integration run alike. What a
//! second program would need too belongs in a crate, not here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]

mod again;
mod api;
mod bench;
mod coverage;
mod demo;
mod generate;
mod lint;
mod markdown;
mod minimal;
mod mutants;
mod nightly;
mod parts;
mod problem;
mod repo;
mod screenshots;
mod semver;
mod sim;
mod test;
mod tool;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::repo::Repo;

/// The command line.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Chores of this repository")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

/// Every chore, one file each.
#[derive(Subcommand)]
enum Chore {
    /// Check everything that can be checked without running the tests; report all of it
    Lint(lint::Args),
    /// Serve the set-up and a pretend infrastructure for it on this machine, until interrupted
    Demo(demo::Args),
    /// Pretend an infrastructure on this machine, until interrupted
    Sim(sim::Args),
    /// Run every test: units, examples, a project outside, clients that nobody here wrote, and pages in browsers
    Test(test::Args),
    /// Make the pictures of the guide, from the running demo in Chromium
    Screenshots,
    /// Write the documents that are made from code, or check that they are current
    Generate(generate::Args),
    /// Compare the public API with an earlier one: what breaks is a reason for a higher version
    Semver(semver::Args),
    /// Measure, as ratios within one run
    Bench(bench::Args),
    /// Change the rules and the machines one place at a time, and tell which change no test notices
    Mutants(mutants::Args),
    /// Tell how much of each crate the tests run
    Coverage,
    /// Build against the oldest version of every direct dependency that the manifests allow
    Minimal,
    /// Run every chore that takes too long for each push
    Nightly(nightly::Args),
}

fn main() -> ExitCode {
    match again::unburdened() {
        Ok(None) => {}
        Ok(Some(status)) => return if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        Err(error) => {
            eprintln!("error: cannot run again: {error}");
            return ExitCode::FAILURE;
        }
    }
    match run(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<()> {
    let repo = Repo::find()?;
    match chore {
        Chore::Lint(args) => lint::run(&repo, &args, &Cli::command()),
        Chore::Demo(args) => demo::run(&repo, &args),
        Chore::Sim(args) => sim::run(&repo, &args),
        Chore::Test(args) => test::run(&repo, &args),
        Chore::Screenshots => screenshots::run(&repo),
        Chore::Generate(args) => generate::run(&repo, &args),
        Chore::Semver(args) => semver::run(&repo, &args),
        Chore::Bench(args) => bench::run(&repo, &args),
        Chore::Mutants(args) => mutants::run(&repo, &args),
        Chore::Coverage => coverage::run(&repo),
        Chore::Minimal => minimal::run(&repo),
        Chore::Nightly(args) => nightly::run(&repo, &args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
