//! `cargo xtask minimal`: the oldest versions that the root's `Cargo.toml` allows are old enough and not too old.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::repo::Repo;

/// Builds a copy of the tree against the oldest version of every direct dependency.
///
/// # Errors
///
/// When it does not build: a lower bound is too low.
pub(crate) fn run(repo: &Repo) -> Result<()> {
    let folder = repo.target()?.join("minimal");
    let tree = folder.join("tree");
    repo.sh.remove_path(&tree)?;
    for path in repo.files()? {
        let copy = tree.join(&path);
        if let Some(parent) = copy.parent() {
            repo.sh.create_dir(parent)?;
        }
        repo.sh.copy_file(repo.path(&path), copy)?;
    }
    let manifest = tree.join("Cargo.toml");
    // Cargo calls it unstable; the compiler is the one of every other build.
    cmd!(repo.sh, "cargo -Z direct-minimal-versions generate-lockfile --manifest-path {manifest}")
        .env("RUSTC_BOOTSTRAP", "1")
        .run()
        .context("two lower bounds contradict each other: raise the one that cargo names in Cargo.toml")?;
    cmd!(repo.sh, "cargo check --workspace --all-targets --locked --manifest-path {manifest}")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .run()
        .context("a lower bound in Cargo.toml is too low: raise it to what the code needs")
}
