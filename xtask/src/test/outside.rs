//! A project outside the workspace that depends on the crates by their paths, as an embedder's does.
//!
//! The workspace builds every crate with what all of them and their tests together ask for. Here nothing of the tests is
//! there: only what a project asks for, features off, by default and all on, and what one library asks of another. One
//! library by itself without features is built by `cargo xtask lint --only features`.

use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::Package;
use toml::{Table, Value};
use xshell::cmd;

use crate::repo::Repo;

/// The project's one source.
const LIBRARIES: &str = include_str!("outside/libraries.rs");

/// What the project uses besides the libraries, as the workspace does.
const OTHERS: &[&str] = &["axum", "serde_json", "tempfile", "tokio"];

/// Writes the project below the target folder, then builds and tests it with each set of features.
pub(super) fn run(repo: &Repo) -> Result<()> {
    let metadata = repo.metadata()?;
    let libraries: Vec<_> =
        metadata.packages.iter().filter(|package| repo.folder_of(package).starts_with("crates/")).collect();
    let target = repo.target()?;
    let folder = target.join("outside");
    let manifest = folder.join("Cargo.toml");
    repo.sh.write_file(folder.join("src/lib.rs"), "")?;
    repo.sh.write_file(folder.join("tests/libraries.rs"), LIBRARIES)?;
    repo.sh.write_file(&manifest, project(&repo.toml("Cargo.toml")?, &libraries)?.to_string())?;
    // The versions of the workspace; cargo takes out what the project does not use.
    repo.sh.copy_file(repo.path("Cargo.lock"), folder.join("Cargo.lock"))?;
    for features in ["none", "default", "all"] {
        cmd!(repo.sh, "cargo test --quiet --manifest-path {manifest} --test libraries --no-default-features")
            .args(["--features", features])
            .env("CARGO_TARGET_DIR", &target)
            // It is built from scratch or not at all; what helps to build it again would be gigabytes.
            .env("CARGO_INCREMENTAL", "0")
            .run()
            .with_context(|| format!("a project cannot use the crates with the features `{features}`"))?;
    }
    Ok(())
}

/// The manifest: every library by its path, and features that stand for those of all libraries.
fn project(workspace: &Table, libraries: &[&Package]) -> Result<Table> {
    let mut dependencies = Table::new();
    let (mut default, mut all) = (Vec::new(), Vec::new());
    for library in libraries {
        let name = library.name.as_str();
        let path = library.manifest_path.parent().context("a manifest stands in a folder")?;
        dependencies.insert(name.into(), by_path(path.as_std_path()));
        for feature in library.features.keys() {
            let list = if feature == "default" { &mut default } else { &mut all };
            list.push(Value::String(format!("{name}/{feature}")));
        }
    }
    let shared = workspace.get("workspace").and_then(|table| table.get("dependencies"));
    for other in OTHERS {
        let version =
            shared.and_then(|table| table.get(other)).with_context(|| format!("no version of {other}"))?;
        dependencies.insert((*other).into(), version.clone());
    }
    let features = [("none", Vec::new()), ("default", default), ("all", all)];
    let features = features.map(|(name, list)| (name.to_owned(), Value::Array(list)));
    let mut manifest: Table = "[package]\nname = 'outside'\nedition = '2024'\n[workspace]".parse()?;
    manifest.insert("features".into(), Table::from_iter(features).into());
    manifest.insert("dependencies".into(), dependencies.into());
    // The same profile, so that what is built already serves here too.
    manifest.extend(workspace.get("profile").map(|profile| ("profile".to_owned(), profile.clone())));
    Ok(manifest)
}

fn by_path(folder: &Path) -> Value {
    let path = Value::String(folder.to_string_lossy().into());
    Table::from_iter([("path".to_owned(), path), ("default-features".to_owned(), false.into())]).into()
}
