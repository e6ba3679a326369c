//! `ib setup`: from an address to a registered infrastructure.

use std::io::Write as _;

use ib_api::exit::Exit;
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use tracing::instrument::WithSubscriber as _;

use crate::asking::client::explain_proxy;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{SetupArguments, SetupFormat};
use crate::format;
use crate::look::Look;
use crate::setup::desk::{Desk, Refused};
use crate::setup::flow::{Aim, Flow, Given};
use crate::setup::page;
use crate::setup::person::Person;
use crate::setup::place::{self, Access, Place};
use crate::setup::teller::Teller;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// How the way through the steps ended.
enum Ending {
    /// As far as possible; with what was missing.
    Reached(Option<String>),
    Refused(Refused),
    Interrupted,
}

pub(super) async fn run(arguments: SetupArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let place = Place::of(&arguments.place, &arguments.network.ca, &surroundings)?;
    let address = match place::address(&arguments.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, arguments.colour, &mut surroundings)),
    };
    let secrets = Secrets::given(
        &arguments.login,
        arguments.activation_code_file.as_ref(),
        arguments.non_interactive,
        &mut surroundings,
    )?;
    let way = place::way(&arguments.network);
    let again = format!("{}{way}", place.command("setup", address.host()));
    let access = Access {
        network: &arguments.network,
        login: &arguments.login,
        accept_unverified: arguments.accept_unverified,
    };
    let desk = place.desk(access, &secrets, &surroundings).await?;
    for warning in &secrets.warnings {
        surroundings.stderr.say(format_args!("warning: {warning}"));
    }
    explain_proxy(arguments.network.proxy.as_ref(), &mut surroundings);
    let given = Given {
        address,
        username: arguments.login.username.clone(),
        password: secrets.password,
        code: secrets.code,
        accepted: arguments.accept_disclaimer.clone(),
        accept_unverified: arguments.accept_unverified,
        aim: Aim::Register,
    };
    let exit = walk(&arguments, &again, desk.as_ref(), given, &mut surroundings).await;
    desk.close().await;
    exit
}

/// Goes through the steps, and prints where that led.
async fn walk(
    arguments: &SetupArguments,
    again: &str,
    desk: &dyn Desk,
    given: Given,
    surroundings: &mut Surroundings,
) -> Result<Exit, Stop> {
    let look = Look::of(&surroundings.stderr, arguments.colour, surroundings);
    let dispatch = trace::dispatch(arguments.verbose, &surroundings.stderr, look.colour);
    let stream = (arguments.output == SetupFormat::Ndjson).then(|| surroundings.stdout.clone());
    let teller = Teller::new(surroundings.stderr.clone(), look, stream);
    let person = Person::of(surroundings, arguments.non_interactive);
    let mut flow = Flow::new(desk, given, person, teller);
    let ending = tokio::select! {
        biased;
        () = &mut surroundings.interrupt => Ending::Interrupted,
        result = flow.run().with_subscriber(dispatch) => result.map_or_else(Ending::Refused, Ending::Reached),
    };
    let exit = conclude(&mut flow, &ending, again, arguments, surroundings);
    let Some(mut document) = flow.latest.take() else { return Ok(exit.unwrap_or(Exit::Internal)) };
    let exit = exit.unwrap_or_else(|| place::exit(document.exit));
    document.exit = exit.code();
    match print(&mut flow, &document, again, arguments, surroundings) {
        // Whoever piped the output into `head` still gets the exit code.
        Ok(()) | Err(Stop::Unread) => Ok(exit),
        Err(stop) => Err(stop),
    }
}

/// Says on standard error why it ends here; the exit code where the document does not give it.
fn conclude(
    flow: &mut Flow<'_>,
    ending: &Ending,
    again: &str,
    arguments: &SetupArguments,
    surroundings: &mut Surroundings,
) -> Option<Exit> {
    match ending {
        Ending::Interrupted => {
            flow.teller.say(&format!("interrupted; what was done so far is kept. Go on with: {again}"));
            Some(Exit::Interrupted)
        }
        Ending::Refused(problem) => Some(tell(problem, arguments.colour, surroundings)),
        Ending::Reached(missing) => {
            for warning in flow.unused() {
                flow.teller.say(&format!("warning: {warning}"));
            }
            if let Some(missing) = missing {
                flow.teller.say(&format!("ib: {missing}"));
            }
            None
        }
    }
}

fn print(
    flow: &mut Flow<'_>,
    document: &SetupDocument,
    again: &str,
    arguments: &SetupArguments,
    surroundings: &mut Surroundings,
) -> Result<(), Stop> {
    if flow.teller.is_stream() {
        return Ok(flow.teller.end(document)?);
    }
    let look = Look::of(&surroundings.stdout, arguments.colour, surroundings);
    let text = match arguments.output {
        SetupFormat::Json => format::json(document),
        _ => page::render(document, again, look),
    };
    surroundings.stdout.write_all(text.as_bytes())?;
    Ok(surroundings.stdout.flush()?)
}

/// Says why nothing was done, on standard error.
pub(super) fn tell(
    problem: &Problem,
    colour: crate::look::ColourChoice,
    surroundings: &mut Surroundings,
) -> Exit {
    let look = Look::of(&surroundings.stderr, colour, surroundings);
    let text = page::problem(problem, look);
    let _ = surroundings.stderr.write_all(text.as_bytes());
    problem.exit()
}
