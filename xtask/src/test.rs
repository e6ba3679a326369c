//! `cargo xtask test`: every test there is. What a test needs and does not find fails it; nothing is skipped.

pub(crate) mod browsers;
mod outside;
pub(crate) mod parsers;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use ib_env_sim::Scenario;
use xshell::cmd;

use crate::demo;
use crate::parts;
use crate::repo::Repo;
use crate::sim;

/// Arguments of `test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run one suite alone
    #[arg(long, value_name = "SUITE")]
    only: Option<Suite>,
}

/// The suites, in the order they run.
#[derive(Clone, Copy, ValueEnum)]
enum Suite {
    /// Unit and integration tests of every crate
    Units,
    /// The examples in the documentation, and those that run as programs
    Examples,
    /// A project outside the workspace that uses every library
    Outside,
    /// Clients that nobody here wrote, against the simulator
    Foreign,
    /// The wizard's pages in real browsers
    Browsers,
    /// A fuzzer that nobody here wrote, against the server's API
    Fuzz,
    /// A fuzzer that watches what is run, against everything that reads what comes from outside
    Parsers,
}

impl Suite {
    fn run(self, repo: &Repo) -> Result<()> {
        match self {
            Self::Units => units(repo),
            Self::Examples => examples(repo),
            Self::Outside => outside::run(repo),
            Self::Foreign => foreign(repo),
            Self::Browsers => browsers::run(repo),
            Self::Fuzz => fuzz(repo),
            Self::Parsers => parsers::run(repo, parsers::A_FEW),
        }
    }
}

/// Clients that nobody here wrote, and the script that drives them against the simulator.
const FOREIGN: &str = "crates/ib-env-sim/tests/foreign";

/// The fuzzer, and the script that drives it against the server.
const FUZZ: &str = "bins/ib-server/tests/fuzz";

/// Runs every suite, or one.
///
/// # Errors
///
/// When a suite failed.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    parts::run("test", args.only, |suite| suite.run(repo))
}

/// Unit and integration tests; cargo-nextest runs them faster where it is installed.
fn units(repo: &Repo) -> Result<()> {
    if repo.has_cargo("nextest") {
        cmd!(repo.sh, "cargo nextest run --workspace").run()?;
    } else {
        cmd!(repo.sh, "cargo test --workspace --all-targets --no-fail-fast").run()?;
    }
    Ok(())
}

/// The examples in the documentation, then every program that is one, run as its first lines say.
fn examples(repo: &Repo) -> Result<()> {
    cmd!(repo.sh, "cargo test --workspace --doc --no-fail-fast").run()?;
    for example in repo.examples()? {
        let name = &example.name;
        // Without its package, so that what the tests have built serves.
        cmd!(repo.sh, "cargo run --quiet --example {name}")
            .run()
            .with_context(|| format!("{} does not end well", example.main))?;
    }
    Ok(())
}

/// Clients of the platform from Python's package index work against the simulator unchanged.
fn foreign(repo: &Repo) -> Result<()> {
    let folder = repo.target()?.join("foreign");
    let (python, state) = (python(repo, &folder, FOREIGN)?, folder.join("state"));
    // The simulator runs on the runtime's other threads while this one waits for the script.
    sim::serve_while(Scenario::acme(), &state, async |_| {
        let script = cmd!(repo.sh, "{python} {FOREIGN}/foreign.py {state}");
        script.run().context("a foreign client does not work against the simulator, see above")
    })
}

/// The API answers whatever it is asked as its own document says.
fn fuzz(repo: &Repo) -> Result<()> {
    let folder = repo.target()?.join("fuzz");
    let (python, served) = (python(repo, &folder, FUZZ)?, folder.join("served"));
    // A fuzzer is a flood.
    let more = "listen = \"127.0.0.1:0\"\nchanges_at_once = 1000000";
    demo::serve_while(repo, &served, more, async |_, url, _| {
        let ready = served.join("sim").join("ready.json");
        let script = cmd!(repo.sh, "{python} {FUZZ}/fuzz.py {url} {ready}");
        let log = served.join("ib-server.log");
        script.run().with_context(|| {
            format!("the API does not keep to its document, see above and {}", log.display())
        })
    })
}

/// A Python with the packages that `suite` asks for.
fn python(repo: &Repo, folder: &Path, suite: &str) -> Result<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    cmd!(repo.sh, "python3 -m venv {venv}")
        .run()
        .context("install Python 3 with its venv module (Debian: `apt-get install python3 python3-venv`)")?;
    let requirements = format!("{suite}/requirements.txt");
    cmd!(repo.sh, "{python} -m pip install --quiet --disable-pip-version-check -r {requirements}")
        .run()
        .with_context(|| format!("pip must be able to install {requirements}"))?;
    Ok(python)
}
