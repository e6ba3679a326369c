//! One thing that is wrong, and how to see it.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use ib::surroundings::Surroundings;
use ib_domain::reason::Reason;
use ib_env_client::http::{NameError, Resolver};
use ib_env_sim::Simulator;
use ib_env_sim::scenario::{Action, Environment, Fault, Scenario};
use serde_json::Value;

pub(crate) const DEV: &str = "dev.acme.example";
pub(crate) const LIFETIME: &str = "lifetime.acme.example";
pub(crate) const TOKEN: &str = "acme-lifetime-token-7c1d0f";

/// What the name service does.
#[derive(Clone)]
pub(crate) enum Names {
    /// Every host leads to the simulator, without asking.
    Mapped,
    Has(Vec<IpAddr>),
    Fails,
    IsSilent,
    Panics,
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        match self {
            Self::Mapped => Err(NameError::NotFound),
            Self::Has(addresses) => Ok(addresses.clone()),
            Self::Fails => Err(NameError::ServiceFailed("SERVFAIL".to_owned())),
            Self::IsSilent => std::future::pending().await,
            Self::Panics => panic!("provoked by a test"),
        }
    }
}

type Arrange = Arc<dyn Fn(&mut Scenario) + Send + Sync>;

/// One cause.
#[derive(Clone)]
pub(crate) struct Cause {
    pub(crate) reason: Reason,
    pub(crate) exit: u8,
    arrange: Arrange,
    address: String,
    user: Option<(&'static str, &'static str)>,
    lifetime: Option<(&'static str, &'static str)>,
    names: Names,
    elsewhere: Option<fn() -> SocketAddr>,
    extra: Vec<String>,
    timeout: &'static str,
    attempts_before: u32,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) exit: u8,
    pub(crate) verdict: String,
    pub(crate) codes: BTreeSet<String>,
    pub(crate) stderr: String,
}

/// The development environment of *acme*, as it is: the cause is added to it.
pub(crate) fn cause(reason: Reason, exit: u8) -> Cause {
    Cause {
        reason,
        exit,
        arrange: Arc::new(|_| {}),
        address: DEV.to_owned(),
        user: None,
        lifetime: None,
        names: Names::Mapped,
        elsewhere: None,
        extra: Vec::new(),
        timeout: "5s",
        attempts_before: 0,
    }
}

impl Cause {
    pub(crate) fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    pub(crate) fn arrange(mut self, arrange: impl Fn(&mut Scenario) + Send + Sync + 'static) -> Self {
        self.arrange = Arc::new(arrange);
        self
    }

    /// Changes the development environment.
    pub(crate) fn dev(self, change: impl Fn(&mut Environment) + Send + Sync + 'static) -> Self {
        self.arrange(move |scenario| change(scenario.environment_mut(DEV).unwrap()))
    }

    /// Everything that the development environment is asked goes wrong.
    pub(crate) fn always(self, action: Action) -> Self {
        self.dev(move |environment| environment.faults.push(Fault::always(action.clone())))
    }

    /// One path of a host goes wrong.
    pub(crate) fn at(self, host: &'static str, path: &'static str, action: Action) -> Self {
        self.after(0, host, path, action)
    }

    /// One path of a host goes wrong from some request on.
    pub(crate) fn after(self, after: u64, host: &'static str, path: &'static str, action: Action) -> Self {
        self.arrange(move |scenario| {
            let fault = Fault { path: Some(path.to_owned()), after, ..Fault::always(action.clone()) };
            scenario.environment_mut(host).unwrap().faults.push(fault);
        })
    }

    pub(crate) fn user(mut self, username: &'static str, password: &'static str) -> Self {
        self.user = Some((username, password));
        self
    }

    pub(crate) fn maria(self) -> Self {
        self.user("maria", "maria-Pass-1")
    }

    pub(crate) fn lifetime(mut self, host: &'static str, token: &'static str) -> Self {
        self.lifetime = Some((host, token));
        self
    }

    pub(crate) fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// The host is mapped to this address in place of the simulator's.
    pub(crate) const fn mapped_to(mut self, address: fn() -> SocketAddr) -> Self {
        self.elsewhere = Some(address);
        self
    }

    pub(crate) fn argument(mut self, argument: impl Into<String>) -> Self {
        self.extra.push(argument.into());
        self
    }

    /// A cause that runs into a limit has a small one.
    pub(crate) const fn soon(mut self) -> Self {
        self.timeout = "400ms";
        self
    }

    /// The user has failed to log in so many times already.
    pub(crate) const fn after_failures(mut self, attempts: u32) -> Self {
        self.attempts_before = attempts;
        self
    }

    /// Provokes it, and reads the output in one format.
    pub(crate) async fn run(&self, format: &str) -> Outcome {
        let mut scenario = Scenario::acme();
        (self.arrange)(&mut scenario);
        let simulator = Simulator::builder().scenario(scenario).start().await.unwrap();
        for _ in 0..self.attempts_before {
            self.execute(&simulator, "short", Some("wrong-Pass-0")).await;
        }
        let (exit, stdout, stderr) = self.execute(&simulator, format, None).await;
        let (verdict, codes) = read(format, &stdout);
        Outcome { exit, verdict, codes, stderr }
    }

    async fn execute(
        &self,
        simulator: &Simulator,
        format: &str,
        password: Option<&str>,
    ) -> (u8, String, String) {
        let (mut surroundings, captured) = Surroundings::captured();
        surroundings.clock = Arc::new(std::time::SystemTime::now);
        surroundings.resolver = Arc::new(self.names.clone());
        if let Some((_, right)) = self.user {
            surroundings.variables.insert("IB_PASSWORD".to_owned(), password.unwrap_or(right).to_owned());
        }
        if let Some((_, token)) = self.lifetime {
            surroundings.variables.insert("IB_LIFETIME_TOKEN".to_owned(), token.to_owned());
        }
        let exit = ib::run(self.arguments(simulator, format), surroundings).await;
        (exit.code(), captured.stdout(), captured.stderr())
    }

    fn arguments(&self, simulator: &Simulator, format: &str) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["ib", "check", "--output", format, "--timeout", self.timeout, "--non-interactive", "--ca"]
                .map(str::to_owned)
                .to_vec();
        arguments.push(self.authority(simulator, format));
        if matches!(self.names, Names::Mapped) {
            for host in simulator.hosts() {
                let to = if host.host == DEV { self.elsewhere } else { None };
                let to = to.map_or_else(|| simulator.address(), |address| address());
                arguments.extend(["--connect-to".to_owned(), format!("{}:443:{to}", host.host)]);
            }
        }
        if let Some((username, _)) = self.user {
            arguments.extend(["--username".to_owned(), username.to_owned()]);
        }
        if let Some((host, _)) = self.lifetime {
            arguments.extend(["--lifetime".to_owned(), host.to_owned()]);
        }
        arguments.extend(self.extra.clone());
        arguments.extend(["--".to_owned(), self.address.clone()]);
        arguments
    }

    /// The simulator's authority in a file of its own.
    fn authority(&self, simulator: &Simulator, format: &str) -> String {
        let name = format!("causes-{:?}-{format}.pem", self.reason);
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, simulator.ca_pem()).unwrap();
        path.display().to_string()
    }
}

/// The verdict and the codes of what is not as it should be.
fn read(format: &str, stdout: &str) -> (String, BTreeSet<String>) {
    let objects: Vec<Value> = match format {
        "json" => vec![serde_json::from_str(stdout).unwrap_or_default()],
        "ndjson" => stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        _ => return (verdict_in(stdout), codes_in(stdout)),
    };
    let mut codes = BTreeSet::new();
    for object in &objects {
        collect(object, &mut codes);
    }
    (verdict_in(stdout), codes)
}

/// The codes that stand in `code` fields.
fn collect(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                collect(item, codes);
            }
        }
        Value::Object(fields) => {
            codes.extend(fields.get("code").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| collect(field, codes));
        }
        _ => {}
    }
}

/// Everything in a text that looks like a code.
fn codes_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("SETUP-")).map(str::to_owned).collect()
}

/// Formats for people say it in words; the exit code stands for them.
fn verdict_in(_: &str) -> String {
    String::new()
}
