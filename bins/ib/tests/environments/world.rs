//! A pretend infrastructure that is registered, and one run after the other over it.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ib::surroundings::{Input, Surroundings};
use ib_api::environments::EnvironmentsDocument;
use ib_env_client::http::{NameError, Resolver};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Environment, Scenario};

pub(crate) const DEV: &str = "dev.acme.example";
pub(crate) const QA: &str = "qa.acme.example";
pub(crate) const PROD: &str = "prod.acme.example";
pub(crate) const LIFETIME: &str = "lifetime.acme.example";
/// A host that the name service does not know.
pub(crate) const GONE: &str = "gone.acme.example";

/// A simulator, and a folder.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    folder: tempfile::TempDir,
}

/// What a run came to.
pub(crate) struct Ending {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What the person was asked.
    pub(crate) asked: Vec<String>,
}

/// A name service that knows nobody: whoever is there is mapped.
struct Nobody;

#[async_trait]
impl Resolver for Nobody {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        Err(NameError::NotFound)
    }
}

/// How a run begins.
#[derive(Default)]
pub(crate) struct Run {
    variables: Vec<(String, String)>,
    /// What a person types when asked; there is one at a terminal where this is set.
    answers: Option<VecDeque<String>>,
    is_interrupted: bool,
}

impl Run {
    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = Some(answers.iter().map(|answer| (*answer).to_owned()).collect());
        self
    }

    /// Ctrl-C comes at once.
    pub(crate) fn interrupted(mut self) -> Self {
        self.is_interrupted = true;
        self
    }

    fn change(self, surroundings: &mut Surroundings, asked: &Arc<Mutex<Vec<String>>>) {
        surroundings.variables.extend(self.variables);
        surroundings.resolver = Arc::new(Nobody);
        if self.is_interrupted {
            surroundings.interrupt = Box::pin(std::future::ready(()));
        }
        if let Some(mut answers) = self.answers {
            let asked = Arc::clone(asked);
            surroundings.stdin = Input::terminal();
            surroundings.question = Box::new(move |question| {
                asked.lock().unwrap().push(question.to_owned());
                answers.pop_front().ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
            });
        }
    }
}

impl World {
    /// The registered world of *acme*.
    pub(crate) async fn new() -> Self {
        let world = Self::unregistered().await;
        let run = Run::default().with("IB_PASSWORD", "maria-Pass-1");
        let arguments = ["setup", DEV, "--username", "maria", "--accept-disclaimer", "built-in-1"];
        world.run(&arguments, run).await.assert(0, &["Registered"]);
        world
    }

    pub(crate) async fn unregistered() -> Self {
        let simulator = Simulator::builder().scenario(Scenario::acme()).start().await.unwrap();
        Self { simulator, folder: tempfile::tempdir().unwrap() }
    }

    /// The same with qa and prod.
    pub(crate) async fn whole() -> Self {
        let world = Self::new().await;
        world.environments("add", &["QA", QA]).await.assert(0, &[]);
        world.environments("add", &["Production", PROD]).await.assert(0, &["3 of 3 connected"]);
        world
    }

    /// Changes an environment.
    pub(crate) fn change(&self, host: &str, change: impl FnOnce(&mut Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(host).unwrap()));
    }

    /// A file with this content.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// A text without what differs from run to run.
    pub(crate) fn plain(&self, text: &str) -> String {
        let text = text.replace(&self.way().join(" "), "WAY");
        text.replace(&self.data(), "DATA")
    }

    pub(crate) fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// The arguments that lead to every host of the simulator.
    fn way(&self) -> Vec<String> {
        let mut arguments = vec!["--ca".to_owned(), self.file("ca.pem", self.simulator.ca_pem())];
        for host in self.simulator.hosts() {
            let mapping = format!("{}:443:{}", host.host, self.simulator.address());
            arguments.extend(["--connect-to".to_owned(), mapping]);
        }
        arguments
    }

    /// A command on this machine.
    pub(crate) async fn run(&self, words: &[&str], run: Run) -> Ending {
        let words = words.iter().map(|word| (*word).to_owned());
        let data = ["--data".to_owned(), self.data()];
        Self::words(words.chain(data).chain(self.way()).collect(), run).await
    }

    /// A command by a server.
    pub(crate) async fn by_server(&self, words: &[&str], server: &str, mut run: Run) -> Ending {
        let home = self.folder.path().display().to_string();
        for variable in ["HOME", "XDG_CONFIG_HOME", "APPDATA"] {
            run = run.with(variable, &home);
        }
        let words = words.iter().copied().chain(["--server", server]);
        Self::words(words.map(str::to_owned).collect(), run).await
    }

    async fn words(words: Vec<String>, run: Run) -> Ending {
        let (mut surroundings, captured) = Surroundings::captured();
        let asked = Arc::default();
        run.change(&mut surroundings, &asked);
        let exit = ib::run(std::iter::once("ib".to_owned()).chain(words), surroundings).await;
        let asked = asked.lock().unwrap().clone();
        Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr(), asked }
    }

    /// `ib environments` by a script.
    pub(crate) async fn environments(&self, command: &str, arguments: &[&str]) -> Ending {
        self.run(&[&["environments", command, DEV], arguments].concat(), Run::default()).await
    }

    /// `ib features` by a script.
    pub(crate) async fn features(&self, arguments: &[&str]) -> Ending {
        self.run(&[&["features", DEV], arguments].concat(), Run::default()).await
    }

    /// What there is, as a program reads it.
    pub(crate) async fn known(&self) -> EnvironmentsDocument {
        self.environments("list", &["--output", "json"]).await.document()
    }

    /// How many requests carried somebody's credentials.
    pub(crate) fn log_ins(&self) -> usize {
        self.simulator.requests().iter().filter(|request| request.username.is_some()).count()
    }
}

/// The name and the status of each environment.
pub(crate) fn statuses(document: &EnvironmentsDocument) -> Vec<(&str, &str)> {
    document.environments.iter().map(|known| (known.name.as_str(), known.status.as_str())).collect()
}

impl Ending {
    /// The one document on standard output.
    pub(crate) fn document(&self) -> EnvironmentsDocument {
        serde_json::from_str(&self.stdout).unwrap()
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
