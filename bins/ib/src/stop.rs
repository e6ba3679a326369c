//! Why a command ends without a result.

use std::fmt::Display;
use std::io;
use std::path::Path;

use ib_api::exit::Exit;

use crate::surroundings::Output;

/// Why a command ends without a result. Each text is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// It was called in a way that cannot work.
    #[error("{0}")]
    Usage(String),
    /// Something failed that should not.
    #[error("{0}")]
    Broken(String),
    /// Whoever read the output has gone, as `head` does.
    #[error("nobody reads the output")]
    Unread,
}

impl Stop {
    /// Wrong usage, with what to do about it.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Something that should not fail did.
    pub(crate) fn broken(what: &str, error: &dyn Display) -> Self {
        Self::Broken(format!("{what}: {error}"))
    }

    /// A file that cannot be read, with what to do.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::usage(format!("{} cannot be read ({error}); check its name and rights", file_name(path)))
    }

    /// Tells a person, and says how to exit.
    pub(crate) fn tell(&self, stderr: &mut Output) -> Exit {
        match self {
            Self::Usage(text) => {
                stderr.say(format_args!("ib: {text}"));
                Exit::Usage
            }
            Self::Broken(text) => {
                stderr.say(format_args!("ib: internal error: {text}"));
                Exit::Internal
            }
            Self::Unread => Exit::Passed,
        }
    }
}

/// Output that cannot be written.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Unread
        } else {
            Self::broken("the output cannot be written", &error)
        }
    }
}

/// What to call a file.
pub(crate) fn file_name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}
