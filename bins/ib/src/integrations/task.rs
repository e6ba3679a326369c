//! What a command is to do.

use ib_domain::integration::{IntegrationKind, IntegrationName};

use super::source::Source;
use super::target::Target;

/// What a command is to do.
pub(crate) enum Task {
    /// Show what is there.
    List,
    /// Upload a package.
    Upload { source: Source, kind: IntegrationKind },
    /// Publish an integration; where it `watches`, to the end of the publication, and else it ends at once.
    Publish { name: IntegrationName, watches: bool },
    /// Download a package.
    Download { name: IntegrationName, target: Target },
    /// Mark an integration as published by hand.
    Mark(IntegrationName),
    /// Forget a package, once that is confirmed.
    Remove { name: IntegrationName, is_confirmed: bool },
}

impl Task {
    /// The command.
    pub(crate) const fn command(&self) -> &'static str {
        match self {
            Self::List => "integrations list",
            Self::Upload { .. } => "integrations upload",
            Self::Publish { .. } => "integrations publish",
            Self::Download { .. } => "integrations download",
            Self::Mark(_) => "integrations mark",
            Self::Remove { .. } => "integrations remove",
        }
    }

    /// What follows the address.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::List => Vec::new(),
            Self::Upload { source, kind } => {
                vec![source.path.display().to_string(), "--kind".to_owned(), kind.id().to_owned()]
            }
            Self::Publish { name, .. } | Self::Mark(name) => vec![name.to_string()],
            Self::Download { name, target } => [name.to_string()].into_iter().chain(target.words()).collect(),
            Self::Remove { name, is_confirmed } => {
                let yes = is_confirmed.then(|| "--yes".to_owned());
                [name.to_string()].into_iter().chain(yes).collect()
            }
        }
    }
}
