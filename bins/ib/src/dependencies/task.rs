//! What a command is to do.

use std::collections::BTreeSet;

use ib_domain::dependency::DependencyId;
use ib_setup::publication::Item;

/// What a command is to do. Where it `watches`, it ends with the publication, and else at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Show what is there.
    List { watches: bool },
    /// Show what would be done.
    Plan,
    /// Install what is missing, or only these.
    Install { only: BTreeSet<DependencyId>, watches: bool },
    /// Do everything that is due, or what concerns these.
    Update { only: BTreeSet<DependencyId>, watches: bool },
    /// Try again what failed or was cancelled, or only these.
    Retry { items: Vec<Item>, watches: bool },
    /// Cancel what is not done, or only these.
    Cancel { items: Vec<Item>, watches: bool },
}

impl Task {
    /// The command's name.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Plan => "plan",
            Self::Install { .. } => "install",
            Self::Update { .. } => "update",
            Self::Retry { .. } => "retry",
            Self::Cancel { .. } => "cancel",
        }
    }

    /// The dependencies and integrations that were named.
    pub(crate) fn named(&self) -> Vec<String> {
        match self {
            Self::List { .. } | Self::Plan => Vec::new(),
            Self::Install { only, .. } | Self::Update { only, .. } => {
                only.iter().map(ToString::to_string).collect()
            }
            Self::Retry { items, .. } | Self::Cancel { items, .. } => {
                items.iter().map(ToString::to_string).collect()
            }
        }
    }

    /// Whether it changes nothing.
    pub(crate) const fn only_looks(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Plan)
    }
}
