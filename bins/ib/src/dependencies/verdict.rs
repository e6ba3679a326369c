//! With which exit code a command ends.

use ib_api::dependencies::DependenciesDocument;
use ib_api::exit::Exit;
use ib_domain::reason::Reason;

use super::task::Task;
use crate::setup::place;

/// How a command came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As far as possible.
    Reached,
    /// Everything that was asked for is there already.
    NothingToDo,
}

/// The exit code of a command that came to this end: the document's own, but for what was not asked.
pub(crate) fn exit(task: &Task, ending: Ending, document: &DependenciesDocument) -> Exit {
    match task {
        Task::List { watches: false } => looked(document),
        Task::Plan => planned(document),
        Task::Install { only, .. } | Task::Update { only, .. } => {
            let exit = match ending {
                // What became of an earlier publication does not count.
                Ending::NothingToDo => planned(document),
                Ending::Reached => place::exit(document.exit),
            };
            let is_there = |id: &str| {
                document.dependencies.iter().any(|known| known.id == id && known.state == "installed")
            };
            let are_there = !only.is_empty() && only.iter().all(|id| is_there(id.as_str()));
            if exit == Exit::UserAction && are_there { Exit::Passed } else { exit }
        }
        _ => place::exit(document.exit),
    }
}

/// Whether it could be told what is there.
fn looked(document: &DependenciesDocument) -> Exit {
    let forgotten = Some(Reason::LoginForgotten.entry().code);
    match &document.stop {
        Some(stop) if stop.code.as_deref() == forgotten => Exit::Login,
        Some(_) => Exit::CouldNotTell,
        None if document.looked_at.is_none() => Exit::CouldNotTell,
        None => Exit::Passed,
    }
}

/// Whether anything would be done.
fn planned(document: &DependenciesDocument) -> Exit {
    match looked(document) {
        Exit::Passed if !document.plan.is_empty() => Exit::UserAction,
        exit => exit,
    }
}
