//! What a check answers when something is wrong.

use std::fmt;

/// One thing that is wrong: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// A file with its line, a crate, or a command.
    pub(crate) at: String,
    /// What is wrong there, as a sentence without its full stop.
    pub(crate) what: String,
    /// What to do, in the imperative.
    pub(crate) fix: String,
}

impl Problem {
    /// A problem at a place.
    pub(crate) fn new(at: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    to do: {}", self.at, self.what, self.fix)
    }
}
