//! Which entry.

use std::fmt;
use std::str::FromStr;

use crate::id::HistoryId;

/// Names an entry for good: the history and the number of the event that it tells of. As text, it is the place from
/// which to read on.
///
/// ```
/// use ib_setup::audit::EntryId;
///
/// let text = "environments-00000000000000000000000000000007-12";
/// assert_eq!(text.parse::<EntryId>()?.to_string(), text);
/// # Ok::<(), ib_setup::audit::EntryIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    history: HistoryId,
    sequence: usize,
}

/// A text that is no id of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not the id of an entry")]
pub struct EntryIdError;

impl EntryId {
    pub(super) const fn new(history: HistoryId, sequence: usize) -> Self {
        Self { history, sequence }
    }

    pub(super) const fn history(self) -> HistoryId {
        self.history
    }

    pub(super) const fn sequence(self) -> usize {
        self.sequence
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.history, self.sequence)
    }
}

impl FromStr for EntryId {
    type Err = EntryIdError;

    fn from_str(text: &str) -> Result<Self, EntryIdError> {
        let (history, sequence) = text.rsplit_once('-').ok_or(EntryIdError)?;
        let history = history.parse().map_err(|_| EntryIdError)?;
        let id = Self { history, sequence: sequence.parse().map_err(|_| EntryIdError)? };
        // One entry has one name.
        if id.to_string() == text { Ok(id) } else { Err(EntryIdError) }
    }
}
