//! The arguments of every command about an infrastructure that is registered.

use clap::{Args, ValueHint};

use super::{LoginArguments, NetworkArguments, PlaceArguments};
use crate::look::ColourChoice;

/// Which infrastructure a command is about, and the way to it.
#[derive(Debug, Args)]
pub struct InfrastructureArguments {
    /// The development environment's address, such as dev.example.com.
    #[arg(index = 1, value_name = "ADDRESS", value_hint = ValueHint::Hostname)]
    pub address: String,
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
    /// Who logs in, and with which secrets.
    #[command(flatten)]
    pub login: LoginArguments,
    /// How environments are reached.
    #[command(flatten)]
    pub network: NetworkArguments,
}
