//! The arguments of the commands that register infrastructures.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{LoginArguments, NetworkArguments, not_empty};
use crate::look::ColourChoice;

/// The arguments of `ib setup`.
#[derive(Debug, Args)]
pub struct SetupArguments {
    /// The development environment's address, such as dev.example.com.
    #[arg(value_name = "ADDRESS", value_hint = ValueHint::Hostname)]
    pub address: String,
    /// How to print where the set-up stands.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: SetupFormat,
    /// Accept the disclaimer, which you have read in this version.
    #[arg(long, value_name = "VERSION", value_parser = not_empty)]
    pub accept_disclaimer: Option<String>,
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
    /// Who logs in, and with which secrets.
    #[command(flatten)]
    pub login: LoginArguments,
    /// How environments are reached.
    #[command(flatten)]
    pub network: NetworkArguments,
}

/// The arguments of `ib status`.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// The development environment's address, such as dev.example.com.
    #[arg(value_name = "ADDRESS", value_hint = ValueHint::Hostname)]
    pub address: String,
    /// How to print where the set-up stands.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: StatusFormat,
    /// When to use colours.
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t)]
    pub colour: ColourChoice,
    /// Trust the certificate authorities in this PEM file too, with --server. Can be given more than once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Vec<PathBuf>,
    /// Where set-ups are kept.
    #[command(flatten)]
    pub place: PlaceArguments,
}

/// The arguments of `ib report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The development environment's address, such as dev.example.com.
    #[arg(value_name = "ADDRESS", value_hint = ValueHint::Hostname)]
    pub address: String,
    /// Write it to this file, which is not there yet; - is standard output. Without it: ib-report-TIME.json in this folder.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// When to use colours.
    #[arg(long = "color", value_name = "WHEN", value_enum, default_value_t)]
    pub colour: ColourChoice,
    /// Trust the certificate authorities in this PEM file too, with --server. Can be given more than once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Vec<PathBuf>,
    /// Where set-ups are kept.
    #[command(flatten)]
    pub place: PlaceArguments,
}

/// Where set-ups are kept: on this machine, or by a server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where set-ups are kept")]
pub struct PlaceArguments {
    /// Keep set-ups in this folder. Without it: `IB_DATA`, or the usual place for a user's data.
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        help = "Keep set-ups in this folder. Without it: IB_DATA, or the usual place for a user's data"
    )]
    pub data: Option<PathBuf>,
    /// Let this server do it, at its https address.
    #[arg(long, value_name = "URL", conflicts_with = "data", value_hint = ValueHint::Url)]
    pub server: Option<String>,
}

/// The arguments of `ib login` and `ib logout`.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// The server, at its https address. Without it: `IB_SERVER`.
    #[arg(
        long,
        value_name = "URL",
        value_hint = ValueHint::Url,
        help = "The server, at its https address. Without it: IB_SERVER"
    )]
    pub server: Option<String>,
    /// Trust the certificate authorities in this PEM file too. Can be given more than once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Vec<PathBuf>,
}

/// How `ib setup` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum SetupFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.setup/1.
    Json,
    /// One JSON object a line as the set-up goes on, ib.setup.events/1.
    Ndjson,
}

/// How `ib status` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum StatusFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.setup/1.
    Json,
}
