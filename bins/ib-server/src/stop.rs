//! Why the program ends.

use std::error::Error;

/// Why the program ends before it was told to. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The arguments cannot be used.
    #[error("{0}")]
    Arguments(#[from] clap::Error),
    /// A setting cannot be used.
    #[error("ib-server: {0}")]
    Setting(String),
    /// Something that the program needs cannot be had.
    #[error("ib-server: {what}: {}", chain(cause.as_ref()))]
    Failed {
        /// What it was.
        what: String,
        /// Why.
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Nobody reads the output.
    #[error("nobody reads the output")]
    Unread,
}

impl Stop {
    pub(crate) fn setting(text: impl Into<String>) -> Self {
        Self::Setting(text.into())
    }

    pub(crate) fn failed(what: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), cause: cause.into() }
    }

    /// The exit code: 2 for settings and arguments, 1 for everything else.
    pub fn code(&self) -> u8 {
        match self {
            Self::Arguments(error) => u8::try_from(error.exit_code()).unwrap_or(1),
            Self::Setting(_) => 2,
            Self::Failed { .. } | Self::Unread => 1,
        }
    }
}

/// An error and everything behind it, on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(cause) = behind {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        behind = cause.source();
    }
    text
}
