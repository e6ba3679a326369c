//! What is told while a set-up goes on: lines for a person, and events for a program.

use std::io::{self, Write as _};

use ib_api::setup::SetupDocument;
use ib_api::setup_event::SetupEvent;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use super::page;
use crate::format::{Events, Page};
use crate::look::Look;
use crate::surroundings::Output;

/// Tells what happens.
pub(crate) struct Teller {
    stderr: Output,
    look: Look,
    events: Events,
    last: Option<SetupEvent>,
}

impl Teller {
    pub(crate) fn new(stderr: Output, look: Look, stream: Option<Output>) -> Self {
        let mut events = Events::new(stream);
        events.write(&SetupEvent::begin());
        Self { stderr, look, events, last: None }
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
        self.events.write(&event);
        self.last = Some(event);
    }

    /// The last event; returns what came of writing all of them.
    pub(crate) fn end(&mut self, document: &SetupDocument) -> io::Result<()> {
        self.events.write(&SetupEvent::end(document.clone()));
        self.events.end()
    }

    /// Whether events are wanted.
    pub(crate) const fn is_stream(&self) -> bool {
        self.events.are_wanted()
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
