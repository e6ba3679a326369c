//! The newest entries, and no others.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::id::EntryId;
use crate::time::Timestamp;

/// Where an entry stands: by time, then by history and number, so that no two stand at the same place.
pub(super) type Place = (Timestamp, EntryId);

/// The newest entries before a place, at most so many.
pub(super) struct Newest {
    before: Option<Place>,
    limit: usize,
    entries: BTreeMap<Place, Entry>,
}

impl Newest {
    pub(super) const fn new(before: Option<Place>, limit: usize) -> Self {
        Self { before, limit, entries: BTreeMap::new() }
    }

    /// The same, with nothing in it.
    pub(super) const fn empty(&self) -> Self {
        Self::new(self.before, self.limit)
    }

    pub(super) fn take(&mut self, entry: Entry) {
        let place = (entry.at, entry.id);
        if self.before.is_some_and(|before| place >= before) {
            return;
        }
        self.entries.insert(place, entry);
        if self.entries.len() > self.limit {
            self.entries.pop_first();
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        other.entries.into_values().for_each(|entry| self.take(entry));
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Whether there are enough that are newer than everything until `time`.
    pub(super) fn is_before_all(&self, time: Timestamp) -> bool {
        let oldest = self.entries.first_key_value().map(|((at, _), _)| *at);
        self.entries.len() >= self.limit && oldest.is_none_or(|oldest| time < oldest)
    }

    /// The newest first.
    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries.into_values().rev().collect()
    }
}
