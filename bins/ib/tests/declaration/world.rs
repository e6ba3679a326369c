//! A pretend infrastructure, packages, files, and one run after the other over all of it.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use ib::surroundings::{Input, Surroundings};
use ib_env_client::http::{NameError, Resolver};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::Scenario;
use serde_json::Value;

pub(crate) const DEV: &str = "dev.acme.example";

/// What most tests declare.
pub(crate) const FILE: &str = r#"
schema = "ib.infrastructure/1"
development = "dev.acme.example"
disclaimer = "built-in-1"
dependencies = "all"

[log_in]
username = "maria"
password = { variable = "ACME_PASSWORD" }

[[environments]]
name = "QA"
address = "qa.acme.example"

[[environments]]
name = "Production"
address = "prod.acme.example"

[[waivers]]
environment = "Production"
code = "SETUP-TLS-001"
owner = "Platform team"
why = "The certificate is replaced in May"
until = "1970-03-01"
"#;

/// A simulator, and a folder.
pub(crate) struct World {
    pub(crate) simulator: Arc<Simulator>,
    folder: tempfile::TempDir,
}

/// What a run came to.
pub(crate) struct Ending {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A name service that knows nobody: whoever is there is mapped.
struct Nobody;

#[async_trait]
impl Resolver for Nobody {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

type Interrupt = Box<dyn Fn(&Simulator) -> bool + Send>;

/// How a run begins: with the password where the file says that it is.
pub(crate) struct Run {
    variables: Vec<(String, String)>,
    answers: Option<VecDeque<String>>,
    interrupt: Option<Interrupt>,
    seconds: u64,
}

impl Default for Run {
    fn default() -> Self {
        let variables = vec![("ACME_PASSWORD".to_owned(), "maria-Pass-1".to_owned())];
        Self { variables, answers: None, interrupt: None, seconds: 0 }
    }
}

impl Run {
    /// Without any secret.
    pub(crate) fn bare() -> Self {
        Self { variables: Vec::new(), ..Self::default() }
    }

    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// A person at a terminal types this when asked.
    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = Some(answers.iter().map(|answer| (*answer).to_owned()).collect());
        self
    }

    /// Ctrl-C comes as soon as this is so.
    pub(crate) fn interrupted_when(mut self, when: impl Fn(&Simulator) -> bool + Send + 'static) -> Self {
        self.interrupt = Some(Box::new(when));
        self
    }

    /// It begins so long after 1970.
    pub(crate) fn after(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    fn change(self, surroundings: &mut Surroundings, simulator: &Arc<Simulator>) {
        surroundings.variables.extend(self.variables);
        surroundings.resolver = Arc::new(Nobody);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds);
        surroundings.clock = Arc::new(move || now);
        if let Some(answers) = self.answers {
            let answers = Arc::new(Mutex::new(answers));
            let next = move |_: &str| {
                answers.lock().unwrap().pop_front().ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
            };
            surroundings.stdin = Input::terminal();
            surroundings.question = Box::new(next.clone());
            surroundings.prompt = Box::new(next);
        }
        if let Some(when) = self.interrupt {
            let simulator = Arc::clone(simulator);
            // Whatever wakes the run makes it look here first.
            surroundings.interrupt = Box::pin(std::future::poll_fn(move |_| {
                if when(&simulator) { Poll::Ready(()) } else { Poll::Pending }
            }));
        }
    }
}

impl World {
    /// *acme*, which nobody has registered, with packages of every dependency.
    pub(crate) async fn new() -> Self {
        let simulator = Simulator::builder().scenario(Scenario::acme()).start().await.unwrap();
        let world = Self { simulator: Arc::new(simulator), folder: tempfile::tempdir().unwrap() };
        ib_env_sim::dependencies::write_packages(&world.packages(), &BTreeMap::new()).unwrap();
        world.file("infrastructure.toml", FILE);
        world
    }

    /// The same, as [`FILE`] declares it.
    pub(crate) async fn applied() -> Self {
        let world = Self::new().await;
        world
            .ib("apply", &["infrastructure.toml", "--yes"], Run::default())
            .await
            .assert(0, &["Everything is as"]);
        world
    }

    pub(crate) fn packages(&self) -> PathBuf {
        self.folder.path().join("packages")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A text without what differs from run to run.
    pub(crate) fn plain(&self, text: &str) -> String {
        let text = text.replace(&self.way().join(" "), "WAY");
        text.replace(&self.folder.path().display().to_string(), "FOLDER")
    }

    fn way(&self) -> Vec<String> {
        self.file("ca.pem", self.simulator.ca_pem());
        let mut arguments = vec!["--ca".to_owned(), self.path("ca.pem").display().to_string()];
        for host in self.simulator.hosts() {
            let mapping = format!("{}:443:{}", host.host, self.simulator.address());
            arguments.extend(["--connect-to".to_owned(), mapping]);
        }
        arguments
    }

    /// `ib plan` or `ib apply` on this machine; the first of `words` is a file in the folder.
    pub(crate) async fn ib(&self, command: &str, words: &[&str], run: Run) -> Ending {
        let packages = self.packages().display().to_string();
        let words = [words, &["--packages", &packages]].concat();
        self.here(command, &words, run).await
    }

    /// The same without packages.
    pub(crate) async fn here(&self, command: &str, words: &[&str], run: Run) -> Ending {
        let data = ["--data".to_owned(), self.path("data").display().to_string()];
        let (first, rest) = words.split_first().unwrap();
        let first = [command.to_owned(), self.path(first).display().to_string()];
        let rest = rest.iter().map(|word| (*word).to_owned());
        self.words(first.into_iter().chain(rest).chain(data).chain(self.way()).collect(), run).await
    }

    /// A command about an address, on this machine.
    pub(crate) async fn about(&self, words: &[&str], run: Run) -> Ending {
        let data = ["--data".to_owned(), self.path("data").display().to_string()];
        let words = words.iter().map(|word| (*word).to_owned());
        self.words(words.chain(data).chain(self.way()).collect(), run).await
    }

    /// A command by a server.
    pub(crate) async fn by_server(&self, words: &[&str], server: &str, mut run: Run) -> Ending {
        let home = self.folder.path().display().to_string();
        for variable in ["HOME", "XDG_CONFIG_HOME", "APPDATA"] {
            run = run.with(variable, &home);
        }
        let words = words.iter().copied().chain(["--server", server]);
        self.words(words.map(str::to_owned).collect(), run).await
    }

    async fn words(&self, words: Vec<String>, run: Run) -> Ending {
        let (mut surroundings, captured) = Surroundings::captured();
        run.change(&mut surroundings, &self.simulator);
        let exit = ib::run(std::iter::once("ib".to_owned()).chain(words), surroundings).await;
        Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr() }
    }

    /// The environments, as a program reads them.
    pub(crate) async fn environments(&self) -> Value {
        let words = ["environments", "list", DEV, "--output", "json"];
        self.about(&words, Run::bare()).await.document()
    }

    /// How often anything was deployed.
    pub(crate) fn deployed(&self) -> u64 {
        self.simulator.publications().counts.iter().map(|count| count.deployed).sum()
    }

    /// How many requests carried somebody's credentials.
    pub(crate) fn log_ins(&self) -> usize {
        self.simulator.requests().iter().filter(|request| request.username.is_some()).count()
    }
}

impl Ending {
    /// The one document on standard output.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// How many steps were done, failed, and were not started.
    pub(crate) fn counts(&self) -> [usize; 3] {
        let document = self.document();
        ["done", "failed", "not_started"].map(|list| document[list].as_array().unwrap().len())
    }

    #[track_caller]
    pub(crate) fn assert(&self, exit: u8, said: &[&str]) {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.exit, exit, "{all}");
        for said in said {
            assert!(all.contains(said), "{said}: {all}");
        }
    }
}
