//! The arguments of `ib dependencies`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use ib_domain::dependency::DependencyId;
use ib_setup::publication::Item;

use super::{InfrastructureArguments, help};

/// What to do about dependencies.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum DependenciesCommand {
    /// Show what is installed, and what is wanted
    #[command(after_long_help = help::DEPENDENCIES.text())]
    List(ListArguments),
    /// Show what would be published, why, and in which order; nothing is changed
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Plan(PlanArguments),
    /// Install what is missing, with what that needs
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Install(PublishArguments),
    /// Install and update everything that is due, and publish integrations again where an update needs it
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Update(PublishArguments),
    /// Try again what failed or was cancelled
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Retry(ItemArguments),
    /// Cancel what is not done
    #[command(after_long_help = help::DEPENDENCIES.text())]
    Cancel(ItemArguments),
}

/// The arguments of `ib dependencies list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// Look on at a publication that is under way until it ends, with --server.
    #[arg(long)]
    pub watch: bool,
    /// What every command about dependencies takes.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// The arguments of `ib dependencies plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// What every command about dependencies takes.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// The arguments of `ib dependencies install` and `update`.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// Only these dependencies, with what they need.
    #[arg(index = 2, value_name = "ID", value_parser = dependency())]
    pub only: Vec<DependencyId>,
    /// Do not wait until the publication has ended, with --server.
    #[arg(long)]
    pub no_watch: bool,
    /// What every command about dependencies takes.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// The arguments of `ib dependencies retry` and `cancel`.
#[derive(Debug, Args)]
pub struct ItemArguments {
    /// Only these: ids of dependencies, or names of integrations.
    #[arg(index = 2, value_name = "ITEM")]
    pub items: Vec<Item>,
    /// Do not wait until the publication has ended, with --server.
    #[arg(long)]
    pub no_watch: bool,
    /// What every command about dependencies takes.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// What every command about dependencies takes.
#[derive(Debug, Args)]
pub struct CommonArguments {
    /// How to print what is there.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: DependenciesFormat,
    /// Where packages are, which infrastructure, and the way to it.
    #[command(flatten)]
    pub workshop: WorkshopArguments,
}

/// What every command takes that publishes something.
#[derive(Debug, Args)]
pub struct WorkshopArguments {
    /// The folder of packages, with the catalogue.toml that describes them. Without it: `IB_PACKAGES`.
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        help = "The folder of packages, with the catalogue.toml that describes them. Without it: IB_PACKAGES"
    )]
    pub packages: Option<PathBuf>,
    /// Which infrastructure, and the way to it.
    #[command(flatten)]
    pub infrastructure: InfrastructureArguments,
}

/// How `ib dependencies` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum DependenciesFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.dependencies/1.
    Json,
    /// One JSON object a line as things happen, ib.dependencies.events/1.
    Ndjson,
}

impl PublishArguments {
    /// The dependencies that were named.
    pub fn only(&self) -> BTreeSet<DependencyId> {
        self.only.iter().copied().collect()
    }
}

/// Reads the id of a dependency; help and errors list them all.
fn dependency() -> impl TypedValueParser<Value = DependencyId> {
    PossibleValuesParser::new(DependencyId::ALL.map(DependencyId::as_str))
        .try_map(|text| text.parse::<DependencyId>())
}
