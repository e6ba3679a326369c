//! `ib dependencies`: what is installed, what would be, and doing it.

use std::io::Write as _;

use ib_api::dependencies::DependenciesDocument;
use ib_api::exit::Exit;
use tracing::instrument::WithSubscriber as _;

use super::infrastructure::{Outcome, access, again_with_packages, conclude, given};
use super::setup::tell;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{CommonArguments, DependenciesCommand, DependenciesFormat};
use crate::dependencies::again;
use crate::dependencies::course::Course;
use crate::dependencies::page::{self, Shown};
use crate::dependencies::task::Task;
use crate::dependencies::teller::Teller;
use crate::dependencies::verdict;
use crate::dependencies::verdict::Ending;
use crate::dependencies::workshop::Workshop;
use crate::format;
use crate::look::Look;
use crate::setup::again::Again;
use crate::setup::entrance::Given;
use crate::setup::person::Person;
use crate::setup::place::{self, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn run(command: DependenciesCommand, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let (task, arguments) = task(command);
    let common = &arguments.workshop.infrastructure;
    let place = Place::of(&common.place, &common.network.ca, &surroundings)?;
    let address = match place::address(&common.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, common.colour, &mut surroundings)),
    };
    let again = again_with_packages(&place, address.host(), &arguments.workshop);
    refuse_what_nobody_would_do(&task, &place, &again)?;
    let secrets = Secrets::given(&common.login, None, common.non_interactive, &mut surroundings)?;
    let workshop =
        place.workshop(arguments.workshop.packages.as_ref(), access(common), &secrets, &surroundings).await?;
    let given = given(common, address, secrets, &mut surroundings);
    let command = Command { task, arguments, again };
    let exit = command.walk(workshop.as_ref(), given, &mut surroundings).await;
    workshop.desk().close().await;
    exit
}

/// What the arguments ask for.
fn task(command: DependenciesCommand) -> (Task, CommonArguments) {
    use DependenciesCommand::{Cancel, Install, List, Plan, Retry, Update};
    match command {
        List(given) => (Task::List { watches: given.watch }, given.common),
        Plan(given) => (Task::Plan, given.common),
        Install(given) => (Task::Install { only: given.only(), watches: !given.no_watch }, given.common),
        Update(given) => (Task::Update { only: given.only(), watches: !given.no_watch }, given.common),
        Retry(given) => (Task::Retry { items: given.items, watches: !given.no_watch }, given.common),
        Cancel(given) => (Task::Cancel { items: given.items, watches: !given.no_watch }, given.common),
    }
}

/// Without a server, this very run does the work.
fn refuse_what_nobody_would_do(task: &Task, place: &Place, again: &Again) -> Result<(), Stop> {
    let text = match task {
        _ if place.is_shared() => return Ok(()),
        Task::List { watches: true } => format!(
            "--watch looks on at the work of a server, and here nobody else works; go on with: {}",
            again.command("dependencies install", &[])
        ),
        Task::Install { watches: false, .. }
        | Task::Update { watches: false, .. }
        | Task::Retry { watches: false, .. }
        | Task::Cancel { watches: false, .. } => {
            "--no-watch leaves the work to a server, and here nobody else would do it; leave it out, or name a --server"
                .to_owned()
        }
        _ => return Ok(()),
    };
    Err(Stop::usage(text))
}

/// A command, with what it was given.
struct Command {
    task: Task,
    arguments: CommonArguments,
    again: Again,
}

impl Command {
    /// Goes its way, and prints where that led.
    async fn walk(
        &self,
        workshop: &dyn Workshop,
        given: Given,
        surroundings: &mut Surroundings,
    ) -> Result<Exit, Stop> {
        let common = &self.arguments.workshop.infrastructure;
        let look = Look::of(&surroundings.stderr, common.colour, surroundings);
        let dispatch = trace::dispatch(common.verbose, &surroundings.stderr, look.colour);
        let is_stream = self.arguments.output == DependenciesFormat::Ndjson;
        let teller =
            Teller::new(surroundings.stderr.clone(), look, is_stream.then(|| surroundings.stdout.clone()));
        let person = Person::of(surroundings, common.non_interactive);
        let mut course = Course::new(workshop, given, person, teller);
        let outcome = tokio::select! {
            biased;
            () = &mut surroundings.interrupt => Outcome::Interrupted,
            result = course.run(&self.task).with_subscriber(dispatch) => result.map_or_else(Outcome::Halted, Outcome::Ended),
        };
        course.teller.settle();
        let exit = self.conclude(&course, &outcome, surroundings);
        let Some(mut document) = course.latest.take() else { return Ok(exit.unwrap_or(Exit::Internal)) };
        let ending = if let Outcome::Ended(ending) = outcome { ending } else { Ending::Reached };
        let exit = exit.unwrap_or_else(|| verdict::exit(&self.task, ending, &document));
        if exit == Exit::Usage {
            return Ok(exit);
        }
        document.exit = exit.code();
        match self.print(&mut course.teller, &document, ending, surroundings) {
            // Whoever piped the output into `head` still gets the exit code.
            Ok(()) | Err(Stop::Unread) => Ok(exit),
            Err(stop) => Err(stop),
        }
    }

    /// Says on standard error why it ends here; the exit code where the document does not give it.
    fn conclude(
        &self,
        course: &Course<'_>,
        outcome: &Outcome<Ending>,
        surroundings: &mut Surroundings,
    ) -> Option<Exit> {
        let (same, common) = (again::same(&self.again, &self.task), &self.arguments.workshop.infrastructure);
        let exit = conclude(outcome, &course.entrance, &self.again, &same, common, surroundings);
        if matches!(outcome, Outcome::Ended(Ending::NothingToDo)) {
            surroundings.stderr.say("There is nothing to do.");
        }
        exit
    }

    fn print(
        &self,
        teller: &mut Teller,
        document: &DependenciesDocument,
        ending: Ending,
        surroundings: &mut Surroundings,
    ) -> Result<(), Stop> {
        let look =
            Look::of(&surroundings.stdout, self.arguments.workshop.infrastructure.colour, surroundings);
        let text = match self.arguments.output {
            DependenciesFormat::Ndjson => return Ok(teller.end(document)?),
            DependenciesFormat::Json => format::json(document),
            DependenciesFormat::Text => {
                let next = again::next(&self.again, &self.task, document);
                let (task, host, next) = (&self.task, self.again.host.as_str(), next.as_deref());
                page::render(&Shown { task, ending, document, host, next }, look)
            }
        };
        surroundings.stdout.write_all(text.as_bytes())?;
        Ok(surroundings.stdout.flush()?)
    }
}
