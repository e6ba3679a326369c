//! Programs of cargo that a fresh machine does not have: each is built once, from the registry.

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::repo::Repo;

/// A program, and the package that it comes in.
pub(crate) struct Tool {
    /// What is typed to run it.
    command: &'static str,
    package: &'static str,
    /// The versions that the repository is written for.
    version: &'static str,
}

pub(crate) const DENY: Tool = Tool { command: "cargo deny", package: "cargo-deny", version: "^0.20" };
pub(crate) const LLVM_COV: Tool =
    Tool { command: "cargo llvm-cov", package: "cargo-llvm-cov", version: "^0.9" };
pub(crate) const MACHETE: Tool = Tool { command: "cargo machete", package: "cargo-machete", version: "^0.9" };
pub(crate) const MUTANTS: Tool =
    Tool { command: "cargo mutants", package: "cargo-mutants", version: "^27.1" };
/// It has to read the format in which our compiler describes a library.
pub(crate) const SEMVER_CHECKS: Tool =
    Tool { command: "cargo semver-checks", package: "cargo-semver-checks", version: "^0.51" };
pub(crate) const TYPOS: Tool = Tool { command: "typos", package: "typos-cli", version: "^1.52" };

impl Tool {
    /// Builds it where it is missing.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub(crate) fn wanted(&self, repo: &Repo) -> Result<()> {
        let (package, version) = (self.package, self.version);
        if self.is_here(repo) {
            return Ok(());
        }
        println!("{package} is not installed; building it once takes a minute or more on two cores");
        // Unoptimised: it is fast enough, and builds in a sixth of the time.
        cmd!(repo.sh, "cargo install --locked --debug --quiet --version {version} {package}")
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .run()
            .with_context(|| format!("install it yourself: `cargo install --locked {package}`"))
    }

    fn is_here(&self, repo: &Repo) -> bool {
        let (program, subcommand) = self.command.split_once(' ').unwrap_or((self.command, ""));
        let told = repo.sh.cmd(program).args((!subcommand.is_empty()).then_some(subcommand)).arg("--version");
        told.quiet().ignore_stdout().ignore_stderr().run().is_ok()
    }
}
