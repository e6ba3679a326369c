//! The commands that go on.

use ib_api::dependencies::DependenciesDocument;

use super::choice::is_active;
use super::task::Task;
use crate::cli::CommonArguments;
use crate::setup::place::{Place, quoted, way};

/// Makes the commands that go on, each as it has to be typed.
pub(crate) struct Again {
    /// The environment's host.
    pub(crate) host: String,
    /// The command that registers its infrastructure.
    pub(crate) setup: String,
    /// What leads to the place where set-ups are kept, to packages and to the environment.
    rest: String,
}

impl Again {
    pub(crate) fn new(place: &Place, host: &str, arguments: &CommonArguments) -> Self {
        let way = way(&arguments.network);
        let said = place.said();
        let packages = arguments.packages.as_ref();
        let packages = packages.map(|path| format!(" --packages {}", quoted(&path.display().to_string())));
        let user = arguments.login.username.as_ref().map(|user| format!(" --username {}", quoted(user)));
        let [packages, user] = [packages, user].map(Option::unwrap_or_default);
        let setup = format!("{}{way}", place.command("setup", host));
        Self { host: host.to_owned(), setup, rest: format!("{packages}{said}{user}{way}") }
    }

    /// `ib dependencies` and what follows it.
    pub(crate) fn command(&self, name: &str) -> String {
        format!("ib dependencies {name} {}{}", self.host, self.rest)
    }

    /// The same command again.
    pub(crate) fn same(&self, task: &Task) -> String {
        let named = task.named().iter().fold(String::new(), |all, name| format!("{all} {name}"));
        format!("ib dependencies {} {}{named}{}", task.name(), self.host, self.rest)
    }

    /// What to do next, where something is to be done.
    pub(crate) fn next(&self, task: &Task, document: &DependenciesDocument) -> Option<String> {
        if document.exit == 0 && !task.only_looks() {
            return None;
        }
        let has = |status: &str| {
            let items = document.publication.iter().flat_map(|publication| &publication.items);
            items.into_iter().any(|item| item.status == status)
        };
        let is_due = |state: &str| document.dependencies.iter().any(|known| known.state == state);
        match document.exit {
            3 if has("failed") => Some(self.command("retry")),
            0 | 7 if is_active(document) => None,
            0 | 7 if document.plan.is_empty() => None,
            0 | 7
                if document
                    .dependencies
                    .iter()
                    .all(|known| ["installed", "missing"].contains(&known.state.as_str()))
                    && is_due("missing") =>
            {
                Some(self.command("install"))
            }
            0 | 7 => Some(self.command("update")),
            _ => Some(self.same(task)),
        }
    }
}
