//! The arguments. Each flag is a setting of the file too, and overrides it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Serves the set-up of Integration Builder: the wizard's pages, and the same as an API.
///
/// Without any setting it serves this machine alone, and keeps everything in the data directory.
#[derive(Debug, Parser)]
#[command(name = "ib-server", version, after_help = "Start with: ib-server")]
pub struct Cli {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Flags,
}

/// What to do besides serving.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Look at the settings
    Config {
        /// What to do with them.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Ask the service that runs with these settings whether it is ready; exit 1 if it is not
    Health,
    /// Seal every secret anew under the first key of the key file, so that the older keys can go
    ///
    /// Over SQLite the service must be stopped; over PostgreSQL every process must have been started with that key.
    #[command(verbatim_doc_comment)]
    RotateKey,
    /// Copy the SQLite database into a new file, also while the service runs
    ///
    /// The key is not in the copy, nor are packages of integrations: back them up apart. PostgreSQL has `pg_dump`.
    #[command(verbatim_doc_comment)]
    Backup {
        /// The file to make.
        file: PathBuf,
    },
    /// Print the manual page, in roff
    Man,
}

/// What can be done with the settings.
#[derive(Debug, Clone, Copy, Subcommand)]
#[non_exhaustive]
pub enum ConfigCommand {
    /// Read the settings as serving would, and say what they come to, without secrets
    Check,
    /// Print every setting, as docs/settings.md has it
    Reference,
}

/// The settings that have a flag. Variables have the same names with `IB_SERVER_` before them.
#[derive(Debug, Default, Args)]
pub struct Flags {
    /// Read settings from this TOML file.
    #[arg(long, global = true, value_name = "FILE", env = "IB_SERVER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Listen at this address; port 0 is any free one.
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address under which people reach the service, such as `https://setup.example.com`.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "The address under which people reach the service, such as https://setup.example.com"
    )]
    pub public_url: Option<String>,
    /// Keep everything in this directory.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Install dependencies from this directory, which holds `catalogue.toml` and the packages that it names.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "Install dependencies from this directory, which holds catalogue.toml and the packages that it names"
    )]
    pub packages: Option<PathBuf>,
    /// Connect to another address than the host's own, as curl does. Can be given more than once.
    #[arg(long, global = true, value_name = "HOST:443:ADDRESS:PORT")]
    pub connect_to: Vec<String>,
    /// Trust the certificate authorities in this PEM file too. Can be given more than once.
    #[arg(long = "ca", global = true, value_name = "FILE")]
    pub authorities: Vec<PathBuf>,
}
