//! What is recorded about environments. The form is a promise: a stored history stays readable.

use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::permission::user::Username;
use serde::{Deserialize, Serialize};

use super::{Number, Seen};
use crate::found::Found;
use crate::registration::FormatVersion;
use crate::time::Timestamp;

/// One recorded fact.
///
/// Serialised as `{"version":1,"at":<ms>,"fact":{"type":"...",...}}`. Within a version, fields are only
/// added, each with a default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The version of the form.
    pub version: FormatVersion,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

impl Event {
    /// The fact, recorded at `at`.
    pub const fn new(at: Timestamp, fact: Fact) -> Self {
        Self { version: FormatVersion, at, fact }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// The infrastructure has its development environment; somebody came in by it.
    Began {
        /// Its address.
        address: EnvironmentAddress,
        /// Who came in.
        by: Username,
    },
    /// Somebody added an environment.
    Added {
        /// Its number.
        number: Number,
        /// What it is called.
        name: EnvironmentName,
        /// Its address.
        address: EnvironmentAddress,
        /// What it is for.
        purpose: Purpose,
        /// Who.
        by: Username,
    },
    /// Somebody changed an environment.
    Edited {
        /// Its number.
        number: Number,
        /// What it is called now.
        name: EnvironmentName,
        /// Its address now.
        address: EnvironmentAddress,
        /// Who.
        by: Username,
    },
    /// Somebody removed an environment.
    Removed {
        /// Its number.
        number: Number,
        /// Who.
        by: Username,
    },
    /// Somebody wants environments looked at now.
    LookRequested {
        /// Their numbers.
        numbers: Vec<Number>,
        /// Who.
        by: Username,
    },
    /// What was seen of an environment, where that is new.
    Seen {
        /// Its number.
        number: Number,
        /// What was seen.
        seen: Box<Seen>,
    },
    /// Environments were looked at, and are as they were.
    Unchanged {
        /// Their numbers.
        numbers: Vec<Number>,
    },
    /// An environment that was just added does not belong.
    Refused {
        /// Its number.
        number: Number,
        /// Why.
        found: Box<Found>,
    },
    /// Somebody wants all environments that LifeTime lists.
    ImportRequested {
        /// Who.
        by: Username,
    },
    /// They were added, as far as they were not there.
    Imported,
    /// LifeTime could not be asked.
    ImportStopped {
        /// Why.
        found: Box<Found>,
    },
}
