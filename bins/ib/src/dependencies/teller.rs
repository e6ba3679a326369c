//! What is told while a command goes on: lines and a bar for a person, and events for a program.

use std::collections::BTreeMap;
use std::io;

use ib_api::dependencies::{DependenciesDocument, ItemDocument, MessageDocument, PublicationDocument};
use ib_api::dependencies_event::DependenciesEvent;

use super::choice::is_final;
use super::page;
use super::progress::Progress;
use crate::format::Events;
use crate::look::Look;
use crate::setup;
use crate::surroundings::Output;

/// Tells what happens.
pub(crate) struct Teller {
    stderr: Output,
    look: Look,
    events: Events,
    /// The status of each item when it was last told.
    seen: BTreeMap<String, String>,
    /// What was told last of what keeps it from going on.
    hindrance: Option<DependenciesEvent>,
    is_stalled: bool,
    progress: Progress,
}

impl Teller {
    pub(crate) fn new(stderr: Output, look: Look, stream: Option<Output>) -> Self {
        let mut events = Events::new(stream);
        events.write(&DependenciesEvent::begin());
        let (seen, progress) = (BTreeMap::new(), Progress::none());
        Self { stderr, look, events, seen, hindrance: None, is_stalled: false, progress }
    }

    /// One line on standard error.
    pub(crate) fn say(&self, line: &str) {
        self.progress.aside(|| self.stderr.clone().say(line));
    }

    /// Whether messages of the environment are told.
    pub(crate) const fn hears(&self) -> bool {
        self.events.are_wanted()
    }

    /// Whoever tells of a log-in.
    pub(crate) fn of_log_in(&mut self) -> setup::teller::Teller {
        self.progress.end();
        setup::teller::Teller::new(self.stderr.clone(), self.look, None)
    }

    /// What is there is about to be looked at.
    pub(crate) fn looks(&self, host: &str) {
        self.say(&format!("Looking at what is installed on {host} ..."));
    }

    /// What is there was looked at.
    pub(crate) fn looked(&mut self, document: &DependenciesDocument) {
        if let Some(event) = DependenciesEvent::looked(document) {
            self.events.write(&event);
        }
    }

    /// What a publication will do, before it does anything.
    pub(crate) fn begins(&self, document: &DependenciesDocument) {
        let Some(publication) = &document.publication else { return };
        self.say("To be published, in this order:");
        for item in &publication.items {
            self.say(&format!("  {}: {}", page::text(&item.name), page::text(&item.reason)));
        }
    }

    /// A publication that was begun before goes on.
    pub(crate) fn goes_on(&self, document: &DependenciesDocument) {
        if let Some(publication) = &document.publication {
            let (done, all) = (publication.done, publication.items.len());
            self.say(&format!("Going on with the publication that is under way, {done} of {all} done."));
        }
    }

    /// How far a publication is: whatever is new of it.
    pub(crate) fn sees(&mut self, document: &DependenciesDocument) {
        let Some(publication) = &document.publication else { return };
        let is_first = self.seen.is_empty();
        if is_first && publication.is_active() {
            self.progress = Progress::new(&self.stderr, publication.items.len());
        }
        for item in &publication.items {
            if self.seen.get(&item.item) != Some(&item.status) {
                self.seen.insert(item.item.clone(), item.status.clone());
                self.events.write(&DependenciesEvent::item(item));
                self.tell(publication, item, is_first);
            }
        }
        self.hinder(publication);
        let current = publication.current().map(page::doing).unwrap_or_default();
        self.progress.show(publication.done, current);
        if !publication.is_active() {
            self.progress.end();
        }
    }

    /// A line for an item: at a terminal, where the bar shows the rest, for one that has come to its end.
    fn tell(&self, publication: &PublicationDocument, item: &ItemDocument, is_first: bool) {
        let is_over = is_final(&item.status);
        let is_still = ["queued", "blocked"].contains(&item.status.as_str());
        let is_told =
            if self.progress.is_shown() { is_over && !is_first } else { !(is_still || is_first && is_over) };
        if is_told {
            let (done, all) = (publication.done, publication.items.len());
            self.say(&format!("[{done}/{all}] {}", page::doing(item)));
        }
    }

    /// What keeps a publication from going on, once.
    fn hinder(&mut self, publication: &PublicationDocument) {
        let hindrance = DependenciesEvent::hindered(publication).filter(|_| publication.is_active());
        if let Some(event) = hindrance.as_ref().filter(|event| self.hindrance.as_ref() != Some(event)) {
            self.events.write(event);
            match event {
                DependenciesEvent::Silent { finding } => {
                    self.say(&format!("The environment does not answer: {}", page::text(&finding.message)));
                }
                _ => self.say(&format!("{} has to log in for it to go on.", page::text(&publication.by))),
            }
        }
        self.hindrance = hindrance;
        if publication.is_stalled && !self.is_stalled {
            self.say("Nothing has changed for a while; still waiting.");
        }
        self.is_stalled = publication.is_stalled;
    }

    /// What the environment said.
    pub(crate) fn said(&mut self, messages: Vec<MessageDocument>) {
        for message in messages {
            self.events.write(&DependenciesEvent::Message { message });
        }
    }

    /// The last event; returns what came of writing all of them.
    pub(crate) fn end(&mut self, document: &DependenciesDocument) -> io::Result<()> {
        self.events.write(&DependenciesEvent::ended(document.clone()));
        self.events.end()
    }

    /// Takes the bar away.
    pub(crate) fn settle(&mut self) {
        self.progress.end();
    }
}
