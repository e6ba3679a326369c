//! The server as a library, so that a test can run it in its own process.
//!
//! [`run`] reads [settings](config::Config) from a file, variables and flags, opens the store, and serves the
//! pages and the API of [`ib_web`] until it is told to stop.

pub mod authority;
pub mod cli;
pub mod config;
mod health;
mod logs;
mod man;
mod serve;
mod stop;
mod wire;

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::config::{Config, reference};
pub use crate::stop::Stop;

/// Runs one command line to its end.
///
/// # Errors
///
/// [`Stop`], which says how to exit and what to say.
pub fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> Result<(), Stop> {
    let cli = match Cli::try_parse_from(arguments) {
        // Help and version are what was asked for, and no error.
        Err(told) if !told.use_stderr() => return say(&told.to_string()),
        parsed => parsed?,
    };
    if let Some(Command::Config { command: ConfigCommand::Reference }) = cli.command {
        return say(&reference::page());
    }
    if let Some(Command::Man) = cli.command {
        return man::write(&mut std::io::stdout()).map_err(|_| Stop::Unread);
    }
    let config = Config::read(&cli.settings)?;
    if let Some(Command::Config { command: ConfigCommand::Check }) = cli.command {
        return say(&config.tell());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::failed("the runtime cannot be made", error))?;
    match cli.command {
        Some(Command::Health) => return runtime.block_on(health::ask(config.listen)),
        Some(Command::Backup { file }) => return runtime.block_on(wire::back_up(&config, &file)),
        Some(Command::RotateKey) => return say(&runtime.block_on(wire::rotate_key(&config))?),
        _ => {}
    }
    logs::begin(config.log);
    let served = runtime.block_on(serve::until_told_to_stop(&config));
    runtime.shutdown_background();
    served
}

fn say(text: &str) -> Result<(), Stop> {
    write!(std::io::stdout(), "{text}").map_err(|_| Stop::Unread)
}
