//! The public API of the libraries: a listing of each below docs/api, one line per item that others can name.
//!
//! rustdoc describes a library as JSON; only the compiler whose format `public-api` reads can be asked, which is the
//! oldest one that Cargo.toml allows. So a run of this part is a run on that version, and proves it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::repo::{Repo, rust_version};

/// Where the listings are.
const FOLDER: &str = "docs/api";

/// The public API of one library.
pub(crate) struct Listing {
    /// Relative to the repository's root.
    pub(crate) path: String,
    /// A line per item, with all features of the library.
    pub(crate) text: String,
}

/// The listing of every library, built anew.
///
/// # Errors
///
/// When the compiler is another one, or a library cannot be documented.
pub(crate) fn listings(repo: &Repo) -> Result<Vec<Listing>> {
    ensure_oldest_compiler(repo)?;
    let libraries = repo.libraries()?;
    // A target folder of its own: the variable would make everything in the usual one stale, and so would the flags.
    let descriptions = describe(repo, &libraries, &repo.target()?.join("api"))?;
    libraries.iter().map(|library| listing(library, described(&descriptions, library))).collect()
}

/// The compiler is the one that Cargo.toml asks for, not a newer one.
///
/// # Errors
///
/// When it is another one.
pub(crate) fn ensure_oldest_compiler(repo: &Repo) -> Result<()> {
    let wanted = rust_version(&repo.toml("Cargo.toml")?)?;
    let compiler = cmd!(repo.sh, "rustc --version").quiet().read()?;
    ensure!(
        is_version(&compiler, &wanted),
        "the public API is described by Rust {wanted}, which Cargo.toml asks for; here is {compiler}: run this part \
         with RUSTUP_TOOLCHAIN={wanted}"
    );
    Ok(())
}

/// Whether a compiler that calls itself `rustc 1.95.0 (...)` is of the version 1.95.
fn is_version(compiler: &str, wanted: &str) -> bool {
    let version = compiler.strip_prefix("rustc ").and_then(|rest| rest.strip_prefix(wanted));
    version.is_some_and(|rest| rest.starts_with(['.', ' ']))
}

/// Has rustdoc describe libraries as JSON, and says in which folder the descriptions are.
///
/// # Errors
///
/// When one cannot be built.
pub(crate) fn describe(repo: &Repo, libraries: &[String], target: &Path) -> Result<PathBuf> {
    let packages = libraries.iter().flat_map(|library| ["--package", library]);
    cmd!(repo.sh, "cargo doc --quiet --no-deps --lib --all-features --target-dir {target} {packages...}")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .run()?;
    Ok(target.join("doc"))
}

/// The description of one library in their folder.
pub(crate) fn described(descriptions: &Path, library: &str) -> PathBuf {
    descriptions.join(library.replace('-', "_")).with_extension("json")
}

/// The listing of one library. What every type has by itself or by deriving it is left out, so that it can be read;
/// utoipa's derive does not say that it is one.
fn listing(library: &str, json: PathBuf) -> Result<Listing> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .with_context(|| format!("cannot read what rustdoc says of {library}"))?;
    let lines = api.items().map(|item| format!("{item}\n")).filter(|line| !line.contains("utoipa::"));
    Ok(Listing { path: format!("{FOLDER}/{library}.txt"), text: lines.collect() })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::itself("rustc 1.95.0 (59807616e 2026-04-14)", true)]
    #[case::a_correction("rustc 1.95.1 (59807616e 2026-04-14)", true)]
    #[case::newer("rustc 1.96.0 (59807616e 2026-04-14)", false)]
    #[case::much_newer("rustc 1.950.0 (59807616e 2026-04-14)", false)]
    #[case::something_else("cargo 1.95.0", false)]
    fn the_compilers_version_is_read(#[case] compiler: &str, #[case] wanted: bool) {
        assert_eq!(is_version(compiler, "1.95"), wanted);
    }
}
