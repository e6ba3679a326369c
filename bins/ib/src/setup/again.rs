//! The commands that go on.

use super::place::{Place, quoted, way};
use crate::cli::InfrastructureArguments;

/// Makes the commands that go on, each as it has to be typed.
pub(crate) struct Again {
    /// The environment's host.
    pub(crate) host: String,
    /// The command that registers its infrastructure.
    pub(crate) setup: String,
    /// What leads to the place where set-ups are kept, and to the environment.
    rest: String,
}

impl Again {
    /// `extra` is what else has to be said each time.
    pub(crate) fn new(place: &Place, host: &str, arguments: &InfrastructureArguments, extra: &str) -> Self {
        let way = way(&arguments.network);
        let said = place.said();
        let user = arguments.login.username.as_ref().map(|user| format!(" --username {}", quoted(user)));
        let user = user.unwrap_or_default();
        let setup = format!("{}{way}", place.command("setup", host));
        Self { host: host.to_owned(), setup, rest: format!("{extra}{said}{user}{way}") }
    }

    /// `ib`, that command, and what follows it: the host, `words`, and what leads there.
    pub(crate) fn command(&self, command: &str, words: &[String]) -> String {
        let words = words.iter().fold(String::new(), |all, word| format!("{all} {}", quoted(word)));
        format!("ib {command} {}{words}{}", self.host, self.rest)
    }
}
