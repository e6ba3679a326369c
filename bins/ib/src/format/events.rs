//! Events for a program, one JSON object a line.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::surroundings::Output;

/// Writes events as they happen, where they are wanted.
pub(crate) struct Events {
    stream: Option<Output>,
    /// What came of writing them.
    written: io::Result<()>,
}

impl Events {
    /// Events to `stream`, or none at all.
    pub(crate) const fn new(stream: Option<Output>) -> Self {
        Self { stream, written: Ok(()) }
    }

    /// Whether they are wanted.
    pub(crate) const fn are_wanted(&self) -> bool {
        self.stream.is_some()
    }

    /// Writes one, and lets readers have it at once. After one that could not be written, none is.
    pub(crate) fn write(&mut self, event: &impl Serialize) {
        let Some(stream) = self.stream.as_mut().filter(|_| self.written.is_ok()) else { return };
        self.written = serde_json::to_string(event)
            .map_err(io::Error::from)
            .and_then(|line| stream.write_all(format!("{line}\n").as_bytes()))
            .and_then(|()| stream.flush());
    }

    /// What came of writing all of them.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.written, Ok(()))
    }
}
