//! `cargo xtask lint`: everything that can be checked without running the tests.

mod cargo;
mod commands;
mod conformance;
mod deploy;
mod edges;
mod examples;
mod pages;
mod pictures;
mod settings;
mod workspace;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::generate;
use crate::markdown::Document;
use crate::parts;
use crate::problem::Problem;
use crate::repo::{Repo, has_extension};

/// Arguments of `lint`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run one part alone
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

/// The parts, in the order they run: what is quick and often wrong comes first.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Formatting of the Rust code
    Fmt,
    /// Rules about the tree: manifests, top level, file sizes, examples, leaked paths
    Workspace,
    /// Which crate may use which, and what a pure crate never pulls in
    Edges,
    /// Links, paths, pictures, codes, settings and versions in the documents
    Pages,
    /// docs/deploy: settings, metrics, ports, versions and names in it exist
    Deploy,
    /// docs/conformance.md: every statement of the mission, its code and its tests
    Conformance,
    /// Documents made from code are current
    Generated,
    /// Clippy on the whole workspace
    Clippy,
    /// Clippy on every combination of features, which the whole workspace hides
    Features,
    /// Documentation without warnings
    Doc,
    /// The listings of the public API are current, made by the oldest Rust that Cargo.toml allows
    Api,
    /// Commands and files of settings that the documents show are taken by the programs
    Commands,
    /// Licences, banned crates and sources, by cargo-deny
    Deny,
    /// Words that are misspelt, by typos
    Spelling,
    /// Dependencies that nothing uses, by cargo-machete
    Unused,
}

impl Part {
    fn check(self, repo: &Repo, xtask: &clap::Command) -> Result<Vec<Problem>> {
        match self {
            Self::Fmt => Ok(cargo::fmt(repo)),
            Self::Workspace => workspace::check(repo),
            Self::Edges => edges::check(repo),
            Self::Pages => pages::check(repo, &documents(repo)?),
            Self::Deploy => deploy::check(repo),
            Self::Conformance => conformance::check(repo),
            Self::Generated => generate::check(repo),
            Self::Clippy => Ok(cargo::clippy(repo)),
            Self::Features => cargo::features(repo),
            Self::Doc => Ok(cargo::doc(repo)),
            Self::Api => generate::check_api(repo),
            Self::Commands => commands::check(repo, xtask, &documents(repo)?),
            Self::Deny => cargo::deny(repo),
            Self::Spelling => cargo::spelling(repo),
            Self::Unused => cargo::unused(repo),
        }
    }
}

/// Runs every part, or one.
///
/// # Errors
///
/// When a part found a problem.
pub(crate) fn run(repo: &Repo, args: &Args, xtask: &clap::Command) -> Result<()> {
    parts::run("lint", args.only, |part| {
        let problems = part.check(repo, xtask)?;
        for problem in &problems {
            println!("{problem}");
        }
        ensure!(problems.is_empty(), "{} to mend", problems.len());
        Ok(())
    })
}

/// Every README.md, and every page below docs/.
fn documents(repo: &Repo) -> Result<Vec<Document>> {
    let is_page = |path: &str| {
        path == "README.md"
            || path.ends_with("/README.md")
            || (path.starts_with("docs/") && has_extension(path, "md"))
    };
    let files = repo.files()?;
    files
        .iter()
        .filter(|path| is_page(path))
        .map(|path| Ok(Document::parse(path, &repo.read(path)?)))
        .collect()
}
