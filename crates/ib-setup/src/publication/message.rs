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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: Option<i64>, severity: MessageSeverity) -> Message {
        Message { id, severity, text: "text".to_owned(), detail: String::new() }
    }

    /// How many are taken of so many messages, numbered from `after + 1` on, when `heard` were heard before.
    fn taken(severity: MessageSeverity, count: i64, heard: u32) -> usize {
        let messages: Vec<_> = (1..=count).map(|id| message(Some(id), severity)).collect();
        new(messages, 0, count, heard).len()
    }

    #[test]
    fn so_many_are_kept_and_some_more_that_matter() {
        let room = (taken(MessageSeverity::Info, 1_300, 0), taken(MessageSeverity::Error, 1_300, 0));
        assert_eq!(room, (1_000, 1_200));
        let left = (taken(MessageSeverity::Info, 10, 995), taken(MessageSeverity::Info, 10, 1_000));
        assert_eq!(left, (5, 0));
        let matter = (taken(MessageSeverity::Warning, 10, 1_195), taken(MessageSeverity::Stop, 10, 1_200));
        assert_eq!(matter, (5, 0));
    }

    #[test]
    fn each_number_is_taken_once_and_in_order() {
        let numbered = |ids: &[i64]| ids.iter().map(|id| message(Some(*id), MessageSeverity::Info)).collect();
        let ids = |taken: Vec<Message>| taken.iter().filter_map(|message| message.id).collect::<Vec<_>>();
        assert_eq!(ids(new(numbered(&[3, 4, 4, 6, 5]), 3, 6, 0)), [4, 6]);
        assert_eq!(ids(new(numbered(&[1, 2]), 3, 3, 0)), [0; 0]);
    }

    #[test]
    fn one_without_a_number_is_as_new_as_its_page() {
        let unnumbered = || vec![message(None, MessageSeverity::Warning)];
        assert_eq!(new(unnumbered(), 3, 4, 0).len(), 1);
        assert_eq!(new(unnumbered(), 3, 3, 0).len(), 0);
    }

    #[test]
    fn a_sentence_has_its_detail_behind_it() {
        let mut message = message(None, MessageSeverity::Info);
        assert_eq!(message.sentence(), "text");
        message.detail = " why ".to_owned();
        assert_eq!(message.sentence(), "text (why)");
    }

    #[test]
    fn every_kind_has_its_severity() {
        let severity = |kind| {
            let message = Message::from(PublicationMessage::new(Some(1), kind, "text"));
            assert_eq!((message.id, message.text.as_str()), (Some(1), "text"));
            message.severity
        };
        let kinds = [MessageKind::Info, MessageKind::Warning, MessageKind::Error, MessageKind::PublishStop];
        let severities =
            [MessageSeverity::Info, MessageSeverity::Warning, MessageSeverity::Error, MessageSeverity::Stop];
        assert_eq!(kinds.map(severity), severities);
    }
}
