//! How the publication of an application goes.

use serde::{Deserialize, Serialize};

/// A message that a publication shall produce.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishMessage {
    /// 1 while validating, 2 while deploying; 0 counts as 1.
    pub step: u8,
    /// `Info`, `Warning`, `Error`, or anything else.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text.
    pub message: String,
    /// More text.
    pub detail: String,
}

/// How the publication of an application shall go. Of several rules for it the first one counts.
///
/// An answer to its start that comes late, or not as it should, is a [`Fault`](super::Fault) with the method
/// `SolutionPack_PublishWith2StepOption`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishRule {
    /// The application's name, or `*`.
    pub application: String,
    /// If given, the publication does not start and this is the reason.
    pub not_started: Option<String>,
    /// Messages on the way.
    pub messages: Vec<PublishMessage>,
    /// How many polls it takes until a message is visible. With 1, the usual, a poll brings up to two messages; with
    /// more, every so many polls bring one. The rule as it is at the poll counts.
    pub polls_per_message: u32,
    /// After so many messages no more become visible and the publication does not end. The rule as it is at the poll
    /// counts, so a change of it sets the publication going again.
    pub stall_after: Option<u32>,
    /// The rule is only for the first publication of the application on this host, so that the second one succeeds.
    /// One that `not_started` kept from starting counts as the first one; one that is refused for another reason,
    /// such as a missing permission, does not.
    pub once: bool,
    /// The environment takes the package on, and the connection is closed instead of an answer.
    pub lose_start: bool,
}

impl Default for PublishRule {
    fn default() -> Self {
        Self {
            application: String::new(),
            not_started: None,
            messages: Vec::new(),
            polls_per_message: 1,
            stall_after: None,
            once: false,
            lose_start: false,
        }
    }
}

impl PublishRule {
    /// Whether it is for a publication that is, or is not, the first one of its application.
    pub(crate) const fn concerns(&self, is_first: bool) -> bool {
        is_first || !self.once
    }
}
