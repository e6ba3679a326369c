//! A pretend infrastructure that is registered, packages, and one run after the other over both.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use ib::surroundings::{Input, Surroundings};
use ib_api::integrations::IntegrationsDocument;
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Application, Environment, Module, Scenario};

pub(crate) const DEV: &str = "dev.acme.example";

/// A simulator, and a folder.
pub(crate) struct World {
    pub(crate) simulator: Arc<Simulator>,
    folder: tempfile::TempDir,
}

/// What a run came to.
pub(crate) struct Ending {
    pub(crate) exit: u8,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// What the person was asked.
    pub(crate) asked: Vec<String>,
}

type Interrupt = Box<dyn Fn(&Simulator) -> bool + Send>;

/// How a run begins.
#[derive(Default)]
pub(crate) struct Run {
    variables: Vec<(String, String)>,
    /// What a person types when asked; there is one at a terminal where this is set.
    answers: Option<VecDeque<String>>,
    interrupt: Option<Interrupt>,
    is_terminal: bool,
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
    pub(crate) fn interrupted_when(mut self, when: impl Fn(&Simulator) -> bool + Send + 'static) -> Self {
        self.interrupt = Some(Box::new(when));
        self
    }

    /// Standard output is a terminal.
    pub(crate) fn at_terminal(mut self) -> Self {
        self.is_terminal = true;
        self
    }

    fn change(self, surroundings: &mut Surroundings, world: &World, asked: &Arc<Mutex<Vec<String>>>) {
        surroundings.variables.extend(self.variables);
        surroundings.stdout.is_terminal = self.is_terminal;
        if let Some(mut answers) = self.answers {
            let asked = Arc::clone(asked);
            surroundings.stdin = Input::terminal();
            surroundings.question = Box::new(move |question| {
                asked.lock().unwrap().push(question.to_owned());
                answers.pop_front().ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
            });
        }
        if let Some(when) = self.interrupt {
            let simulator = Arc::clone(&world.simulator);
            // Whatever wakes the run makes it look here first.
            surroundings.interrupt = Box::pin(std::future::poll_fn(move |_| {
                if when(&simulator) { Poll::Ready(()) } else { Poll::Pending }
            }));
        }
    }
}

/// The package of an integration; each edition has other bytes.
pub(crate) fn package(integration: &str, edition: u32) -> Vec<u8> {
    let module = |suffix: &str| Module::named(&format!("{integration}_{suffix}"));
    let application = Application {
        name: integration.to_owned(),
        description: format!("Integration, edition {edition}."),
        modules: vec![module("DRV"), module("IS")],
        ..Application::default()
    };
    application.to_package()
}

impl World {
    /// The registered world of *acme*, with packages of its dependencies.
    pub(crate) async fn new() -> Self {
        Self::of(|_| {}).await
    }

    /// The same, with a development environment that was changed.
    pub(crate) async fn of(change: impl FnOnce(&mut Environment)) -> Self {
        let world = Self::unregistered(change).await;
        let run = Run::default().with("IB_PASSWORD", "maria-Pass-1");
        let words = ["setup", DEV, "--username", "maria", "--accept-disclaimer", "built-in-1"];
        world.run(&words, run).await.assert(0, &["Registered"]);
        world
    }

    /// The same, with several database catalogs.
    pub(crate) async fn with_several_catalogs() -> Self {
        Self::of(|dev| dev.multiple_database_catalogs = true).await
    }

    pub(crate) async fn unregistered(change: impl FnOnce(&mut Environment)) -> Self {
        let mut scenario = Scenario::acme();
        change(scenario.environment_mut(DEV).unwrap());
        let simulator = Arc::new(Simulator::builder().scenario(scenario).start().await.unwrap());
        let world = Self { simulator, folder: tempfile::tempdir().unwrap() };
        ib_env_sim::dependencies::write_packages(&world.packages(), &BTreeMap::new()).unwrap();
        world
    }

    /// Changes the development environment.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Environment)) {
        self.simulator.update(|scenario| change(scenario.environment_mut(DEV).unwrap()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn packages(&self) -> PathBuf {
        self.path("packages")
    }

    /// A file with this content.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).display().to_string()
    }

    /// A text without what differs from run to run.
    pub(crate) fn plain(&self, text: &str) -> String {
        let text = text.replace(&self.way().join(" "), "WAY");
        let text = text.replace(&self.packages().display().to_string(), "PACKAGES");
        let text = text.replace(&self.path("data").display().to_string(), "DATA");
        text.replace(&self.folder.path().display().to_string(), "FOLDER")
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
        let data = ["--data".to_owned(), self.path("data").display().to_string()];
        self.words(words.chain(data).chain(self.way()).collect(), run).await
    }

    /// `ib integrations` by a server, for maria, who has her password at hand.
    pub(crate) async fn by_server(
        &self,
        server: &str,
        command: &str,
        arguments: &[&str],
        run: Run,
    ) -> Ending {
        let home = self.folder.path().display().to_string();
        let mut run = run.with("IB_PASSWORD", "maria-Pass-1");
        for variable in ["HOME", "XDG_CONFIG_HOME", "APPDATA"] {
            run = run.with(variable, &home);
        }
        let words = [&["integrations", command, DEV], arguments].concat();
        let rest = ["--server", server, "--username", "maria"];
        let words = words.into_iter().chain(rest).map(str::to_owned);
        self.words(words.collect(), run).await
    }

    /// A command that needs no way to the simulator.
    pub(crate) async fn alone(&self, words: &[&str], run: Run) -> Ending {
        self.words(words.iter().map(|word| (*word).to_owned()).collect(), run).await
    }

    async fn words(&self, words: Vec<String>, run: Run) -> Ending {
        let (mut surroundings, captured) = Surroundings::captured();
        let asked = Arc::default();
        run.change(&mut surroundings, self, &asked);
        let stdout = Written::default();
        let is_terminal = surroundings.stdout.is_terminal;
        surroundings.stdout = ib::surroundings::Output::new(stdout.clone(), is_terminal);
        let exit = ib::run(std::iter::once("ib".to_owned()).chain(words), surroundings).await;
        let asked = asked.lock().unwrap().clone();
        Ending { exit: exit.code(), stdout: stdout.bytes(), stderr: captured.stderr(), asked }
    }

    /// `ib integrations` with the packages.
    pub(crate) async fn with(&self, command: &str, arguments: &[&str], run: Run) -> Ending {
        let packages = self.packages().display().to_string();
        let words = [&["integrations", command, DEV], arguments, &["--packages", &packages]].concat();
        self.run(&words, run).await
    }

    /// The same by a script that knows no password.
    pub(crate) async fn integrations(&self, command: &str, arguments: &[&str]) -> Ending {
        self.with(command, arguments, Run::default()).await
    }

    /// Uploads the package of *Orders*; the environment was looked at before.
    pub(crate) async fn with_orders(self) -> Self {
        self.integrations("list", &[]).await.assert(0, &["No integrations yet"]);
        self.upload(1).await;
        self
    }

    /// Uploads an edition of *Orders*.
    pub(crate) async fn upload(&self, edition: u32) -> Ending {
        let file = self.file("Orders.oap", package("Orders", edition));
        self.integrations("upload", &[&file, "--kind", "salesforce"]).await
    }

    /// Ends what nobody asks about any more.
    pub(crate) fn wait(&self) {
        self.simulator.clock().advance(Duration::from_mins(11));
    }

    /// How often an application was deployed.
    pub(crate) fn deployed(&self, application: &str) -> u64 {
        deployed(&self.simulator, application)
    }
}

/// How often an application was deployed.
pub(crate) fn deployed(simulator: &Simulator, application: &str) -> u64 {
    let counts = simulator.publications().counts;
    let known = counts.iter().find(|count| count.application == application);
    known.map_or(0, |count| count.deployed)
}

/// What was written, byte by byte.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Ending {
    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The one document on standard output.
    pub(crate) fn document(&self) -> IntegrationsDocument {
        serde_json::from_slice(&self.stdout).unwrap()
    }

    /// Everything that was written.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.text(), self.stderr)
    }

    #[track_caller]
    pub(crate) fn assert(&self, exit: u8, said: &[&str]) {
        let all = self.all();
        assert_eq!(self.exit, exit, "{all}");
        for said in said {
            assert!(all.contains(said), "{said}: {all}");
        }
    }
}
