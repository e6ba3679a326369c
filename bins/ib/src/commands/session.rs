//! `ib login` and `ib logout`: a session at a server, kept for later runs.

use ib_api::exit::Exit;

use super::setup::tell;
use crate::cli::SessionArguments;
use crate::look::ColourChoice;
use crate::setup::desk::Desk as _;
use crate::setup::remote::Remote;
use crate::setup::sessions::Sessions;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn begin(arguments: SessionArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let remote = remote(&arguments, &surroundings)?;
    match remote.renew().await {
        Ok(()) => {
            surroundings.stderr.say(format_args!("a session at {} is kept for later runs", remote.address()));
            Ok(Exit::Passed)
        }
        Err(problem) => Ok(tell(&problem, ColourChoice::Auto, &mut surroundings)),
    }
}

pub(super) async fn end(arguments: SessionArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let remote = remote(&arguments, &surroundings)?;
    let said = match remote.end().await? {
        Ok(true) => "the session has ended at",
        Ok(false) => "there was no session at",
        Err(problem) => return Ok(tell(&problem, ColourChoice::Auto, &mut surroundings)),
    };
    surroundings.stderr.say(format_args!("{said} {}", remote.address()));
    Ok(Exit::Passed)
}

fn remote(arguments: &SessionArguments, surroundings: &Surroundings) -> Result<Remote, Stop> {
    let server = arguments.server.as_deref().or_else(|| surroundings.variable("IB_SERVER"));
    let server = server.ok_or_else(|| Stop::usage("which server? name it with --server URL or IB_SERVER"))?;
    Remote::open(server, &arguments.ca, Sessions::of(surroundings)?)
}
