//! `cargo xtask test --only parsers`: each fuzz target for a while, from its seeds, always the same way.
//!
//! libFuzzer is linked by `libfuzzer-sys`; what it watches is put in by the compiler's own pass, which the stable
//! toolchain has. So neither a nightly toolchain nor cargo-fuzz is needed.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::repo::Repo;

/// The package of the targets; its manifest lists them.
const PACKAGE: &str = "xtask/fuzz";

/// What every crate of a target is built with: counters on edges, and what is compared with what.
const WATCHED: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // By this, crates know that they are fuzzed, as under cargo-fuzz.
    "--cfg=fuzzing",
];

/// How often each target is run on each push: seconds on two cores.
pub(crate) const A_FEW: u32 = 3_000;
/// How often each target is run at night.
pub(crate) const MANY: u32 = 300_000;

/// Runs every target so many times.
///
/// # Errors
///
/// When one finds an input that breaks its promise; the file with it is named.
pub(crate) fn run(repo: &Repo, runs: u32) -> Result<()> {
    let host = host(repo)?;
    // Naming the target keeps the flags from build scripts and macros, which run on this machine.
    cmd!(repo.sh, "cargo build --package ib-fuzz --features engine --bins --target {host}")
        .env("CARGO_ENCODED_RUSTFLAGS", WATCHED.join("\u{1f}"))
        .run()
        .context("the targets need a C++ compiler (Debian: `apt-get install g++`)")?;
    let (built, found) = (repo.target()?.join(&host).join("debug"), repo.target()?.join("parsers"));
    let mut failed = Vec::new();
    for target in targets(repo)? {
        if let Err(error) = fuzz(repo, &built, &found, &target, runs) {
            println!("{target}: {error:#}");
            failed.push(target);
        }
    }
    ensure!(failed.is_empty(), "{} failed; the input is below {}", failed.join(", "), found.display());
    Ok(())
}

/// Runs one target, from its seeds and nothing that an earlier run found.
fn fuzz(repo: &Repo, built: &Path, found: &Path, target: &str, runs: u32) -> Result<()> {
    println!("-- {target}");
    let (program, corpus) = (built.join(target), found.join(target));
    repo.sh.remove_path(&corpus)?;
    repo.sh.create_dir(&corpus)?;
    let seeds = repo.path(PACKAGE).join("seeds").join(target);
    let (runs, broken) = (format!("-runs={runs}"), format!("-artifact_prefix={}-", corpus.display()));
    cmd!(repo.sh, "{program} {corpus} {seeds} -seed=1 {runs} -max_len=4096 {broken} -verbosity=0")
        .args(["-print_final_stats=1"])
        .quiet()
        .run()
        .context("found an input that it does not cope with, see above")
}

/// The names of the targets, as the manifest lists them.
fn targets(repo: &Repo) -> Result<Vec<String>> {
    let manifest = repo.toml(&format!("{PACKAGE}/Cargo.toml"))?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).context("no [[bin]] in the manifest")?;
    Ok(bins.iter().filter_map(|bin| bin.get("name")?.as_str()).map(Into::into).collect())
}

/// What rustc calls this machine.
fn host(repo: &Repo) -> Result<String> {
    let told = cmd!(repo.sh, "rustc -vV").quiet().read()?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}
