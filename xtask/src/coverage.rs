//! `cargo xtask coverage`: which share of each crate's lines the tests of the workspace run.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use xshell::cmd;

use crate::repo::Repo;
use crate::tool;

/// What `llvm-cov export` tells, as far as it is asked.
#[derive(Deserialize)]
struct Export {
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Data {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    lines: Lines,
}

#[derive(Deserialize, Default, Clone, Copy)]
struct Lines {
    count: u64,
    covered: u64,
}

/// Runs the tests of the workspace, watched, and prints a line for each crate. A test that fails takes no line away:
/// programs that are watched are slower than some tests allow, and leave files where they run.
///
/// # Errors
///
/// When nothing is built, or LLVM's tools are missing.
pub(crate) fn run(repo: &Repo) -> Result<()> {
    tool::LLVM_COV.wanted(repo)?;
    let mut told = cmd!(
        repo.sh,
        "cargo llvm-cov nextest --workspace --exclude xtask --ignore-run-fail --json --summary-only"
    );
    for (variable, program) in [("LLVM_COV", "llvm-cov"), ("LLVM_PROFDATA", "llvm-profdata")] {
        if let Some(found) = llvm(repo, program) {
            told = told.env(variable, found);
        }
    }
    let told = told.read().context(
        "LLVM's tools must be as new as rustc's LLVM (`rustc -vV`): `rustup component add llvm-tools`, or Debian's llvm-22",
    )?;
    let export: Export = serde_json::from_str(&told)?;
    let files = export.data.into_iter().flat_map(|data| data.files);
    for (crate_name, lines) in by_crate(files, &repo.path("").to_string_lossy()) {
        println!("{crate_name}: {:.1} % of {} lines", share(lines), lines.count);
    }
    Ok(())
}

/// One of LLVM's programs of the major version that rustc is built on, as Debian calls it; without one, the
/// toolchain's own is taken.
fn llvm(repo: &Repo, program: &str) -> Option<String> {
    let told = cmd!(repo.sh, "rustc -vV").quiet().read().ok()?;
    let version = told.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    let name = format!("{program}-{}", version.split('.').next()?);
    cmd!(repo.sh, "which {name}").quiet().ignore_stderr().read().ok()
}

/// The lines of each crate's own sources, and of all together.
fn by_crate(files: impl Iterator<Item = File>, root: &str) -> BTreeMap<String, Lines> {
    let mut crates: BTreeMap<String, Lines> = BTreeMap::new();
    for file in files {
        let path = file.filename.strip_prefix(root).unwrap_or(&file.filename).replace('\\', "/");
        let mut parts = path.trim_start_matches('/').split('/');
        if let (Some("crates" | "bins"), Some(name), Some("src")) = (parts.next(), parts.next(), parts.next())
        {
            for key in [name, "together"] {
                let lines = crates.entry(key.to_owned()).or_default();
                lines.count += file.summary.lines.count;
                lines.covered += file.summary.lines.covered;
            }
        }
    }
    crates
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(lines: Lines) -> f64 {
    lines.covered as f64 * 100.0 / (lines.count.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_up_for_each_crate_and_tests_are_left_out() {
        let file = |path: &str, count, covered| File {
            filename: format!("/home/of/repo/{path}"),
            summary: Summary { lines: Lines { count, covered } },
        };
        let files = [
            file("crates/ib-domain/src/a.rs", 10, 9),
            file("crates/ib-domain/src/b/c.rs", 30, 21),
            file("crates/ib-domain/tests/d.rs", 50, 50),
            file("bins/ib/src/main.rs", 10, 0),
        ];
        let crates = by_crate(files.into_iter(), "/home/of/repo");
        let told: Vec<_> = crates.iter().map(|(name, lines)| (name.as_str(), share(*lines))).collect();
        assert_eq!(told, [("ib", 0.0), ("ib-domain", 75.0), ("together", 60.0)]);
    }
}
