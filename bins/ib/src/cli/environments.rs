//! The arguments of `ib environments` and `ib features`.

use clap::{ArgGroup, Args, Subcommand, ValueEnum, ValueHint};
use ib_api::waiver::Until;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};

use super::{InfrastructureArguments, help};

/// What to do about environments.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum EnvironmentsCommand {
    /// Show which environments there are, and what was last seen of each; nobody is asked
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    List(KnownArguments),
    /// Add an environment, and look at it
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Add(AddArguments),
    /// Give an environment another name or another address
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Edit(EditArguments),
    /// Remove an environment
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Remove(RemoveArguments),
    /// Change again what a file declared of an environment, its waivers included
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Release(ReleaseArguments),
    /// Live with a finding of an environment for a while; it limits what it limits
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Waive(WaiveArguments),
    /// End a waiver, so that the finding counts again
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    EndWaiver(EndWaiverArguments),
    /// Look at one environment now, or at all of them
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Check(NamedArguments),
    /// Add every environment that LifeTime lists
    #[command(after_long_help = help::ENVIRONMENTS.text())]
    Import(KnownArguments),
}

/// The arguments of `ib environments list` and `import`.
#[derive(Debug, Args)]
pub struct KnownArguments {
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments add`.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// What to call it, such as Production.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// Its address, such as prod.example.com.
    #[arg(index = 3, value_name = "URL", value_hint = ValueHint::Hostname)]
    pub url: String,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments edit`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("changes").args(["new_name", "new_address"]).required(true).multiple(true)))]
pub struct EditArguments {
    /// What it is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// What to call it from now on.
    #[arg(long = "name", value_name = "NEW")]
    pub new_name: Option<EnvironmentName>,
    /// Its address from now on.
    #[arg(long = "address", value_name = "URL", value_hint = ValueHint::Hostname)]
    pub new_address: Option<String>,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments remove`.
#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// What it is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// Remove it without asking.
    #[arg(long)]
    pub yes: bool,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments release`.
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    /// What it is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments waive`.
#[derive(Debug, Args)]
pub struct WaiveArguments {
    /// What the environment is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// The code of the finding, such as SETUP-TLS-001.
    #[arg(index = 3, value_name = "CODE", value_parser = code)]
    pub code: Reason,
    /// Who answers for it: a name or a team.
    #[arg(long, value_name = "OWNER")]
    pub owner: WaiverOwner,
    /// Why it can be lived with.
    #[arg(long, value_name = "TEXT")]
    pub why: WaiverWhy,
    /// Until when: a date, a time in RFC 3339, or a number of days; at most 366 days ahead.
    #[arg(long, value_name = "DATE|DAYS")]
    pub until: Until,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// The arguments of `ib environments end-waiver`.
#[derive(Debug, Args)]
pub struct EndWaiverArguments {
    /// What the environment is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: EnvironmentName,
    /// The code of the finding, such as SETUP-TLS-001.
    #[arg(index = 3, value_name = "CODE", value_parser = code)]
    pub code: Reason,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

fn code(text: &str) -> Result<Reason, String> {
    Reason::from_code(text).ok_or_else(|| "no finding has that code; `ib explain` lists them all".to_owned())
}

/// The arguments of `ib environments check` and `ib features`.
#[derive(Debug, Args)]
pub struct NamedArguments {
    /// Only the environment of this name.
    #[arg(index = 2, value_name = "NAME")]
    pub name: Option<EnvironmentName>,
    /// What every command about environments takes.
    #[command(flatten)]
    pub common: WatchArguments,
}

/// What every command about environments takes.
#[derive(Debug, Args)]
pub struct WatchArguments {
    /// How to print what is there.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: EnvironmentsFormat,
    /// Which infrastructure, and the way to it.
    #[command(flatten)]
    pub infrastructure: InfrastructureArguments,
}

/// How `ib environments` and `ib features` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum EnvironmentsFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.environments/1.
    Json,
}
