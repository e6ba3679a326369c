//! The checks that cargo and its helpers do; a failure has been printed by the tool itself.

use anyhow::Result;
use xshell::{Cmd, cmd};

use crate::problem::Problem;
use crate::repo::Repo;
use crate::tool;

/// Feature sets that a build of the whole workspace hides, because it unites the features of all crates:
/// package, what to build, why.
const FEATURE_SETS: &[(&str, &[&str], &str)] = &[
    ("ib-domain", &["--all-targets", "--no-default-features"], "decisions without serialisation"),
    ("ib-domain", &["--all-targets", "--all-features"], "the same, serialised and validated"),
    ("ib-env-client", &["--lib", "--no-default-features"], "traits and plain types, without HTTP"),
    (
        "ib-setup",
        &["--lib", "--no-default-features"],
        "decisions and ports, without what tests keep in memory",
    ),
    ("ib-web", &["--all-targets", "--all-features"], "the journeys in real browsers"),
];

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

/// Clippy finds nothing in the feature sets either.
///
/// # Errors
///
/// When the workspace cannot be read.
pub(super) fn features(repo: &Repo) -> Result<Vec<Problem>> {
    let members = repo.metadata()?.packages;
    let here =
        FEATURE_SETS.iter().filter(|(package, ..)| members.iter().any(|member| member.name == *package));
    let problems = here.flat_map(|&(package, options, why)| {
        let fix = format!("{package} must also build with {} ({why})", options.join(" "));
        outcome(&cmd!(repo.sh, "cargo clippy --package {package} {options...} -- -D warnings"), &fix)
    });
    Ok(problems.collect())
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
