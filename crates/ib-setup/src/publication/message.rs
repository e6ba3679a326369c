//! What an environment says about a publication, as it is kept.

use ib_env_client::{MessageKind, PublicationMessage};
use serde::{Deserialize, Serialize};

use super::plan::Item;
use crate::time::Timestamp;

/// How many messages of one item are kept; after that only errors, up to [`ERRORS`] more.
const MESSAGES: u32 = 1_000;
/// How many errors are kept beside.
const ERRORS: u32 = 200;

/// A message, as the environment gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Its number within the publication, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// How grave it is.
    pub severity: MessageSeverity,
    /// What it says. Untrusted text.
    pub text: String,
    /// More of it. Untrusted text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageSeverity {
    /// For information.
    Info,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// The end of step 1.
    Stop,
}

impl From<PublicationMessage> for Message {
    fn from(message: PublicationMessage) -> Self {
        let severity = match message.kind {
            MessageKind::Warning => MessageSeverity::Warning,
            MessageKind::Error => MessageSeverity::Error,
            MessageKind::PublishStop => MessageSeverity::Stop,
            _ => MessageSeverity::Info,
        };
        Self { id: message.id, severity, text: message.message, detail: message.detail }
    }
}

impl Message {
    /// Its words, with the detail behind them.
    pub fn sentence(&self) -> String {
        let (text, detail) = (self.text.trim(), self.detail.trim());
        if detail.is_empty() { text.to_owned() } else { format!("{text} ({detail})") }
    }
}

/// A message in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// About what.
    pub item: Item,
    /// When it was heard.
    pub at: Timestamp,
    /// The message.
    pub message: Message,
}

/// The messages that are new after `after`, as far as there is room for them beside those that were `heard`.
/// A number never comes twice.
pub(super) fn new(messages: Vec<Message>, after: i64, last: i64, heard: u32) -> Vec<Message> {
    let mut seen = after;
    let mut room = MESSAGES.saturating_sub(heard);
    let mut errors = (MESSAGES + ERRORS).saturating_sub(heard);
    let mut taken = Vec::new();
    for message in messages {
        let is_new = match message.id {
            Some(id) => id > seen,
            // Without a number, only the page tells whether it is new.
            None => last > after,
        };
        seen = message.id.filter(|_| is_new).unwrap_or(seen);
        let fits = room > 0 || (message.severity != MessageSeverity::Info && errors > 0);
        if is_new && fits {
            room = room.saturating_sub(1);
            errors = errors.saturating_sub(1);
            taken.push(message);
        }
    }
    taken
}
