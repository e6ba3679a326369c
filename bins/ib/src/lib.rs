//! The `ib` command line as a library, so that a test can run it in its own process.
//!
//! [`run_blocking`] takes the arguments and the [surroundings](surroundings::Surroundings) and returns the
//! [exit code](ib_api::exit::Exit). Nothing else of the process is read or written.
//!
//! - `check` asks environments and prints one [conclusion](conclusion::Conclusion) in one of the
//!   [formats](format::Format);
//! - `setup` goes from an address to a registered infrastructure, `status` tells how far that is;
//! - `dependencies` installs and updates what integrations need, and tells how far that is;
//! - `integrations` uploads, publishes and downloads integrations, and tells how each stands;
//! - `environments` adds and watches environments, `features` tells what each of them limits;
//! - `report` writes a file for whoever is asked for help;
//! - `login` and `logout` begin and end a session at a server that does it;
//! - `explain` shows the catalogue of reasons;
//! - `completions` and `man` print what a shell and a manual reader need.

mod asking;
mod check;
pub mod cli;
mod commands;
pub mod conclusion;
mod declaration;
mod dependencies;
mod environments;
pub mod format;
mod integrations;
pub mod look;
mod report;
mod setup;
mod stop;
pub mod surroundings;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, FromArgMatches as _};
use futures_util::FutureExt as _;
use ib_api::exit::Exit;

use crate::cli::{Cli, Command};
use crate::look::{ColourChoice, Look};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Runs one command line to its end. A runtime is built only for a command that needs one.
///
/// ```
/// use ib::surroundings::Surroundings;
///
/// let (surroundings, captured) = Surroundings::captured();
/// assert_eq!(ib::run_blocking(["ib", "check"], surroundings).code(), 2);
/// assert!(captured.stderr().contains("no address"));
/// ```
pub fn run_blocking<A>(arguments: impl IntoIterator<Item = A>, mut surroundings: Surroundings) -> Exit
where
    A: Into<OsString> + Clone,
{
    let command = match read(arguments, &mut surroundings) {
        Ok(command) => command,
        Err(exit) => return exit,
    };
    let runs_at_once = !command.is_async();
    let mut stderr = surroundings.stderr.clone();
    let work = commands::run(command, surroundings);
    if runs_at_once {
        return work.now_or_never().unwrap_or(Exit::Internal);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Stop::broken("cannot start", &error).tell(&mut stderr),
    };
    let exit = runtime.block_on(work);
    // A name service that does not answer must not keep the process alive.
    runtime.shutdown_background();
    exit
}

/// Runs one command line to its end, in the runtime that is already there.
pub async fn run<A>(arguments: impl IntoIterator<Item = A>, mut surroundings: Surroundings) -> Exit
where
    A: Into<OsString> + Clone,
{
    match read(arguments, &mut surroundings) {
        Ok(command) => commands::run(command, surroundings).await,
        Err(exit) => exit,
    }
}

/// Reads the arguments, or says what is wrong with them (or what was asked about them) and how to exit.
fn read<A>(arguments: impl IntoIterator<Item = A>, surroundings: &mut Surroundings) -> Result<Command, Exit>
where
    A: Into<OsString> + Clone,
{
    let width = Look::of(&surroundings.stdout, ColourChoice::Auto, surroundings).width;
    let parsed = Cli::command()
        .term_width(width)
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map(|cli| cli.command).map_err(|error| show(&error, surroundings))
}

/// Shows help on standard output, and wrong usage on standard error.
fn show(error: &clap::Error, surroundings: &mut Surroundings) -> Exit {
    let (output, exit) = if error.use_stderr() {
        (&surroundings.stderr, Exit::Usage)
    } else {
        (&surroundings.stdout, Exit::Passed)
    };
    let look = Look::of(output, ColourChoice::Auto, surroundings);
    let text = error.render();
    let mut output = output.clone();
    let written = if look.colour { write!(output, "{}", text.ansi()) } else { write!(output, "{text}") };
    // Whoever asked for help and reads only its beginning has had it.
    let _ = written.and_then(|()| output.flush());
    exit
}
