//! What a person sees.

use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::{EnvironmentName, Purpose, Role};
use ib_domain::feature::Impact;
use ib_domain::permission::user::Username;

use super::link::{self, LinkView};
use super::{Environment, Import, Refused, Sight, State};
use crate::found::{Found, Status};
use crate::time::Timestamp;

/// After how many intervals without a look what was seen is stale.
pub(super) const STALE: u32 = 3;

/// The environments of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct View {
    /// Development first, the others in the order in which they were added.
    pub environments: Vec<EnvironmentView>,
    /// The last one that was refused, until another one is added.
    pub refused: Option<Refused>,
    /// Whether LifeTime is being asked for more.
    pub is_importing: bool,
    /// Why LifeTime could not be asked.
    pub import_stop: Option<Found>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvironmentView {
    /// What it is called.
    pub name: EnvironmentName,
    /// Its address.
    pub address: EnvironmentAddress,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was added.
    pub added: Timestamp,
    /// Who added it.
    pub by: Username,
    /// Whether it is being looked at, or will be in a moment.
    pub is_looking: bool,
    /// How it stands.
    pub standing: Standing,
    /// What was last seen of it, stale or not.
    pub sight: Option<Sight>,
    /// The link to its Integration Manager.
    pub link: LinkView,
}

impl EnvironmentView {
    /// What it is to the infrastructure.
    pub fn role(&self) -> Role {
        Role::Environment(self.purpose.clone())
    }

    /// Whether it is the one that users sign in to, which stays.
    pub fn is_development(&self) -> bool {
        self.purpose == Purpose::Development
    }
}

/// How an environment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// It was not looked at yet.
    New,
    /// It is connected, and nothing is wrong with it.
    Connected,
    /// It cannot be reached. For every environment but development that is allowed (B7).
    NotConnected,
    /// It was reached, and something is wrong with it.
    Faulty,
    /// What was seen is too old to tell anything about now.
    Stale,
}

impl Standing {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Connected => "connected",
            Self::NotConnected => "not_connected",
            Self::Faulty => "faulty",
            Self::Stale => "stale",
        }
    }

    fn of(sight: Option<&Sight>, every: Duration, now: Timestamp) -> Self {
        let Some(sight) = sight else { return Self::New };
        let stops = |found: &&Found| found.status.stops();
        let is_connection = |found: &Found| {
            found.reason.is_some_and(|reason| reason.entry().impact == Impact::Connection)
                && found.status != Status::Passed
        };
        if sight.at.plus(every * STALE) <= now {
            Self::Stale
        } else if sight.troubles.iter().any(is_connection) {
            Self::NotConnected
        } else if sight.troubles.iter().find(stops).is_some() {
            Self::Faulty
        } else {
            Self::Connected
        }
    }
}

/// What a person sees of a state at `now`, where each environment is looked at again after `every`.
pub fn view(state: &State, every: Duration, now: Timestamp) -> View {
    let one = |known: &Environment| EnvironmentView {
        name: known.name.clone(),
        address: known.address.clone(),
        purpose: known.purpose.clone(),
        added: known.added,
        by: known.by.clone(),
        is_looking: known.is_wanted,
        standing: Standing::of(known.sight.as_ref(), every, now),
        sight: known.sight.clone(),
        link: link::view(&known.link, every, now),
    };
    View {
        environments: state.environments.iter().map(one).collect(),
        refused: state.refused.clone(),
        is_importing: matches!(state.import, Import::Wanted(_)),
        import_stop: match &state.import {
            Import::Stopped(found) => Some((**found).clone()),
            _ => None,
        },
    }
}
