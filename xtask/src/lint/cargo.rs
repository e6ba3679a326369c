//! The checks that cargo and its helpers do; a failure has been printed by the tool itself.

use anyhow::Result;
use cargo_metadata::Package;
use xshell::{Cmd, cmd};

use crate::problem::Problem;
use crate::repo::Repo;
use crate::tool;

/// Libraries whose tests build with every combination of features too; those of the others need what they test.
const WITH_TESTS: &[&str] = &["ib-domain", "ib-web"];

/// The code is formatted.
pub(super) fn fmt(repo: &Repo) -> Vec<Problem> {
    outcome(&cmd!(repo.sh, "cargo fmt --all --check"), "run `cargo fmt --all`")
}

/// Clippy finds nothing in any target of any crate.
pub(super) fn clippy(repo: &Repo) -> Vec<Problem> {
    let fix =
        "mend what clippy names above; `#[expect(lint, reason = \"...\")]` is for what cannot be mended";
    outcome(&cmd!(repo.sh, "cargo clippy --workspace --all-targets -- -D warnings"), fix)
}

/// Clippy finds nothing in any library under any combination of its features. A build of the whole workspace hides
/// that one is missing, because it unites the features of all crates.
///
/// # Errors
///
/// When the workspace cannot be read.
pub(super) fn features(repo: &Repo) -> Result<Vec<Problem>> {
    let packages = repo.metadata()?.packages;
    let libraries = packages.iter().filter(|package| repo.folder_of(package).starts_with("crates/"));
    Ok(libraries.flat_map(|library| features_of(repo, library)).collect())
}

fn features_of(repo: &Repo, library: &Package) -> Vec<Problem> {
    let name = library.name.as_str();
    let tests = WITH_TESTS.contains(&name).then_some("--all-targets");
    let features: Vec<&str> =
        library.features.keys().map(String::as_str).filter(|name| *name != "default").collect();
    let checks = combinations(&features).into_iter().flat_map(|set| {
        let fix = format!("{name} must also build with the features `{set}` alone");
        let clippy = |targets: &str| {
            let clippy =
                cmd!(repo.sh, "cargo clippy --quiet --package {name} {targets} --no-default-features");
            outcome(&clippy.args(["--features", &set, "--", "-D", "warnings"]), &fix)
        };
        ["--lib"].into_iter().chain(tests).flat_map(clippy).collect::<Vec<_>>()
    });
    checks.collect()
}

/// Every combination of some features, each as `--features` takes it; the empty one is first.
fn combinations(features: &[&str]) -> Vec<String> {
    features.iter().fold(vec![String::new()], |sets, feature| {
        let with = sets
            .iter()
            .map(|set| if set.is_empty() { (*feature).into() } else { format!("{set},{feature}") });
        let with: Vec<String> = with.collect();
        sets.into_iter().chain(with).collect()
    })
}

/// The documentation builds without a warning.
pub(super) fn doc(repo: &Repo) -> Vec<Problem> {
    let docs = cmd!(repo.sh, "cargo doc --workspace --no-deps --quiet").env("RUSTDOCFLAGS", "-D warnings");
    outcome(&docs, "mend the documentation comments that rustdoc names above")
}

/// cargo-deny agrees with `deny.toml`, which also says why the advisories are not among its questions here.
///
/// # Errors
///
/// When cargo-deny is missing and cannot be installed.
pub(super) fn deny(repo: &Repo) -> Result<Vec<Problem>> {
    tool::DENY.wanted(repo)?;
    let deny = cmd!(repo.sh, "cargo deny --all-features --log-level error check bans licenses sources");
    Ok(outcome(
        &deny,
        "drop or replace the crate named above, or write the exception and its reason into deny.toml",
    ))
}

/// typos finds no word that is misspelt; `.typos.toml` holds the ones that only look like it.
///
/// # Errors
///
/// When typos is missing and cannot be installed.
pub(super) fn spelling(repo: &Repo) -> Result<Vec<Problem>> {
    tool::TYPOS.wanted(repo)?;
    let fix = "correct the word, or write it into .typos.toml with its reason where it is right";
    Ok(outcome(&cmd!(repo.sh, "typos --hidden --format brief"), fix))
}

/// cargo-machete finds no dependency that nothing uses.
///
/// # Errors
///
/// When cargo-machete is missing and cannot be installed.
pub(super) fn unused(repo: &Repo) -> Result<Vec<Problem>> {
    tool::MACHETE.wanted(repo)?;
    let fix =
        "remove the dependency; one that only looks unused is named in [package.metadata.cargo-machete]";
    Ok(outcome(&cmd!(repo.sh, "cargo machete --skip-target-dir"), fix))
}

/// What became of a command: nothing to say, or one problem that says what to do.
fn outcome(command: &Cmd<'_>, fix: &str) -> Vec<Problem> {
    let at = command.to_string();
    command.run().err().map(|_| Problem::new(at, "failed, see above", fix)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_built_once() {
        assert_eq!(combinations(&[]), [""]);
        assert_eq!(combinations(&["a"]), ["", "a"]);
        assert_eq!(combinations(&["a", "b", "c"]), ["", "a", "b", "a,b", "c", "a,c", "b,c", "a,b,c"]);
    }
}
