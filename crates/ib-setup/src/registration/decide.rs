//! What follows from a command.

use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check as Question;
use ib_domain::permission::user::Username;

use super::{
    Address, Check, Code, CodeStop, Command, EffectResult, Environment, Fact, LOG_IN_LIMIT, LogIn, LogInStop,
    Permission, Rejection, Rules, Stage, State, Step,
};
use crate::activation::{CodeAnswer, CodeShape};
use crate::found::{Found, Status, Target, status};
use crate::id::InfrastructureId;
use crate::registration::Event;
use crate::time::Timestamp;

type Facts = Result<Vec<Fact>, Rejection>;

/// Decides whether `command` may be asked now, and which events follow. No event means that there is nothing
/// left to do: a step that is finished is never an error, so a form may be sent twice.
///
/// # Errors
///
/// A [`Rejection`] when an earlier step is open, or the command no longer fits.
pub fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    let facts = match command {
        Command::SetRules(rules) => Ok(set_rules(state, rules)),
        Command::EnterAddress(address) => enter_address(state, address),
        Command::LogIn(username) => log_in(state, username),
        Command::ChooseSetUp => choose_set_up(state),
        Command::AcceptDisclaimer { version } => accept(state, version),
        Command::CheckAgain => check_again(state),
        Command::EnterCode(shape) => enter_code(state, shape),
        // An answer to an earlier turn, or the start of one, is of no more use.
        Command::StartLogIn { turn } | Command::Conclude { turn, .. } if turn != state.turn => {
            Err(Rejection::NotAwaited)
        }
        Command::StartLogIn { .. } => start_log_in(state),
        Command::Conclude { result, .. } => conclude(state, result, now),
    }?;
    Ok(facts.into_iter().map(|fact| Event::new(now, fact)).collect())
}

fn set_rules(state: &State, rules: Rules) -> Vec<Fact> {
    if rules == state.rules {
        return Vec::new();
    }
    vec![rules.into()]
}

fn log_in(state: &State, username: Username) -> Facts {
    match &state.stage {
        Stage::Address(_) => not_yet(state),
        Stage::LogIn(_, LogIn::Waiting(_) | LogIn::Stopped(..)) => {
            Ok(vec![Fact::LogInRequested { username }])
        }
        Stage::LogIn(_, LogIn::Started(_, at)) => under_way(*at),
        _ => Ok(Vec::new()),
    }
}

fn choose_set_up(state: &State) -> Facts {
    match &state.stage {
        Stage::Address(_) | Stage::LogIn(..) => not_yet(state),
        Stage::Welcome(_) => Ok(vec![Fact::SetUpChosen]),
        _ => Ok(Vec::new()),
    }
}

fn check_again(state: &State) -> Facts {
    match &state.stage {
        Stage::Address(_) | Stage::LogIn(..) | Stage::Welcome(_) | Stage::Disclaimer(_) => not_yet(state),
        // A platform that was raised meanwhile needs no code any more.
        Stage::Check(_, Check::Failed(_)) | Stage::ActivationCode(_, Code::Waiting | Code::Stopped(..)) => {
            Ok(vec![Fact::CheckRequested])
        }
        _ => Ok(Vec::new()),
    }
}

fn enter_code(state: &State, shape: CodeShape) -> Facts {
    match &state.stage {
        Stage::ActivationCode(_, Code::Waiting | Code::Stopped(..)) => Ok(vec![Fact::CodeEntered { shape }]),
        Stage::ActivationCode(_, Code::Submitted(_)) | Stage::Registering(_) | Stage::Registered(_) => {
            Ok(Vec::new())
        }
        _ => not_yet(state),
    }
}

fn start_log_in(state: &State) -> Facts {
    match &state.stage {
        Stage::LogIn(_, LogIn::Requested(_)) => Ok(vec![Fact::LogInStarted]),
        _ => Err(Rejection::NotAwaited),
    }
}

fn not_yet(state: &State) -> Facts {
    Err(Rejection::NotYet { open: Step::open(state) })
}

fn under_way(since: Timestamp) -> Facts {
    Err(Rejection::LogInUnderWay { until: since.plus(LOG_IN_LIMIT) })
}

fn enter_address(state: &State, address: EnvironmentAddress) -> Facts {
    let current = match &state.stage {
        Stage::Address(Address::Diagnosing(current)) => Some(current),
        Stage::Address(_) => None,
        // A second log-in must not begin while one is under way, so neither may the way to it.
        Stage::LogIn(_, LogIn::Started(_, at)) => return under_way(*at),
        Stage::LogIn(environment, _) => Some(&environment.address),
        Stage::Welcome(signed) | Stage::Disclaimer(signed) => Some(&signed.environment.address),
        Stage::Check(accepted, _) => Some(&accepted.signed.environment.address),
        Stage::ActivationCode(checked, _) | Stage::Registering(checked) => {
            Some(&checked.accepted.signed.environment.address)
        }
        Stage::Registered(done) if done.way.signed().environment.address == address => return Ok(Vec::new()),
        Stage::Registered(_) => return Err(Rejection::Finished),
    };
    if current == Some(&address) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::AddressEntered { typed: address.typed().to_owned(), address }])
}

fn accept(state: &State, version: String) -> Facts {
    match &state.stage {
        Stage::Address(_) | Stage::LogIn(..) | Stage::Welcome(_) => not_yet(state),
        Stage::Disclaimer(signed) if version == state.rules.disclaimer && !version.is_empty() => {
            Ok(vec![Fact::DisclaimerAccepted { version, by: signed.username.clone() }])
        }
        Stage::Disclaimer(_) => {
            Err(Rejection::DisclaimerOutdated { current: state.rules.disclaimer.clone() })
        }
        _ => Ok(Vec::new()),
    }
}

/// What an answer of the world means.
fn conclude(state: &State, result: EffectResult, now: Timestamp) -> Facts {
    match (&state.stage, result) {
        (Stage::Address(Address::Diagnosing(_)), EffectResult::Diagnosed { environment, findings }) => {
            Ok(vec![diagnosed(environment, findings)])
        }
        (Stage::LogIn(_, LogIn::Requested(_)), EffectResult::NotInVault) => {
            Ok(vec![log_in_stopped(LogInStop::Forgotten, Vec::new())])
        }
        (Stage::LogIn(_, LogIn::Started(_, at)), EffectResult::LogInGivenUp)
            if now >= at.plus(LOG_IN_LIMIT) =>
        {
            Ok(vec![log_in_stopped(LogInStop::Unanswered, Vec::new())])
        }
        (
            Stage::LogIn(before, LogIn::Started(..)),
            EffectResult::LoggedIn { environment, findings, known },
        ) => Ok(logged_in(state, before, environment, findings, known)),
        (Stage::Check(accepted, Check::Checking), EffectResult::Checked { environment, targets }) => {
            Ok(vec![checked(&accepted.signed.environment, environment, targets)])
        }
        (Stage::ActivationCode(_, Code::Submitted(_)), EffectResult::NotInVault) => {
            Ok(vec![Fact::CodeStopped { stop: CodeStop::Forgotten }])
        }
        (Stage::ActivationCode(_, Code::Submitted(_)), EffectResult::CodeAnswered(answer)) => {
            Ok(vec![code_answered(answer)])
        }
        (Stage::Registering(_), EffectResult::Claimed { infrastructure }) => {
            Ok(vec![Fact::Registered { infrastructure }])
        }
        _ => Err(Rejection::NotAwaited),
    }
}

fn diagnosed(environment: Option<Environment>, findings: Vec<Found>) -> Fact {
    match environment {
        Some(environment)
            if environment.code_needed().is_some() && !findings.iter().any(|found| found.status.stops()) =>
        {
            Fact::AddressAccepted { environment, findings }
        }
        _ => Fact::AddressRefused { findings },
    }
}

const fn log_in_stopped(stop: LogInStop, findings: Vec<Found>) -> Fact {
    Fact::LogInStopped { stop, findings }
}

fn logged_in(
    state: &State,
    before: &Environment,
    environment: Option<Environment>,
    findings: Vec<Found>,
    known: Option<InfrastructureId>,
) -> Vec<Fact> {
    let Some(environment) = environment else {
        return vec![log_in_stopped(LogInStop::Unproven, findings)];
    };
    if before.differs_from(&environment) {
        return vec![Fact::EnvironmentReplaced { environment }];
    }
    let permission = match permission(&findings) {
        Ok(permission) => permission,
        Err(LogInStop::Unverified) if state.rules.accept_unverified => Permission::UnverifiedAccepted,
        Err(stop) => return vec![log_in_stopped(stop, findings)],
    };
    let joined = known.map(|infrastructure| Fact::Joined { infrastructure });
    std::iter::once(Fact::LoggedIn { environment, permission, findings }).chain(joined).collect()
}

/// What the findings say about the user. A permission that could not be told is never one that is granted.
fn permission(findings: &[Found]) -> Result<Permission, LogInStop> {
    match status(findings, Question::UserLogin) {
        Some(Status::Passed) => {}
        Some(Status::Failed) => return Err(LogInStop::Refused),
        _ => return Err(LogInStop::Unproven),
    }
    let level = status(findings, Question::UserLevel);
    let create = status(findings, Question::UserCreate);
    match (level, create) {
        (Some(Status::Passed), Some(Status::Passed)) => Ok(Permission::Verified),
        (Some(Status::Failed), _) | (_, Some(Status::Failed)) => Err(LogInStop::Denied),
        _ => Err(LogInStop::Unverified),
    }
}

fn checked(before: &Environment, environment: Option<Environment>, targets: Vec<Target>) -> Fact {
    match environment {
        Some(environment) if before.differs_from(&environment) => Fact::EnvironmentReplaced { environment },
        Some(environment) if !targets.is_empty() && !targets.iter().any(Target::stops) => {
            match environment.code_needed() {
                Some(code_needed) => Fact::CheckPassed { environment, code_needed, targets },
                None => Fact::CheckFailed { targets },
            }
        }
        _ => Fact::CheckFailed { targets },
    }
}

const fn code_answered(answer: CodeAnswer) -> Fact {
    match answer {
        CodeAnswer::Verified => Fact::CodeAccepted { verified: true },
        CodeAnswer::Unverified => Fact::CodeAccepted { verified: false },
        CodeAnswer::Refused => Fact::CodeStopped { stop: CodeStop::Refused },
        CodeAnswer::Unavailable => Fact::CodeStopped { stop: CodeStop::Unavailable },
    }
}
