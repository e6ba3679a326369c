//! The environment of the explored world.

use std::collections::BTreeSet;

use super::{Answered, Effect, Item};

/// A publication, as the environment knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Validating,
    Stopped,
    StoppedWithErrors,
    Deploying,
    Deployed,
    Failed,
    Aborted,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Environment {
    /// Each under its number, from 1 on.
    pub(super) publications: Vec<(Item, Phase)>,
    /// What is there.
    pub(super) there: BTreeSet<Item>,
}

impl Environment {
    fn is_open(&self, item: &Item) -> bool {
        let open = [Phase::Validating, Phase::Stopped, Phase::StoppedWithErrors, Phase::Deploying];
        self.publications.iter().any(|(known, phase)| known == item && open.contains(phase))
    }

    /// What the environment does when it is asked.
    pub(super) fn asked(&mut self, effect: &Effect) -> Answered {
        match effect {
            Effect::Prepare { .. } | Effect::Look { .. } => Answered::Prepared,
            Effect::Recover { .. } => Answered::Told,
            Effect::Recognise { item, .. } | Effect::Verify { item, .. } => {
                Answered::There(self.there.contains(item))
            }
            Effect::Send { item, .. } if self.is_open(item) => Answered::Busy,
            Effect::Send { item, .. } => {
                self.publications.push((item.clone(), Phase::Validating));
                Answered::Accepted(i64::try_from(self.publications.len()).expect("few"))
            }
            Effect::Listen { publication, .. } => Answered::Heard(*self.phase(*publication)),
            Effect::Continue { publication, .. } => {
                let phase = self.phase(*publication);
                if *phase == Phase::Stopped {
                    *phase = Phase::Deploying;
                }
                Answered::Told
            }
            Effect::Abort { publication, .. } => {
                let phase = self.phase(*publication);
                if !matches!(phase, Phase::Deploying | Phase::Deployed | Phase::Failed) {
                    *phase = Phase::Aborted;
                }
                Answered::Told
            }
        }
    }

    fn phase(&mut self, publication: i64) -> &mut Phase {
        &mut self.publications[usize::try_from(publication - 1).expect("from 1 on")].1
    }
}
