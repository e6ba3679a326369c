//! What a command is to do.

use ib_api::waiver::Until;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};

/// What a command is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Show what is there.
    List,
    /// Add an environment.
    Add { name: EnvironmentName, address: String },
    /// Give an environment another name or another address.
    Edit { name: EnvironmentName, new_name: Option<EnvironmentName>, new_address: Option<String> },
    /// Remove an environment, once that is confirmed.
    Remove { name: EnvironmentName, is_confirmed: bool },
    /// Let people change again what a file declared of one.
    Release(EnvironmentName),
    /// Look at one now, or at all.
    Check(Option<EnvironmentName>),
    /// Add all that LifeTime lists.
    Import,
    /// Show what can be done with one, or with all.
    Features(Option<EnvironmentName>),
    /// Live with a finding of one for a while.
    Waive { name: EnvironmentName, waiver: Waive },
    /// End a waiver.
    EndWaiver { name: EnvironmentName, reason: Reason },
}

/// What is lived with, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waive {
    pub(crate) reason: Reason,
    pub(crate) owner: WaiverOwner,
    pub(crate) why: WaiverWhy,
    pub(crate) until: Until,
}

impl Task {
    /// The command.
    pub(crate) const fn command(&self) -> &'static str {
        match self {
            Self::List => "environments list",
            Self::Add { .. } => "environments add",
            Self::Edit { .. } => "environments edit",
            Self::Remove { .. } => "environments remove",
            Self::Release(_) => "environments release",
            Self::Check(_) => "environments check",
            Self::Import => "environments import",
            Self::Features(_) => "features",
            Self::Waive { .. } => "environments waive",
            Self::EndWaiver { .. } => "environments end-waiver",
        }
    }

    /// What follows the address.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::List | Self::Import => Vec::new(),
            Self::Check(name) | Self::Features(name) => name.iter().map(ToString::to_string).collect(),
            Self::Release(name) => vec![name.to_string()],
            Self::Add { name, address } => vec![name.to_string(), address.clone()],
            Self::Edit { name, new_name, new_address } => {
                let mut words = vec![name.to_string()];
                let new_name = new_name.as_ref().map(ToString::to_string);
                for (option, value) in [("--name", new_name), ("--address", new_address.clone())] {
                    words.extend(value.into_iter().flat_map(|value| [option.to_owned(), value]));
                }
                words
            }
            Self::Waive { name, waiver: Waive { reason, owner, why, until } } => {
                let options = [
                    ("--owner", owner.to_string()),
                    ("--why", why.to_string()),
                    ("--until", until.to_string()),
                ];
                let options = options.into_iter().flat_map(|(option, value)| [option.to_owned(), value]);
                [name.to_string(), reason.to_string()].into_iter().chain(options).collect()
            }
            Self::EndWaiver { name, reason } => vec![name.to_string(), reason.to_string()],
            Self::Remove { name, is_confirmed } => {
                let yes = is_confirmed.then(|| "--yes".to_owned());
                [name.to_string()].into_iter().chain(yes).collect()
            }
        }
    }
}
