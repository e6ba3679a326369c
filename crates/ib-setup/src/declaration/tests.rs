//! Plans over the real machine of environments: random files over random infrastructures.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use ib_domain::permission::user::Username;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::environment::{Command, Ground, Rejection, State, Waiver, decide, view};

const NAMES: [&str; 4] = ["QA", "Test", "test", "Production"];
const HOSTS: [&str; 4] = ["qa.acme.example", "test.acme.example", "prod.acme.example", "new.acme.example"];
const FILES: [&str; 2] = ["infrastructure.toml", "other.toml"];
const REASONS: [Reason; 2] = [Reason::ConnectRefused, Reason::TlsExpired];
const DAY: u64 = 24 * 60 * 60 * 1_000;
/// When everything here happens.
const NOW: Timestamp = Timestamp::from_millis(100 * DAY);

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

fn maria() -> Username {
    Username::parse("maria").unwrap()
}

fn development() -> EnvironmentAddress {
    address("dev.acme.example")
}

/// An infrastructure in memory: the real machine, with a registration and dependencies beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Memory {
    is_registered: bool,
    current: BTreeSet<DependencyId>,
    environments: State,
    file: Option<FileName>,
    /// After so many steps it does not answer any more.
    steps_left: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    Gone,
    Refused(Rejection),
}

impl Memory {
    fn ask(&mut self, command: Command) -> Result<(), Trouble> {
        let command = match &self.file {
            Some(file) => Command::For(file.clone(), Box::new(command)),
            None => command,
        };
        let ground = Ground { development: [development()].into(), ..Ground::default() };
        let events = decide(&self.environments, command, &ground, NOW).map_err(Trouble::Refused)?;
        let state = self.environments.clone();
        self.environments = events.iter().try_fold(state, State::apply).expect("what is decided is legal");
        Ok(())
    }

    fn begin(&mut self) {
        self.is_registered = true;
        drop(self.ask(Command::Begin { address: development(), by: maria() }));
    }

    fn look(&self) -> Present {
        let waiver = |name: &EnvironmentName, waiver: &Waiver| {
            let Waiver { reason, owner, why, until, file, .. } = waiver.clone();
            (DeclaredWaiver { environment: name.clone(), reason, owner, why, until }, file)
        };
        let seen = view(&self.environments, std::time::Duration::from_hours(1), NOW);
        let environments = seen.environments.into_iter().map(|known| PresentEnvironment {
            is_development: known.is_development(),
            waivers: known.waivers.iter().map(|it| waiver(&known.name, &it.waiver)).collect(),
            name: known.name,
            address: known.address,
            file: known.file,
        });
        if !self.is_registered {
            return Present::default();
        }
        Present {
            is_registered: true,
            dependencies: DependencyId::ALL.map(|id| (id, self.current.contains(&id))).into(),
            environments: environments.collect(),
        }
    }
}

#[async_trait::async_trait]
impl Site for Memory {
    type Trouble = Trouble;

    async fn present(&mut self) -> Result<Present, Trouble> {
        Ok(self.look())
    }

    async fn take(&mut self, step: &Step) -> Result<(), Trouble> {
        match &mut self.steps_left {
            Some(0) => return Err(Trouble::Gone),
            Some(left) => *left -= 1,
            None => {}
        }
        let by = maria();
        match step.clone() {
            Step::Register { .. } => {
                self.begin();
                Ok(())
            }
            Step::Install { dependencies } => {
                self.current.extend(dependencies);
                Ok(())
            }
            Step::Remove { environment } => self.ask(Command::Remove { name: environment.name, by }),
            Step::Put { environment: DeclaredEnvironment { name, address }, was: None } => {
                self.ask(Command::Add { name, address, by })
            }
            Step::Put { environment: DeclaredEnvironment { name: new_name, address }, was: Some(was) } => {
                self.ask(Command::Edit { name: was.name, new_name, address, by })
            }
            Step::EndWaiver { environment, reason } => {
                self.ask(Command::EndWaiver { name: environment, reason, by })
            }
            Step::Waive { waiver: DeclaredWaiver { environment, reason, owner, why, until } } => {
                self.ask(Command::Waive { name: environment, reason, owner, why, until, by })
            }
        }
    }

    fn goes_on(&self, trouble: &Trouble) -> bool {
        *trouble != Trouble::Gone
    }
}

fn waiver() -> impl Strategy<Value = (Reason, u64)> {
    (select(&REASONS[..]), prop_oneof![Just(99u64), Just(101), Just(130)])
}

fn declared_waiver(environment: EnvironmentName, (reason, day): (Reason, u64)) -> DeclaredWaiver {
    let (owner, why) = ("Platform team".parse().unwrap(), "Behind a firewall".parse().unwrap());
    DeclaredWaiver { environment, reason, owner, why, until: Timestamp::from_millis(day * DAY) }
}

prop_compose! {
    fn declaration()(
        file in select(&FILES[..]),
        names in subsequence(vec!["QA", "Test", "Production"], 0..=3),
        hosts in subsequence(HOSTS.to_vec(), 3).prop_shuffle(),
        dependencies in subsequence(DependencyId::ALL.to_vec(), 0..=5),
        waivers in vec((0..4usize, waiver()), 0..4),
    ) -> Declaration {
        let environments = names.iter().zip(&hosts);
        let environments =
            environments.map(|(known, host)| DeclaredEnvironment { name: name(known), address: address(host) });
        let environments: Vec<_> = environments.collect();
        let mut waivers: Vec<_> = waivers
            .into_iter()
            .map(|(index, waiver)| {
                let known = environments.get(index).map_or_else(|| name("Development"), |it| it.name.clone());
                declared_waiver(known, waiver)
            })
            .collect();
        waivers.sort_by_key(|waiver| (waiver.environment.to_string(), waiver.reason));
        waivers.dedup_by_key(|waiver| (waiver.environment.to_string(), waiver.reason));
        let dependencies = WantedDependencies::Only(dependencies.into_iter().collect());
        Declaration::new(file.parse().unwrap(), development(), dependencies, environments, waivers).unwrap()
    }
}

/// What a person, or somebody with a file, did before.
fn deed() -> impl Strategy<Value = (Option<&'static str>, Command)> {
    let by = maria;
    let command = prop_oneof![
        4 => (select(&NAMES[..]), select(&HOSTS[..]))
            .prop_map(move |(known, host)| Command::Add { name: name(known), address: address(host), by: by() }),
        1 => (select(&NAMES[..]), select(&NAMES[..]), select(&HOSTS[..])).prop_map(move |(known, new, host)| {
            Command::Edit { name: name(known), new_name: name(new), address: address(host), by: by() }
        }),
        1 => select(&NAMES[..]).prop_map(move |known| Command::Remove { name: name(known), by: by() }),
        2 => (select(vec!["Development", "QA", "Test"]), waiver()).prop_map(move |(known, waiver)| {
            let DeclaredWaiver { environment: name, reason, owner, why, until } =
                declared_waiver(name(known), waiver);
            Command::Waive { name, reason, owner, why, until, by: by() }
        }),
    ];
    (prop_oneof![2 => Just(None), 2 => Just(Some(FILES[0])), 1 => Just(Some(FILES[1]))], command)
}

prop_compose! {
    fn infrastructure()(
        is_registered in prop::bool::weighted(0.9),
        current in subsequence(DependencyId::ALL.to_vec(), 0..=5),
        deeds in vec(deed(), 0..8),
    ) -> Memory {
        let mut memory = Memory { current: current.into_iter().collect(), ..Memory::default() };
        if is_registered {
            memory.begin();
            for (file, command) in deeds {
                memory.file = file.map(|file| file.parse().unwrap());
                drop(memory.ask(command));
            }
        }
        memory
    }
}

/// Applies `steps`; what that came to, with how many were not started.
fn apply(memory: &mut Memory, declaration: &Declaration, steps: Vec<Step>) -> Apply<Trouble> {
    memory.file = Some(declaration.file.clone());
    let mut apply = Apply::new(declaration.clone(), steps);
    apply.run(memory, &mut (), || NOW).now_or_never().unwrap().unwrap();
    apply
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_applied_is_there_and_planned_no_more(declaration in declaration(), start in infrastructure()) {
        let Ok(steps) = plan(&declaration, &start.look(), NOW) else { return Ok(()) };
        let mut once = start.clone();
        let applied = apply(&mut once, &declaration, steps.clone());
        prop_assert_eq!(&applied.failed, &[]);
        prop_assert_eq!(applied.not_started(), &[]);
        // Before the registration nobody knew which dependencies are there already.
        prop_assert!(rest(&steps, applied.done.clone()).is_ok());
        prop_assert!(!start.is_registered || applied.done == steps);
        prop_assert_eq!(plan(&declaration, &once.look(), NOW), Ok(Vec::new()));
        for wanted in &declaration.environments {
            let known = once.look().environments.into_iter().find(|known| known.name == wanted.name);
            let known = known.expect("it was applied");
            prop_assert_eq!((&known.address, known.file), (&wanted.address, Some(declaration.file.clone())));
        }
        // Twice is once, and everything was done before.
        let mut twice = once.clone();
        let again = apply(&mut twice, &declaration, steps.clone());
        prop_assert_eq!(&twice, &once);
        prop_assert_eq!(again.done, steps);
    }

    #[test]
    fn what_was_interrupted_goes_on(declaration in declaration(), start in infrastructure(), at in 0..8usize) {
        let Ok(steps) = plan(&declaration, &start.look(), NOW) else { return Ok(()) };
        let mut whole = start.clone();
        apply(&mut whole, &declaration, steps.clone());
        let mut broken = Memory { steps_left: Some(at), ..start };
        let interrupted = apply(&mut broken, &declaration, steps.clone());
        prop_assert!(!start.is_registered || interrupted.done.len() == at.min(steps.len()));
        let all = interrupted.done.len() + interrupted.failed.len() + interrupted.not_started().len();
        prop_assert_eq!(all, steps.len());
        broken.steps_left = None;
        let ended = apply(&mut broken, &declaration, steps);
        prop_assert_eq!((&ended.failed, ended.not_started()), (&Vec::new(), &[][..]));
        prop_assert_eq!(broken.look(), whole.look());
    }

    #[test]
    fn what_nobody_declared_is_left_alone(declaration in declaration(), start in infrastructure()) {
        let Ok(steps) = plan(&declaration, &start.look(), NOW) else { return Ok(()) };
        let mut after = start.clone();
        apply(&mut after, &declaration, steps);
        let after = after.look();
        for known in start.look().environments {
            let is_declared = declaration.environments.iter().any(|wanted| {
                wanted.name.is_same(&known.name) || wanted.address == known.address
            });
            if known.file.as_ref() != Some(&declaration.file) && !is_declared && !known.is_development {
                let left = after.environments.iter().find(|left| left.name == known.name);
                let left = left.expect("it was left alone");
                prop_assert_eq!((&left.address, &left.file), (&known.address, &known.file));
                let theirs = known.waivers.iter().filter(|(_, file)| file.as_ref() != Some(&declaration.file));
                prop_assert!(theirs.into_iter().all(|waiver| left.waivers.contains(waiver)));
            }
        }
    }
}

fn file_with(environments: &[(&str, &str)]) -> Declaration {
    let environments = environments
        .iter()
        .map(|(known, host)| DeclaredEnvironment { name: name(known), address: address(host) });
    let none = WantedDependencies::Only(BTreeSet::new());
    Declaration::new(FILES[0].parse().unwrap(), development(), none, environments, []).unwrap()
}

#[test]
fn a_plan_that_was_overtaken_is_not_applied() {
    let mut memory = Memory::default();
    memory.begin();
    let declaration = file_with(&[("QA", HOSTS[0])]);
    let steps = plan(&declaration, &memory.look(), NOW).unwrap();
    drop(memory.ask(Command::Add { name: name("QA"), address: address(HOSTS[1]), by: maria() }));
    let before = memory.clone();
    let mut apply = Apply::new(declaration, steps.clone());
    let result = apply.run(&mut memory, &mut (), || NOW).now_or_never().unwrap();
    assert!(matches!(&result, Err(ApplyError::Changed(strange)) if strange.len() == 1), "{result:?}");
    assert_eq!((&memory, apply.not_started(), apply.done.len()), (&before, &steps[..], 0));
}

#[test]
fn two_environments_exchange_their_addresses() {
    let mut memory = Memory::default();
    memory.begin();
    let before = file_with(&[("QA", HOSTS[0]), ("Test", HOSTS[1])]);
    let steps = plan(&before, &memory.look(), NOW).unwrap();
    apply(&mut memory, &before, steps);
    let after = file_with(&[("QA", HOSTS[1]), ("Test", HOSTS[0])]);
    let steps = plan(&after, &memory.look(), NOW).unwrap();
    let kinds: Vec<_> = steps.iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), 3, "{steps:?}");
    assert_eq!(apply(&mut memory, &after, steps).failed, []);
    assert_eq!(plan(&after, &memory.look(), NOW), Ok(Vec::new()));
}

#[test]
fn what_stands_against_it_is_named() {
    let mut memory = Memory::default();
    memory.begin();
    drop(memory.ask(Command::Add { name: name("Other"), address: address(HOSTS[0]), by: maria() }));
    memory.file = FILES[1].parse().ok();
    drop(memory.ask(Command::Add { name: name("QA"), address: address(HOSTS[1]), by: maria() }));
    let declaration = file_with(&[("QA", HOSTS[2]), ("Test", HOSTS[3])]);
    let conflicts = plan(&declaration, &memory.look(), NOW).unwrap_err();
    assert_eq!(conflicts.0, [Conflict::Elsewhere(name("QA"), FILES[1].parse().unwrap())]);
    assert_eq!(conflicts.to_string(), "QA is declared in other.toml; take it out of one of the two files");
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    let declared = |all: &[(&str, &str)], waivers: Vec<DeclaredWaiver>| {
        let all =
            all.iter().map(|(known, host)| DeclaredEnvironment { name: name(known), address: address(host) });
        Declaration::new(FILES[0].parse().unwrap(), development(), WantedDependencies::All, all, waivers)
            .map(drop)
            .unwrap_err()
    };
    let twice = declared(&[("QA", HOSTS[0]), ("qa", HOSTS[1])], vec![]);
    assert_eq!(twice, DeclarationError::NameTwice(name("qa")));
    let twice = declared(&[("QA", HOSTS[0]), ("Test", HOSTS[0])], vec![]);
    assert_eq!(twice, DeclarationError::AddressTwice(address(HOSTS[0])));
    let development = declared(&[("development", HOSTS[0])], vec![]);
    assert_eq!(development, DeclarationError::IsDevelopment(name("development")));
    let waiver = declared_waiver(name("QA"), (REASONS[0], 101));
    assert_eq!(declared(&[], vec![waiver.clone()]), DeclarationError::UnknownEnvironment(name("QA")));
    let twice = declared(&[("QA", HOSTS[0])], vec![waiver.clone(), waiver]);
    assert_eq!(twice, DeclarationError::WaiverTwice(name("QA"), REASONS[0]));
}

#[test]
fn exactly_the_dependencies_that_are_missing_or_outdated_are_planned() {
    let [first, second, ..] = DependencyId::ALL;
    let mut present = Present { is_registered: true, ..Present::default() };
    present.dependencies = [(first, true), (second, false)].into();
    let planned = |wanted| {
        let declared = Declaration::new(FILES[0].parse().unwrap(), development(), wanted, [], []).unwrap();
        plan(&declared, &present, NOW).unwrap()
    };
    let due: BTreeSet<_> = DependencyId::ALL.into_iter().filter(|id| *id != first).collect();
    assert_eq!(planned(WantedDependencies::All), [Step::Install { dependencies: due }]);
    let both = WantedDependencies::Only([first, second].into());
    assert_eq!(planned(both), [Step::Install { dependencies: [second].into() }]);
    assert_eq!(planned(WantedDependencies::Only([first].into())), []);
}

#[test]
fn who_agreed_to_more_dependencies_agreed_to_fewer() {
    let [first, second, ..] = DependencyId::ALL;
    let install = |ids: &[DependencyId]| Step::Install { dependencies: ids.iter().copied().collect() };
    let agreed = [install(&[first, second])];
    assert_eq!(rest(&agreed, vec![install(&[second])]), Ok(vec![install(&[second])]));
    let more = vec![install(&DependencyId::ALL)];
    assert_eq!(rest(&agreed, more.clone()), Err(more));
    let other = vec![Step::Register { development: development() }];
    assert_eq!(rest(&agreed, other.clone()), Err(other));
}

#[test]
fn a_waiver_is_asked_for_while_it_would_count_and_not_for_too_long() {
    let mut memory = Memory::default();
    memory.begin();
    let planned = |until: Timestamp| {
        let waiver = DeclaredWaiver { until, ..declared_waiver(name("QA"), (REASONS[0], 0)) };
        let environments = [DeclaredEnvironment { name: name("QA"), address: address(HOSTS[0]) }];
        let none = WantedDependencies::Only(BTreeSet::new());
        let file = FILES[0].parse().unwrap();
        let declared = Declaration::new(file, development(), none, environments, [waiver]).unwrap();
        let steps = plan(&declared, &memory.look(), NOW)?;
        Ok(steps.iter().filter(|step| matches!(step, Step::Waive { .. })).count())
    };
    let millisecond = std::time::Duration::from_millis(1);
    let last = NOW.plus(crate::environment::LONGEST);
    let too_far = Conflicts(vec![Conflict::UntilTooFar(name("QA"), REASONS[0])]);
    assert_eq!(planned(NOW), Ok(0));
    assert_eq!(planned(NOW.plus(millisecond)), Ok(1));
    assert_eq!(planned(last), Ok(1));
    assert_eq!(planned(last.plus(millisecond)), Err(too_far));
}

#[test]
fn a_waiver_that_is_declared_no_more_ends_and_one_that_says_something_else_is_made_again() {
    let mut memory = Memory::default();
    memory.begin();
    let with =
        |waiver| Declaration { waivers: vec![waiver], ..file_with(&[("QA", HOSTS[0]), ("Test", HOSTS[1])]) };
    let waiver = |known: &str, reason| declared_waiver(name(known), (reason, 101));
    let first = with(waiver("QA", REASONS[0]));
    let steps = plan(&first, &memory.look(), NOW).unwrap();
    assert_eq!(apply(&mut memory, &first, steps).failed, []);
    let planned = |waiver| plan(&with(waiver), &memory.look(), NOW).unwrap();
    assert_eq!(planned(waiver("QA", REASONS[0])), []);
    for other in [waiver("Test", REASONS[0]), waiver("QA", REASONS[1])] {
        let over = Step::EndWaiver { environment: name("QA"), reason: REASONS[0] };
        assert_eq!(planned(other.clone()), [over, Step::Waive { waiver: other }]);
    }
    for longer in [waiver("qa", REASONS[0]), declared_waiver(name("QA"), (REASONS[0], 102))] {
        let is_other = longer.until != first.waivers[0].until;
        let again = is_other.then(|| Step::Waive { waiver: longer.clone() });
        assert_eq!(planned(longer), Vec::from_iter(again));
    }
}

/// Where every step fails.
struct Failing {
    is_registered: bool,
    goes_on: bool,
}

#[async_trait::async_trait]
impl Site for Failing {
    type Trouble = ();

    async fn present(&mut self) -> Result<Present, ()> {
        Ok(Present { is_registered: self.is_registered, ..Present::default() })
    }

    async fn take(&mut self, _: &Step) -> Result<(), ()> {
        Err(())
    }

    fn goes_on(&self, (): &()) -> bool {
        self.goes_on
    }
}

#[test]
fn a_step_that_fails_stops_the_others_where_they_have_no_chance() {
    // How many steps fail, and how many are not started.
    let ends = |is_registered, goes_on| {
        let mut site = Failing { is_registered, goes_on };
        let declaration = file_with(&[("QA", HOSTS[0]), ("Test", HOSTS[1])]);
        let present = Present { is_registered, ..Present::default() };
        let steps = plan(&declaration, &present, NOW).unwrap();
        let mut apply = Apply::new(declaration, steps);
        apply.run(&mut site, &mut (), || NOW).now_or_never().unwrap().unwrap();
        (apply.failed.len(), apply.not_started().len())
    };
    assert_eq!(ends(true, true), (2, 0));
    assert_eq!(ends(true, false), (1, 1));
    assert_eq!(ends(false, true), (1, 2), "nothing can be done before the registration");
}
