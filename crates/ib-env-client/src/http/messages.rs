//! What an environment says about a publication, kept inside bounds.

use serde::{Deserialize, Deserializer};

use super::xml::Element;
use crate::environment::{MessageKind, MessagePage, PublicationMessage, PublishId, Started};

/// Most messages of one answer that are kept.
const MESSAGES_LIMIT: usize = 1_000;
/// Longest text of a message that is kept, in characters.
const TEXT_LIMIT: usize = 4_000;

/// The messages of one answer.
#[derive(Default)]
pub(super) struct Messages {
    kept: Vec<PublicationMessage>,
    /// Whether there were more than are kept.
    left_out: bool,
    /// The number of the last one, kept or not.
    last: Option<i64>,
    /// Whether one of them has no number, or none that is higher than the ones before.
    disordered: bool,
}

impl Messages {
    /// What is read of a message.
    pub(super) const WANTED: &[&str] = &["Id", "Type", "Message", "Detail"];

    /// Takes the next one over, from an item of the list.
    pub(super) fn take(&mut self, item: &Element) {
        self.push(PublicationMessage {
            id: item.number_of("Id"),
            kind: kind(item.text_of("Type")),
            message: cut(item.text_of("Message")).to_owned(),
            detail: cut(item.text_of("Detail")).to_owned(),
        });
    }

    fn push(&mut self, message: PublicationMessage) {
        self.disordered |= message.id <= self.last;
        self.last = message.id;
        if self.kept.len() < MESSAGES_LIMIT {
            self.kept.push(message);
        } else {
            self.left_out = true;
        }
    }

    /// How a publication began, given its number. None at all and no reason either is no answer.
    pub(super) fn started(self, id: Option<i64>) -> Option<Started> {
        match id {
            Some(id) if id > 0 => Some(Started::Running(PublishId(id), self.kept)),
            None if self.kept.is_empty() => None,
            _ => Some(Started::NotStarted(self.kept)),
        }
    }

    /// A page of them, asked for after the message `after`; `last` and `finished` are the environment's words.
    /// What is not kept comes with the next page; where it could not be asked for, this is no answer, because
    /// an error must not get lost.
    pub(super) fn page(self, after: i64, last: i64, finished: bool) -> Option<MessagePage> {
        if !self.left_out {
            return Some(MessagePage { messages: self.kept, last_id: last.max(after), finished });
        }
        let last_id = self.kept.last()?.id.filter(|id| after < *id && *id < last && !self.disordered)?;
        Some(MessagePage { messages: self.kept, last_id, finished: false })
    }
}

/// The JSON reply to a republication.
#[derive(Deserialize)]
pub(super) struct Staging {
    #[serde(rename = "publishId", alias = "PublishId", default)]
    publish_id: Option<i64>,
    #[serde(rename = "Messages", alias = "messages", default, deserialize_with = "or_nothing")]
    messages: Vec<Wrapped>,
}

#[derive(Deserialize, Default)]
struct Wrapped {
    #[serde(rename = "REST_PublicationMessage", default, deserialize_with = "or_nothing")]
    message: StagingMessage,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct StagingMessage {
    #[serde(deserialize_with = "or_nothing")]
    message: String,
    #[serde(deserialize_with = "or_nothing")]
    detail: String,
    #[serde(deserialize_with = "or_nothing")]
    r#type: String,
}

/// A `null` is as good as nothing.
fn or_nothing<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Staging {
    /// How the publication began; `None` where the reply does not say.
    pub(super) fn started(self) -> Option<Started> {
        let mut messages = Messages::default();
        for Wrapped { message } in self.messages {
            messages.push(PublicationMessage {
                id: None,
                kind: kind(message.r#type.trim()),
                message: cut(&message.message).to_owned(),
                detail: cut(&message.detail).to_owned(),
            });
        }
        messages.started(self.publish_id)
    }
}

fn kind(text: &str) -> MessageKind {
    match text.to_ascii_lowercase().as_str() {
        "warning" => MessageKind::Warning,
        "error" => MessageKind::Error,
        "publishstop" => MessageKind::PublishStop,
        _ => MessageKind::Info,
    }
}

/// The beginning of a text.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(TEXT_LIMIT).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn item(id: &str, text: &str) -> Element {
        let field = |name: &str, text: &str| Element {
            name: name.to_owned(),
            text: text.to_owned(),
            children: Vec::new(),
        };
        let children =
            vec![field("Unknown", "?"), field("id", id), field("Message", text), field("Type", "Error")];
        Element { name: "PublicationMessage".to_owned(), children, ..Element::default() }
    }

    fn messages(ids: impl Iterator<Item = i64>) -> Messages {
        let mut messages = Messages::default();
        ids.for_each(|id| messages.take(&item(&id.to_string(), "m")));
        messages
    }

    #[test]
    fn what_is_left_out_comes_with_the_next_page() {
        let first = messages(1..=2500).page(0, 2500, true).unwrap();
        assert_eq!((first.messages.len(), first.last_id, first.finished), (1000, 1000, false));
        let last = messages(2001..=2500).page(2000, 2500, true).unwrap();
        assert_eq!((last.messages.len(), last.last_id, last.finished), (500, 2500, true));
    }

    #[test]
    fn what_is_left_out_and_cannot_be_asked_for_is_no_answer() {
        assert_eq!(messages((1..=1500).rev()).page(0, 1500, true), None, "another order");
        assert_eq!(
            messages((1..=1001).map(|id| id % 1001)).page(0, 1500, true),
            None,
            "the last is out of order"
        );
        assert_eq!(
            messages(std::iter::repeat_n(7, 1001)).page(0, 1500, true),
            None,
            "no numbers of their own"
        );
        assert_eq!(messages(1..=1500).page(1000, 1500, true), None, "the same as before");
        assert_eq!(messages(1..=1500).page(0, 1000, true), None, "the numbers mean something else");
        let mut unnumbered = Messages::default();
        (0..1001).for_each(|_| unnumbered.take(&item("", "m")));
        assert_eq!(unnumbered.page(0, 1500, true), None);
    }

    #[test]
    fn the_number_to_ask_on_from_never_goes_back() {
        let page = messages(std::iter::empty()).page(7, 0, false).unwrap();
        assert_eq!((page.last_id, page.finished), (7, false));
        let odd = messages([3, 3, 1].into_iter()).page(0, 5, true).unwrap();
        assert_eq!(
            (odd.messages.len(), odd.last_id),
            (3, 5),
            "order matters only where something is left out"
        );
    }

    #[test]
    fn only_a_number_above_zero_is_a_publication() {
        let begun = |ids: std::ops::Range<i64>, id| messages(ids).started(id);
        assert!(matches!(begun(0..0, Some(5)), Some(Started::Running(PublishId(5), _))));
        for id in [Some(0), Some(-1)] {
            assert_eq!(begun(0..0, id), Some(Started::NotStarted(Vec::new())));
        }
        assert!(matches!(begun(0..2, None), Some(Started::NotStarted(reasons)) if reasons.len() == 2));
        assert_eq!(begun(0..0, None), None);
    }

    #[rstest]
    #[case(r#"{"publishId":3,"Messages":null,"More":[1]}"#, Some(3), 0)]
    #[case(
        r#"{"PublishId":3,"messages":[{"REST_PublicationMessage":{"Message":"m","Detail":null}}]}"#,
        Some(3),
        1
    )]
    #[case(r#"{"publishId":0,"Messages":[{"REST_PublicationMessage":null},{}]}"#, Some(0), 2)]
    #[case(r#"{"publishId":null,"Messages":[{"REST_PublicationMessage":{"Type":"Error"}}]}"#, Some(0), 1)]
    #[case("{}", None, 0)]
    fn a_staging_reply_is_read_whatever_is_not_there(
        #[case] json: &str,
        #[case] id: Option<i64>,
        #[case] count: usize,
    ) {
        let started = serde_json::from_str::<Staging>(json).unwrap().started();
        let seen = started.map(|started| match started {
            Started::Running(id, messages) => (id.0, messages.len()),
            Started::NotStarted(messages) => (0, messages.len()),
        });
        assert_eq!(seen, id.map(|id| (id, count)));
    }

    proptest! {
        #[test]
        fn a_text_keeps_its_beginning_whatever_it_holds(text in ".{0,20}", times in 1_usize..1_000) {
            let whole = text.repeat(times);
            let mut messages = Messages::default();
            messages.take(&item("1", &format!("x{whole}x")));
            let kept = &messages.kept[0].message;
            let expected: String = format!("x{whole}x").chars().take(TEXT_LIMIT).collect();
            prop_assert_eq!(kept, &expected);
        }
    }

    #[test]
    fn control_characters_are_kept_as_data() {
        let mut messages = Messages::default();
        messages.take(&item("1", "a\u{1b}[31m\u{7}b"));
        assert_eq!(messages.kept[0].message, "a\u{1b}[31m\u{7}b");
    }
}
