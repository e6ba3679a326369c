//! What is recorded about publications. The form is a promise: a stored history stays readable.

use ib_domain::integration::IntegrationName;
use ib_domain::permission::user::Username;
use serde::{Deserialize, Serialize};

use super::message::Message;
use super::plan::{Item, Planned};
use super::run::Holder;
use super::survey::{Present, Survey};
use super::upload::UploadedPackage;
use crate::found::Found;
use crate::registration::FormatVersion;
use crate::request_source::RequestSource;
use crate::time::Timestamp;

/// One recorded fact. It never holds a password.
///
/// Serialised as `{"version":1,"at":<ms>,"fact":{"type":"...",...}}`. Within a version, fields are only
/// added, each with a default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The version of the form.
    pub version: FormatVersion,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// Where the request came from that led to it, where a person's did and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RequestSource>,
}

impl Event {
    /// The fact, recorded at `at`; nobody asked for it.
    pub const fn new(at: Timestamp, fact: Fact) -> Self {
        Self { version: FormatVersion, at, fact, from: None }
    }

    /// The same, asked for from there.
    pub(crate) const fn asked_from(mut self, from: Option<RequestSource>) -> Self {
        self.from = from;
        self
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// Somebody wants to know what is there.
    LookRequested {
        /// Who.
        by: Holder,
    },
    /// What is there could not be told.
    LookStopped {
        /// Why.
        found: Box<Found>,
    },
    /// What is there.
    Surveyed {
        /// What was found.
        survey: Survey,
    },
    /// Somebody uploaded the package of an integration.
    Uploaded {
        /// The package.
        package: UploadedPackage,
        /// Who.
        by: Username,
    },
    /// Somebody had the package of an integration forgotten.
    Discarded {
        /// The integration.
        integration: IntegrationName,
        /// Who.
        by: Username,
    },
    /// Whoever wants to know what is there published the package of an integration by hand.
    MarkRequested {
        /// The integration.
        integration: IntegrationName,
    },
    /// What was published by hand is there.
    Marked {
        /// The integration.
        integration: IntegrationName,
    },
    /// What was published by hand is not there.
    MarkRefused {
        /// The integration.
        integration: IntegrationName,
        /// Why.
        found: Box<Found>,
    },
    /// Somebody started a publication.
    Started {
        /// Who.
        by: Holder,
        /// What is to be done.
        plan: Vec<Planned>,
    },
    /// Rights, packages and what is there were looked at once more.
    Prepared,
    /// An item is about to be sent. Recorded before, so that nobody sends it again without looking.
    Sending {
        /// The item.
        item: Item,
        /// Tells the lease under which it is sent.
        fence: u64,
    },
    /// Whether an item was taken on is not known, or it was not and may be later.
    Unsent {
        /// The item.
        item: Item,
        /// Whether the environment said that it is being published already.
        is_busy: bool,
    },
    /// What may have been sent before is not there.
    Absent {
        /// The item.
        item: Item,
    },
    /// The environment took an item on.
    Accepted {
        /// The item.
        item: Item,
        /// The environment's own number for it.
        publication: i64,
    },
    /// The environment said something about an item.
    Said {
        /// The item.
        item: Item,
        /// What it said.
        messages: Vec<Message>,
        /// The number to ask on from.
        last: i64,
    },
    /// Step 1 has ended well.
    Validated {
        /// The item.
        item: Item,
    },
    /// Step 1 has ended, and the environment is told to go no further.
    Withdrawn {
        /// The item.
        item: Item,
        /// Why it failed; `None` where somebody cancelled it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<Box<Found>>,
        /// What is there already, so that there is nothing to deploy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        present: Option<Present>,
    },
    /// The environment was told to go on with step 2.
    Continued {
        /// The item.
        item: Item,
    },
    /// Step 2 has ended.
    Deployed {
        /// The item.
        item: Item,
    },
    /// An item is there as it should be.
    Done {
        /// The item.
        item: Item,
        /// What is there.
        present: Present,
    },
    /// An item came to nothing.
    Failed {
        /// The item.
        item: Item,
        /// Why.
        found: Box<Found>,
    },
    /// Somebody wants an item cancelled as soon as that is possible.
    CancelRequested {
        /// The item.
        item: Item,
    },
    /// An item was cancelled.
    Cancelled {
        /// The item.
        item: Item,
    },
    /// Somebody wants an item tried again.
    RetryRequested {
        /// The item.
        item: Item,
        /// Who.
        by: Holder,
    },
    /// The environment does not answer.
    FellSilent {
        /// What was found in place of an answer.
        found: Box<Found>,
    },
    /// The environment answers again.
    AnsweredAgain,
    /// There are no credentials that it accepts; somebody has to log in.
    LogInAwaited,
    /// Somebody logged in, and the publication goes on with their credentials.
    WentOn {
        /// Who.
        by: Holder,
    },
    /// Nothing is left that can be done.
    Ended {
        /// Why nothing was done, where that is so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<Box<Found>>,
    },
}
