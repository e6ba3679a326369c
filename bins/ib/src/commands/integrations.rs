//! `ib integrations`: which there are, how each stands, and uploading, publishing and downloading them.

use std::io::Write as _;
use std::path::Path;

use ib_api::exit::Exit;
use ib_api::integrations::IntegrationsDocument;
use ib_api::setup::FindingDocument;
use tracing::instrument::WithSubscriber as _;

use super::infrastructure::{Outcome, access, again_with_packages, conclude, given};
use super::setup::tell;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{DownloadArguments, IntegrationsCommand, IntegrationsFormat, WorkshopArguments};
use crate::dependencies::teller::Teller;
use crate::dependencies::workshop::Workshop;
use crate::format;
use crate::integrations::course::{Course, Ending};
use crate::integrations::page::{self, Shown, is_open};
use crate::integrations::source::Source;
use crate::integrations::target::Target;
use crate::integrations::task::Task;
use crate::look::Look;
use crate::setup::again::Again;
use crate::setup::entrance::Given;
use crate::setup::person::Person;
use crate::setup::place::{self, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn run(command: IntegrationsCommand, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let (task, output, arguments) = task(command, &surroundings);
    let common = &arguments.infrastructure;
    let place = Place::of(&common.place, &common.network.ca, &surroundings)?;
    let address = match place::address(&common.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, common.colour, &mut surroundings)),
    };
    refuse_what_could_not_end(&task, &place, &arguments, &surroundings)?;
    let again = again_with_packages(&place, address.host(), &arguments);
    let secrets = Secrets::given(&common.login, None, common.non_interactive, &mut surroundings)?;
    let packages = arguments.packages.as_ref();
    let workshop = place.workshop(packages, access(common), &secrets, &surroundings).await?;
    let given = given(common, address, secrets, &mut surroundings);
    let command = Command { task, output, arguments, again };
    let exit = command.walk(workshop.as_ref(), given, &mut surroundings).await;
    workshop.desk().close().await;
    exit
}

/// What the arguments ask for.
fn task(
    command: IntegrationsCommand,
    surroundings: &Surroundings,
) -> (Task, IntegrationsFormat, WorkshopArguments) {
    use IntegrationsCommand::{Download, List, Mark, Publish, Remove, Upload};
    let (task, common) = match command {
        List(given) => (Task::List, given.common),
        Upload(given) => {
            (Task::Upload { source: Source { path: given.file }, kind: given.kind }, given.common)
        }
        Publish(given) => (Task::Publish { name: given.name, watches: !given.no_watch }, given.common),
        Download(DownloadArguments { name, to, force, workshop }) => {
            let target = match to {
                Some(to) if to == Path::new("-") => Target::Output(surroundings.stdout.clone()),
                path => Target::File { path, is_forced: force },
            };
            return (Task::Download { name, target }, IntegrationsFormat::Text, workshop);
        }
        Mark(given) => (Task::Mark(given.name), given.common),
        Remove(given) => (Task::Remove { name: given.name, is_confirmed: given.yes }, given.common),
    };
    (task, common.output, common.workshop)
}

/// Nothing is begun that could not end.
fn refuse_what_could_not_end(
    task: &Task,
    place: &Place,
    arguments: &WorkshopArguments,
    surroundings: &Surroundings,
) -> Result<(), Stop> {
    let is_asked = surroundings.stdin.is_terminal && !arguments.infrastructure.non_interactive;
    let text = match task {
        Task::Upload { source, .. } => return source.refuse_what_is_unreadable(),
        Task::Publish { watches: false, .. } if !place.is_shared() => {
            "--no-watch leaves the work to a server, and here nobody else would do it; leave it out, or name a --server"
        }
        Task::Remove { is_confirmed: false, .. } if !is_asked => {
            "nobody is there to confirm the removal; give --yes to remove it without being asked"
        }
        Task::Download { target: Target::Output(output), .. } if output.is_terminal => {
            "a package is nothing to read at a terminal; send standard output elsewhere, or name a file with --to"
        }
        _ => return Ok(()),
    };
    Err(Stop::usage(text))
}

/// A command, with what it was given.
struct Command {
    task: Task,
    output: IntegrationsFormat,
    arguments: WorkshopArguments,
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
        let common = &self.arguments.infrastructure;
        let look = Look::of(&surroundings.stderr, common.colour, surroundings);
        let dispatch = trace::dispatch(common.verbose, &surroundings.stderr, look.colour);
        let teller = Teller::new(surroundings.stderr.clone(), look, None);
        let person = Person::of(surroundings, common.non_interactive);
        let mut course = Course::new(workshop, given, person, teller);
        let outcome = tokio::select! {
            biased;
            () = &mut surroundings.interrupt => Outcome::Interrupted,
            result = course.run(&self.task).with_subscriber(dispatch) => result.map_or_else(Outcome::Halted, Outcome::Ended),
        };
        course.way.teller.settle();
        let same = self.again.command(self.task.command(), &self.task.words());
        let halted = conclude(&outcome, &course.way.entrance, &self.again, &same, common, surroundings);
        match outcome {
            Outcome::Ended(Ending::Downloaded) => return Ok(Exit::Passed),
            Outcome::Ended(Ending::NotConfirmed) => {
                surroundings.stderr.say("ib: nothing was removed, because it was not confirmed");
                return Ok(Exit::UserAction);
            }
            _ => {}
        }
        let Some(mut document) = course.latest.take() else { return Ok(halted.unwrap_or(Exit::Internal)) };
        let exit = halted.unwrap_or_else(|| self.exit(&course, &document));
        document.exit = exit.code();
        match self.print(&document, &course, surroundings) {
            // Whoever piped the output into `head` still gets the exit code.
            Ok(()) | Err(Stop::Unread) => Ok(exit),
            Err(stop) => Err(stop),
        }
    }

    /// The document's own exit code; where an integration was to be published and is not, that of its publication.
    fn exit(&self, course: &Course<'_>, document: &IntegrationsDocument) -> Exit {
        let publication = match (&self.task, &course.way.latest) {
            (Task::Publish { name, .. }, Some(publication)) => {
                let item = document.integration(name.as_str()).and_then(|known| known.item.as_ref());
                item.is_none_or(|item| item.status != "done").then_some(publication.exit)
            }
            _ => None,
        };
        let own = place::exit(document.exit);
        publication.filter(|_| own == Exit::Passed).map_or(own, place::exit)
    }

    /// What to do next, where something is to be done.
    fn next(&self, document: &IntegrationsDocument) -> Option<String> {
        let command = |name: &str, words: &[String]| Some(self.again.command(name, words));
        if document.looked_at.is_none() || document.stop.is_some() {
            return command("integrations list", &[]);
        }
        let open = document.integrations.iter().find(|known| is_open(known) && known.can_publish)?;
        command("integrations publish", std::slice::from_ref(&open.name))
    }

    fn print(
        &self,
        document: &IntegrationsDocument,
        course: &Course<'_>,
        surroundings: &mut Surroundings,
    ) -> Result<(), Stop> {
        let look = Look::of(&surroundings.stdout, self.arguments.infrastructure.colour, surroundings);
        let text = match self.output {
            IntegrationsFormat::Json => format::json(document),
            IntegrationsFormat::Text => {
                let (next, hindrances) = (self.next(document), self.hindrances(course));
                let next = next.as_deref();
                page::render(&Shown { document, hindrances: &hindrances, again: &self.again, next }, look)
            }
        };
        surroundings.stdout.write_all(text.as_bytes())?;
        Ok(surroundings.stdout.flush()?)
    }

    /// What is in the way of the publication as a whole, and of what has to be installed before.
    fn hindrances(&self, course: &Course<'_>) -> Vec<FindingDocument> {
        let known = course.way.latest.as_ref().filter(|_| matches!(self.task, Task::Publish { .. }));
        let Some(publication) = known.and_then(|known| known.publication.as_ref()) else { return Vec::new() };
        let dependencies = publication.items.iter().filter(|item| item.kind == "dependency");
        let of_items = dependencies.filter_map(|item| item.finding.as_ref());
        publication.stop.iter().chain(&publication.silence).chain(of_items).cloned().collect()
    }
}
