//! The state as a text, so that a long history need not be replayed for each look at it.
//!
//! It is written with every append and read with every look, also for a plan of hundreds of items: what they have in
//! common is in it once, and of what has not happened to them yet there is nothing.

use serde::{Deserialize, Serialize};

use super::State;

/// The version of the form. It counts up with every change of [`State`] or of anything in it; a snapshot in
/// another form is not read, and the history is replayed instead.
const VERSION: u8 = 3;

impl State {
    /// The state as a text, for a [`Store`](crate::ports::Store) to keep beside the history.
    pub fn snapshot(&self) -> String {
        // What cannot be written is read as no snapshot, and the history has everything.
        serde_json::to_string(&(VERSION, self)).unwrap_or_default()
    }

    /// The state of a snapshot; `None` for one in another form, or none at all.
    pub fn from_snapshot(text: &str) -> Option<Self> {
        let (version, state) = serde_json::from_str::<(u8, Self)>(text).ok()?;
        (version == VERSION).then_some(state)
    }
}

/// The items of a publication, as [`Run`](super::run::Run) has them in a snapshot.
pub(super) mod items {
    use std::collections::BTreeSet;

    use ib_domain::dependency::digest::Sha256Digest;
    use ib_domain::dependency::version::DependencyVersion;
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, Serialize};
    use crate::publication::plan::{Item, Planned, Why};
    use crate::publication::run::{Heard, RunItem, Status};
    use crate::time::Timestamp;

    /// Items that follow one another and are published for the same reason, after the same others.
    #[derive(Serialize, Deserialize)]
    struct Group {
        why: Why,
        after: BTreeSet<Item>,
        items: Vec<Line>,
    }

    /// An item without what its group has in common. What is missing is as it is when an item begins.
    #[derive(Serialize, Deserialize)]
    struct Line {
        item: Item,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted: Option<DependencyVersion>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<Sha256Digest>,
        #[serde(default, skip_serializing_if = "is_default")]
        status: Status,
        #[serde(default, skip_serializing_if = "is_default")]
        is_cancelled: bool,
        #[serde(default, skip_serializing_if = "is_default")]
        attempt: u8,
        #[serde(default, skip_serializing_if = "is_default")]
        is_repeated: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        busy_before: Option<Timestamp>,
        changed: Timestamp,
        #[serde(default, skip_serializing_if = "is_default")]
        heard: Heard,
    }

    fn is_default<T: Default + PartialEq>(value: &T) -> bool {
        *value == T::default()
    }

    impl Line {
        fn new(item: RunItem) -> Self {
            let RunItem { planned, status, is_cancelled, attempt, is_repeated, .. } = item;
            let RunItem { sent, busy_before, changed, heard, .. } = item;
            let Planned { item, wanted, digest, .. } = planned;
            Self {
                item,
                wanted,
                digest,
                status,
                is_cancelled,
                attempt,
                is_repeated,
                sent,
                busy_before,
                changed,
                heard,
            }
        }

        fn into_item(self, why: Why, after: BTreeSet<Item>) -> RunItem {
            let Self { item, wanted, digest, status, is_cancelled, attempt, is_repeated, .. } = self;
            let Self { sent, busy_before, changed, heard, .. } = self;
            let planned = Planned { item, why, after, wanted, digest };
            RunItem { planned, status, is_cancelled, attempt, is_repeated, sent, busy_before, changed, heard }
        }
    }

    pub(in super::super) fn serialize<S: Serializer>(
        items: &[RunItem],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let alike = |one: &RunItem, next: &RunItem| {
            (&one.planned.why, &one.planned.after) == (&next.planned.why, &next.planned.after)
        };
        let groups = items.chunk_by(alike).filter_map(|alike| {
            let Planned { why, after, .. } = &alike.first()?.planned;
            let items = alike.iter().cloned().map(Line::new).collect();
            Some(Group { why: why.clone(), after: after.clone(), items })
        });
        serializer.collect_seq(groups)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<RunItem>, D::Error> {
        let groups = Vec::<Group>::deserialize(deserializer)?;
        let items = groups.into_iter().flat_map(|Group { why, after, items }| {
            items.into_iter().map(move |line| line.into_item(why.clone(), after.clone()))
        });
        Ok(items.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ib_domain::dependency::DependencyId;

    use super::*;
    use crate::publication::run::Run;
    use crate::publication::tests::{NOW, holder, survey};
    use crate::publication::{Present, plan};

    /// A publication with so many integrations about to begin.
    fn with(integrations: usize) -> State {
        let old = Present { version: "1.0".parse().ok(), is_inconsistent: false };
        let names: Vec<_> = (0..integrations).map(|number| format!("Integration{number:03}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let plan =
            plan(&survey(&[(DependencyId::CommonSharedServices, Some(old))], &names), &BTreeSet::new());
        State { run: Some(Run::new(1, holder("maria"), NOW, plan)), ..State::default() }
    }

    #[test]
    fn it_is_read_back_and_another_form_is_none() {
        let state = with(2);
        let text = state.snapshot();
        assert_eq!(State::from_snapshot(&text), Some(state));
        for other in ["", "null", "[]", &text.replacen("[3,", "[2,", 1)] {
            assert_eq!(State::from_snapshot(other), None, "{other}");
        }
    }

    #[test]
    fn what_has_not_begun_is_named_and_little_more() {
        let length = |integrations| with(integrations).snapshot().len();
        let each = (length(101) - length(1)) / 100;
        assert!(each < 60, "{each} bytes for each integration");
    }
}
