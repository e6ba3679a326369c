//! What is recorded about environments. The form is a promise: a stored history stays readable.

use std::net::IpAddr;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;
use ib_domain::waiver::{WaiverOwner, WaiverWhy};
use serde::{Deserialize, Serialize};

use super::{ManagerVersion, Number, Report, Seen};
use crate::found::Found;
use crate::link::LinkKeyId;
use crate::registration::FormatVersion;
use crate::request_source::RequestSource;
use crate::time::Timestamp;

/// One recorded fact.
///
/// Serialised as `{"version":1,"at":<ms>,"fact":{"type":"...",...}}`. Within a version, fields are only
/// added, each with a default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The version of the form.
    pub version: FormatVersion,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// Where the request came from that led to it, where a person's did and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RequestSource>,
}

impl Event {
    /// The fact, recorded at `at`; nobody asked for it.
    pub const fn new(at: Timestamp, fact: Fact) -> Self {
        Self { version: FormatVersion, at, fact, from: None }
    }

    /// The same, asked for from there.
    pub(crate) const fn asked_from(mut self, from: Option<RequestSource>) -> Self {
        self.from = from;
        self
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
    /// Something was published to development: what was seen there may hold no longer.
    Published,
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
    /// This service introduces itself to environments, each under its next turn.
    Introducing {
        /// Their numbers.
        numbers: Vec<Number>,
        /// The key that the challenges are derived from.
        key: LinkKeyId,
    },
    /// Integration Manager took an introduction on.
    Introduced {
        /// The environment's number.
        number: Number,
        /// The turn.
        turn: u32,
        /// The version of Integration Manager.
        version: ManagerVersion,
    },
    /// An introduction was not taken on.
    NotIntroduced {
        /// The environment's number.
        number: Number,
        /// The turn.
        turn: u32,
        /// Why.
        found: Box<Found>,
    },
    /// The environment proved a challenge, and was given a secret for that.
    Proved {
        /// Its number.
        number: Number,
        /// The turn of the challenge.
        turn: u32,
        /// The generation of the secret.
        generation: u32,
        /// The key that the secret is derived from.
        key: LinkKeyId,
        /// The version of Integration Manager.
        version: ManagerVersion,
        /// The address that the proof came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<IpAddr>,
    },
    /// A wrong proof, while there was something to prove.
    ProofRefused {
        /// The environment's number.
        number: Number,
        /// The turn of the challenge.
        turn: u32,
    },
    /// The first request was signed with the newest secret; the one before holds no longer.
    SecretUsed {
        /// The environment's number.
        number: Number,
        /// The generation of the secret.
        generation: u32,
    },
    /// Somebody wants a new secret for an environment's Integration Manager.
    SecretWanted {
        /// The environment's number.
        number: Number,
        /// Who.
        by: Username,
    },
    /// The environment's Integration Manager reported something new.
    Reported {
        /// The environment's number.
        number: Number,
        /// What it reported.
        report: Box<Report>,
    },
    /// It reported the same as before.
    Heard {
        /// The environment's number.
        number: Number,
    },
    /// Somebody decided to live with a finding.
    Waived {
        /// The environment's number.
        number: Number,
        /// The reason that is accepted.
        reason: Reason,
        /// Who answers for it.
        owner: WaiverOwner,
        /// Why it can be lived with.
        why: WaiverWhy,
        /// Until when.
        until: Timestamp,
        /// Who recorded it.
        by: Username,
        /// The file that declares it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileName>,
    },
    /// A file declares an environment from now on; or none does any more, nor any waiver of it.
    Declared {
        /// The environment's number.
        number: Number,
        /// The file.
        file: Option<FileName>,
        /// Who.
        by: Username,
    },
    /// Somebody ended a waiver.
    WaiverEnded {
        /// The environment's number.
        number: Number,
        /// The reason that was accepted.
        reason: Reason,
        /// Who.
        by: Username,
    },
}
