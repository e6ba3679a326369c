//! Explores every state that the machine can reach with two drivers, a person who does anything at any time,
//! and a world that answers anything, late, or never.
//!
//! `decide` and `apply` are the real ones. The clock stands still but for a log-in that is given up. A turn
//! counts without end, and only "is it the current one" matters, so states are compared by that.

use ib_domain::check::Check as Question;
use stateright::{Checker, Model, Property};

use super::tests::{address, environment, found, maria, target};
use super::*;
use crate::activation::CodeAnswer;
use crate::explore::ends_from_everywhere;
use crate::found::Status;

const NOW: Timestamp = Timestamp::from_millis(0);
const INFRASTRUCTURE: InfrastructureId = InfrastructureId::new(1);
const OLD: &str = "11.7.5";
/// The turn of every effect that is not of the current turn.
const STALE: u32 = 0;
const NEW: &str = "11.23.1";

/// One machine, two drivers, and what really happened, kept apart from what the machine believes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    state: State,
    /// What each driver has begun and not recorded.
    drivers: [Option<Effect>; 2],
    past: Past,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Past {
    /// Log-ins sent since the person last asked for one.
    sent: u8,
    permitted: bool,
    accepted: Option<String>,
    /// The environment that let the user in.
    let_in: Option<Environment>,
    /// The environment that the last passed check saw.
    checked: Option<Environment>,
    code: bool,
    /// Whether the machine registered without what it takes, or took a late answer for the one awaited.
    wrong: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    Person(Command),
    /// A driver begins what is owed; for a log-in, the vault has the credentials or not.
    Begin(usize, bool),
    Answer(usize, EffectResult),
    Crash(usize),
}

struct Registration;

fn rules() -> [Rules; 3] {
    [Rules::new("1"), Rules::new("2"), Rules::new("2").accept_unverified()]
}

fn commands() -> Vec<Command> {
    let accept = |version: &str| Command::AcceptDisclaimer { version: version.to_owned() };
    let mut commands = vec![
        Command::EnterAddress(address("dev.acme.example")),
        Command::EnterAddress(address("www.acme.example")),
        Command::LogIn(maria()),
        Command::ChooseSetUp,
        accept("1"),
        accept("2"),
        Command::CheckAgain,
        Command::EnterCode(CodeShape::Code),
    ];
    commands.extend(rules().map(Command::SetRules));
    commands
}

fn user(login: Status, level: Status, create: Status) -> Vec<Found> {
    vec![
        found(Question::UserLogin, login),
        found(Question::UserLevel, level),
        found(Question::UserCreate, create),
    ]
}

fn log_ins(address: &EnvironmentAddress) -> Vec<EffectResult> {
    use Status::{Failed, NotEvaluated, Passed, Unknown};
    let answer = |environment, findings, known| EffectResult::LoggedIn { environment, findings, known };
    let here = || Some(environment(address.host(), NEW, "S1"));
    let verified = || user(Passed, Passed, Passed);
    let unverified = || user(Passed, Unknown, NotEvaluated);
    vec![
        answer(None, Vec::new(), None),
        answer(here(), user(Failed, NotEvaluated, NotEvaluated), None),
        answer(here(), user(Unknown, NotEvaluated, NotEvaluated), Some(INFRASTRUCTURE)),
        answer(here(), user(Passed, Failed, Passed), Some(INFRASTRUCTURE)),
        answer(here(), user(Passed, Passed, Failed), None),
        answer(here(), unverified(), None),
        answer(here(), unverified(), Some(INFRASTRUCTURE)),
        answer(here(), verified(), None),
        answer(here(), verified(), Some(INFRASTRUCTURE)),
        answer(Some(environment(address.host(), OLD, "S1")), verified(), None),
        answer(Some(environment(address.host(), NEW, "S2")), verified(), None),
    ]
}

/// Everything that the world may answer.
fn answers(effect: &Effect) -> Vec<EffectResult> {
    let at = |address: &EnvironmentAddress, version| environment(address.host(), version, "S1");
    match effect {
        Effect::Diagnose { address, .. } => {
            let answer = |environment, status| EffectResult::Diagnosed {
                environment,
                findings: vec![found(Question::EnvVersion, status)],
            };
            vec![
                answer(None, Status::Failed),
                answer(Some(at(address, "11.7.1")), Status::Failed),
                answer(Some(at(address, OLD)), Status::Passed),
                answer(Some(at(address, NEW)), Status::Passed),
            ]
        }
        Effect::LogIn { address, .. } => log_ins(address),
        Effect::GiveUpLogIn { .. } => vec![EffectResult::LogInGivenUp],
        Effect::CheckInfrastructure { address, .. } => {
            let answer = |environment, status| EffectResult::Checked {
                environment,
                targets: vec![target(address.host(), status)],
            };
            vec![
                EffectResult::Checked { environment: Some(at(address, NEW)), targets: Vec::new() },
                answer(None, Status::Failed),
                answer(Some(at(address, NEW)), Status::Unknown),
                answer(Some(at(address, OLD)), Status::Warning),
                answer(Some(at(address, NEW)), Status::Passed),
                answer(Some(environment(address.host(), NEW, "S2")), Status::Passed),
            ]
        }
        Effect::SubmitCode { .. } => vec![
            EffectResult::NotInVault,
            EffectResult::CodeAnswered(CodeAnswer::Verified),
            EffectResult::CodeAnswered(CodeAnswer::Unverified),
            EffectResult::CodeAnswered(CodeAnswer::Refused),
            EffectResult::CodeAnswered(CodeAnswer::Unavailable),
        ],
        Effect::Register { .. } => vec![EffectResult::Claimed { infrastructure: INFRASTRUCTURE }],
    }
}

const fn turn_of(effect: &mut Effect) -> &mut u32 {
    match effect {
        Effect::Diagnose { turn, .. }
        | Effect::LogIn { turn, .. }
        | Effect::GiveUpLogIn { turn, .. }
        | Effect::CheckInfrastructure { turn, .. }
        | Effect::SubmitCode { turn, .. }
        | Effect::Register { turn, .. } => turn,
    }
}

fn needs_code(environment: &Environment) -> bool {
    environment.version == OLD.parse().expect("a version")
}

impl World {
    /// Decides and applies as the driver does; `None` when nothing follows.
    fn record(&mut self, command: Command, now: Timestamp) -> Option<()> {
        let events = decide(&self.state, command, now).ok()?;
        if events.is_empty() {
            return None;
        }
        for event in &events {
            self.past.remember(&event.fact, &self.state.rules);
            self.state = self.state.clone().apply(event).expect("what is decided can be applied");
        }
        Some(())
    }

    fn canonical(mut self) -> Self {
        for effect in self.drivers.iter_mut().flatten() {
            let turn = turn_of(effect);
            *turn = if *turn == self.state.turn { 1 } else { STALE };
        }
        self.state.turn = 1;
        self
    }
}

impl Past {
    fn remember(&mut self, fact: &Fact, rules: &Rules) {
        match fact {
            Fact::AddressEntered { .. } | Fact::EnvironmentReplaced { .. } | Fact::LogInRequested { .. } => {
                *self = Self { wrong: self.wrong, ..Self::default() };
            }
            Fact::DisclaimerAccepted { version, .. } => {
                self.accepted = Some(version.clone());
                self.checked = None;
                self.code = false;
            }
            Fact::Joined { .. } => self.wrong |= !self.permitted,
            Fact::Registered { .. } => {
                let serial = |one: &Option<Environment>| one.as_ref().and_then(|one| one.serial.clone());
                let needed = self.checked.as_ref().map(needs_code);
                let whole = self.permitted
                    && serial(&self.let_in) == serial(&self.checked)
                    && self.accepted.as_ref() == Some(&rules.disclaimer)
                    && needed.is_some_and(|needed| self.code == needed);
                self.wrong |= !whole;
            }
            _ => {}
        }
    }

    /// What an answer proves, whatever the machine makes of it.
    fn witness(&mut self, result: &EffectResult, rules: &Rules) {
        match result {
            EffectResult::LoggedIn { findings, environment, .. } => {
                let passed =
                    |index: usize| findings.get(index).map(|found| found.status) == Some(Status::Passed);
                let denied = findings.iter().any(|found| found.status == Status::Failed);
                let enough = (passed(1) && passed(2)) || (rules.accept_unverified && !denied);
                self.permitted = environment.is_some() && passed(0) && enough;
                self.let_in.clone_from(environment);
            }
            EffectResult::Checked { environment, targets } => {
                let clean = targets.iter().flat_map(|target| &target.findings);
                let clean = clean
                    .map(|found| found.status)
                    .all(|status| matches!(status, Status::Passed | Status::Warning));
                self.checked = environment.clone().filter(|_| clean && !targets.is_empty());
                self.code = false;
            }
            EffectResult::CodeAnswered(answer) => {
                self.code = matches!(answer, CodeAnswer::Verified | CodeAnswer::Unverified);
            }
            _ => {}
        }
    }
}

impl Model for Registration {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        let state = State::default();
        let mut world = World { state, drivers: [None, None], past: Past::default() };
        world.record(Command::SetRules(Rules::new("1")), NOW).expect("rules come first");
        vec![world.canonical()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Happening>) {
        actions.extend(commands().into_iter().map(Happening::Person));
        for (index, driver) in world.drivers.iter().enumerate() {
            match driver {
                None => {
                    actions.extend([Happening::Begin(index, true), Happening::Begin(index, false)]);
                }
                Some(effect) => {
                    actions.push(Happening::Crash(index));
                    actions
                        .extend(answers(effect).into_iter().map(|answer| Happening::Answer(index, answer)));
                }
            }
        }
    }

    fn next_state(&self, before: &World, happening: Happening) -> Option<World> {
        let mut world = before.clone();
        match happening {
            Happening::Person(command) => world.record(command, NOW)?,
            Happening::Crash(index) => world.drivers[index] = None,
            Happening::Begin(index, has_credentials) => {
                let effect = owed(&world.state).into_iter().next()?;
                let turn = effect.turn();
                match (&effect, has_credentials) {
                    (Effect::LogIn { .. }, true) => {
                        world.record(Command::StartLogIn { turn }, NOW)?;
                        world.past.sent += 1;
                        world.drivers[index] = Some(effect);
                    }
                    (Effect::LogIn { .. }, false) => {
                        world.record(Command::Conclude { turn, result: EffectResult::NotInVault }, NOW)?;
                    }
                    (_, true) => world.drivers[index] = Some(effect),
                    (_, false) => return None,
                }
            }
            Happening::Answer(index, result) => {
                let effect = world.drivers[index].take()?;
                let now = effect.due().unwrap_or(NOW);
                let (past, rules) = (world.past.clone(), world.state.rules.clone());
                world.past.witness(&result, &rules);
                let command = Command::Conclude { turn: effect.turn(), result };
                if world.record(command, now).is_none() {
                    // Nobody waited for it: it proves nothing.
                    world.past = past;
                } else if effect.turn() == STALE {
                    // It answers what somebody asked before.
                    world.past.wrong = true;
                }
            }
        }
        world.drivers.sort_by_key(|driver| format!("{driver:?}"));
        Some(world.canonical())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("registered only with everything it takes", |_, world: &World| {
                !world.past.wrong
            }),
            Property::always("a code is asked for only where the version needs one", |_, world: &World| {
                !matches!(world.state.stage, Stage::ActivationCode(..))
                    || world.past.checked.as_ref().is_some_and(needs_code)
            }),
            Property::always("one log-in, one attempt", |_, world: &World| world.past.sent <= 1),
            Property::always("every state has work, an action or an end", |_, world: &World| {
                let view = view(&world.state);
                !owed(&world.state).is_empty() || !view.actions.is_empty() || view.infrastructure.is_some()
            }),
            Property::always("what is in the way has a name, and is never hidden", |_, world: &World| {
                let view = view(&world.state);
                (view.status(view.open) == StepStatus::Stopped) == view.stop.is_some()
            }),
            Property::sometimes(
                "registered with a code",
                |_, world: &World| matches!(&world.state.stage, Stage::Registered(Registered { way: Way::SetUp(checked), .. }) if checked.code_needed),
            ),
            Property::sometimes(
                "registered without a code",
                |_, world: &World| matches!(&world.state.stage, Stage::Registered(Registered { way: Way::SetUp(checked), .. }) if !checked.code_needed),
            ),
            Property::sometimes("a second user skips", |_, world: &World| {
                matches!(&world.state.stage, Stage::Registered(Registered { way: Way::Joined(_), .. }))
            }),
            Property::sometimes("the disclaimer is asked again", |_, world: &World| {
                matches!(world.state.stage, Stage::Disclaimer(_)) && world.past.accepted.is_some()
            }),
            Property::sometimes("parked for log-in", |_, world: &World| {
                matches!(world.state.stage, Stage::LogIn(_, LogIn::Stopped(LogInStop::Forgotten, _)))
            }),
            Property::sometimes("a log-in is sent and never answered", |_, world: &World| {
                matches!(world.state.stage, Stage::LogIn(_, LogIn::Stopped(LogInStop::Unanswered, _)))
            }),
            Property::sometimes("another environment answers", |_, world: &World| {
                matches!(world.state.stage, Stage::LogIn(_, LogIn::Stopped(LogInStop::OtherEnvironment, _)))
            }),
            Property::sometimes(
                "registered on unverified permissions",
                |_, world: &World| matches!(&world.state.stage, Stage::Registered(done) if done.way.signed().findings.iter().any(|found| found.status == Status::Unknown)),
            ),
        ]
    }
}

#[test]
fn nothing_wrong_can_be_reached_and_everything_interesting_can() {
    let checker = Registration.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    println!("explored {} states, {} transitions", checker.unique_state_count(), checker.state_count());
    assert!(checker.unique_state_count() > 10_000, "the model hardly moves");
}

/// From every state there is a way to the end: nothing is ever stuck for good.
#[test]
fn the_end_can_be_reached_from_everywhere() {
    let states = ends_from_everywhere(&Registration, |world| world.state.infrastructure().is_some());
    println!("{states} states, each with a way to the end");
}
