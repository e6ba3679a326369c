//! Explores every state that one environment's link can reach: looks, introductions, answers that come late or never,
//! proofs and signatures of any turn, people who change the address or want a new secret.
//!
//! Turns count without end, so there is an end of time.

use std::time::Duration;

use ib_domain::reason::Reason;
use stateright::{Checker, Model, Property};

use super::*;
use crate::environment::tests::{address, at, ground, maria, name, seen};
use crate::environment::{Command, EnvironmentView, decide, view};

/// The environment whose link it is; development is the other one.
const NUMBER: Number = 2;
const EVERY: Duration = Duration::from_secs(1);
/// The last second.
const END: u64 = 3;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    state: State,
    now: u64,
    /// Whether what was decided could not be recorded, or a challenge was proved twice.
    wrong: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    /// A second passes, and the environment is looked at.
    Look,
    Said(Command),
}

struct Links;

impl World {
    fn is_inbound(&self, id: &str) -> bool {
        self.shown().link.inbound.id() == id
    }

    fn holds(&self, generation: u32) -> bool {
        self.state.link_key(NUMBER, generation).is_some()
    }

    fn record(&mut self, command: Command) {
        let Ok(events) = decide(&self.state, command, &ground(), at(self.now)) else { return };
        for event in &events {
            // What follows twice from a challenge would give a secret away twice.
            let is_proof = matches!(event.fact, Fact::Proved { .. });
            let was_open = self.state.challenge(NUMBER, at(self.now)).is_ok();
            match self.state.clone().apply(event) {
                Ok(state) => self.state = state,
                Err(_) => self.wrong = true,
            }
            let is_open = self.state.challenge(NUMBER, at(self.now)).is_ok();
            self.wrong |= is_proof && (!was_open || is_open);
        }
    }

    fn known(&self) -> &Environment {
        self.state.environment(NUMBER).unwrap()
    }

    fn shown(&self) -> EnvironmentView {
        view(&self.state, EVERY, at(self.now)).environments.remove(1)
    }

    fn said(&self) -> Vec<Command> {
        let (known, key) = (self.known(), LinkKeyId::new([1; 8]));
        let mut commands = Vec::new();
        if introductions(&self.state, EVERY).iter().any(|one| one.number == NUMBER) {
            commands.push(Command::Introducing(vec![NUMBER], key));
        }
        let absent = Box::new(Found::of_reason(Reason::ManagerAbsent, "there"));
        for turn in 1..=known.link.turn {
            let version = ManagerVersion::new("2");
            commands.push(Command::Answered(vec![(NUMBER, turn, Ok(String::new()))]));
            commands.push(Command::Answered(vec![(NUMBER, turn, Err(absent.clone()))]));
            commands.push(Command::Proved { number: NUMBER, turn, key, version, from: None });
        }
        commands.extend((1..=known.link.issued).map(|generation| Command::Signed(NUMBER, generation)));
        commands.push(Command::RotateSecret { name: known.name.clone(), by: maria() });
        if known.turn == 0 {
            let (name, address) = (known.name.clone(), address("new.acme.example"));
            commands.push(Command::Edit { new_name: name.clone(), name, address, by: maria() });
        }
        commands
    }
}

impl Model for Links {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        let mut world = World { state: State::default(), now: 0, wrong: false };
        world.record(Command::Begin { address: address("dev.acme.example"), by: maria() });
        world.record(Command::Add { name: name("QA"), address: address("qa.acme.example"), by: maria() });
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Happening>) {
        if world.now < END {
            actions.push(Happening::Look);
        }
        actions.extend(world.said().into_iter().map(Happening::Said));
    }

    fn next_state(&self, world: &World, action: Happening) -> Option<World> {
        let mut next = world.clone();
        match action {
            Happening::Look => {
                next.now += 1;
                next.record(Command::Sighted(vec![(NUMBER, world.known().turn, seen("S-QA"))]));
            }
            Happening::Said(command) => next.record(command),
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "what is decided can be recorded, and a challenge is proved once",
                |_, world: &World| !world.wrong,
            ),
            Property::always("nothing is passed before a proof at this address", |_, world: &World| {
                !world.is_inbound("passed") || world.known().link.secret.is_some()
            }),
            Property::always("the newest secret holds, and at most one before it", |_, world: &World| {
                let link = &world.known().link;
                let holding = (1..=link.issued).filter(|one| world.state.link_key(NUMBER, *one).is_some());
                let newest = link.secret.map(|secret| secret.generation);
                holding.count() <= 2 && newest.is_none_or(|newest| newest == link.issued)
            }),
            Property::always("a challenge belongs to the last turn", |_, world: &World| {
                let open = world.state.challenge(NUMBER, at(world.now));
                open.is_ok_and(|(turn, _)| turn == world.known().link.turn) || open.is_err()
            }),
            Property::sometimes("two secrets hold", |_, world: &World| world.holds(1) && world.holds(2)),
            Property::sometimes("the former one holds no longer", |_, world: &World| {
                !world.holds(1) && world.holds(2)
            }),
            Property::sometimes("one at another address is proved anew", |_, world: &World| {
                world.known().turn == 1 && world.holds(2) && world.is_inbound("passed")
            }),
            Property::sometimes("it is not known", |_, world: &World| world.is_inbound("unknown")),
        ]
    }
}

#[test]
fn nothing_wrong_can_be_reached() {
    let checker = Links.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    let states = checker.unique_state_count();
    println!("explored {states} states");
    assert!(states > 500, "{states}");
}
