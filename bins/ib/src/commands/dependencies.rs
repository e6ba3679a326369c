//! `ib dependencies`: what is installed, what would be, and doing it.

use std::io::Write as _;

use ib_api::dependencies::DependenciesDocument;
use ib_api::exit::Exit;
use tracing::instrument::WithSubscriber as _;

use super::setup::tell;
use crate::asking::client::explain_proxy;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{CommonArguments, DependenciesCommand, DependenciesFormat};
use crate::dependencies::again::Again;
use crate::dependencies::course::{Course, Ending, Given, Halt};
use crate::dependencies::page::{self, Shown};
use crate::dependencies::task::Task;
use crate::dependencies::teller::Teller;
use crate::dependencies::verdict;
use crate::dependencies::workshop::Workshop;
use crate::format;
use crate::look::Look;
use crate::setup::person::Person;
use crate::setup::place::{self, Access, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// How a command ended, as far as it came.
enum Outcome {
    Ended(Ending),
    Halted(Halt),
    Interrupted,
}

pub(super) async fn run(command: DependenciesCommand, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let (task, arguments) = task(command);
    let place = Place::of(&arguments.place, &arguments.network.ca, &surroundings)?;
    let address = match place::address(&arguments.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, arguments.colour, &mut surroundings)),
    };
    let again = Again::new(&place, address.host(), &arguments);
    refuse_what_nobody_would_do(&task, &place, &again)?;
    let secrets = Secrets::given(&arguments.login, None, arguments.non_interactive, &mut surroundings)?;
    let access = Access {
        network: &arguments.network,
        login: &arguments.login,
        accept_unverified: arguments.accept_unverified,
    };
    let workshop = place.workshop(arguments.packages.as_ref(), access, &secrets, &surroundings).await?;
    for warning in &secrets.warnings {
        surroundings.stderr.say(format_args!("warning: {warning}"));
    }
    explain_proxy(arguments.network.proxy.as_ref(), &mut surroundings);
    let given = Given {
        address,
        username: arguments.login.username.clone(),
        password: secrets.password,
        accept_unverified: arguments.accept_unverified,
    };
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
            again.command("install")
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
        let arguments = &self.arguments;
        let look = Look::of(&surroundings.stderr, arguments.colour, surroundings);
        let dispatch = trace::dispatch(arguments.verbose, &surroundings.stderr, look.colour);
        let is_stream = arguments.output == DependenciesFormat::Ndjson;
        let teller =
            Teller::new(surroundings.stderr.clone(), look, is_stream.then(|| surroundings.stdout.clone()));
        let person = Person::of(surroundings, arguments.non_interactive);
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
        outcome: &Outcome,
        surroundings: &mut Surroundings,
    ) -> Option<Exit> {
        let teller = &course.teller;
        if course.has_unused_password() {
            teller.say("warning: the password was not used, because no log-in was needed or possible");
        }
        match outcome {
            Outcome::Interrupted => {
                let again = self.again.same(&self.task);
                teller.say(&format!("interrupted; what was done so far is kept. Go on with: {again}"));
                Some(Exit::Interrupted)
            }
            Outcome::Ended(Ending::NothingToDo) => {
                teller.say("There is nothing to do.");
                None
            }
            Outcome::Ended(Ending::Reached) => None,
            Outcome::Halted(halt) => Some(self.tell(teller, halt, surroundings)),
        }
    }

    /// Says why it goes no further.
    fn tell(&self, teller: &Teller, halt: &Halt, surroundings: &mut Surroundings) -> Exit {
        match halt {
            Halt::Refused(problem) => tell(problem, self.arguments.colour, surroundings),
            Halt::Unregistered => {
                let host = &self.again.host;
                teller.say(&format!("ib: {host} is not registered; run {} first", self.again.setup));
                Exit::UserAction
            }
            Halt::NotIn(document, missing) => {
                let look = Look::of(&surroundings.stderr, self.arguments.colour, surroundings);
                teller.say(crate::setup::page::why(document, look).trim_end());
                if let Some(missing) = missing {
                    teller.say(&format!("ib: {missing}"));
                }
                teller.say(&format!("Go on with: {}", self.again.same(&self.task)));
                place::exit(document.exit)
            }
            Halt::LogIn => Exit::Login,
        }
    }

    fn print(
        &self,
        teller: &mut Teller,
        document: &DependenciesDocument,
        ending: Ending,
        surroundings: &mut Surroundings,
    ) -> Result<(), Stop> {
        let look = Look::of(&surroundings.stdout, self.arguments.colour, surroundings);
        let text = match self.arguments.output {
            DependenciesFormat::Ndjson => return Ok(teller.end(document)?),
            DependenciesFormat::Json => format::json(document),
            DependenciesFormat::Text => {
                let next = self.again.next(&self.task, document);
                let (task, host, next) = (&self.task, self.again.host.as_str(), next.as_deref());
                page::render(&Shown { task, ending, document, host, next }, look)
            }
        };
        surroundings.stdout.write_all(text.as_bytes())?;
        Ok(surroundings.stdout.flush()?)
    }
}
