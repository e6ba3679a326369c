//! The repository that the chores work on: its root, its files, its crates.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use xshell::{Shell, cmd};

use crate::again;

/// The repository, and a shell that stands at its root.
pub(crate) struct Repo {
    root: PathBuf,
    /// Runs commands at the root.
    pub(crate) sh: Shell,
}

impl Repo {
    /// Finds the repository that `cargo xtask` was called in.
    ///
    /// # Errors
    ///
    /// When not started by cargo, or when there is no shell to be had.
    pub(crate) fn find() -> Result<Self> {
        // Read when run, not when built: two clones may share one target directory.
        let manifest =
            std::env::var_os(again::FOLDER).context("start the chores with `cargo xtask CHORE`")?;
        let root = Path::new(&manifest).parent().context("xtask must stand in the repository's root")?;
        Self::at(root)
    }

    /// The repository with this root.
    ///
    /// # Errors
    ///
    /// When there is no shell to be had.
    pub(crate) fn at(root: &Path) -> Result<Self> {
        let sh = Shell::new()?;
        sh.change_dir(root);
        Ok(Self { root: root.to_path_buf(), sh })
    }

    /// The absolute form of a path inside the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Whether the repository has this file or folder.
    pub(crate) fn has(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        std::fs::read_to_string(self.path(relative)).with_context(|| format!("cannot read {relative}"))
    }

    /// A TOML file.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not TOML.
    pub(crate) fn toml(&self, relative: &str) -> Result<toml::Table> {
        self.read(relative)?.parse().with_context(|| format!("{relative} is not TOML"))
    }

    /// Every file that is, or would be, under version control, relative to the root and with `/`.
    ///
    /// # Errors
    ///
    /// When git is missing or the root is no git work tree.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let listed = cmd!(self.sh, "git ls-files -z --cached --others --exclude-standard")
            .quiet()
            .read()
            .context("the checks look at the files that git knows: run them in a git clone")?;
        let mut files: Vec<String> =
            listed.split('\0').filter(|name| !name.is_empty() && self.has(name)).map(Into::into).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// Whether cargo has a subcommand of this name installed.
    pub(crate) fn has_cargo(&self, subcommand: &str) -> bool {
        cmd!(self.sh, "cargo {subcommand} --version").quiet().ignore_stdout().ignore_stderr().run().is_ok()
    }

    /// What cargo says about the workspace, without the registry's packages.
    ///
    /// # Errors
    ///
    /// When a manifest is broken.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        let metadata = MetadataCommand::new().current_dir(&self.root).no_deps().exec()?;
        Ok(metadata)
    }

    /// Every example of every crate.
    ///
    /// # Errors
    ///
    /// When a manifest is broken.
    pub(crate) fn examples(&self) -> Result<Vec<Example>> {
        let mut examples = Vec::new();
        for package in &self.metadata()?.packages {
            for target in package.targets.iter().filter(|target| target.is_example()) {
                examples.push(Example {
                    package: package.name.to_string(),
                    name: target.name.clone(),
                    main: self.relative(target.src_path.as_std_path()),
                });
            }
        }
        Ok(examples)
    }

    /// The names of the library crates, in their order.
    ///
    /// # Errors
    ///
    /// When a manifest is broken.
    pub(crate) fn libraries(&self) -> Result<Vec<String>> {
        let packages = self.metadata()?.packages;
        let libraries = packages.iter().filter(|package| self.folder_of(package).starts_with("crates/"));
        Ok(libraries.map(|package| package.name.to_string()).collect())
    }

    /// Where cargo builds; chores may keep there what can be made again.
    ///
    /// # Errors
    ///
    /// When a manifest is broken.
    pub(crate) fn target(&self) -> Result<PathBuf> {
        Ok(self.metadata()?.target_directory.into())
    }

    /// A package's folder relative to the root, such as `crates/ib-domain`.
    pub(crate) fn folder_of(&self, package: &Package) -> String {
        let manifest = package.manifest_path.as_std_path();
        self.relative(manifest.parent().unwrap_or(&self.root))
    }

    /// A path relative to the root, with `/`.
    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

/// A program that shows how a crate is used.
pub(crate) struct Example {
    /// The crate.
    pub(crate) package: String,
    /// Its own name.
    pub(crate) name: String,
    /// Its first file, relative to the root.
    pub(crate) main: String,
}

impl Example {
    /// What runs it.
    pub(crate) fn command(&self) -> String {
        format!("cargo run -p {} --example {}", self.package, self.name)
    }
}

/// Whether a path ends like `.rs`, as written.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The oldest Rust that the workspace of this root manifest builds with, such as `1.95`.
///
/// # Errors
///
/// When the manifest does not say so.
pub(crate) fn rust_version(manifest: &toml::Table) -> Result<String> {
    let version = (|| manifest.get("workspace")?.get("package")?.get("rust-version")?.as_str())();
    version.map(Into::into).context("Cargo.toml has no workspace.package.rust-version")
}
