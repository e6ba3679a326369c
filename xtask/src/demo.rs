//! `cargo xtask demo`: the whole thing on this machine, until interrupted: a pretend infrastructure, and the
//! server that sets it up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use ib_env_sim::Scenario;
use ib_env_sim::scenario::{Application, Module};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use xshell::cmd;

use crate::repo::Repo;
use crate::sim::{self, Ready};

/// How long the server may take to end what it began.
const PATIENCE: Duration = Duration::from_secs(5);

/// The package of an integration to upload.
pub(crate) const ORDERS: &str = "Orders.oap";

/// Arguments of `demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the server listens; any free port if not given
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

/// Serves until Ctrl-C, then removes what it made.
///
/// # Errors
///
/// When the server cannot be built, or something does not start.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let folder = repo.target()?.join("demo");
    let served = serve_while(
        repo,
        &folder,
        &format!("listen = \"127.0.0.1:{}\"", args.port),
        async |ready, url, server| {
            print!("{}", summary(ready, url, &folder.join(ORDERS)));
            tokio::select! {
                interrupted = sim::interrupted() => interrupted.context("cannot wait for Ctrl-C")?,
                ended = server.wait() => bail!("the server ended by itself ({})", ended?),
            }
            // Ctrl-C reached the server too; one that was not told is ended, and loses nothing by it.
            let _ = tokio::time::timeout(PATIENCE, server.wait()).await;
            Ok(())
        },
    );
    std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    served
}

/// Serves, with `more` settings, for as long as `work` takes, which is told where; everything is in `folder`,
/// which is made anew.
///
/// # Errors
///
/// When the server cannot be built, something does not start, or what `work` answers.
pub(crate) fn serve_while(
    repo: &Repo,
    folder: &Path,
    more: &str,
    work: impl AsyncFnOnce(&Ready, &str, &mut Child) -> Result<()>,
) -> Result<()> {
    cmd!(repo.sh, "cargo build --quiet -p ib-server").run()?;
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    let program = repo.target()?.join("debug").join(format!("ib-server{}", std::env::consts::EXE_SUFFIX));
    sim::serve_while(Scenario::acme(), &folder.join("sim"), async |ready| {
        let config = folder.join("ib-server.toml");
        if let Some((_, token)) = ready.lifetime() {
            std::fs::write(folder.join("lifetime-token"), token)?;
        }
        ib_env_sim::dependencies::write_packages(&folder.join("packages"), &BTreeMap::new())?;
        std::fs::write(folder.join(ORDERS), integration().to_package())?;
        std::fs::write(&config, settings(&ready, folder, more))?;
        let mut server = begin(&program, &config, folder)?;
        let url = url(&mut server).await?;
        // Its Integration Managers are given the address of the service, as their administrators would do.
        let address = format!(r#"{{"service": "{url}"}}"#);
        send_patch(ready.control(), "scenario", &address).await?;
        let done = work(&ready, &url, &mut server).await;
        server.kill().await?;
        done
    })
}

/// The settings of a server that reaches the pretend infrastructure.
fn settings(ready: &Ready, folder: &Path, more: &str) -> String {
    let path = |name: &str| toml::Value::from(folder.join(name).display().to_string());
    let mut text = format!(
        "{more}\ndata = {}\npackages = {}\nintegration_managers = true\n\n",
        path("data"),
        path("packages")
    );
    let mapped = ready.hosts().map(|host| format!("\"{host}:443:{}\"", ready.listen())).collect::<Vec<_>>();
    let _ = writeln!(
        text,
        "[network]\nauthorities = [{}]\nconnect_to = [{}]\n",
        path("sim/ca.pem"),
        mapped.join(", ")
    );
    if let (Some(development), Some((lifetime, _))) = (ready.hosts().next(), ready.lifetime()) {
        let token = path("lifetime-token");
        let _ = writeln!(
            text,
            "[[lifetime]]\ndevelopment = \"{development}\"\naddress = \"{lifetime}\"\ntoken_file = {token}\n"
        );
    }
    let _ = writeln!(text, "[activation]\nurl = {:?}\n", ready.activation());
    text.push_str("[log]\nform = \"text\"\n");
    text
}

/// Begins the server. What it logs goes to a file.
fn begin(program: &Path, config: &Path, folder: &Path) -> Result<Child> {
    let log = std::fs::File::create(folder.join("ib-server.log"))?;
    let mut command = Command::new(program);
    command.arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    command.kill_on_drop(true).spawn().with_context(|| format!("cannot start {}", program.display()))
}

/// Where the server says that it is.
async fn url(server: &mut Child) -> Result<String> {
    let stdout = server.stdout.take().context("the server has no output")?;
    let line = BufReader::new(stdout).lines().next_line().await?;
    let line = line.context("the server ended before it said where it is; see ib-server.log")?;
    let url = line.rsplit(' ').next().unwrap_or_default();
    Ok(url.to_owned())
}

fn summary(ready: &Ready, url: &str, integration: &Path) -> String {
    let users = ready.users().map(|(username, password, summary)| sim::row(username, password, summary));
    let users = users.collect::<Vec<_>>().join("\n");
    let host = ready.hosts().next().unwrap_or_default();
    format!(
        "The set-up, and a pretend infrastructure for it, run until Ctrl-C.\n\n  Open {url} and enter {host}\n  An integration to upload: {}\n\n\
         {}\n{users}\n\n  Keep publications from going on, and let them:\n\n{}\n{}\n\n  \
         What else can be changed meanwhile stands in crates/ib-env-sim/src/lib.rs.\n",
        integration.display(),
        sim::row("user", "password", ""),
        patch(ready, host, r#"{"publish_rules": [{"application": "*", "stall_after": 1}]}"#),
        patch(ready, host, r#"{"publish_rules": []}"#),
    )
}

/// An integration to upload.
fn integration() -> Application {
    Application {
        name: "Orders".to_owned(),
        description: "Integration: orders.".to_owned(),
        modules: ["Orders_DRV", "Orders_IS"].map(Module::named).into(),
        ..Application::default()
    }
}

/// Changes the pretend infrastructure; the answer.
async fn send_patch(control: &str, path: &str, change: &str) -> Result<String> {
    let authority = control.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await?;
    let head = format!("PATCH /{path} HTTP/1.0\r\nhost: {authority}\r\ncontent-type: application/json");
    let length = change.len();
    stream.write_all(format!("{head}\r\ncontent-length: {length}\r\n\r\n{change}").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if answer.lines().next().is_some_and(|line| line.contains("200")) {
        return Ok(answer);
    }
    bail!("the pretend infrastructure did not take a change: {answer}")
}

/// A command that changes a host of the pretend infrastructure.
fn patch(ready: &Ready, host: &str, change: &str) -> String {
    let json = "content-type: application/json";
    format!("  curl -sS -o /dev/null -X PATCH -H '{json}' {}/hosts/{host} -d '{change}'", ready.control())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the summary tells people to type reaches the pretend infrastructure.
    #[test]
    fn the_command_that_changes_a_host_does() {
        let folder = xshell::Shell::new().unwrap().create_temp_dir().unwrap();
        let answer = sim::serve_while(Scenario::acme(), &folder.path().join("sim"), async |ready| {
            let host = ready.hosts().next().unwrap();
            let command = patch(&ready, host, "{}");
            let url = command.split(' ').find(|word| word.starts_with("http://")).unwrap();
            let (authority, path) = url.trim_start_matches("http://").split_once('/').unwrap();
            send_patch(authority, path, "{}").await
        });
        answer.unwrap();
    }
}
