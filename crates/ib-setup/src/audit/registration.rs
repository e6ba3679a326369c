//! What set-ups tell.

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;

use super::act::Act;
use super::entry::Told;
use super::trail::Telling;
use crate::found::Found;
use crate::registration::{Address, Event, Fact, LogInStop, Permission, Stage, State, Stop};
use crate::request_source::RequestSource;

/// The trail of one set-up.
#[derive(Default)]
pub(super) struct Trail {
    /// Where the last request came from, for what comes of it.
    asked: Option<RequestSource>,
}

impl Telling for Trail {
    type State = State;

    fn tell(&mut self, before: &State, event: &Event) -> Option<Told> {
        // What nobody asked for answers what somebody did.
        self.asked = if is_request(&event.fact) { event.from } else { self.asked };
        let address = address(&before.stage).map(EnvironmentAddress::authority);
        let told = match &event.fact {
            Fact::AddressEntered { address, .. } => {
                return Some(Told::new(Act::AddressEntered).at(Some(address.authority())).from(self.asked));
            }
            fact => of_request(fact).or_else(|| of_outcome(fact))?,
        };
        Some(told.by(who(before).as_ref()).at(address).from(self.asked))
    }

    /// What somebody tried elsewhere is nobody's business here.
    fn begins_anew(event: &Event) -> bool {
        matches!(event.fact, Fact::AddressEntered { .. })
    }
}

const fn is_request(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::AddressEntered { .. }
            | Fact::LogInRequested { .. }
            | Fact::SetUpChosen
            | Fact::DisclaimerAccepted { .. }
            | Fact::CheckRequested
            | Fact::CodeEntered { .. }
    )
}

/// What a person asked for. A log-in is told once it has come to something.
fn of_request(fact: &Fact) -> Option<Told> {
    Some(match fact {
        Fact::SetUpChosen => Told::new(Act::SetUpChosen),
        Fact::DisclaimerAccepted { version, .. } => {
            Told::new(Act::DisclaimerAccepted).change(None, Some(format!("version {version}")))
        }
        Fact::CheckRequested => Told::new(Act::CheckRequested),
        Fact::CodeEntered { .. } => Told::new(Act::CodeEntered),
        _ => return None,
    })
}

/// What came of it; `None` for what only leads on.
fn of_outcome(fact: &Fact) -> Option<Told> {
    Some(match fact {
        Fact::AddressRefused { findings } => Told::new(Act::AddressRefused).refused(reason(findings)),
        Fact::LoggedIn { permission: Permission::Verified, .. } => Told::new(Act::LogIn),
        Fact::LoggedIn { permission: Permission::UnverifiedAccepted, .. } => {
            let text = "permissions accepted unverified, as the operator allows";
            Told::new(Act::LogIn).change(None, Some(text.to_owned()))
        }
        Fact::LogInStopped { stop, findings } => {
            Told::new(Act::LogInRefused).refused(reason(findings).or_else(|| stopped(*stop)))
        }
        Fact::CheckFailed { targets } => {
            let stops = targets.iter().filter(|target| target.stops());
            Told::new(Act::CheckFailed).refused(stops.map(|target| reason(&target.findings)).next().flatten())
        }
        Fact::EnvironmentReplaced { .. } => {
            Told::new(Act::EnvironmentReplaced).refused(stopped(LogInStop::OtherEnvironment))
        }
        Fact::CodeStopped { stop } => Told::new(Act::CodeRefused).refused(Stop::Code(*stop).reason()),
        Fact::CodeAccepted { verified } => {
            let word = if *verified { "verified" } else { "not verified: nobody could" };
            Told::new(Act::CodeAccepted).change(None, Some(word.to_owned()))
        }
        Fact::Registered { .. } => Told::new(Act::Registered),
        Fact::Joined { .. } => Told::new(Act::Joined),
        // The operator's rules, what leads on, and what is told above.
        Fact::RulesSet { .. }
        | Fact::AddressEntered { .. }
        | Fact::AddressAccepted { .. }
        | Fact::LogInRequested { .. }
        | Fact::LogInStarted
        | Fact::SetUpChosen
        | Fact::DisclaimerAccepted { .. }
        | Fact::CheckRequested
        | Fact::CheckPassed { .. }
        | Fact::CodeEntered { .. } => return None,
    })
}

fn stopped(stop: LogInStop) -> Option<Reason> {
    Stop::LogIn(stop).reason()
}

/// Why it went no further.
fn reason(findings: &[Found]) -> Option<Reason> {
    findings.iter().filter(|found| found.status.stops()).find_map(|found| found.reason)
}

/// Whoever was let in, or wants to be.
fn who(state: &State) -> Option<Username> {
    let typed = || Username::parse(&state.typed.username).ok();
    state.signer().map(|signer| signer.username).or_else(typed)
}

const fn address(stage: &Stage) -> Option<&EnvironmentAddress> {
    match stage {
        Stage::Address(Address::Diagnosing(address) | Address::Refused(address, _)) => Some(address),
        Stage::Address(Address::Waiting) => None,
        Stage::LogIn(environment, _) => Some(&environment.address),
        stage => match stage.signed() {
            Some(signed) => Some(&signed.environment.address),
            None => None,
        },
    }
}
