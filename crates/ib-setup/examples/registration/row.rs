//! One history, as a row of the store.

use ib_setup::ports::{Addition, Kept, Lease, Leased, Release, Standing, StoreError};
use ib_setup::{HistoryId, Timestamp};

pub(crate) type Answer<T> = Result<T, StoreError>;

#[derive(Default)]
pub(crate) struct Row {
    pub(crate) events: Vec<String>,
    snapshot: String,
    pub(crate) standing: Standing,
    /// Which append of the whole store was its last.
    pub(crate) changed: u64,
    /// The token of its last lease, and until when that holds; `None` once it was given back.
    pub(crate) token: u64,
    pub(crate) until: Option<Timestamp>,
}

impl Row {
    pub(crate) fn kept(&self) -> Kept {
        Kept { sequence: self.events.len(), snapshot: self.snapshot.as_str().into() }
    }

    /// Nothing is appended under a lease that somebody else has since, nor after events that were not seen.
    pub(crate) fn admits(&self, expected: usize, new: &Addition<'_>) -> Answer<()> {
        match new.lease {
            Some(lease) if lease.token != self.token => Err(StoreError::LeaseLost),
            _ if self.events.len() != expected => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }

    pub(crate) fn append(&mut self, new: &Addition<'_>, changed: u64) {
        self.events.extend_from_slice(new.events);
        (self.snapshot, self.standing) = (new.snapshot.to_owned(), new.standing.clone());
        self.changed = changed;
    }

    /// Whether there is work at `now` that nobody else holds.
    pub(crate) fn is_free(&self, now: Timestamp) -> bool {
        self.standing.due.is_some_and(|due| due <= now) && self.until.is_none_or(|until| until <= now)
    }

    pub(crate) fn lease(&mut self, history: HistoryId, until: Timestamp) -> Leased {
        (self.token, self.until) = (self.token + 1, Some(until));
        Leased { lease: Lease { history, token: self.token }, kept: self.kept() }
    }

    /// When it is next due counts only where nothing was appended meanwhile.
    pub(crate) fn release(&mut self, given: &Release) {
        self.until = None;
        if given.sequence == self.events.len() {
            self.standing.due = given.due;
        }
    }
}
