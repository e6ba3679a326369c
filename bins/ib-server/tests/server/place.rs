//! The program at work: a process, where it is, and everything that it leaves behind.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ib_env_sim::scenario::{Action, Fault, Secret};
use ib_env_sim::{Clock, Scenario, Simulator};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

use crate::browser::PASSWORD;

/// What a request names as its host; on loopback, the port does not matter.
pub(crate) const HOST: &str = "127.0.0.1:8080";
/// The LifeTime token of the scenario.
pub(crate) const TOKEN: &str = "acme-lifetime-token-7c1d0f";
/// Nothing here takes as long, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pretend infrastructure whose users share one planted password, and a folder for servers in front of it.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut scenario = Scenario::acme();
        scenario.users.iter_mut().for_each(|user| user.password = Secret::from(PASSWORD));
        let simulator = Simulator::builder().scenario(scenario).clock(Clock::system()).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), simulator.ca_pem()).unwrap();
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        Self { simulator, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A path in the folder, as TOML writes it.
    pub(crate) fn quoted(&self, name: &str) -> String {
        format!("{:?}", self.path(name).display().to_string())
    }

    /// A file of settings for this infrastructure: `first` before the tables, `tables` after them.
    pub(crate) fn settings(&self, first: &str, tables: &str) -> PathBuf {
        let at = self.simulator.address();
        let hosts = self.simulator.hosts();
        let mapped: Vec<_> = hosts.iter().map(|host| format!("{}:443:{at}", host.host)).collect();
        let (data, ca, token) = (self.quoted("data"), self.quoted("ca.pem"), self.quoted("token"));
        let text = format!(
            "listen = \"127.0.0.1:0\"\ndata = {data}\n{first}\n\
             [network]\nauthorities = [{ca}]\nconnect_to = {mapped:?}\n\
             [[lifetime]]\ndevelopment = \"dev.acme.example\"\naddress = \"lifetime.acme.example\"\n\
             token_file = {token}\n[log]\nlevel = \"debug\"\n{tables}\n"
        );
        let file = self.path("ib-server.toml");
        std::fs::write(&file, text).unwrap();
        file
    }

    /// A server with its own data, as an operator would start it.
    pub(crate) async fn serve(&self) -> Place {
        Place::start(&self.settings("", ""), &self.path("log")).await
    }

    /// How often `username` was logged in at an environment: each attempt begins with a call of its own.
    pub(crate) fn log_ins(&self, username: &str) -> usize {
        let requests = self.simulator.requests();
        let begins = |request: &&ib_env_sim::Recorded| {
            request.username.as_deref() == Some(username)
                && request.soap_method.as_deref() == Some("TestLogin")
        };
        requests.iter().filter(begins).count()
    }

    /// Lets no request to development be answered, and forgets no earlier one.
    pub(crate) fn stall(&self, fault: Fault) {
        self.simulator.update(|scenario| {
            scenario.environments[0].faults = vec![Fault { action: Action::Stall, ..fault }];
        });
    }

    pub(crate) fn answer_again(&self) {
        self.simulator.update(|scenario| scenario.environments[0].faults.clear());
    }

    /// Waits until one more request is under way than `before`.
    pub(crate) async fn asked_since(&self, before: usize) {
        until("the simulator is asked", || self.simulator.requests().len() > before).await;
    }
}

/// Waits for something that another process brings about.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "in vain until {what}");
}

/// A server that runs, under whatever address its process has now.
pub(crate) struct Place {
    settings: PathBuf,
    log: PathBuf,
    process: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) at: SocketAddr,
    /// Everything that was answered, to be searched for what must not be there.
    pub(crate) answered: Arc<Mutex<String>>,
}

/// A process without variables of ours; what it logs is added to `log`.
pub(crate) fn command(settings: &Path, log: &Path) -> Command {
    let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ib-server"));
    command.arg("--config").arg(settings).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    command.kill_on_drop(true);
    command
}

/// The process, its output, and the first line of it, which says where it is.
async fn begin(mut command: Command, log: &Path) -> (Child, BufReader<ChildStdout>, SocketAddr) {
    let mut process = command.spawn().unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await.unwrap().unwrap();
    let at = line.trim().trim_start_matches("ib-server is at ").trim_start_matches("http://");
    let at = at.split(',').next().unwrap().parse();
    let Ok(at) = at else { panic!("{line}{}", std::fs::read_to_string(log).unwrap()) };
    (process, stdout, at)
}

impl Place {
    pub(crate) async fn start(settings: &Path, log: &Path) -> Self {
        Self::start_with(command(settings, log), settings, log).await
    }

    pub(crate) async fn start_with(command: Command, settings: &Path, log: &Path) -> Self {
        let (process, stdout, at) = begin(command, log).await;
        let (settings, log) = (settings.to_owned(), log.to_owned());
        Self { settings, log, process, stdout, at, answered: Arc::default() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Starts the program again over the same data.
    pub(crate) async fn restart(&mut self) {
        (self.process, self.stdout, self.at) = begin(command(&self.settings, &self.log), &self.log).await;
    }

    /// Asks the process to stop; its exit code, and what it had printed besides the first line.
    pub(crate) async fn stop(mut self) -> (Option<i32>, String) {
        self.terminate().await;
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).await.unwrap();
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap();
        (ended.code(), printed)
    }

    /// Sends SIGTERM.
    pub(crate) async fn terminate(&self) {
        let sent = Command::new("kill").arg(self.pid().to_string()).status().await.unwrap();
        assert!(sent.success());
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (Response<()>, String) {
        let stream = TcpStream::connect(self.at).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        connection.abort();
        let mut answered = self.answered.lock().unwrap();
        writeln!(answered, "{:?}\n{text}", parts.headers).unwrap();
        (Response::from_parts(parts, ()), text)
    }
}
