//! What a person sees.

use ib_domain::reason::Reason;

use super::{
    Address, Check, Code, CodeStop, Environment, LogIn, LogInStop, Registered, Stage, State, Typed, Way,
};
use crate::activation::CodeShape;
use crate::found::{Found, Target};
use crate::id::InfrastructureId;

/// A step of the registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The development environment's address (C1).
    Address,
    /// The log-in (C2).
    LogIn,
    /// Welcome (C3).
    Welcome,
    /// The disclaimer (C4).
    Disclaimer,
    /// The check of the infrastructure (C4).
    Check,
    /// The activation code (C5).
    ActivationCode,
    /// Registered (C7).
    Registered,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::Address,
        Self::LogIn,
        Self::Welcome,
        Self::Disclaimer,
        Self::Check,
        Self::ActivationCode,
        Self::Registered,
    ];

    /// The stable id, fit for a URL.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::LogIn => "log-in",
            Self::Welcome => "welcome",
            Self::Disclaimer => "disclaimer",
            Self::Check => "check",
            Self::ActivationCode => "activation-code",
            Self::Registered => "registered",
        }
    }

    /// The step that is open in `state`.
    pub const fn open(state: &State) -> Self {
        match &state.stage {
            Stage::Address(_) => Self::Address,
            Stage::LogIn(..) => Self::LogIn,
            Stage::Welcome(_) => Self::Welcome,
            Stage::Disclaimer(_) => Self::Disclaimer,
            Stage::Check(..) => Self::Check,
            Stage::ActivationCode(..) => Self::ActivationCode,
            Stage::Registering(_) | Stage::Registered(_) => Self::Registered,
        }
    }
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepStatus {
    /// Finished.
    Done,
    /// Waiting for the person.
    Open,
    /// The world works on it.
    Running,
    /// Something is in the way.
    Stopped,
    /// Its turn comes later.
    Ahead,
    /// Not asked for here.
    NotNeeded,
}

impl StepStatus {
    /// The stable word for machines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Ahead => "ahead",
            Self::NotNeeded => "not_needed",
        }
    }
}

/// A step, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StepView {
    /// The step.
    pub step: Step,
    /// How far it is.
    pub status: StepStatus,
}

/// What is in the way of the open step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// No development environment that can be set up is at the address.
    Address,
    /// The log-in came to nothing.
    LogIn(LogInStop),
    /// The infrastructure cannot be registered as it is.
    Check,
    /// The activation code was not accepted.
    Code(CodeStop),
}

impl Stop {
    /// The stable dotted id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Address => "address.refused",
            Self::LogIn(LogInStop::Refused) => "log_in.refused",
            Self::LogIn(LogInStop::Unproven) => "log_in.unproven",
            Self::LogIn(LogInStop::Denied) => "log_in.permission_denied",
            Self::LogIn(LogInStop::Unverified) => "log_in.permission_unverified",
            Self::LogIn(LogInStop::Unanswered) => "log_in.unanswered",
            Self::LogIn(LogInStop::Forgotten) => "log_in.waiting_for_log_in",
            Self::LogIn(LogInStop::OtherEnvironment) => "log_in.other_environment",
            Self::Check => "check.failed",
            Self::Code(CodeStop::Refused) => "activation_code.refused",
            Self::Code(CodeStop::Unavailable) => "activation_code.unavailable",
            Self::Code(CodeStop::Forgotten) => "activation_code.forgotten",
        }
    }

    /// What the catalogue says about it; `None` where the [findings](View::findings) say why.
    ///
    /// ```
    /// use ib_setup::registration::{CodeStop, Stop};
    ///
    /// let entry = Stop::Code(CodeStop::Refused).reason().expect("no finding says so").entry();
    /// assert_eq!(entry.code, "SETUP-INFRA-003");
    /// ```
    pub const fn reason(self) -> Option<Reason> {
        Some(match self {
            Self::LogIn(LogInStop::Unanswered) => Reason::LoginUnanswered,
            Self::LogIn(LogInStop::Forgotten) => Reason::LoginForgotten,
            Self::LogIn(LogInStop::OtherEnvironment) => Reason::OtherEnvironment,
            Self::Code(CodeStop::Refused) => Reason::CodeRefused,
            Self::Code(CodeStop::Unavailable) => Reason::CodeUnavailable,
            Self::Code(CodeStop::Forgotten) => Reason::CodeForgotten,
            Self::Address
            | Self::LogIn(
                LogInStop::Refused | LogInStop::Unproven | LogInStop::Denied | LogInStop::Unverified,
            )
            | Self::Check => return None,
        })
    }
}

/// What the person may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Enter the address, or another one.
    EnterAddress,
    /// Log in.
    LogIn,
    /// Go on from the welcome page.
    ChooseSetUp,
    /// Accept the disclaimer.
    AcceptDisclaimer,
    /// Have the check made again.
    CheckAgain,
    /// Enter the activation code.
    EnterCode,
}

/// What a person sees of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct View {
    /// Every step, in order.
    pub steps: Vec<StepView>,
    /// The open step.
    pub open: Step,
    /// What was typed so far.
    pub typed: Typed,
    /// The environment that was recognised. Its address is the host that gets the credentials.
    pub environment: Option<Environment>,
    /// What is in the way.
    pub stop: Option<Stop>,
    /// What was found, by address: about what is in the way, or else by the last step that looked.
    pub findings: Vec<Target>,
    /// What the activation code that was entered looked like; [`CodeShape::hint`] says more.
    pub code: Option<CodeShape>,
    /// The disclaimer's current version.
    pub disclaimer: String,
    /// What can be done next, the foremost first; none while a log-in is under way, and at the end.
    pub actions: Vec<Action>,
    /// The infrastructure, once registered.
    pub infrastructure: Option<InfrastructureId>,
}

impl View {
    /// Steps that need nothing more, and all steps.
    pub fn progress(&self) -> (usize, usize) {
        let settled = |view: &&StepView| matches!(view.status, StepStatus::Done | StepStatus::NotNeeded);
        (self.steps.iter().filter(settled).count(), self.steps.len())
    }

    /// How far `step` is.
    pub fn status(&self, step: Step) -> StepStatus {
        let found = self.steps.iter().find(|view| view.step == step);
        found.map_or(StepStatus::Ahead, |view| view.status)
    }
}

/// What a person sees of `state`.
#[must_use]
pub fn view(state: &State) -> View {
    let open = Step::open(state);
    let (now, stop) = standing(&state.stage);
    let steps = Step::ALL.map(|step| StepView { step, status: status(&state.stage, step, open, now) });
    View {
        steps: steps.to_vec(),
        open,
        typed: state.typed.clone(),
        environment: environment(&state.stage).cloned(),
        stop,
        findings: findings(&state.stage),
        code: code(&state.stage),
        disclaimer: state.rules.disclaimer.clone(),
        actions: actions(&state.stage),
        infrastructure: state.infrastructure(),
    }
}

/// How far the open step is, and what is in its way.
const fn standing(stage: &Stage) -> (StepStatus, Option<Stop>) {
    let stop = match stage {
        Stage::Address(Address::Refused(..)) => Stop::Address,
        Stage::LogIn(_, LogIn::Stopped(stop, _)) => Stop::LogIn(*stop),
        Stage::Check(_, Check::Failed(_)) => Stop::Check,
        Stage::ActivationCode(_, Code::Stopped(stop, _)) => Stop::Code(*stop),
        Stage::Address(Address::Diagnosing(_))
        | Stage::LogIn(_, LogIn::Requested(_) | LogIn::Started(..))
        | Stage::Check(_, Check::Checking)
        | Stage::ActivationCode(_, Code::Submitted(_))
        | Stage::Registering(_) => return (StepStatus::Running, None),
        Stage::Registered(_) => return (StepStatus::Done, None),
        Stage::Address(Address::Waiting)
        | Stage::LogIn(_, LogIn::Waiting(_))
        | Stage::Welcome(_)
        | Stage::Disclaimer(_)
        | Stage::ActivationCode(_, Code::Waiting) => return (StepStatus::Open, None),
    };
    (StepStatus::Stopped, Some(stop))
}

fn status(stage: &Stage, step: Step, open: Step, now: StepStatus) -> StepStatus {
    let (skipped, without_code) = match stage {
        Stage::Registering(checked) | Stage::Registered(Registered { way: Way::SetUp(checked), .. }) => {
            (false, !checked.code_needed)
        }
        Stage::Registered(Registered { way: Way::Joined(_), .. }) => (true, true),
        _ => (false, false),
    };
    match step {
        step if step == open => now,
        step if step > open => StepStatus::Ahead,
        Step::Welcome | Step::Disclaimer | Step::Check if skipped => StepStatus::NotNeeded,
        Step::ActivationCode if without_code => StepStatus::NotNeeded,
        _ => StepStatus::Done,
    }
}

fn environment(stage: &Stage) -> Option<&Environment> {
    match stage {
        Stage::LogIn(environment, _) => Some(environment),
        stage => stage.signed().map(|signed| &signed.environment),
    }
}

fn findings(stage: &Stage) -> Vec<Target> {
    let development = |address: &ib_domain::address::EnvironmentAddress, findings: &[Found]| {
        if findings.is_empty() { Vec::new() } else { vec![Target::development(address, findings)] }
    };
    match stage {
        Stage::Address(Address::Refused(address, findings)) => development(address, findings),
        Stage::LogIn(environment, LogIn::Waiting(findings) | LogIn::Stopped(_, findings)) => {
            development(&environment.address, findings)
        }
        Stage::Check(_, Check::Failed(targets)) => targets.clone(),
        Stage::ActivationCode(checked, _) => checked.targets.clone(),
        Stage::Registering(checked) | Stage::Registered(Registered { way: Way::SetUp(checked), .. }) => {
            without_code(&checked.targets)
        }
        stage => stage
            .signed()
            .map(|signed| development(&signed.environment.address, &signed.findings))
            .unwrap_or_default(),
    }
}

/// That a code is needed is no warning once it was given.
fn without_code(targets: &[Target]) -> Vec<Target> {
    let mut targets = targets.to_vec();
    for target in &mut targets {
        target.findings.retain(|found| found.reason != Some(Reason::ActivationCodeNeeded));
    }
    targets
}

const fn code(stage: &Stage) -> Option<CodeShape> {
    match stage {
        Stage::ActivationCode(_, Code::Submitted(shape) | Code::Stopped(_, shape)) => Some(*shape),
        Stage::Registering(checked) => checked.code,
        _ => None,
    }
}

fn actions(stage: &Stage) -> Vec<Action> {
    let own = match stage {
        Stage::Address(_) => return vec![Action::EnterAddress],
        Stage::Registered(_) | Stage::LogIn(_, LogIn::Started(..)) => return Vec::new(),
        Stage::LogIn(_, LogIn::Waiting(_) | LogIn::Stopped(..)) => Some(Action::LogIn),
        Stage::Welcome(_) => Some(Action::ChooseSetUp),
        Stage::Disclaimer(_) => Some(Action::AcceptDisclaimer),
        Stage::Check(_, Check::Failed(_)) => Some(Action::CheckAgain),
        Stage::ActivationCode(_, Code::Waiting | Code::Stopped(..)) => {
            return vec![Action::EnterCode, Action::CheckAgain, Action::EnterAddress];
        }
        Stage::LogIn(_, LogIn::Requested(_))
        | Stage::Check(_, Check::Checking)
        | Stage::ActivationCode(_, Code::Submitted(_))
        | Stage::Registering(_) => None,
    };
    own.into_iter().chain([Action::EnterAddress]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::throttle::{AttemptKind, Throttled};
    use crate::time::Timestamp;

    #[test]
    fn every_reason_of_a_registration_belongs_to_a_stop() {
        let log_in = [LogInStop::Unanswered, LogInStop::Forgotten, LogInStop::OtherEnvironment];
        let code = [CodeStop::Refused, CodeStop::Unavailable, CodeStop::Forgotten];
        let stops = log_in.map(Stop::LogIn).into_iter().chain(code.map(Stop::Code));
        // An attempt that comes too early stops nothing: the error alone says why.
        let until = Timestamp::from_millis(0);
        let early = [AttemptKind::Address, AttemptKind::LogIn, AttemptKind::Code]
            .map(|kind| Throttled { kind, until }.reason());
        let said: BTreeSet<_> = stops.filter_map(Stop::reason).chain(early).collect();
        let of_registration = |reason: &&Reason| reason.entry().check.is_of_registration();
        assert_eq!(said, Reason::ALL.iter().filter(of_registration).copied().collect());
    }
}
