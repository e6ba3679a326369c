//! `ib environments` and `ib features`: which environments there are, how each stands, and what that limits.

use std::io::Write as _;

use ib_api::environments::EnvironmentsDocument;
use ib_api::exit::Exit;
use tracing::instrument::WithSubscriber as _;

use super::infrastructure::{Outcome, access, conclude, given};
use super::setup::tell;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{EnvironmentsCommand, EnvironmentsFormat, NamedArguments, WatchArguments};
use crate::environments::course::{Course, Ending};
use crate::environments::page::Shown;
use crate::environments::task::{self, Task};
use crate::environments::watcher::Watcher;
use crate::environments::{features, page};
use crate::format;
use crate::look::Look;
use crate::setup::again::Again;
use crate::setup::entrance::Given;
use crate::setup::person::Person;
use crate::setup::place::{self, Place};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) async fn run(command: EnvironmentsCommand, surroundings: Surroundings) -> Result<Exit, Stop> {
    use EnvironmentsCommand::{Add, Check, Edit, EndWaiver, Import, List, Release, Remove, Waive};
    let (task, arguments) = match command {
        List(given) => (Task::List, given.common),
        Add(given) => (Task::Add { name: given.name, address: given.url }, given.common),
        Edit(given) => {
            let (name, new_name, new_address) = (given.name, given.new_name, given.new_address);
            (Task::Edit { name, new_name, new_address }, given.common)
        }
        Remove(given) => (Task::Remove { name: given.name, is_confirmed: given.yes }, given.common),
        Release(given) => (Task::Release(given.name), given.common),
        Waive(given) => {
            let (reason, owner, why, until) = (given.code, given.owner, given.why, given.until);
            let waiver = task::Waive { reason, owner, why, until };
            (Task::Waive { name: given.name, waiver }, given.common)
        }
        EndWaiver(given) => (Task::EndWaiver { name: given.name, reason: given.code }, given.common),
        Check(given) => (Task::Check(given.name), given.common),
        Import(given) => (Task::Import, given.common),
    };
    go(task, arguments, surroundings).await
}

pub(super) async fn features(arguments: NamedArguments, surroundings: Surroundings) -> Result<Exit, Stop> {
    go(Task::Features(arguments.name), arguments.common, surroundings).await
}

async fn go(task: Task, arguments: WatchArguments, mut surroundings: Surroundings) -> Result<Exit, Stop> {
    let common = &arguments.infrastructure;
    let place = Place::of(&common.place, &common.network.ca, &surroundings)?;
    let address = match place::address(&common.address) {
        Ok(address) => address,
        Err(problem) => return Ok(tell(&problem, common.colour, &mut surroundings)),
    };
    refuse_what_is_missing(&task, &place, &arguments, &surroundings)?;
    let again = Again::new(&place, address.host(), common, &lifetime(&task, &arguments));
    let secrets = Secrets::given(&common.login, None, common.non_interactive, &mut surroundings)?;
    let watcher = place.watcher(access(common), &secrets, &surroundings).await?;
    let given = given(common, address, secrets, &mut surroundings);
    let command = Command { task, arguments, again };
    let exit = command.walk(watcher.as_ref(), given, &mut surroundings).await;
    watcher.desk().close().await;
    exit
}

/// What has to be said when LifeTime is asked again; its token comes from where it came from.
fn lifetime(task: &Task, arguments: &WatchArguments) -> String {
    let login = &arguments.infrastructure.login;
    let words = [
        ("--lifetime", login.lifetime.clone()),
        ("--lifetime-token-file", login.lifetime_token_file.as_ref().map(|path| path.display().to_string())),
    ];
    let given = words.into_iter().filter_map(|(option, value)| Some((option, value?)));
    given
        .filter(|_| *task == Task::Import)
        .fold(String::new(), |all, (option, value)| format!("{all} {option} {}", place::quoted(&value)))
}

/// Nothing is begun that could not end.
fn refuse_what_is_missing(
    task: &Task,
    place: &Place,
    arguments: &WatchArguments,
    surroundings: &Surroundings,
) -> Result<(), Stop> {
    let common = &arguments.infrastructure;
    let is_asked = surroundings.stdin.is_terminal && !common.non_interactive;
    let text = match task {
        Task::Remove { is_confirmed: false, .. } if !is_asked => {
            "nobody is there to confirm the removal; give --yes to remove it without being asked"
        }
        Task::Import if common.login.lifetime.is_none() && !place.is_shared() => {
            "which LifeTime? name it with --lifetime HOST, and give the token of its service account with --lifetime-token-file FILE or IB_LIFETIME_TOKEN"
        }
        _ => return Ok(()),
    };
    Err(Stop::usage(text))
}

/// A command, with what it was given.
struct Command {
    task: Task,
    arguments: WatchArguments,
    again: Again,
}

impl Command {
    /// Goes its way, and prints where that led.
    async fn walk(
        &self,
        watcher: &dyn Watcher,
        given: Given,
        surroundings: &mut Surroundings,
    ) -> Result<Exit, Stop> {
        let common = &self.arguments.infrastructure;
        let look = Look::of(&surroundings.stderr, common.colour, surroundings);
        let dispatch = trace::dispatch(common.verbose, &surroundings.stderr, look.colour);
        let person = Person::of(surroundings, common.non_interactive);
        let mut course = Course::new(watcher, given, person, surroundings.stderr.clone(), look);
        let outcome = tokio::select! {
            biased;
            () = &mut surroundings.interrupt => Outcome::Interrupted,
            result = course.run(&self.task).with_subscriber(dispatch) => result.map_or_else(Outcome::Halted, Outcome::Ended),
        };
        let same = self.again.command(self.task.command(), &self.task.words());
        let exit = conclude(&outcome, &course.entrance, &self.again, &same, common, surroundings);
        if matches!(outcome, Outcome::Ended(Ending::NotConfirmed)) {
            surroundings.stderr.say("ib: nothing was removed, because it was not confirmed");
            return Ok(Exit::UserAction);
        }
        let Some(mut document) = course.latest.take() else { return Ok(exit.unwrap_or(Exit::Internal)) };
        let exit = exit.unwrap_or_else(|| place::exit(document.exit));
        document.exit = exit.code();
        match self.print(&document, surroundings) {
            // Whoever piped the output into `head` still gets the exit code.
            Ok(()) | Err(Stop::Unread) => Ok(exit),
            Err(stop) => Err(stop),
        }
    }

    /// What to do next, where something is to be done.
    fn next(&self, document: &EnvironmentsDocument) -> Option<String> {
        let all = &document.environments;
        let is_open = |status: &str| ["new", "stale"].contains(&status);
        if document.import_stop.is_some() {
            return Some(self.again.command("environments import", &Task::Import.words()));
        }
        let is_due = match self.task {
            Task::Features(_) => all.iter().any(|environment| is_open(&environment.status)),
            _ => {
                all.iter().any(|environment| !["connected", "waived"].contains(&environment.status.as_str()))
            }
        };
        is_due.then(|| self.again.command("environments check", &[]))
    }

    fn print(&self, document: &EnvironmentsDocument, surroundings: &mut Surroundings) -> Result<(), Stop> {
        let look = Look::of(&surroundings.stdout, self.arguments.infrastructure.colour, surroundings);
        let (host, next) = (self.again.host.as_str(), self.next(document));
        let text = match (self.arguments.output, &self.task) {
            (EnvironmentsFormat::Json, _) => format::json(document),
            (EnvironmentsFormat::Text, Task::Features(_)) => {
                features::render(document, host, next.as_deref(), look)
            }
            (EnvironmentsFormat::Text, _) => {
                let features = self.again.command("features", &[]);
                page::render(&Shown { document, host, features: &features, next: next.as_deref() }, look)
            }
        };
        surroundings.stdout.write_all(text.as_bytes())?;
        Ok(surroundings.stdout.flush()?)
    }
}
