//! What the world owes a registration.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;

use super::{Address, Check, Code, Environment, LOG_IN_LIMIT, LogIn, Stage, State};
use crate::activation::CodeAnswer;
use crate::found::{Found, Target};
use crate::id::InfrastructureId;
use crate::infrastructure::Identity;
use crate::time::Timestamp;

/// Work that the world owes a set-up. A crash between doing it and recording what came of it does it again,
/// so each says why that is safe.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Diagnose the address. Safe to repeat: it only reads, without credentials.
    Diagnose {
        /// The turn that the answer belongs to.
        turn: u32,
        /// What to diagnose.
        address: EnvironmentAddress,
    },
    /// Log in and verify permissions, with the credentials from the vault. **Not** safe to repeat, because
    /// the platform locks users out: the driver records [`StartLogIn`](super::Command::StartLogIn) before it
    /// sends anything, and a started log-in is no longer owed.
    LogIn {
        /// The turn that the answer belongs to.
        turn: u32,
        /// Where.
        address: EnvironmentAddress,
        /// Who.
        username: Username,
    },
    /// Record that nobody waits for a started log-in any more. Safe to repeat: it only records.
    GiveUpLogIn {
        /// The turn that the answer belongs to.
        turn: u32,
        /// Not before this.
        due: Timestamp,
    },
    /// Check the infrastructure. Safe to repeat: it only reads, without an IT user's credentials.
    CheckInfrastructure {
        /// The turn that the answer belongs to.
        turn: u32,
        /// The development environment.
        address: EnvironmentAddress,
    },
    /// Have the code from the vault verified. Safe to repeat: an
    /// [authority](crate::activation::ActivationAuthority) answers the same however often it is asked.
    SubmitCode {
        /// The turn that the answer belongs to.
        turn: u32,
        /// Whose code it is said to be.
        identity: Identity,
    },
    /// Enter the infrastructure among the registered ones. Safe to repeat: the first one enters it, and
    /// everybody gets the same id.
    Register {
        /// The turn that the answer belongs to.
        turn: u32,
        /// What tells it from others.
        identity: Identity,
    },
}

impl Effect {
    /// When it may be done; `None` for at once.
    pub const fn due(&self) -> Option<Timestamp> {
        match self {
            Self::GiveUpLogIn { due, .. } => Some(*due),
            _ => None,
        }
    }

    /// The turn that its answer belongs to.
    pub const fn turn(&self) -> u32 {
        match self {
            Self::Diagnose { turn, .. }
            | Self::LogIn { turn, .. }
            | Self::GiveUpLogIn { turn, .. }
            | Self::CheckInfrastructure { turn, .. }
            | Self::SubmitCode { turn, .. }
            | Self::Register { turn, .. } => *turn,
        }
    }
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EffectResult {
    /// Of [`Effect::Diagnose`].
    Diagnosed {
        /// The environment, where one was recognised and told its version.
        environment: Option<Environment>,
        /// What was found.
        findings: Vec<Found>,
    },
    /// Of [`Effect::LogIn`].
    LoggedIn {
        /// The environment that was asked, where it was recognised.
        environment: Option<Environment>,
        /// What was found about it and about the user.
        findings: Vec<Found>,
        /// The infrastructure, if it is registered.
        known: Option<InfrastructureId>,
    },
    /// Of [`Effect::GiveUpLogIn`].
    LogInGivenUp,
    /// Of [`Effect::CheckInfrastructure`].
    Checked {
        /// The development environment, where it was recognised.
        environment: Option<Environment>,
        /// What was found, by address.
        targets: Vec<Target>,
    },
    /// Of [`Effect::SubmitCode`].
    CodeAnswered(CodeAnswer),
    /// Of [`Effect::Register`].
    Claimed {
        /// The infrastructure.
        infrastructure: InfrastructureId,
    },
    /// The vault no longer has what the effect needs.
    NotInVault,
}

/// What the world still owes. Derived from the state alone, so a restart asks for the same again.
#[must_use]
pub fn owed(state: &State) -> Vec<Effect> {
    let turn = state.turn;
    let effect = match &state.stage {
        Stage::Address(Address::Diagnosing(address)) => Effect::Diagnose { turn, address: address.clone() },
        Stage::LogIn(environment, LogIn::Requested(username)) => {
            Effect::LogIn { turn, address: environment.address.clone(), username: username.clone() }
        }
        Stage::LogIn(_, LogIn::Started(_, at)) => Effect::GiveUpLogIn { turn, due: at.plus(LOG_IN_LIMIT) },
        Stage::Check(accepted, Check::Checking) => {
            Effect::CheckInfrastructure { turn, address: accepted.signed.environment.address.clone() }
        }
        Stage::ActivationCode(checked, Code::Submitted(_)) => {
            Effect::SubmitCode { turn, identity: checked.accepted.signed.environment.identity() }
        }
        Stage::Registering(checked) => {
            Effect::Register { turn, identity: checked.accepted.signed.environment.identity() }
        }
        Stage::Address(Address::Waiting | Address::Refused(..))
        | Stage::LogIn(_, LogIn::Waiting(_) | LogIn::Stopped(..))
        | Stage::Welcome(_)
        | Stage::Disclaimer(_)
        | Stage::Check(_, Check::Failed(_))
        | Stage::ActivationCode(_, Code::Waiting | Code::Stopped(..))
        | Stage::Registered(_) => return Vec::new(),
    };
    vec![effect]
}
