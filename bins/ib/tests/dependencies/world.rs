//! A pretend infrastructure that is registered, packages, and one run after the other over both.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use ib::surroundings::{Input, Surroundings};
use ib_domain::dependency::DependencyId;
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Environment, PublishMessage, PublishRule, Scenario};
use serde_json::Value;

pub(crate) const DEV: &str = "dev.acme.example";

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

type Interrupt = Box<dyn Fn(&Simulator) -> bool + Send>;

/// How a run begins.
#[derive(Default)]
pub(crate) struct Run {
    variables: Vec<(String, String)>,
    /// What a person types when asked for a secret; there is one at a terminal where this is set.
    answers: Option<VecDeque<String>>,
    interrupt: Option<Interrupt>,
    is_terminal: bool,
    is_ticking: bool,
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

    /// Ctrl-C comes as soon as this is so.
    fn interrupted_when(mut self, when: impl Fn(&Simulator) -> bool + Send + 'static) -> Self {
        self.interrupt = Some(Box::new(when));
        self
    }

    /// Standard error is a terminal.
    pub(crate) fn at_terminal(mut self) -> Self {
        self.is_terminal = true;
        self
    }

    /// A minute passes whenever somebody asks for the time.
    pub(crate) fn ticking(mut self) -> Self {
        self.is_ticking = true;
        self
    }

    fn change(self, surroundings: &mut Surroundings, simulator: &Arc<Simulator>) {
        surroundings.variables.extend(self.variables);
        surroundings.stderr.is_terminal = self.is_terminal;
        if self.is_ticking {
            let minutes = AtomicU64::new(0);
            surroundings.clock = Arc::new(move || {
                SystemTime::UNIX_EPOCH + Duration::from_mins(minutes.fetch_add(1, Ordering::SeqCst))
            });
        }
        if let Some(mut answers) = self.answers {
            surroundings.stdin = Input::terminal();
            surroundings.prompt = Box::new(move |_| {
                answers.pop_front().ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
            });
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
    /// The registered world of *acme*, with packages of version 2.4.0. One dependency is installed already.
    pub(crate) async fn new() -> Self {
        Self::of(|_| {}, &[]).await
    }

    /// The same, with a development environment that was changed, and packages of other versions.
    pub(crate) async fn of(change: impl FnOnce(&mut Environment), versions: &[(DependencyId, &str)]) -> Self {
        let world = Self::unregistered(change, versions).await;
        let run = Run::default().with("IB_PASSWORD", "maria-Pass-1");
        let arguments = ["--username", "maria", "--accept-disclaimer", "built-in-1"];
        world.run("setup", &arguments, run).await.assert(0, &["Registered"]);
        world
    }

    pub(crate) async fn unregistered(
        change: impl FnOnce(&mut Environment),
        versions: &[(DependencyId, &str)],
    ) -> Self {
        let mut scenario = Scenario::acme();
        change(scenario.environment_mut(DEV).unwrap());
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        let world = Self { simulator: Arc::new(simulator), folder: tempfile::tempdir().unwrap() };
        world.write_packages(versions);
        world
    }

    pub(crate) fn write_packages(&self, versions: &[(DependencyId, &str)]) {
        let versions: BTreeMap<_, _> =
            versions.iter().map(|(id, version)| (*id, version.parse().unwrap())).collect();
        ib_env_sim::dependencies::write_packages(&self.packages(), &versions).unwrap();
    }

    pub(crate) fn packages(&self) -> PathBuf {
        self.folder.path().join("packages")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Changes the development environment.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(DEV).unwrap()));
    }

    /// A text without what differs from run to run.
    pub(crate) fn plain(&self, text: &str) -> String {
        let text = text.replace(&self.way().join(" "), "WAY");
        let text = text.replace(&self.packages().display().to_string(), "PACKAGES");
        text.replace(&self.data().display().to_string(), "DATA")
    }

    /// The arguments that lead to every host of the simulator.
    fn way(&self) -> Vec<String> {
        let path = self.folder.path().join("ca.pem");
        std::fs::write(&path, self.simulator.ca_pem()).unwrap();
        let mut arguments = vec!["--ca".to_owned(), path.display().to_string()];
        for host in self.simulator.hosts() {
            let mapping = format!("{}:443:{}", host.host, self.simulator.address());
            arguments.extend(["--connect-to".to_owned(), mapping]);
        }
        arguments
    }

    /// A command about the development environment.
    pub(crate) async fn run(&self, command: &str, arguments: &[&str], run: Run) -> Ending {
        let data = self.data().display().to_string();
        let arguments = [arguments, &["--data", &data]].concat();
        self.words(command, &arguments, self.way(), run).await
    }

    /// `ib dependencies` by a server.
    pub(crate) async fn by_server(&self, command: &str, arguments: &[&str], mut run: Run) -> Ending {
        let home = self.folder.path().display().to_string();
        for variable in ["HOME", "XDG_CONFIG_HOME", "APPDATA"] {
            run = run.with(variable, &home);
        }
        self.words(&format!("dependencies {command}"), arguments, Vec::new(), run).await
    }

    async fn words(&self, command: &str, arguments: &[&str], way: Vec<String>, run: Run) -> Ending {
        let words =
            std::iter::once("ib").chain(command.split(' ')).chain([DEV]).chain(arguments.iter().copied());
        let words = words.map(str::to_owned).chain(way);
        let (mut surroundings, captured) = Surroundings::captured();
        run.change(&mut surroundings, &self.simulator);
        let exit = ib::run(words, surroundings).await;
        Ending { exit: exit.code(), stdout: captured.stdout(), stderr: captured.stderr() }
    }

    /// `ib dependencies` with the packages.
    pub(crate) async fn with(&self, command: &str, arguments: &[&str], run: Run) -> Ending {
        let packages = self.packages().display().to_string();
        let arguments = [arguments, &["--packages", &packages]].concat();
        self.run(&format!("dependencies {command}"), &arguments, run).await
    }

    /// The same by a script that knows no password.
    pub(crate) async fn dependencies(&self, command: &str, arguments: &[&str]) -> Ending {
        self.with(command, arguments, Run::default()).await
    }

    /// The same, interrupted as soon as `when` is so. The environment gives up what nobody asks about any more.
    pub(crate) async fn interrupted(
        &self,
        arguments: &[&str],
        when: impl Fn(&Simulator) -> bool + Send + 'static,
    ) -> Ending {
        let ending = self.with("install", arguments, Run::default().interrupted_when(when)).await;
        ending
            .assert(130, &["interrupted; what was done so far is kept. Go on with: ib dependencies install"]);
        self.simulator.clock().advance(Duration::from_mins(11));
        ending
    }

    /// How often each application was deployed, in alphabetical order.
    pub(crate) fn deployed(&self) -> Vec<(String, u64)> {
        deployed(&self.simulator)
    }

    /// How many requests carried somebody's credentials.
    pub(crate) fn log_ins(&self) -> usize {
        self.simulator.requests().iter().filter(|request| request.username.is_some()).count()
    }
}

/// How often each application was deployed, in alphabetical order.
pub(crate) fn deployed(simulator: &Simulator) -> Vec<(String, u64)> {
    let counts = simulator.publications().counts;
    let mut deployed: Vec<_> = counts.into_iter().map(|count| (count.application, count.deployed)).collect();
    deployed.sort();
    deployed
}

/// A rule by which the first publication of an application ends with an error.
pub(crate) fn failing(application: &str, error: &str) -> PublishRule {
    let message = PublishMessage {
        step: 1,
        kind: "Error".to_owned(),
        message: error.to_owned(),
        ..PublishMessage::default()
    };
    let application = application.to_owned();
    PublishRule { application, once: true, messages: vec![message], ..PublishRule::default() }
}

impl Ending {
    /// The one document on standard output.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The events on standard output.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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

/// Whether anything was ever handed over.
pub(crate) fn has_begun(simulator: &Simulator) -> bool {
    !simulator.publications().publications.is_empty()
}
