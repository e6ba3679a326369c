//! `ib report`: a support report of what is known of an infrastructure, without asking anybody.

use std::io::Write as _;
use std::path::Path;

use ib_api::exit::Exit;
use ib_api::support::{LEFT_OUT, SupportDocument};

use super::setup::tell;
use crate::cli::ReportArguments;
use crate::format;
use crate::report::file;
use crate::setup::place::{self, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn run(arguments: ReportArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let place = Place::of(&arguments.place, &arguments.ca, &surroundings)?;
    let address = match place::address(&arguments.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, arguments.colour, &mut surroundings)),
    };
    let now = (surroundings.clock)().into();
    match place.report(&address, now).await? {
        Ok(Some(report)) => give(&report, arguments.file.as_deref(), &mut surroundings),
        Ok(None) => {
            let begin = place.command("setup", address.host());
            Err(Stop::usage(format!("nothing is known of {address} here; begin with: {begin}")))
        }
        Err(problem) => Ok(tell(&problem, arguments.colour, &mut surroundings)),
    }
}

/// To standard output, or else to a file, whose name goes there.
fn give(
    report: &SupportDocument,
    wanted: Option<&Path>,
    surroundings: &mut Surroundings,
) -> Result<Exit, Stop> {
    let text = format::json(report);
    let result = if wanted == Some(Path::new("-")) {
        text
    } else {
        let path = wanted.map_or_else(|| file::usual_name(report), Path::to_owned);
        file::write(&path, &text)?;
        surroundings.stderr.say(LEFT_OUT);
        format!("{}\n", path.display())
    };
    let written = surroundings.stdout.write_all(result.as_bytes()).and_then(|()| surroundings.stdout.flush());
    match written.map_err(Stop::from) {
        Ok(()) | Err(Stop::Unread) => Ok(Exit::Passed),
        Err(stop) => Err(stop),
    }
}
