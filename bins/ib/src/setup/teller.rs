//! What is told while a set-up goes on: lines for a person, and events for a program.

use std::io::{self, Write as _};

use ib_api::setup::SetupDocument;
use ib_api::setup_event::SetupEvent;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use super::page;
use crate::format::Page;
use crate::look::Look;
use crate::surroundings::Output;

/// Tells what happens.
pub(crate) struct Teller {
    stderr: Output,
    look: Look,
    /// Where events go, where they are wanted.
    stream: Option<Output>,
    last: Option<SetupEvent>,
    /// What came of writing the events.
    written: io::Result<()>,
}

impl Teller {
    pub(crate) fn new(stderr: Output, look: Look, stream: Option<Output>) -> Self {
        let mut teller = Self { stderr, look, stream, last: None, written: Ok(()) };
        teller.event(&SetupEvent::begin());
        teller
    }

    /// One line on standard error.
    pub(crate) fn say(&mut self, line: &str) {
        self.stderr.say(line);
    }

    /// A text of somebody else's on standard error, in lines that fit.
    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = harmless(text, 8 * REMOTE_TEXT_LIMIT);
        for line in Look::wrap(&text, self.look.width) {
            self.stderr.say(line);
        }
    }

    /// What is in the way, on standard error.
    pub(crate) fn trouble(&mut self, document: &SetupDocument) {
        let mut page = Page::new(self.look);
        page::trouble(&mut page, document);
        let _ = self.stderr.write_all(page.into_text().as_bytes());
    }

    /// Where the set-up stands now: one line where the world begins to work.
    pub(crate) fn stands(&mut self, document: &SetupDocument) {
        let event = SetupEvent::step(document);
        if self.last.as_ref() == Some(&event) {
            return;
        }
        if document.is_running() {
            let line = working(document);
            self.say(&line);
        }
        self.event(&event);
        self.last = Some(event);
    }

    /// The last event; returns what came of writing all of them.
    pub(crate) fn end(&mut self, document: &SetupDocument) -> io::Result<()> {
        self.event(&SetupEvent::end(document.clone()));
        std::mem::replace(&mut self.written, Ok(()))
    }

    /// Whether events are wanted.
    pub(crate) const fn is_stream(&self) -> bool {
        self.stream.is_some()
    }

    fn event(&mut self, event: &SetupEvent) {
        let Some(stream) = self.stream.as_mut().filter(|_| self.written.is_ok()) else { return };
        self.written = serde_json::to_string(event)
            .map_err(io::Error::from)
            .and_then(|line| stream.write_all(format!("{line}\n").as_bytes()))
            .and_then(|()| stream.flush());
    }
}

/// What the world works on.
fn working(document: &SetupDocument) -> String {
    let host = page::host(document);
    match document.step.as_str() {
        "log-in" => format!("Logging in as {} at {host} ...", harmless(&document.typed.username, 60)),
        "check" => format!("Checking the infrastructure of {host} ..."),
        "activation-code" => "Verifying the activation code ...".to_owned(),
        "registered" => "Registering the infrastructure ...".to_owned(),
        _ => format!("Checking {host} ..."),
    }
}
