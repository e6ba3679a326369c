//! `ib status`: where the set-up of an infrastructure stands, without asking the environment.

use std::io::Write as _;

use ib_api::exit::Exit;
use ib_api::setup::SetupDocument;

use super::setup::tell;
use crate::cli::{StatusArguments, StatusFormat};
use crate::format;
use crate::look::Look;
use crate::setup::page;
use crate::setup::place::{self, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn run(arguments: StatusArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let place = Place::of(&arguments.place, &arguments.ca, &surroundings)?;
    let address = match place::address(&arguments.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, arguments.colour, &mut surroundings)),
    };
    let known = place.look(&address).await?;
    let again = place.command("setup", address.host());
    match known {
        Ok(Some(document)) => print(&document, &again, &arguments, &mut surroundings),
        Ok(None) => Err(Stop::usage(format!("nothing is known of {address} here; begin with: {again}"))),
        Err(problem) => Ok(tell(&problem, arguments.colour, &mut surroundings)),
    }
}

fn print(
    document: &SetupDocument,
    again: &str,
    arguments: &StatusArguments,
    surroundings: &mut Surroundings,
) -> Result<Exit, Stop> {
    let look = Look::of(&surroundings.stdout, arguments.colour, surroundings);
    let text = match arguments.output {
        StatusFormat::Json => format::json(document),
        StatusFormat::Text => page::render(document, again, look),
    };
    let written = surroundings.stdout.write_all(text.as_bytes()).and_then(|()| surroundings.stdout.flush());
    match written.map_err(Stop::from) {
        Ok(()) | Err(Stop::Unread) => Ok(place::exit(document.exit)),
        Err(stop) => Err(stop),
    }
}
