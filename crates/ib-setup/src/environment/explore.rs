//! Explores every state that the machine can reach with two drivers, people who do anything at any time, and
//! environments that answer anything, late, or never.
//!
//! `decide` and `apply` are the real ones. Numbers and turns count without end, so only so much is added and changed.
//! A waiver expires without an event: every state is viewed before and after it does.

use std::time::Duration;

use ib_domain::feature::REPORTED;
use ib_domain::reason::Reason;
use stateright::{Checker, Model, Property};

use super::tests::{address, at, ground, maria, name, seen, trouble};
use super::*;
use crate::explore::ends_from_everywhere;

const EVERY: Duration = Duration::from_hours(1);
/// How many environments are ever added, development included.
const ADDED: u32 = 2;
/// When every waiver expires.
const UNTIL: Timestamp = Timestamp::from_millis(60_000);
/// How often an environment is given another address.
const TURNS: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct World {
    state: State,
    /// What each driver has begun and not recorded.
    drivers: [Option<Effect>; 2],
    /// Whether what was decided could not be recorded, or something belongs that must not.
    wrong: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    Person(Command),
    Begin(usize, Effect),
    Answer(usize, Command),
    Crash(usize),
}

/// What is explored: everything that two drivers can do, living with what one of them found, or what a file declares
/// beside what people do. All at once would be too much, and none has to do with the others.
#[derive(PartialEq, Eq)]
enum Estate {
    Looked,
    Waived,
    Declared,
}

fn commands(state: &State) -> Vec<Command> {
    let by = maria();
    let mut commands = vec![Command::Begin { address: address("dev.acme.example"), by: by.clone() }];
    if state.last < ADDED {
        for host in ["qa.acme.example", "lifetime.acme.example", "dev.acme.example"] {
            commands.push(Command::Add { name: name("QA"), address: address(host), by: by.clone() });
        }
        commands.push(Command::Import { by: by.clone() });
    }
    for text in ["QA", "Development"] {
        commands.push(Command::Remove { name: name(text), by: by.clone() });
        if state.environments.iter().all(|known| known.turn < TURNS) {
            let (new_name, address) = (name("Test"), address("test.acme.example"));
            commands.push(Command::Edit { name: name(text), new_name, address, by: by.clone() });
        }
    }
    commands.extend([Command::Look { name: None, by }, Command::Published]);
    commands
}

/// Living with a connection that is missing, and not any more.
fn waivers() -> [Command; 2] {
    let by = maria();
    let reason = Reason::ConnectRefused;
    let (owner, why) = ("Platform team".parse().unwrap(), "It is behind a firewall".parse().unwrap());
    let waive = Command::Waive { name: name("QA"), reason, owner, why, until: UNTIL, by: by.clone() };
    [waive, Command::EndWaiver { name: name("QA"), reason, by }]
}

/// The same and other things for a file, and giving back what it declares.
fn declarations(state: &State) -> Vec<Command> {
    let by = maria();
    let file = || "infrastructure.toml".parse().unwrap();
    let mut commands: Vec<_> = waivers().into_iter().collect();
    if state.last < ADDED || state.environments.len() > 1 {
        commands.push(Command::Add { name: name("QA"), address: address("qa.acme.example"), by: by.clone() });
    }
    commands.push(Command::Remove { name: name("QA"), by: by.clone() });
    let mut commands: Vec<_> =
        commands.into_iter().map(|command| Command::For(file(), Box::new(command))).collect();
    commands.push(Command::Release { name: name("QA"), by });
    commands
}

/// Whether nobody changes what a file declares but for that file, whatever they ask.
fn is_kept(state: &State) -> bool {
    let keeps = |command: Command| {
        let Ok(events) = decide(state, command, &ground(), at(0)) else { return true };
        let touches = |fact: &Fact| match fact {
            Fact::Edited { number, .. } | Fact::Removed { number, .. } => {
                state.environment(*number).is_some_and(|known| known.file.is_some())
            }
            Fact::Waived { number, reason, .. } | Fact::WaiverEnded { number, reason, .. } => state
                .environment(*number)
                .and_then(|known| known.waiver(*reason))
                .is_some_and(|waiver| waiver.file.is_some()),
            _ => false,
        };
        !events.iter().any(|event| touches(&event.fact))
    };
    commands(state).into_iter().chain(waivers()).all(keeps)
}

/// Whether what is waived is skipped until the waiver expires, and then as if there never was one.
fn is_waived_for_a_while(state: &State) -> bool {
    let mut bare = state.clone();
    bare.environments.iter_mut().for_each(|known| known.waivers.clear());
    let expired = view(state, EVERY, UNTIL).environments.into_iter();
    let expired: Vec<_> = expired.map(|known| EnvironmentView { waivers: Vec::new(), ..known }).collect();
    let active = view(state, EVERY, at(0)).environments;
    let without = view(&bare, EVERY, at(0)).environments;
    let is_right = |(with, without): (&EnvironmentView, &EnvironmentView)| {
        let is_waived = with.troubles.iter().any(|trouble| trouble.waiver.is_some());
        is_waived == (with.standing == Standing::Waived)
            && (is_waived || with.standing == without.standing)
            && REPORTED.iter().all(|feature| with.availability(*feature) == without.availability(*feature))
    };
    expired == view(&bare, EVERY, UNTIL).environments && active.iter().zip(&without).all(is_right)
}

/// Everything that the world may answer.
fn answers(effect: &Effect) -> Vec<Command> {
    match effect {
        Effect::List => {
            let listed = |text: &str, host: &str, purpose| Listed {
                name: text.to_owned(),
                address: address(host),
                purpose,
            };
            let list = vec![
                listed("Dev", "dev.acme.example", Purpose::Development),
                listed("QA", "qa.acme.example", Purpose::Test),
            ];
            let failed = Found::of_reason(Reason::TokenRefused, "lifetime.acme.example");
            vec![Command::Listed(list), Command::NotListed(Box::new(failed))]
        }
        Effect::Look { number, turn, .. } => {
            let looks = [seen("S-QA"), trouble(Reason::IsLifeTime), trouble(Reason::ConnectRefused)];
            looks.map(|seen| Command::Sighted(vec![(*number, *turn, seen)])).into()
        }
    }
}

/// The environment that an answer shows to be LifeTime, or development under another name, before it belongs.
fn unfit(state: &State, answer: &Command) -> Option<Number> {
    let Command::Sighted(seen) = answer else { return None };
    let (number, turn, seen) = seen.first()?;
    let known = state.environment(*number).filter(|known| known.turn == *turn && !known.belongs)?;
    let is_lifetime = seen.troubles.iter().any(|found| found.reason == Some(Reason::IsLifeTime));
    (is_lifetime || seen.serial == ground().serial).then_some(known.number)
}

impl World {
    fn record(&mut self, command: Command) {
        let Ok(events) = decide(&self.state, command, &ground(), at(0)) else { return };
        match events.iter().try_fold(self.state.clone(), State::apply) {
            Ok(state) => self.state = state,
            Err(_) => self.wrong = true,
        }
    }
}

impl Model for Estate {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        vec![World::default()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Happening>) {
        let is_explored = |command: &Command| match self {
            Self::Looked => true,
            Self::Waived => !matches!(command, Command::Import { .. }),
            Self::Declared => matches!(command, Command::Begin { .. } | Command::Remove { .. }),
        };
        let commands = commands(&world.state).into_iter().filter(is_explored);
        actions.extend(commands.map(Happening::Person));
        let drivers = if *self == Self::Looked { 2 } else { 1 };
        match self {
            Self::Looked => {}
            Self::Waived => actions.extend(waivers().map(Happening::Person)),
            Self::Declared => actions.extend(declarations(&world.state).into_iter().map(Happening::Person)),
        }
        for (index, driver) in world.drivers.iter().enumerate().take(drivers) {
            match driver {
                // What is not wanted is due later; looking at it then is the same.
                None => actions.extend(
                    due(&world.state, EVERY, at(0)).into_iter().map(|effect| Happening::Begin(index, effect)),
                ),
                Some(effect) => {
                    actions.push(Happening::Crash(index));
                    actions
                        .extend(answers(effect).into_iter().map(|answer| Happening::Answer(index, answer)));
                }
            }
        }
    }

    fn next_state(&self, world: &World, action: Happening) -> Option<World> {
        let mut next = world.clone();
        match action {
            Happening::Person(command) => next.record(command),
            Happening::Begin(index, effect) => next.drivers[index] = Some(effect),
            Happening::Crash(index) => next.drivers[index] = None,
            Happening::Answer(index, answer) => {
                let unfit = unfit(&world.state, &answer);
                next.drivers[index] = None;
                next.record(answer);
                next.wrong |= unfit.is_some_and(|number| next.state.environment(number).is_some());
            }
        }
        // Which of the two does what makes no difference.
        next.drivers.sort_by_key(|driver| std::cmp::Reverse(format!("{driver:?}")));
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(
                "what is decided can be recorded, and what must not belong does not",
                |_, world: &World| !world.wrong,
            ),
            Property::always("development stays", |_, world: &World| {
                let all = &world.state.environments;
                all.is_empty() || (all[0].is_development() && all[0].address == address("dev.acme.example"))
            }),
            Property::always("names and addresses are unique", |_, world: &World| {
                let all = &world.state.environments;
                all.iter().enumerate().all(|(index, one)| {
                    all[..index]
                        .iter()
                        .all(|other| !one.name.is_same(&other.name) && one.address != other.address)
                })
            }),
            Property::always("what is waived is waived for a while", |_, world: &World| {
                is_waived_for_a_while(&world.state)
            }),
            Property::always("what a file declares is changed for it alone", |_, world: &World| {
                is_kept(&world.state)
            }),
            Property::sometimes("one is refused", |_, world: &World| world.state.refused.is_some()),
            Property::sometimes("one without a connection belongs", |_, world: &World| {
                world.state.environments.iter().skip(1).any(|known| {
                    known.belongs && known.sight.as_ref().is_some_and(|sight| !sight.troubles.is_empty())
                })
            }),
        ];
        properties.push(match self {
            Self::Looked => Property::sometimes("two look at the same", |_, world: &World| {
                world.drivers[0].is_some() && world.drivers[0] == world.drivers[1]
            }),
            Self::Waived => Property::sometimes("one is waived", |_, world: &World| {
                let view = view(&world.state, EVERY, at(0));
                view.environments.iter().any(|known| known.standing == Standing::Waived)
            }),
            Self::Declared => {
                Property::sometimes("a waiver and its environment are declared", |_, world: &World| {
                    let mut all = world.state.environments.iter();
                    all.any(|known| {
                        known.file.is_some() && known.waivers.iter().any(|waiver| waiver.file.is_some())
                    })
                })
            }
        });
        properties
    }
}

fn explore(estate: Estate) -> usize {
    let idle = |world: &World| due(&world.state, EVERY, at(0)).is_empty() && world.drivers == [None, None];
    let states = ends_from_everywhere(&estate, idle);
    let checker = estate.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    println!("explored {} states", checker.unique_state_count());
    states
}

#[test]
fn nothing_wrong_can_be_reached_and_every_look_ends() {
    let states = explore(Estate::Looked);
    assert!(states > 1_000, "{states}");
}

#[test]
fn what_is_waived_comes_back_by_itself() {
    let states = explore(Estate::Waived);
    assert!(states > 1_000, "{states}");
}

#[test]
fn what_a_file_declares_stays_until_it_is_released() {
    let states = explore(Estate::Declared);
    assert!(states > 100, "{states}");
}
