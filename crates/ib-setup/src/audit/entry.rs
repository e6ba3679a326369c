//! What the trail tells.

use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;

use super::act::Act;
use super::id::EntryId;
use crate::found::Found;
use crate::request_source::RequestSource;
use crate::time::Timestamp;

/// One thing that somebody did, or that came of what they did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its name for good, and its place in the order.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who, where that is known. What came of a request is told of whoever asked.
    pub who: Option<Username>,
    /// Where the request came from, where that was recorded.
    pub from: Option<RequestSource>,
    /// What they did.
    pub act: Act,
    /// What they did it to, such as an integration or the code of a finding, where that is not the environment.
    pub subject: Option<String>,
    /// The environment, by its name, or by its address where it has none.
    pub environment: Option<String>,
    /// What became different.
    pub change: Option<Change>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What became different, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What was there.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done, or recorded to be done.
    Done,
    /// It was not let happen, with the reason where the catalogue has one.
    Refused(Option<Reason>),
    /// It was tried and came to nothing, with the reason where the catalogue has one.
    Failed(Option<Reason>),
}

impl Outcome {
    /// Its stable name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it came to nothing.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Done => None,
            Self::Refused(reason) | Self::Failed(reason) => reason,
        }
    }
}

/// What an event tells, before it has its place.
pub(super) struct Told {
    act: Act,
    who: Option<Username>,
    from: Option<RequestSource>,
    subject: Option<String>,
    environment: Option<String>,
    change: Option<Change>,
    outcome: Outcome,
}

impl Told {
    /// It was done; nothing more is known.
    pub(super) const fn new(act: Act) -> Self {
        Self {
            act,
            who: None,
            from: None,
            subject: None,
            environment: None,
            change: None,
            outcome: Outcome::Done,
        }
    }

    pub(super) fn by(self, who: Option<&Username>) -> Self {
        Self { who: who.cloned(), ..self }
    }

    pub(super) fn from(self, from: Option<RequestSource>) -> Self {
        Self { from, ..self }
    }

    pub(super) fn about(self, subject: &(impl ToString + ?Sized)) -> Self {
        Self { subject: Some(subject.to_string()), ..self }
    }

    pub(super) fn at(self, environment: Option<impl ToString>) -> Self {
        Self { environment: environment.map(|environment| environment.to_string()), ..self }
    }

    pub(super) fn change(self, before: Option<String>, after: Option<String>) -> Self {
        Self { change: Some(Change { before, after }), ..self }
    }

    pub(super) fn refused(self, reason: Option<Reason>) -> Self {
        Self { outcome: Outcome::Refused(reason), ..self }
    }

    pub(super) fn failed(self, found: &Found) -> Self {
        Self { outcome: Outcome::Failed(found.reason), ..self }
    }

    pub(super) fn entry(self, id: EntryId, at: Timestamp) -> Entry {
        let Self { act, who, from, subject, environment, change, outcome } = self;
        Entry { id, at, who, from, act, subject, environment, change, outcome }
    }
}
