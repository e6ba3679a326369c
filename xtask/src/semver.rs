//! `cargo xtask semver`: whether the versions have been raised for what changed in the public API since a revision.
//!
//! cargo-semver-checks judges what rustdoc says of the libraries then and now. Both are described here, so that one
//! lock file and one build of the dependencies serve all of them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::api;
use crate::repo::Repo;
use crate::tool;

/// Arguments of `semver`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The git revision to compare with, such as the tag of the last release
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    baseline: String,
}

/// Compares every library that is there now and was then.
///
/// # Errors
///
/// When the revision is unknown, a library cannot be described, or a version is too low for what changed.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    api::ensure_oldest_compiler(repo)?;
    let target = repo.target()?;
    let now = api::describe(repo, &repo.libraries()?, &target.join("api"))?;
    let then = describe_revision(repo, &args.baseline, &target)?;
    tool::SEMVER_CHECKS.wanted(repo)?;
    let mut too_low = Vec::new();
    for library in repo.libraries()? {
        let (then, now) = (api::described(&then, &library), api::described(&now, &library));
        if !then.exists() {
            println!("{library} is new since {}", args.baseline);
            continue;
        }
        // The tool knows no name: what rustdoc says does not tell it.
        println!("{library} since {}", args.baseline);
        if !is_high_enough(repo, &then, &now) {
            too_low.push(library);
        }
    }
    ensure!(
        too_low.is_empty(),
        "raise the version in Cargo.toml, or take back what changed in {}",
        too_low.join(", ")
    );
    Ok(())
}

/// Has rustdoc describe the libraries of a revision, from a work tree that is gone afterwards.
fn describe_revision(repo: &Repo, revision: &str, target: &Path) -> Result<PathBuf> {
    let root = target.join("semver");
    let add = cmd!(repo.sh, "git worktree add --quiet --detach --force {root} {revision}");
    add.run().with_context(|| format!("git cannot show the revision {revision}"))?;
    let described =
        Repo::at(&root).and_then(|then| api::describe(&then, &then.libraries()?, &target.join("api-then")));
    cmd!(repo.sh, "git worktree remove --force {root}").run()?;
    described
}

/// Whether the version of a library tells of everything that changed; what it does not tell of is printed.
fn is_high_enough(repo: &Repo, then: &Path, now: &Path) -> bool {
    cmd!(repo.sh, "cargo semver-checks --baseline-rustdoc {then} --current-rustdoc {now}")
        .quiet()
        .run()
        .is_ok()
}
