//! What can be asked of a registration, and why it is refused.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;

use super::{EffectResult, Rules, Step};
use crate::activation::CodeShape;
use crate::time::Timestamp;

/// What somebody wants. Secrets stay outside: they are sealed in the [vault](crate::ports::Vault) before the
/// command is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Command {
    /// The operator's rules are these.
    SetRules(Rules),
    /// A person enters the development environment's address (C1), or corrects it.
    EnterAddress(EnvironmentAddress),
    /// A person logs in (C2). One command is one attempt.
    LogIn(Username),
    /// A person goes on from the welcome page (C3).
    ChooseSetUp,
    /// A person accepts the disclaimer (C4).
    AcceptDisclaimer {
        /// The version of the text that they read.
        version: String,
    },
    /// A person wants the check made again.
    CheckAgain,
    /// A person entered an activation code (C5).
    EnterCode(CodeShape),
    /// A driver is about to send the credentials.
    StartLogIn {
        /// The turn of the effect.
        turn: u32,
    },
    /// The world answered an effect.
    Conclude {
        /// The turn of the effect.
        turn: u32,
        /// What came of it.
        result: EffectResult,
    },
}

/// Why a command is refused. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// An earlier step is open.
    #[error("the step {} comes first", open.id())]
    NotYet {
        /// The open step.
        open: Step,
    },
    /// A log-in is under way; a second one at the same time could lock the user out.
    #[error("a log-in is under way")]
    LogInUnderWay {
        /// When nobody waits for it any more.
        until: Timestamp,
    },
    /// The disclaimer that was accepted is not the current one.
    #[error("the disclaimer has changed; its current version is {current}")]
    DisclaimerOutdated {
        /// The current version.
        current: String,
    },
    /// The set-up is finished: another infrastructure needs another set-up.
    #[error("this set-up is finished")]
    Finished,
    /// The state no longer waits for this answer.
    #[error("nothing waits for this answer any more")]
    NotAwaited,
}
