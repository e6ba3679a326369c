//! The registration machine: from an address to a registered infrastructure (C1 to C7).
//!
//! A machine is a state with four pure functions:
//!
//! - [`decide`]: may this be asked now, and what follows;
//! - [`apply`](State::apply): what one recorded [`Event`] makes of the state, new or replayed;
//! - [`owed`]: what the world still owes this set-up, derived, so that a restart asks for it again;
//! - [`view`]: what a person sees.
//!
//! The stages, and how each is left:
//!
//! | stage | a person | the world |
//! | --- | --- | --- |
//! | address | enters the address | diagnoses it |
//! | log-in | logs in | checks credentials and permissions, in one attempt |
//! | welcome | goes on | |
//! | disclaimer | accepts the current version | |
//! | check | may ask again | checks every known environment |
//! | activation code | enters the code, where the version asks for one | verifies it |
//! | registered | | |
//!
//! A user of an infrastructure that is registered already goes from log-in to registered. What fails stays
//! on its stage, with what was found. Nothing here knows a clock, a runtime, a database or a network.

mod apply;
mod command;
mod decide;
mod effect;
mod event;
#[cfg(test)]
mod explore;
mod snapshot;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_domain::version::{PlatformVersion, VersionReading, VersionVerdict, judge};
use serde::{Deserialize, Serialize};

use crate::activation::CodeShape;
use crate::found::{Found, Target};
use crate::id::InfrastructureId;
use crate::infrastructure::{Identity, Serial};
use crate::ports::Signer;
use crate::time::Timestamp;

pub use apply::{IllegalEvent, replay};
pub use command::{Command, Rejection};
pub use decide::decide;
pub use effect::{Effect, EffectResult, owed};
pub use event::{CodeStop, Event, Fact, FormatVersion, LogInStop, Permission, UnknownVersion};
pub use view::{Action, Step, StepStatus, StepView, Stop, View, view};

/// How long a log-in may be under way. After that nobody waits for its answer, and the person is asked
/// again; it is longer than any answer of an environment takes.
pub const LOG_IN_LIMIT: Duration = Duration::from_mins(2);

/// What the operator decides. Recorded in the history, so that the machine depends on nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rules {
    /// The version of the disclaimer's text that has to be accepted. An empty one can never be.
    pub disclaimer: String,
    /// Whether permissions that cannot be verified are accepted (`it-user-permissions.md` 3).
    pub accept_unverified: bool,
}

impl Rules {
    /// The rules with the disclaimer's text in `version`, and no unverified permissions.
    pub fn new(version: impl Into<String>) -> Self {
        Self { disclaimer: version.into(), accept_unverified: false }
    }

    /// Also accepts permissions that cannot be verified. Each use is recorded.
    #[must_use]
    pub const fn accept_unverified(mut self) -> Self {
        self.accept_unverified = true;
        self
    }
}

/// Where a set-up stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct State {
    pub(crate) rules: Rules,
    pub(crate) typed: Typed,
    /// Counts what was asked of the world, so that a late answer is told from the one awaited.
    pub(crate) turn: u32,
    pub(crate) stage: Stage,
}

/// What a person typed, kept for as long as the set-up lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Typed {
    /// The address, as it was typed.
    pub address: String,
    /// The user name.
    pub username: String,
}

impl State {
    /// What the person typed so far.
    pub const fn typed(&self) -> &Typed {
        &self.typed
    }

    /// The rules that hold.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The turn that an answer of the world has to name.
    pub(crate) const fn turn(&self) -> u32 {
        self.turn
    }

    /// Whether the log-in of `turn` came to nothing, so that its credentials are of no more use.
    pub(crate) const fn log_in_stopped(&self, turn: u32) -> bool {
        self.turn == turn && matches!(self.stage, Stage::LogIn(_, LogIn::Stopped(..)))
    }

    /// The user who was let in, and where.
    pub(crate) fn signer(&self) -> Option<Signer> {
        let signed = self.stage.signed()?;
        Some(Signer { address: signed.environment.address.clone(), username: signed.username.clone() })
    }

    /// Whether the same user got further here than in `other`, at what may be the same environment.
    pub(crate) fn is_further_than(&self, other: &Self) -> bool {
        let same = match (self.stage.signed(), other.stage.signed()) {
            (Some(this), Some(that)) => !this.environment.differs_from(&that.environment),
            _ => false,
        };
        same && self.signer() == other.signer() && Step::open(self) > Step::open(other)
    }

    /// The infrastructure, once registered.
    pub const fn infrastructure(&self) -> Option<InfrastructureId> {
        match &self.stage {
            Stage::Registered(registered) => Some(registered.infrastructure),
            _ => None,
        }
    }
}

/// The stages. Each holds everything that had to be true to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Stage {
    Address(Address),
    LogIn(Environment, LogIn),
    Welcome(Signed),
    Disclaimer(Signed),
    Check(Accepted, Check),
    ActivationCode(Checked, Code),
    Registering(Checked),
    Registered(Registered),
}

impl Stage {
    /// The user who was let in.
    pub(crate) const fn signed(&self) -> Option<&Signed> {
        match self {
            Self::Address(_) | Self::LogIn(..) => None,
            Self::Welcome(signed) | Self::Disclaimer(signed) | Self::Check(Accepted { signed, .. }, _) => {
                Some(signed)
            }
            Self::ActivationCode(Checked { accepted, .. }, _)
            | Self::Registering(Checked { accepted, .. }) => Some(&accepted.signed),
            Self::Registered(registered) => Some(registered.way.signed()),
        }
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::Address(Address::Waiting)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Address {
    Waiting,
    Diagnosing(EnvironmentAddress),
    Refused(EnvironmentAddress, Vec<Found>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum LogIn {
    /// With what was found about the environment, such as who checks passwords there.
    Waiting(Vec<Found>),
    Requested(Username),
    /// Sent, or about to be. Whoever reads this and did not send it must not send it again.
    Started(Username, Timestamp),
    Stopped(LogInStop, Vec<Found>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Check {
    Checking,
    Failed(Vec<Target>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Code {
    Waiting,
    Submitted(CodeShape),
    Stopped(CodeStop, CodeShape),
}

/// The development environment, as it was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Environment {
    /// Its address.
    pub address: EnvironmentAddress,
    /// Its Platform Server version.
    pub version: PlatformVersion,
    /// Its serial number, where it tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// The other addresses that its certificate is issued for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub names: BTreeSet<EnvironmentAddress>,
}

impl Environment {
    /// What tells its infrastructure from others.
    pub fn identity(&self) -> Identity {
        Identity { address: self.address.clone(), serial: self.serial.clone(), names: self.names.clone() }
    }

    /// Whether an activation code must be entered (C5); `None` for a version that cannot be set up (B4).
    pub(crate) fn code_needed(&self) -> Option<bool> {
        match judge(&VersionReading::Known(self.version)) {
            VersionVerdict::Supported { activation_code, .. } => Some(activation_code),
            _ => None,
        }
    }

    /// Whether `other` is certainly not this environment, whatever its address.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        matches!((&self.serial, &other.serial), (Some(this), Some(that)) if this != that)
    }
}

/// An environment with a user who was let in and may set up Integration Builder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) environment: Environment,
    pub(crate) username: Username,
    pub(crate) findings: Vec<Found>,
}

/// A user who accepted the disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) signed: Signed,
    pub(crate) version: String,
}

/// An infrastructure that passed the check.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub(crate) accepted: Accepted,
    pub(crate) code_needed: bool,
    pub(crate) code: Option<CodeShape>,
    pub(crate) targets: Vec<Target>,
}

/// The end: this user can use Integration Builder (C7).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) infrastructure: InfrastructureId,
    pub(crate) way: Way,
}

/// How a user got to the end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Way {
    /// Through every step.
    SetUp(Checked),
    /// From the log-in, since the infrastructure was registered before.
    Joined(Signed),
}

impl Way {
    pub(crate) const fn signed(&self) -> &Signed {
        match self {
            Self::SetUp(checked) => &checked.accepted.signed,
            Self::Joined(signed) => signed,
        }
    }
}
