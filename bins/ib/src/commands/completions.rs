//! `ib completions`: a script that teaches a shell the arguments.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use ib_api::exit::Exit;

use crate::cli::Cli;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) fn run(shell: Shell, surroundings: &mut Surroundings) -> Result<Exit, Stop> {
    // Written in one go: the generator would panic on a reader that has gone.
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "ib", &mut script);
    surroundings.stdout.write_all(&script)?;
    surroundings.stdout.flush()?;
    Ok(Exit::Passed)
}
