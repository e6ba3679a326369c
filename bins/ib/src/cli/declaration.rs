//! The arguments of `ib plan` and `ib apply`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{InfrastructureArguments, LoginArguments, NetworkArguments, PlaceArguments};
use crate::look::ColourChoice;

/// The arguments of `ib plan`.
#[derive(Debug, Args)]
pub struct PlanFileArguments {
    /// The file that says how the infrastructure is to be.
    #[arg(value_name = "FILE", default_value = "infrastructure.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Keep the plan in this file, for `ib apply` to do exactly that.
    #[arg(
        long,
        value_name = "PLAN",
        value_hint = ValueHint::FilePath,
        help = "Keep the plan in this file, for ib apply to do exactly that"
    )]
    pub out: Option<PathBuf>,
    /// What both commands take.
    #[command(flatten)]
    pub common: DeclarationArguments,
}

/// The arguments of `ib apply`.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// The file that says how the infrastructure is to be, or a plan that was kept.
    #[arg(value_name = "FILE|PLAN", default_value = "infrastructure.toml", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Do it without asking. A plan that was kept is not asked about.
    #[arg(long)]
    pub yes: bool,
    /// What both commands take.
    #[command(flatten)]
    pub common: DeclarationArguments,
}

/// What the commands about a declared infrastructure take.
#[derive(Debug, Args)]
pub struct DeclarationArguments {
    /// How to print it.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: DeclarationFormat,
    /// The folder of packages, with the catalogue.toml that describes them. Without it: `IB_PACKAGES`.
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        help = "The folder of packages, with the catalogue.toml that describes them. Without it: IB_PACKAGES"
    )]
    pub packages: Option<PathBuf>,
    /// Read the activation code from a file, one line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub activation_code_file: Option<PathBuf>,
    /// Accept permissions of the IT user that cannot be verified.
    #[arg(long)]
    pub accept_unverified: bool,
    /// When to use colours.
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t)]
    pub colour: ColourChoice,
    /// Never ask anything; end where something is missing, and say what.
    #[arg(long)]
    pub non_interactive: bool,
    /// Say on standard error what is going on; twice and three times for more.
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Where set-ups are kept.
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Who logs in, and with which secrets; it wins over what the file says.
    #[command(flatten)]
    pub login: LoginArguments,
    /// How environments are reached.
    #[command(flatten)]
    pub network: NetworkArguments,
}

impl DeclarationArguments {
    /// The same for the infrastructure of the development environment at `address`.
    pub(crate) fn infrastructure(self, address: String) -> InfrastructureArguments {
        InfrastructureArguments {
            address,
            accept_unverified: self.accept_unverified,
            colour: self.colour,
            non_interactive: self.non_interactive,
            verbose: self.verbose,
            place: self.place,
            login: self.login,
            network: self.network,
        }
    }
}

/// How `ib plan` and `ib apply` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum DeclarationFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.plan/1 or ib.apply/1.
    Json,
}
