//! The server as a library, so that a test can run it in its own process.
//!
//! [`run`] reads [settings](config::Config) from a file, variables and flags, opens the store, and serves the
//! pages and the API of [`ib_web`] until it is told to stop.

pub mod authority;
pub mod cli;
pub mod config;
mod logs;
mod man;
mod serve;
mod stop;
mod wire;

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::config::Config;
pub use crate::stop::Stop;

/// Runs one command line to its end.
///
/// # Errors
///
/// [`Stop`], which says how to exit and what to say.
pub fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> Result<(), Stop> {
    let cli = Cli::try_parse_from(arguments)?;
    if let Some(Command::Man) = cli.command {
        return man::write(&mut std::io::stdout()).map_err(|_| Stop::Unread);
    }
    let config = Config::read(&cli.settings)?;
    if let Some(Command::Config { command: ConfigCommand::Check }) = cli.command {
        let told = config.tell();
        return write!(std::io::stdout(), "{told}").map_err(|_| Stop::Unread);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::failed("the runtime cannot be made", error))?;
    if let Some(Command::Backup { file }) = cli.command {
        return runtime.block_on(wire::back_up(&config, &file));
    }
    logs::begin(config.log);
    let served = runtime.block_on(serve::until_told_to_stop(&config));
    runtime.shutdown_background();
    served
}
