//! What is recorded. The form is a promise: a stored history stays readable.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use serde::{Deserialize, Serialize};

use super::{Environment, Rules};
use crate::activation::CodeShape;
use crate::found::{Found, Target};
use crate::id::InfrastructureId;
use crate::request_source::RequestSource;
use crate::time::Timestamp;

/// One recorded fact of a set-up's history. It never holds a password or an activation code.
///
/// Serialised as `{"version":1,"at":<ms>,"fact":{"type":"...",...}}`. Within a version, fields are only
/// added, each with a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// The version of an event's form: 1, the only one so far. Reading another one fails, so that an older
/// program never misreads what a newer one recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub struct FormatVersion;

/// An event in a form that this program does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event has the form {0}, and only 1 is known")]
pub struct UnknownVersion(u8);

impl TryFrom<u8> for FormatVersion {
    type Error = UnknownVersion;

    fn try_from(version: u8) -> Result<Self, UnknownVersion> {
        if version == 1 { Ok(Self) } else { Err(UnknownVersion(version)) }
    }
}

impl From<FormatVersion> for u8 {
    fn from(_: FormatVersion) -> Self {
        1
    }
}

/// What happened in a registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// The operator's rules hold from now on. The first event of every set-up.
    RulesSet {
        /// The version of the disclaimer's text.
        disclaimer: String,
        /// Whether permissions that cannot be verified are accepted.
        accept_unverified: bool,
    },
    /// A person entered an address.
    AddressEntered {
        /// The address.
        address: EnvironmentAddress,
        /// What was typed; it holds no credentials, query or fragment.
        typed: String,
    },
    /// No development environment that can be set up is there.
    AddressRefused {
        /// What was found.
        findings: Vec<Found>,
    },
    /// A development environment that can be set up is there.
    AddressAccepted {
        /// The environment.
        environment: Environment,
        /// What was found.
        findings: Vec<Found>,
    },
    /// A person asked to be logged in.
    LogInRequested {
        /// Who.
        username: Username,
    },
    /// The credentials are about to be sent. Recorded before, so that they are never sent twice.
    LogInStarted,
    /// The log-in came to nothing.
    LogInStopped {
        /// Why.
        stop: LogInStop,
        /// What was found.
        findings: Vec<Found>,
    },
    /// The environment let the user in, and they may set up Integration Builder.
    LoggedIn {
        /// The environment that let them in.
        environment: Environment,
        /// How their permissions are known.
        permission: Permission,
        /// What was found.
        findings: Vec<Found>,
    },
    /// The user went on from the welcome page.
    SetUpChosen,
    /// The user accepted the disclaimer.
    DisclaimerAccepted {
        /// The version of the text.
        version: String,
        /// Who accepted it.
        by: Username,
    },
    /// The user asked for the check again.
    CheckRequested,
    /// The infrastructure cannot be registered as it is.
    CheckFailed {
        /// What was found, by address.
        targets: Vec<Target>,
    },
    /// The infrastructure can be registered.
    CheckPassed {
        /// The development environment, as it is now.
        environment: Environment,
        /// Whether an activation code must be entered (C5).
        code_needed: bool,
        /// What was found, by address.
        targets: Vec<Target>,
    },
    /// Another environment answers at the address than the one that let the user in.
    EnvironmentReplaced {
        /// The one that answers now.
        environment: Environment,
    },
    /// The user entered an activation code, which is not recorded.
    CodeEntered {
        /// What it looked like.
        shape: CodeShape,
    },
    /// The code was not accepted.
    CodeStopped {
        /// Why.
        stop: CodeStop,
    },
    /// The code was accepted.
    CodeAccepted {
        /// Whether somebody could verify it.
        verified: bool,
    },
    /// The infrastructure is registered.
    Registered {
        /// It.
        infrastructure: InfrastructureId,
    },
    /// The infrastructure was registered before, so this user is done (C7).
    Joined {
        /// It.
        infrastructure: InfrastructureId,
    },
}

impl Fact {
    /// Whether the environment accepted a user's credentials, whatever they may do there.
    pub(crate) const fn lets_in(&self) -> bool {
        matches!(
            self,
            Self::LoggedIn { .. }
                | Self::LogInStopped { stop: LogInStop::Denied | LogInStop::Unverified, .. }
        )
    }
}

impl From<Rules> for Fact {
    fn from(rules: Rules) -> Self {
        Self::RulesSet { disclaimer: rules.disclaimer, accept_unverified: rules.accept_unverified }
    }
}

/// How a user's permissions are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// LifeTime or the environment said that they are granted.
    Verified,
    /// Nobody could say, and the operator's rules accept that.
    UnverifiedAccepted,
}

/// Why a log-in came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogInStop {
    /// The environment did not let the user in.
    Refused,
    /// The environment could not tell, or was not reached.
    Unproven,
    /// A permission is missing; the findings name all of them.
    Denied,
    /// The permissions could not be verified, and the rules do not accept that.
    Unverified,
    /// The attempt was sent, and its answer never recorded: the program ended in between.
    Unanswered,
    /// The credentials were forgotten before they were sent: waiting for log-in.
    Forgotten,
    /// Another environment answers at the address than before.
    OtherEnvironment,
}

/// Why an activation code was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeStop {
    /// It is not the code of this infrastructure (SETUP-INFRA-003, `integration-builder.md` 7).
    Refused,
    /// The authority could not answer.
    Unavailable,
    /// The code was forgotten before it was verified.
    Forgotten,
}
