//! Running a simulator for other programs: the files that tell them where it is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::clock::Clock;
use crate::scenario::Scenario;
use crate::simulator::{Host, Simulator, StartError};

/// Why serving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The simulator did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A file of the state directory could not be written.
    #[error("{path} cannot be written: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What `ready.json` says. It holds the demo passwords by contract, so only its owner may read the file.
#[derive(Serialize)]
struct Ready<'a> {
    listen: String,
    control: String,
    hosts: Vec<Host>,
    users: Vec<ReadyUser<'a>>,
    lifetime_token: &'a str,
}

#[derive(Serialize)]
struct ReadyUser<'a> {
    username: &'a str,
    password: &'a str,
    summary: &'a str,
}

/// Serves a scenario, with a clock that runs, until `until` is over.
///
/// With a state directory, it writes `ca.pem` and then, last and in one step, `ready.json`:
/// `{"listen", "control", "hosts": [{"host", "kind", "version"}], "users": [{"username", "password", "summary"}],
/// "lifetime_token"}`. When it ends it removes `ready.json`, so nobody waits for a simulator that is gone.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use std::future::ready;
///
/// ib_env_sim::serve(ib_env_sim::Scenario::acme(), None, ready(())).await.unwrap();
/// # });
/// ```
///
/// # Errors
/// [`ServeError`] if the simulator does not start or a file cannot be written.
pub async fn serve(
    scenario: Scenario,
    state_dir: Option<&Path>,
    until: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    if let Some(directory) = state_dir {
        let _ = fs::remove_file(directory.join("ready.json"));
    }
    let simulator = Simulator::builder().scenario(scenario).clock(Clock::system()).start().await?;
    if let Some(directory) = state_dir {
        announce(&simulator, directory)?;
    }
    until.await;
    if let Some(directory) = state_dir {
        let _ = fs::remove_file(directory.join("ready.json"));
    }
    simulator.shutdown().await;
    Ok(())
}

fn announce(simulator: &Simulator, directory: &Path) -> Result<(), ServeError> {
    let scenario = simulator.scenario();
    let users = scenario.users.iter().map(|user| ReadyUser {
        username: &user.username,
        password: user.password.reveal(),
        summary: &user.summary,
    });
    let ready = Ready {
        listen: simulator.address().to_string(),
        control: simulator.control_url(),
        hosts: simulator.hosts(),
        users: users.collect(),
        lifetime_token: scenario.lifetime.tokens.first().map_or("", |token| token.value.reveal()),
    };
    let text = serde_json::to_string_pretty(&ready).unwrap_or_default();
    named(directory, fs::create_dir_all(directory))?;
    write(&directory.join("ca.pem"), simulator.ca_pem())?;
    write(&directory.join("ready.json"), &text)
}

/// Writes beside the file and renames, so that a reader sees all of it or nothing.
fn write(path: &Path, text: &str) -> Result<(), ServeError> {
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    named(&beside, private(&beside).and_then(|mut file| file.write_all(text.as_bytes())))?;
    named(path, fs::rename(&beside, path))
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn named<T>(path: &Path, outcome: io::Result<T>) -> Result<T, ServeError> {
    outcome.map_err(|source| ServeError::File { path: path.to_owned(), source })
}
