//! The commands that go on.

use ib_api::dependencies::DependenciesDocument;

use super::choice::is_active;
use super::task::Task;
use crate::setup::again::Again;

/// The same command again.
pub(crate) fn same(again: &Again, task: &Task) -> String {
    again.command(&format!("dependencies {}", task.name()), &task.named())
}

/// What to do next, where something is to be done.
pub(crate) fn next(again: &Again, task: &Task, document: &DependenciesDocument) -> Option<String> {
    if document.exit == 0 && !task.only_looks() {
        return None;
    }
    let has = |status: &str| {
        let items = document.publication.iter().flat_map(|publication| &publication.items);
        items.into_iter().any(|item| item.status == status)
    };
    let is_due = |state: &str| document.dependencies.iter().any(|known| known.state == state);
    match document.exit {
        3 if has("failed") => Some(named(again, "retry")),
        0 | 7 if is_active(document) => None,
        0 | 7 if document.plan.is_empty() => None,
        0 | 7
            if document
                .dependencies
                .iter()
                .all(|known| ["installed", "missing"].contains(&known.state.as_str()))
                && is_due("missing") =>
        {
            Some(named(again, "install"))
        }
        0 | 7 => Some(named(again, "update")),
        _ => Some(same(again, task)),
    }
}

/// The command of that name, about everything.
fn named(again: &Again, name: &str) -> String {
    again.command(&format!("dependencies {name}"), &[])
}
