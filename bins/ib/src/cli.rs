//! The arguments, and what `--help` says about them.

mod declaration;
mod dependencies;
mod environments;
pub(crate) mod help;
mod infrastructure;
mod integrations;
mod setup;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use ib_api::exit::FailOn;
use ib_domain::waiver::Waiver;
use ib_env_client::http::ConnectTo;
use ipnet::IpNet;

use crate::format::Format;
use crate::look::ColourChoice;

pub use declaration::{ApplyArguments, DeclarationArguments, DeclarationFormat, PlanFileArguments};
pub use dependencies::{
    CommonArguments, DependenciesCommand, DependenciesFormat, ItemArguments, ListArguments, PlanArguments,
    PublishArguments, WorkshopArguments,
};
pub use environments::{
    AddArguments, EditArguments, EnvironmentsCommand, EnvironmentsFormat, KnownArguments, NamedArguments,
    RemoveArguments, WatchArguments,
};
pub use infrastructure::InfrastructureArguments;
pub use integrations::{
    DownloadArguments, IntegrationsCommand, IntegrationsFormat, ListIntegrationsArguments, MarkArguments,
    PublishIntegrationArguments, RemovePackageArguments, ShownArguments, UploadArguments,
};
pub use setup::{
    PlaceArguments, ReportArguments, SessionArguments, SetupArguments, SetupFormat, StatusArguments,
    StatusFormat,
};

/// Checks whether Integration Builder can be set up on an OutSystems 11 infrastructure, and sets it up.
///
/// Give it the address of an environment. It says what is in order, what is not, what that takes away, and
/// who can do what about it.
#[derive(Debug, Parser)]
#[command(name = "ib", version, after_help = "Start with: ib check dev.example.com")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Check one environment, several, or a whole infrastructure
    ///
    /// Each address is looked at in layers, from its spelling to the permissions of the IT user. The result
    /// goes to standard output, everything else to standard error.
    #[command(after_long_help = help::CHECK.text())]
    Check(Box<CheckArguments>),
    /// Register an infrastructure, from its development environment's address on
    ///
    /// Asks for what is missing at a terminal, goes on where an earlier run ended, and needs no server. Where
    /// the set-up stands goes to standard output, everything else to standard error.
    #[command(after_long_help = help::SETUP.text())]
    Setup(Box<SetupArguments>),
    /// Tell where the set-up of an infrastructure stands, without asking the environment
    #[command(after_long_help = help::STATUS.text())]
    Status(StatusArguments),
    /// Install and update what integrations need
    ///
    /// The infrastructure has to be registered. Everything is published in two steps, in the order in which one
    /// needs the other, and goes on where an earlier run ended. What is there goes to standard output, everything
    /// else to standard error.
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Dependencies {
        /// What to do about them.
        #[command(subcommand)]
        command: Box<DependenciesCommand>,
    },
    /// Upload, publish and download integrations
    ///
    /// The infrastructure has to be registered. A package is looked at before it is kept, and published after the
    /// dependencies that are missing; where the environment uses several database catalogs, it is published by hand.
    /// What is there goes to standard output, everything else to standard error.
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Integrations {
        /// What to do about them.
        #[command(subcommand)]
        command: Box<IntegrationsCommand>,
    },
    /// Add and watch the environments of an infrastructure
    ///
    /// The infrastructure has to be registered. What is added is looked at first: LifeTime, and an environment that is
    /// there already, are refused; one that cannot be reached is kept, with what that limits. What is there goes to
    /// standard output, everything else to standard error.
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Environments {
        /// What to do about them.
        #[command(subcommand)]
        command: Box<EnvironmentsCommand>,
    },
    /// Tell what can be done with each environment, and what works instead
    ///
    /// It goes by what was last seen of each; nobody is asked.
    #[command(after_long_help = help::FEATURES.text())]
    Features(Box<NamedArguments>),
    /// Show what would change to have an infrastructure as a file declares it; nothing is changed
    ///
    /// The file says which environments, dependencies and waivers there are to be, and refers to secrets without holding
    /// any. The plan goes to standard output, everything else to standard error.
    #[command(after_long_help = help::PLAN.text())]
    Plan(Box<PlanFileArguments>),
    /// Have an infrastructure as a file declares it, or do exactly what was planned
    ///
    /// It registers what is not registered, installs what is missing, and adds, changes and removes environments and
    /// waivers that the file declares. It ends with what was done, what failed, and what was not started; run again, it
    /// goes on, and changes nothing where all is as declared.
    #[command(after_long_help = help::APPLY.text())]
    Apply(Box<ApplyArguments>),
    /// Write a support report: what is known, redacted, for whoever helps you
    ///
    /// It is made from what is kept about an infrastructure; nobody is asked. Its name goes to standard output, everything else to standard error.
    #[command(after_long_help = help::REPORT.text())]
    Report(ReportArguments),
    /// Begin a session at a server, and remember it
    #[command(after_long_help = help::LOGIN.text())]
    Login(SessionArguments),
    /// End the session at a server
    #[command(after_long_help = help::LOGOUT.text())]
    Logout(SessionArguments),
    /// Explain a code such as SETUP-ENV-002, or list them all
    #[command(after_long_help = help::EXPLAIN.text())]
    Explain(ExplainArguments),
    /// Print a completion script for a shell
    #[command(after_long_help = help::COMPLETIONS.text())]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print a manual page, in roff, or write all of them into a folder
    #[command(after_long_help = help::MAN.text())]
    Man {
        /// The command whose page is wanted; without it, the page of `ib` itself.
        #[arg(value_parser = commands())]
        command: Option<String>,
        /// Write every page into this folder instead.
        #[arg(long, value_name = "DIR", conflicts_with = "command", value_hint = ValueHint::DirPath)]
        to: Option<PathBuf>,
    },
}

impl Command {
    /// Whether it waits for others, and so needs a runtime.
    pub const fn is_async(&self) -> bool {
        !matches!(self, Self::Explain(_) | Self::Completions { .. } | Self::Man { .. })
    }
}

/// The arguments of `ib explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A code (SETUP-TLS-001), its dotted name (net.tls.expired), a check (net.tls), or a code of the
    /// platform's vendor (OS-INBL-API-00069), in any case.
    pub code: Option<String>,
    /// How to print it.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: ExplainFormat,
    /// When to use colours.
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t)]
    pub colour: ColourChoice,
}

/// How `ib explain` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum ExplainFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// The arguments of `ib check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Addresses of environments, such as dev.example.com.
    #[arg(value_name = "ADDRESS", value_hint = ValueHint::Hostname)]
    pub addresses: Vec<String>,
    /// Read more addresses from a file, one a line; # begins a comment, - is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: Option<PathBuf>,

    /// How to print the result.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    /// Ask again, for at most this long, where it may pass by itself (30s, 5m).
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,
    /// From which verdict on the exit code is not 0.
    #[arg(long, value_name = "VERDICT", value_parser = ["failed", "warning"], default_value = "failed")]
    pub fail_on: String,
    /// Live with a finding on one environment, and say why. Can be given more than once.
    #[arg(long, value_name = "CODE@HOST=REASON")]
    pub waive: Vec<Waiver>,
    /// When to use colours.
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t)]
    pub colour: ColourChoice,
    /// Never ask anything; end with exit code 2 where something is missing.
    #[arg(long)]
    pub non_interactive: bool,
    /// Say on standard error what is going on; twice and three times for more.
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Who logs in, and with which secrets.
    #[command(flatten)]
    pub login: LoginArguments,
    /// How environments are reached.
    #[command(flatten)]
    pub network: NetworkArguments,
    /// Check at most this many environments at the same time.
    #[arg(long, help_heading = "Network", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000), default_value_t = 16)]
    pub concurrency: u16,
}

/// Who logs in, and with which secrets. A secret is never an argument itself.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log-in")]
pub struct LoginArguments {
    /// Log in as this IT user, and check the permissions too.
    #[arg(long, value_name = "USER", value_parser = not_empty, value_hint = ValueHint::Username)]
    pub username: Option<String>,
    /// Read the password from standard input, one line.
    #[arg(long, requires = "username", conflicts_with = "password_file")]
    pub password_stdin: bool,
    /// Read the password from a file, one line.
    #[arg(long, value_name = "FILE", requires = "username", value_hint = ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Ask this LifeTime for the infrastructure's environments, users and roles.
    #[arg(long, value_name = "HOST", value_hint = ValueHint::Hostname)]
    pub lifetime: Option<String>,
    /// Read the token of LifeTime's service account from a file, one line.
    #[arg(long, value_name = "FILE", requires = "lifetime", value_hint = ValueHint::FilePath)]
    pub lifetime_token_file: Option<PathBuf>,
}

/// How environments are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArguments {
    /// Connect to another address than the host's own, as curl does. Can be given more than once.
    #[arg(long, value_name = "HOST:443:ADDRESS:PORT")]
    pub connect_to: Vec<ConnectTo>,
    /// Trust the certificate authorities in this PEM file too. Can be given more than once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Vec<PathBuf>,
    /// Connect to private addresses of this network too. Can be given more than once.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub allow_private: Vec<IpNet>,
    /// Send everything through this proxy. Proxy variables such as `HTTPS_PROXY` are not used.
    #[arg(
        long,
        value_name = "URL",
        help = "Send everything through this proxy. Proxy variables such as HTTPS_PROXY are not used"
    )]
    pub proxy: Option<String>,
    /// Give up on one request after this long (10s, 1m).
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub timeout: Duration,
}

impl CheckArguments {
    /// The threshold that `--fail-on` names.
    pub fn threshold(&self) -> FailOn {
        if self.fail_on == "warning" { FailOn::Warning } else { FailOn::Failed }
    }
}

/// The names of every command, for `ib man`; what stands below another command is joined to it by a hyphen.
pub(crate) fn commands() -> Vec<&'static str> {
    vec![
        "check",
        "setup",
        "status",
        "dependencies",
        "dependencies-list",
        "dependencies-plan",
        "dependencies-install",
        "dependencies-update",
        "dependencies-retry",
        "dependencies-cancel",
        "integrations",
        "integrations-list",
        "integrations-upload",
        "integrations-publish",
        "integrations-download",
        "integrations-mark",
        "integrations-remove",
        "environments",
        "environments-list",
        "environments-add",
        "environments-edit",
        "environments-remove",
        "environments-check",
        "environments-import",
        "environments-waive",
        "environments-end-waiver",
        "environments-release",
        "features",
        "plan",
        "apply",
        "report",
        "login",
        "logout",
        "explain",
        "completions",
        "man",
    ]
}

/// Reads a duration such as `90s` or `5m`; zero is none.
fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text.trim()) {
        Ok(Duration::ZERO) => Err("expected a duration longer than nothing, such as 30s or 5m".to_owned()),
        Ok(duration) => Ok(duration),
        Err(_) => Err("expected a duration with its unit, such as 30s or 5m".to_owned()),
    }
}

/// Reads a network such as `10.0.0.0/8`; a single address is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| "expected a network such as 10.0.0.0/8".to_owned())
}

fn not_empty(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("expected a user name".to_owned()) } else { Ok(text.to_owned()) }
}
