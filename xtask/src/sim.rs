//! `cargo xtask sim`: a pretend infrastructure on this machine, until interrupted.

use std::io;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, Result};
use ib_env_sim::Scenario;
use serde::Deserialize;

use crate::repo::Repo;

/// Arguments of `sim`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The infrastructure to pretend, as TOML; the built-in *acme* if not given
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Where to write ca.pem and ready.json; target/sim if not given
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// What `ready.json` tells other programs.
#[derive(Deserialize)]
pub(crate) struct Ready {
    listen: String,
    control: String,
    hosts: Vec<Host>,
    users: Vec<User>,
    lifetime_token: String,
}

impl Ready {
    /// Where the simulator listens.
    pub(crate) fn listen(&self) -> &str {
        &self.listen
    }

    /// Where it verifies activation codes.
    pub(crate) fn activation(&self) -> String {
        format!("{}/control/activation", self.control)
    }

    /// Where the infrastructure is changed while it runs.
    pub(crate) fn control(&self) -> &str {
        &self.control
    }

    /// Every host that it answers for.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|host| host.name.as_str())
    }

    /// LifeTime's host, and the token of its service account.
    pub(crate) fn lifetime(&self) -> Option<(&str, &str)> {
        let host = self.hosts.iter().find(|host| host.kind == "lifetime")?;
        Some((&host.name, &self.lifetime_token))
    }

    /// Every user: name, password, and what they may do.
    pub(crate) fn users(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let users = self.users.iter();
        users.map(|user| (user.username.as_str(), user.password.as_str(), user.summary.as_str()))
    }
}

#[derive(Deserialize)]
struct Host {
    #[serde(rename = "host")]
    name: String,
    kind: String,
    version: String,
}

#[derive(Deserialize)]
struct User {
    username: String,
    password: String,
    summary: String,
}

/// Serves the scenario until Ctrl-C or a polite kill.
///
/// # Errors
///
/// When the scenario cannot be read, or the simulator does not start.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let scenario = args.scenario.as_deref().map_or_else(|| Ok(Scenario::acme()), read)?;
    let state = absolute(args.state.clone().unwrap_or(repo.target()?.join("sim")))?;
    serve_while(scenario, &state, async |ready| {
        print!("{}", summary(&ready, &state));
        interrupted().await.context("cannot wait for Ctrl-C")
    })
}

fn read(path: &Path) -> Result<Scenario> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Scenario::from_toml_str(&text).with_context(|| format!("{} is no scenario", path.display()))
}

/// Serves a scenario for as long as `work` takes; `work` begins when the simulator can be used.
///
/// # Errors
///
/// When the simulator does not start, or what `work` answers.
pub(crate) fn serve_while<T>(
    scenario: Scenario,
    state: &Path,
    work: impl AsyncFnOnce(Ready) -> Result<T>,
) -> Result<T> {
    let file = state.join("ready.json");
    // One that was killed may have left its file; whoever waits for the file must not find the old one.
    if let Err(error) = std::fs::remove_file(&file)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error).with_context(|| format!("cannot replace {}", file.display()));
    }
    let mut outcome = None;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(ib_env_sim::serve(scenario, Some(state), async {
        // Served until this ends, and first asked when the files are there.
        outcome = Some(async { work(ready(&file)?).await }.await);
    }))?;
    outcome.context("the simulator ended by itself")?
}

fn ready(file: &Path) -> Result<Ready> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what it should be", file.display()))
}

/// Ends with Ctrl-C; where there is a polite kill, with that too, so that the files do not outlive the simulator.
pub(crate) async fn interrupted() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut killed = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = killed.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// What a person needs to use the simulator: who is there, and a command to paste into another terminal.
fn summary(ready: &Ready, state: &Path) -> String {
    let hosts = ready.hosts.iter().map(|host| row(&host.name, &host.kind, &host.version));
    let users = ready.users.iter().map(|user| row(&user.username, &user.password, &user.summary));
    let mut lines = vec!["A pretend infrastructure runs until Ctrl-C.\n".to_owned()];
    lines.push(row("host", "kind", "version"));
    lines.extend(hosts);
    lines.push(format!("\n{}", row("user", "password", "")));
    lines.extend(users);
    lines.push(format!("\n{}", row("control API", &ready.control, "")));
    lines.push(row("files", &state.display().to_string(), ""));
    lines.push("\nIn another terminal:\n".to_owned());
    lines.extend(commands(ready, &state.join("ca.pem")));
    lines.join("\n") + "\n"
}

pub(crate) fn row(first: &str, second: &str, third: &str) -> String {
    format!("  {first:<22}  {second:<14}  {third}").trim_end().to_owned()
}

/// `ib check` on the first host, without and with a log-in.
fn commands(ready: &Ready, ca: &Path) -> Vec<String> {
    let Some(Host { name: host, .. }) = ready.hosts.first() else {
        return Vec::new();
    };
    let ca = quoted(&ca.display().to_string());
    let check =
        format!("cargo run -q -p ib -- check {host} --connect-to {host}:443:{} --ca {ca}", ready.listen);
    let log_in = ready.users.first().map(|user| {
        let (username, password) = (quoted(&user.username), quoted(&user.password));
        format!("  printf %s {password} | {check} --username {username} --password-stdin")
    });
    std::iter::once(format!("  {check}")).chain(log_in).collect()
}

/// A word that a shell reads as one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_begins_when_the_files_are_there_and_ends_the_simulator() {
        let folder = xshell::Shell::new().unwrap().create_temp_dir().unwrap();
        let state = folder.path().join("new");
        let text = serve_while(Scenario::acme(), &state, async |ready| {
            assert!(state.join("ca.pem").exists());
            Ok(summary(&ready, &state))
        });
        let text = text.unwrap();
        let command = "check dev.acme.example --connect-to dev.acme.example:443:127.0.0.1:";
        assert!(text.contains(command), "{text}");
        assert!(text.contains("--username maria --password-stdin"), "{text}");
        assert!(!state.join("ready.json").exists());
    }

    #[test]
    fn what_the_work_answers_is_passed_on() {
        let folder = xshell::Shell::new().unwrap().create_temp_dir().unwrap();
        let outcome = serve_while(Scenario::acme(), folder.path(), async |_| -> Result<()> {
            anyhow::bail!("the work failed")
        });
        assert_eq!(outcome.unwrap_err().to_string(), "the work failed");
    }

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("a/b-c.pem"), "a/b-c.pem");
        assert_eq!(quoted("it's #1"), r"'it'\''s #1'");
    }
}
