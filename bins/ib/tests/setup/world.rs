//! A pretend infrastructure, a folder of its own, and one run after the other over both.

use std::collections::VecDeque;
use std::fs::Permissions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ib::surroundings::{Captured, Input, Surroundings};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Environment, Scenario};
use serde_json::Value;

pub(crate) const DEV: &str = "dev.acme.example";
pub(crate) const ACCEPT: [&str; 2] = ["--accept-disclaimer", "built-in-1"];

/// A simulator and a folder.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) folder: tempfile::TempDir,
}

/// What a run came to.
pub(crate) struct Ending {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How a run begins.
#[derive(Default)]
pub(crate) struct Run {
    variables: Vec<(String, String)>,
    /// What a person answers, in order; there is one at a terminal where this is set.
    answers: Option<VecDeque<String>>,
    interrupted: bool,
}

/// What a person was asked, in order.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

impl Run {
    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers = Some(answers.iter().map(|answer| (*answer).to_owned()).collect());
        self
    }

    /// Ctrl-C comes before anything is answered.
    pub(crate) fn interrupted(mut self) -> Self {
        self.interrupted = true;
        self
    }

    fn surroundings(self, asked: &Asked) -> (Surroundings, Captured) {
        let (mut surroundings, captured) = Surroundings::captured();
        surroundings.variables = self.variables.into_iter().collect();
        if let Some(answers) = self.answers {
            surroundings.stdin = Input::terminal();
            let answers = Arc::new(Mutex::new(answers));
            let prompt = |mark: &'static str| {
                let (answers, asked) = (Arc::clone(&answers), Arc::clone(asked));
                Box::new(move |question: &str| {
                    asked.lock().unwrap().push(format!("{mark}{question}"));
                    answers
                        .lock()
                        .unwrap()
                        .pop_front()
                        .ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
                })
            };
            surroundings.question = prompt("");
            surroundings.prompt = prompt("(hidden) ");
        }
        if self.interrupted {
            surroundings.interrupt = Box::pin(std::future::ready(()));
        }
        (surroundings, captured)
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(|_| {}).await
    }

    /// The world of *acme*, with a development environment that was changed.
    pub(crate) async fn of(change: impl FnOnce(&mut Environment)) -> Self {
        let mut scenario = Scenario::acme();
        change(scenario.environment_mut(DEV).unwrap());
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        Self { simulator, folder: tempfile::tempdir().unwrap() }
    }

    /// A world whose version asks for an activation code.
    pub(crate) async fn old() -> Self {
        Self::of(|dev| dev.version_text_override = Some("11.7.6.99999".to_owned())).await
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A text without what differs from run to run: the folder's name, and the way to the simulator.
    pub(crate) fn without_folder(&self, text: &str) -> String {
        let text = text.replace(&self.way().join(" "), "WAY");
        text.replace(&self.data().display().to_string(), "DIR")
    }

    /// A file in the folder with this content.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
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

    async fn command(&self, words: Vec<String>, run: Run, asked: &Asked) -> Ending {
        let (surroundings, captured) = run.surroundings(asked);
        let exit = ib::run(words, surroundings).await;
        Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr() }
    }

    /// `ib setup` with these arguments.
    pub(crate) async fn setup_with(&self, arguments: &[&str], run: Run) -> (Ending, Vec<String>) {
        let asked = Asked::default();
        let data = self.data().display().to_string();
        let words =
            ["ib", "setup", "--data", &data].into_iter().chain(arguments.iter().copied()).map(str::to_owned);
        let ending = self.command(words.chain(self.way()).collect(), run, &asked).await;
        let asked = asked.lock().unwrap().clone();
        (ending, asked)
    }

    pub(crate) async fn setup(&self, arguments: &[&str], run: Run) -> Ending {
        self.setup_with(arguments, run).await.0
    }

    /// `maria` logs in with the right password, unattended.
    pub(crate) async fn maria(&self, arguments: &[&str]) -> Ending {
        let arguments: Vec<&str> =
            [DEV, "--username", "maria"].into_iter().chain(arguments.iter().copied()).collect();
        self.setup(&arguments, Run::default().with("IB_PASSWORD", "maria-Pass-1")).await
    }

    /// `ib status` with these arguments.
    pub(crate) async fn status(&self, arguments: &[&str]) -> Ending {
        let data = self.data().display().to_string();
        let words = ["ib", "status", "--data", &data].into_iter().chain(arguments.iter().copied());
        let words = words.map(str::to_owned).collect();
        self.command(words, Run::default(), &Asked::default()).await
    }

    /// How many requests reached the simulator.
    pub(crate) fn requests(&self) -> usize {
        self.simulator.requests().len()
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

    #[track_caller]
    pub(crate) fn assert(&self, exit: u8, said: &[&str]) {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.exit, exit, "{all}");
        for said in said {
            assert!(all.contains(said), "{said}: {all}");
        }
    }
}

/// What others than its owner may do with a file.
#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions: Permissions = std::fs::metadata(path).unwrap().permissions();
    permissions.mode() & 0o777
}
