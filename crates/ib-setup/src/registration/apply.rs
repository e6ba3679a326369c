//! What an event makes of the state.

use super::{
    Accepted, Address, Check, Checked, Code, Event, Fact, LogIn, LogInStop, Registered, Rules, Signed, Stage,
    State, Step, Way,
};
use crate::found::{Found, Target};

/// An event that does not fit the state: the history is damaged, or was written by another program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event of the history does not fit the step {}", open.id())]
#[non_exhaustive]
pub struct IllegalEvent {
    /// The step that was open.
    pub open: Step,
    /// What was to be applied.
    pub fact: Box<Fact>,
}

/// The state after a whole history.
///
/// # Errors
///
/// [`IllegalEvent`] for the first event that does not fit.
pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<State, IllegalEvent> {
    events.into_iter().try_fold(State::default(), State::apply)
}

impl State {
    /// Applies one recorded event, whether it is new or replayed.
    ///
    /// # Errors
    ///
    /// [`IllegalEvent`] where the event cannot have happened in this state.
    pub fn apply(mut self, event: &Event) -> Result<Self, IllegalEvent> {
        let open = Step::open(&self);
        self.note(&event.fact);
        match advance(self.stage, &self.rules, event) {
            Some(stage) => Ok(Self { stage, ..self }),
            None => Err(IllegalEvent { open, fact: Box::new(event.fact.clone()) }),
        }
    }

    /// What holds on every stage: the rules, what was typed, and the turn.
    fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::RulesSet { disclaimer, accept_unverified } => {
                self.rules = Rules { disclaimer: disclaimer.clone(), accept_unverified: *accept_unverified };
            }
            Fact::AddressEntered { typed, .. } => {
                self.typed.address.clone_from(typed);
                self.turn += 1;
            }
            Fact::LogInRequested { username } => {
                username.as_str().clone_into(&mut self.typed.username);
                self.turn += 1;
            }
            Fact::DisclaimerAccepted { .. } | Fact::CheckRequested | Fact::CodeEntered { .. } => {
                self.turn += 1;
            }
            _ => {}
        }
    }
}

/// The table of legal transitions: `None` for every pair that is not in it.
fn advance(stage: Stage, rules: &Rules, event: &Event) -> Option<Stage> {
    Some(match (stage, &event.fact) {
        (stage, Fact::RulesSet { .. }) => ask_again(stage, &rules.disclaimer),
        (Stage::Registered(_) | Stage::LogIn(_, LogIn::Started(..)), Fact::AddressEntered { .. }) => {
            return None;
        }
        (_, Fact::AddressEntered { address, .. }) => Stage::Address(Address::Diagnosing(address.clone())),
        (Stage::Address(Address::Diagnosing(address)), Fact::AddressRefused { findings }) => {
            Stage::Address(Address::Refused(address, findings.clone()))
        }
        (Stage::Address(Address::Diagnosing(_)), Fact::AddressAccepted { environment, findings }) => {
            Stage::LogIn(environment.clone(), LogIn::Waiting(findings.clone()))
        }
        (
            Stage::LogIn(environment, LogIn::Waiting(_) | LogIn::Stopped(..)),
            Fact::LogInRequested { username },
        ) => Stage::LogIn(environment, LogIn::Requested(username.clone())),
        (Stage::LogIn(environment, LogIn::Requested(username)), Fact::LogInStarted) => {
            Stage::LogIn(environment, LogIn::Started(username, event.at))
        }
        (
            Stage::LogIn(environment, LogIn::Requested(_) | LogIn::Started(..)),
            Fact::LogInStopped { stop, findings },
        ) => Stage::LogIn(environment, LogIn::Stopped(*stop, findings.clone())),
        (Stage::LogIn(_, LogIn::Started(username, _)), Fact::LoggedIn { environment, findings, .. }) => {
            Stage::Welcome(Signed { environment: environment.clone(), username, findings: findings.clone() })
        }
        (Stage::Welcome(signed), Fact::Joined { infrastructure }) => {
            Stage::Registered(Registered { infrastructure: *infrastructure, way: Way::Joined(signed) })
        }
        (Stage::Welcome(signed), Fact::SetUpChosen) => Stage::Disclaimer(signed),
        (Stage::Disclaimer(signed), Fact::DisclaimerAccepted { version, .. }) => {
            Stage::Check(Accepted { signed, version: version.clone() }, Check::Checking)
        }
        (stage, _) => return advance_late(stage, event),
    })
}

/// The transitions from the check on, and back from it.
fn advance_late(stage: Stage, event: &Event) -> Option<Stage> {
    Some(match (stage, &event.fact) {
        (Stage::Check(accepted, Check::Failed(_)), Fact::CheckRequested) => {
            Stage::Check(accepted, Check::Checking)
        }
        (Stage::ActivationCode(checked, Code::Waiting | Code::Stopped(..)), Fact::CheckRequested) => {
            Stage::Check(checked.accepted, Check::Checking)
        }
        (Stage::Check(accepted, Check::Checking), Fact::CheckFailed { targets }) => {
            Stage::Check(accepted, Check::Failed(targets.clone()))
        }
        (
            Stage::LogIn(_, LogIn::Started(..)) | Stage::Check(_, Check::Checking),
            Fact::EnvironmentReplaced { environment },
        ) => {
            let stop = LogIn::Stopped(LogInStop::OtherEnvironment, Vec::<Found>::new());
            Stage::LogIn(environment.clone(), stop)
        }
        (
            Stage::Check(mut accepted, Check::Checking),
            Fact::CheckPassed { environment, code_needed, targets },
        ) => {
            accepted.signed.environment = environment.clone();
            passed(accepted, *code_needed, targets.clone())
        }
        (Stage::ActivationCode(checked, Code::Waiting | Code::Stopped(..)), Fact::CodeEntered { shape }) => {
            Stage::ActivationCode(checked, Code::Submitted(*shape))
        }
        (Stage::ActivationCode(checked, Code::Submitted(shape)), Fact::CodeStopped { stop }) => {
            Stage::ActivationCode(checked, Code::Stopped(*stop, shape))
        }
        (Stage::ActivationCode(checked, Code::Submitted(shape)), Fact::CodeAccepted { .. }) => {
            Stage::Registering(Checked { code: Some(shape), ..checked })
        }
        (Stage::Registering(checked), Fact::Registered { infrastructure }) => {
            Stage::Registered(Registered { infrastructure: *infrastructure, way: Way::SetUp(checked) })
        }
        _ => return None,
    })
}

fn passed(accepted: Accepted, code_needed: bool, targets: Vec<Target>) -> Stage {
    let checked = Checked { accepted, code_needed, code: None, targets };
    if code_needed { Stage::ActivationCode(checked, Code::Waiting) } else { Stage::Registering(checked) }
}

/// Asks for the disclaimer again where another version of it was accepted. Who is registered stays so.
fn ask_again(stage: Stage, current: &str) -> Stage {
    match stage {
        Stage::Check(accepted, _) if accepted.version != current => Stage::Disclaimer(accepted.signed),
        Stage::ActivationCode(checked, _) | Stage::Registering(checked)
            if checked.accepted.version != current =>
        {
            Stage::Disclaimer(checked.accepted.signed)
        }
        stage => stage,
    }
}
