//! Explores every state that a publication of two dependencies can reach with two drivers that crash and lose
//! their leases anywhere, answers that are lost, an environment that refuses, fails and forgets, and a person who
//! cancels, retries, logs out and in at any time; and the same for a dependency and an integration from its package.
//!
//! `decide`, `apply` and `owed` are the real ones. The clock stands still but for limits that pass. How many
//! troubles come together is bounded, so that there is an end to what can be reached.

mod environment;

use std::collections::BTreeSet;

use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::integration::IntegrationKind;
use stateright::{Checker, Model, Property};

use environment::{Environment, Phase};

use super::run::Stage;
use super::tests::{A, B, both, holder, message, no_answer, present};
use super::*;
use crate::explore::ends_from_everywhere;

const NOW: Timestamp = Timestamp::from_millis(0);

/// One machine, one environment, two drivers, and how much trouble is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    state: State,
    /// The token of the last lease.
    token: u64,
    /// What each driver has begun under which lease, and the answer once there is one.
    drivers: [Option<Doing>; 2],
    environment: Environment,
    has_credentials: bool,
    /// How many troubles may still happen, of any kind.
    left: u8,
    past: Past,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Doing {
    effect: Effect,
    token: u64,
    answer: Option<Answered>,
}

/// What came of it, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Answered {
    Prepared,
    Told,
    There(bool),
    Accepted(i64),
    Busy,
    Refused,
    Heard(Phase),
    Nothing,
    NoLogIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Past {
    /// How often the integration was deployed, and asked for.
    deployed: u8,
    asked: u8,
    /// Something was deployed twice, or done that was not there.
    wrong: bool,
    taken_over: bool,
    waited: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    Start,
    Retry(Item),
    Cancel(Option<Item>),
    LogOut,
    LogIn,
    /// A driver takes the lease and begins what is owed.
    Begin(usize),
    /// The environment is asked; the answer may be lost, or the question.
    Ask(usize, Way),
    Record(usize),
    Crash(usize),
    Environment(usize, Phase),
    LimitPasses,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    AnswerLost,
    QuestionLost,
    Refused,
}

/// With how many troubles of any kind together.
struct Publishing {
    troubles: u8,
    /// The second item is an integration.
    is_of_integration: bool,
}

impl Publishing {
    fn second(&self) -> Item {
        if self.is_of_integration { orders() } else { B }
    }
}

fn orders() -> Item {
    Item::Integration("Orders".parse().expect("a name"))
}

fn upload() -> UploadedPackage {
    UploadedPackage {
        integration: "Orders".parse().expect("a name"),
        kind: IntegrationKind::Other,
        file: String::new(),
        digest: Sha256Digest::new([1; 32]),
        size: 1,
        modules: BTreeSet::new(),
    }
}

fn page(messages: Vec<Message>, after: i64, is_finished: bool) -> Answer {
    let last = messages.iter().filter_map(|message| message.id).max().unwrap_or(after);
    Answer::Heard { messages, last, is_finished }
}

impl World {
    fn answer(&self, effect: &Effect, answered: Answered) -> Answer {
        let after = if let Effect::Listen { after, .. } = effect { *after } else { 0 };
        let new = |id, severity| if id > after { vec![message(id, severity, "said")] } else { Vec::new() };
        match answered {
            Answered::Prepared => {
                let seen = |item| self.environment.there.contains(&item).then(|| present("2.4.0"));
                let survey = both(seen(A), seen(B));
                match effect {
                    Effect::Look { .. } => Answer::Surveyed(survey),
                    _ => Answer::Prepared { survey, refused: None, kept: Vec::new() },
                }
            }
            Answered::Told => Answer::Told,
            Answered::There(there) => Answer::ReadBack(there.then(|| present("2.4.0"))),
            Answered::Accepted(publication) => Answer::Accepted { publication, messages: Vec::new() },
            Answered::Busy => {
                let words = "The application is already being published.";
                Answer::NotAccepted { messages: vec![message(0, MessageSeverity::Error, words)] }
            }
            Answered::Refused => Answer::NotAccepted { messages: Vec::new() },
            Answered::Heard(phase) => match phase {
                Phase::Validating | Phase::Deploying => page(Vec::new(), after, false),
                Phase::Stopped => page(new(1, MessageSeverity::Stop), after, false),
                Phase::StoppedWithErrors => {
                    let both = [MessageSeverity::Error, MessageSeverity::Stop];
                    let messages = (1..).zip(both).flat_map(|(id, severity)| new(id, severity)).collect();
                    page(messages, after, false)
                }
                Phase::Failed => page(new(3, MessageSeverity::Error), after, true),
                Phase::Deployed | Phase::Aborted => page(Vec::new(), after, true),
            },
            Answered::Nothing => no_answer(),
            Answered::NoLogIn => Answer::NoLogIn,
        }
    }

    /// Decides and applies as the driver does; `None` when nothing follows.
    fn record(&mut self, command: Command, now: Timestamp) -> Option<()> {
        let events = decide(&self.state, command, now).ok().filter(|events| !events.is_empty())?;
        for event in events {
            if let Fact::Done { item, .. } = &event.fact {
                self.past.wrong |= !self.environment.there.contains(item);
            }
            self.past.waited |= event.fact == Fact::LogInAwaited;
            // Whenever it was decided: only what is over matters here.
            let event = Event::new(NOW, event.fact);
            self.state = self.state.clone().apply(&event).expect("what is decided can be applied");
        }
        // What counts plans up, and when something was seen, makes no difference.
        self.state.edition = 0;
        Some(())
    }

    fn begin(&mut self, index: usize) -> Option<()> {
        let effect = owed(&self.state)?;
        let other = &self.drivers[1 - index];
        if other.is_some() {
            // The other one's lease ran out, though it is still at work.
            self.left = self.left.checked_sub(1)?;
            self.past.taken_over = true;
        }
        self.token += 1;
        let token = self.token;
        let mut doing = Doing { effect: effect.clone(), token, answer: None };
        if !self.has_credentials && !matches!(effect, Effect::Recover { .. }) {
            doing.answer = Some(Answered::NoLogIn);
        } else if matches!(effect, Effect::Send { .. }) {
            self.record(Command::Begin { effect, fence: token }, NOW)?;
        }
        self.drivers[index] = Some(doing);
        Some(())
    }

    fn ask(&mut self, index: usize, way: Way) -> Option<()> {
        let doing = self.drivers[index].as_mut().filter(|doing| doing.answer.is_none())?;
        let is_local = matches!(doing.effect, Effect::Recover { .. });
        if way != Way::Plain {
            let is_send = matches!(doing.effect, Effect::Send { .. });
            if is_local || (way == Way::Refused && !is_send) {
                return None;
            }
            self.left = self.left.checked_sub(1)?;
        }
        doing.answer = Some(match way {
            Way::Plain => self.environment.asked(&doing.effect),
            Way::AnswerLost => {
                self.environment.asked(&doing.effect);
                Answered::Nothing
            }
            Way::QuestionLost => Answered::Nothing,
            Way::Refused => Answered::Refused,
        });
        Some(())
    }

    fn conclude(&mut self, index: usize) -> Option<()> {
        let doing = self.drivers[index].take()?;
        let answer = self.answer(&doing.effect, doing.answer?);
        // The store refuses what is recorded under a lease that is lost.
        if doing.token == self.token {
            let _ = self.record(Command::Conclude { effect: doing.effect, answer }, NOW);
        }
        Some(())
    }

    fn moves(&mut self, index: usize, to: Phase) -> Option<()> {
        let (item, phase) = self.environment.publications.get_mut(index)?;
        match (*phase, to) {
            (Phase::Validating, Phase::Stopped) | (Phase::Deploying, Phase::Deployed) => {}
            (Phase::Validating, Phase::StoppedWithErrors)
            | (Phase::Deploying, Phase::Failed)
            | (Phase::Validating | Phase::Stopped | Phase::StoppedWithErrors, Phase::Aborted) => {
                self.left = self.left.checked_sub(1)?;
            }
            _ => return None,
        }
        *phase = to;
        if to == Phase::Deployed {
            let is_new = self.environment.there.insert(item.clone());
            if *item == orders() {
                // Whether a package is there, nobody can tell: it is deployed again where somebody asks again.
                self.past.deployed += 1;
                self.past.wrong |= self.past.deployed > self.past.asked;
            } else {
                self.past.wrong |= !is_new;
            }
        }
        Some(())
    }

    /// Numbers of leases and publications that nothing refers to any more make no difference.
    fn canonical(mut self) -> Self {
        if self.drivers.iter().all(Option::is_none) && !self.is_sending() {
            self.token = 0;
        }
        self.drivers.sort_by_key(|doing| format!("{doing:?}"));
        self
    }

    fn is_sending(&self) -> bool {
        matches!(owed(&self.state), Some(Effect::Recover { .. }))
    }

    fn shows(&self, status: ItemStatus) -> bool {
        view(&self.state).run.is_some_and(|run| run.items.iter().any(|item| item.status == status))
    }

    fn is_done(&self) -> bool {
        let run = self.state.run.as_ref().filter(|run| run.has_ended());
        run.is_some_and(|run| run.items.iter().all(|item| item.status == run::Status::Done))
    }

    fn is_over(&self) -> bool {
        self.state.run.as_ref().is_some_and(Run::has_ended)
    }
}

impl Model for Publishing {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        let mut world = World {
            state: State::default(),
            token: 0,
            drivers: [None, None],
            environment: Environment::default(),
            has_credentials: true,
            left: self.troubles,
            past: Past::default(),
        };
        let look = Command::Look(holder("maria"));
        world.record(look, NOW).expect("anybody may look");
        let effect = owed(&world.state).expect("it is looked");
        let there = self.is_of_integration.then(|| present("2.4.0"));
        if self.is_of_integration {
            world.environment.there.insert(B);
        }
        let answer = Answer::Surveyed(both(None, there));
        world.record(Command::Conclude { effect, answer }, NOW).expect("it is known");
        if self.is_of_integration {
            let by = holder("maria").username;
            world.record(Command::Upload { package: upload(), by }, NOW).expect("it is taken");
        }
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Happening>) {
        actions.extend([Happening::Start, Happening::LogOut, Happening::LogIn, Happening::LimitPasses]);
        actions.extend([A, self.second()].map(Happening::Retry));
        actions.extend([Some(A), Some(self.second()), None].map(Happening::Cancel));
        for (index, doing) in world.drivers.iter().enumerate() {
            match doing {
                None => actions.push(Happening::Begin(index)),
                Some(doing) if doing.answer.is_none() => {
                    let ways = [Way::Plain, Way::AnswerLost, Way::QuestionLost, Way::Refused];
                    actions.extend(ways.map(|way| Happening::Ask(index, way)));
                    actions.push(Happening::Crash(index));
                }
                Some(_) => actions.extend([Happening::Record(index), Happening::Crash(index)]),
            }
        }
        for index in 0..world.environment.publications.len() {
            let to =
                [Phase::Stopped, Phase::StoppedWithErrors, Phase::Deployed, Phase::Failed, Phase::Aborted];
            actions.extend(to.map(|to| Happening::Environment(index, to)));
        }
    }

    fn next_state(&self, before: &World, happening: Happening) -> Option<World> {
        let mut world = before.clone();
        let by = holder("maria");
        match happening {
            Happening::Start => {
                if world.state.run.is_some() {
                    return None;
                }
                world.past.asked += 1;
                let command = if self.is_of_integration {
                    Command::Publish { by, edition: 0, integrations: [upload().integration].into() }
                } else {
                    Command::Start { by, edition: 0, only: BTreeSet::new() }
                };
                world.record(command, NOW)?;
            }
            Happening::Retry(item) => {
                world.left = world.left.checked_sub(1)?;
                world.past.asked += u8::from(item == orders());
                world.record(Command::Retry { by, item }, NOW)?;
            }
            Happening::Cancel(item) => {
                world.left = world.left.checked_sub(1)?;
                world.record(Command::Cancel { by, item }, NOW)?;
            }
            Happening::LogOut => {
                world.left = world.left.checked_sub(1)?;
                world.has_credentials = false;
            }
            Happening::LogIn if world.has_credentials => return None,
            Happening::LogIn => {
                world.has_credentials = true;
                let _ = world.record(Command::LoggedIn(by), NOW);
            }
            Happening::Begin(index) => world.begin(index)?,
            Happening::Ask(index, way) => world.ask(index, way)?,
            Happening::Record(index) => world.conclude(index)?,
            Happening::Crash(index) => {
                world.left = world.left.checked_sub(1)?;
                world.drivers[index].take()?;
            }
            Happening::Environment(index, to) => world.moves(index, to)?,
            Happening::LimitPasses => {
                world.record(Command::Tick, NOW.plus(LOG_IN_WAIT))?;
            }
        }
        Some(world.canonical())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is deployed twice, or done that is not there", |_, world: &World| {
                !world.past.wrong
            }),
            Property::always("what is under way has work, or waits for a log-in", |_, world: &World| {
                let Some(run) = world.state.active() else { return true };
                owed(&world.state).is_some() || run.waiting.is_some()
            }),
            Property::always("what has ended is not under way", |_, world: &World| {
                let is_open = |item: &RunItem| {
                    !item.status.is_final() && !matches!(item.status, run::Status::Queued { .. })
                };
                let run = world.state.run.as_ref();
                run.is_none_or(|run| !matches!(run.stage, Stage::Ended(..)) || !run.items.iter().any(is_open))
            }),
            Property::sometimes("everything is done", |_, world: &World| world.is_done()),
            Property::sometimes("done after a takeover", move |_, world: &World| {
                world.past.taken_over && world.is_done()
            }),
            Property::sometimes("done after waiting for a log-in", |_, world: &World| {
                world.past.waited && world.is_done()
            }),
            Property::sometimes("failed", |_, world: &World| world.shows(ItemStatus::Failed)),
            Property::sometimes("cancelled", |_, world: &World| world.shows(ItemStatus::Cancelled)),
            Property::sometimes("blocked", |_, world: &World| world.shows(ItemStatus::Blocked)),
            Property::sometimes("busy with what was sent and never answered", |_, world: &World| {
                world.shows(ItemStatus::Busy)
            }),
        ]
    }
}

#[test]
fn nothing_wrong_can_be_reached_and_everything_interesting_can() {
    let publishing = Publishing { troubles: 3, is_of_integration: false };
    let checker = publishing.checker().threads(2).spawn_bfs().join();
    println!("explored {} states, {} transitions", checker.unique_state_count(), checker.state_count());
    checker.assert_properties();
    assert!(checker.unique_state_count() > 10_000, "the model hardly moves");
}

/// From every state there is a way to the end: nothing is ever stuck for good.
#[test]
fn the_end_can_be_reached_from_everywhere() {
    let states = ends_from_everywhere(&Publishing { troubles: 2, is_of_integration: false }, World::is_over);
    println!("{states} states, each with a way to the end");
}

#[test]
fn an_integration_is_deployed_as_often_as_somebody_asked() {
    let publishing = Publishing { troubles: 2, is_of_integration: true };
    let checker = publishing.checker().threads(2).spawn_bfs().join();
    println!("explored {} states", checker.unique_state_count());
    checker.assert_properties();
    assert!(checker.unique_state_count() > 5_000, "the model hardly moves");
}
