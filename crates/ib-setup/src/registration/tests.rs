//! Tables of single steps, the recorded form, and replay.

mod views;

use ib_domain::check::Check as Question;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::activation::CodeAnswer;
use crate::found::Status;

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_000);

pub(super) fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

pub(super) fn maria() -> Username {
    Username::parse("maria").unwrap()
}

pub(super) fn environment(host: &str, version: &str, serial: &str) -> Environment {
    Environment {
        address: address(host),
        version: version.parse().unwrap(),
        serial: Serial::read(serial),
        names: [].into(),
    }
}

pub(super) fn found(check: Question, status: Status) -> Found {
    Found { check, status, reason: None, message: String::new(), action: None, evidence: [].into() }
}

pub(super) fn target(host: &str, status: Status) -> Target {
    Target::development(&address(host), &[found(Question::EnvVersion, status)])
}

fn dev(version: &str) -> Environment {
    environment("dev.acme.example", version, "S1")
}

fn infrastructure() -> InfrastructureId {
    InfrastructureId::new(7)
}

fn after(facts: &[Fact]) -> State {
    let events: Vec<_> = facts.iter().map(|fact| Event::new(NOW, fact.clone())).collect();
    replay(&events).unwrap()
}

/// A whole history, with a code.
fn history() -> Vec<Fact> {
    let environment = dev("11.7.5");
    let targets = vec![target("dev.acme.example", Status::Passed)];
    vec![
        Fact::RulesSet { disclaimer: "1".to_owned(), accept_unverified: false },
        Fact::AddressEntered { address: address("dev.acme.example"), typed: "dev.acme.example".to_owned() },
        Fact::AddressAccepted { environment: environment.clone(), findings: Vec::new() },
        Fact::LogInRequested { username: maria() },
        Fact::LogInStarted,
        Fact::LoggedIn {
            environment: environment.clone(),
            permission: Permission::Verified,
            findings: Vec::new(),
        },
        Fact::SetUpChosen,
        Fact::DisclaimerAccepted { version: "1".to_owned(), by: maria() },
        Fact::CheckPassed { environment, code_needed: true, targets },
        Fact::CodeEntered { shape: CodeShape::Code },
        Fact::CodeAccepted { verified: true },
        Fact::Registered { infrastructure: infrastructure() },
    ]
}

/// The facts that a command or answer leads to after the first `count` of the whole history.
fn decided(count: usize, command: Command) -> Result<Vec<Fact>, Rejection> {
    let events = decide(&after(&history()[..count]), command, NOW)?;
    Ok(events.into_iter().map(|event| event.fact).collect())
}

fn answered(count: usize, result: EffectResult) -> Fact {
    let turn = after(&history()[..count]).turn();
    decided(count, Command::Conclude { turn, result }).unwrap().remove(0)
}

#[rstest]
#[case(1, Step::Address, StepStatus::Open)]
#[case(2, Step::Address, StepStatus::Running)]
#[case(3, Step::LogIn, StepStatus::Open)]
#[case(4, Step::LogIn, StepStatus::Running)]
#[case(5, Step::LogIn, StepStatus::Running)]
#[case(6, Step::Welcome, StepStatus::Open)]
#[case(7, Step::Disclaimer, StepStatus::Open)]
#[case(8, Step::Check, StepStatus::Running)]
#[case(9, Step::ActivationCode, StepStatus::Open)]
#[case(10, Step::ActivationCode, StepStatus::Running)]
#[case(11, Step::Registered, StepStatus::Running)]
#[case(12, Step::Registered, StepStatus::Done)]
fn each_event_leads_on(#[case] count: usize, #[case] open: Step, #[case] status: StepStatus) {
    let state = after(&history()[..count]);
    let view = view(&state);
    assert_eq!((view.open, view.status(open)), (open, status));
    assert_eq!(owed(&state).len(), usize::from(status == StepStatus::Running));
    let before = Step::ALL.iter().filter(|step| **step < open);
    assert!(before.map(|step| view.status(*step)).all(|status| status == StepStatus::Done));
}

#[rstest]
#[case(2, Command::LogIn(maria()), Step::Address)]
#[case(3, Command::ChooseSetUp, Step::LogIn)]
#[case(6, Command::AcceptDisclaimer { version: "1".to_owned() }, Step::Welcome)]
#[case(7, Command::CheckAgain, Step::Disclaimer)]
#[case(8, Command::EnterCode(CodeShape::Code), Step::Check)]
fn no_step_is_skipped(#[case] count: usize, #[case] command: Command, #[case] open: Step) {
    assert_eq!(decided(count, command), Err(Rejection::NotYet { open }));
}

#[rstest]
#[case(2, Command::EnterAddress(address("dev.acme.example")))]
#[case(4, Command::LogIn(maria()))]
#[case(7, Command::ChooseSetUp)]
#[case(8, Command::AcceptDisclaimer { version: "1".to_owned() })]
#[case(10, Command::CheckAgain)]
#[case(10, Command::EnterCode(CodeShape::Code))]
#[case(12, Command::EnterCode(CodeShape::Code))]
fn the_same_form_sent_twice_is_no_error(#[case] count: usize, #[case] command: Command) {
    assert_eq!(decided(count, command), Ok(Vec::new()));
}

#[test]
fn a_second_log_in_waits_for_the_first() {
    let until = NOW.plus(LOG_IN_LIMIT);
    assert_eq!(decided(5, Command::LogIn(maria())), Err(Rejection::LogInUnderWay { until }));
    let elsewhere = Command::EnterAddress(address("www.acme.example"));
    assert_eq!(decided(5, elsewhere), Err(Rejection::LogInUnderWay { until }));
    let early = Command::Conclude { turn: 2, result: EffectResult::LogInGivenUp };
    assert_eq!(decided(5, early), Err(Rejection::NotAwaited));
}

#[rstest]
#[case("11.7.1", Status::Passed, false)]
#[case("11.7.2", Status::Passed, true)]
#[case("11.7.2", Status::Warning, true)]
#[case("11.7.2", Status::Failed, false)]
#[case("11.7.2", Status::Unknown, false)]
#[case("12.0.0", Status::Passed, false)]
fn addresses(#[case] version: &str, #[case] status: Status, #[case] accepted: bool) {
    let findings = vec![found(Question::EnvRole, status)];
    let fact = answered(2, EffectResult::Diagnosed { environment: Some(dev(version)), findings });
    assert_eq!(matches!(fact, Fact::AddressAccepted { .. }), accepted, "{fact:?}");
}

#[rstest]
#[case([Some(Status::Passed), Some(Status::Passed), Some(Status::Passed)], None)]
#[case([Some(Status::Failed), None, None], Some(LogInStop::Refused))]
#[case([Some(Status::Unknown), None, None], Some(LogInStop::Unproven))]
#[case([Some(Status::NotEvaluated), None, None], Some(LogInStop::Unproven))]
#[case([None, None, None], Some(LogInStop::Unproven))]
#[case([Some(Status::Passed), Some(Status::Failed), Some(Status::Passed)], Some(LogInStop::Denied))]
#[case([Some(Status::Passed), Some(Status::Unknown), Some(Status::Failed)], Some(LogInStop::Denied))]
#[case([Some(Status::Passed), Some(Status::Unknown), Some(Status::NotEvaluated)], Some(LogInStop::Unverified))]
#[case([Some(Status::Passed), Some(Status::Passed), None], Some(LogInStop::Unverified))]
fn users(#[case] statuses: [Option<Status>; 3], #[case] expected: Option<LogInStop>) {
    let checks = [Question::UserLogin, Question::UserLevel, Question::UserCreate];
    let findings = checks.into_iter().zip(statuses);
    let findings = findings.filter_map(|(check, status)| Some(found(check, status?))).collect();
    let result = EffectResult::LoggedIn { environment: Some(dev("11.7.5")), findings, known: None };
    match answered(5, result) {
        Fact::LoggedIn { permission, .. } => assert_eq!((permission, expected), (Permission::Verified, None)),
        Fact::LogInStopped { stop, .. } => assert_eq!(Some(stop), expected),
        fact => panic!("{fact:?}"),
    }
}

#[rstest]
#[case("11.7.2", Some(true))]
#[case("11.7.6.99999", Some(true))]
#[case("11.7.7", Some(false))]
#[case("11.10.2.25738", Some(false))]
#[case("11.7.1", None)]
fn a_code_is_asked_for_exactly_when_the_rule_says_so(#[case] version: &str, #[case] expected: Option<bool>) {
    let targets = vec![target("dev.acme.example", Status::Passed)];
    let fact = answered(8, EffectResult::Checked { environment: Some(dev(version)), targets });
    let needed = match fact {
        Fact::CheckPassed { code_needed, .. } => Some(code_needed),
        _ => None,
    };
    assert_eq!(needed, expected);
}

#[test]
fn a_platform_that_was_raised_needs_no_code_any_more() {
    let asked = decided(9, Command::CheckAgain).unwrap();
    assert_eq!(asked, [Fact::CheckRequested]);
    let state = after(&[&history()[..9], &asked].concat());
    assert_eq!(view(&state).open, Step::Check);
    let targets = vec![target("dev.acme.example", Status::Passed)];
    let result = EffectResult::Checked { environment: Some(dev("11.23.1")), targets };
    let command = Command::Conclude { turn: state.turn(), result };
    let state = decide(&state, command, NOW).unwrap().iter().try_fold(state, State::apply).unwrap();
    assert_eq!(view(&state).open, Step::Registered);
    assert_eq!(view(&state).status(Step::ActivationCode), StepStatus::NotNeeded);
}

#[test]
fn another_environment_at_the_address_asks_for_a_new_log_in() {
    let other = || Some(environment("dev.acme.example", "11.7.5", "S2"));
    let passed = [Question::UserLogin, Question::UserLevel, Question::UserCreate];
    let findings = passed.map(|check| found(check, Status::Passed)).to_vec();
    let log_in = EffectResult::LoggedIn { environment: other(), findings, known: Some(infrastructure()) };
    let targets = vec![target("dev.acme.example", Status::Passed)];
    let check = EffectResult::Checked { environment: other(), targets };
    for (count, result) in [(5, log_in), (8, check)] {
        let mut facts = history()[..count].to_vec();
        facts.push(answered(count, result));
        assert!(matches!(facts[count], Fact::EnvironmentReplaced { .. }), "{:?}", facts[count]);
        assert_eq!(view(&after(&facts)).stop, Some(Stop::LogIn(LogInStop::OtherEnvironment)));
    }
}

#[test]
fn what_the_check_saw_last_is_what_is_registered() {
    let upgraded = dev("11.30.0");
    let targets = vec![target("dev.acme.example", Status::Passed)];
    let mut facts = history()[..8].to_vec();
    facts.push(answered(8, EffectResult::Checked { environment: Some(upgraded.clone()), targets }));
    assert_eq!(view(&after(&facts)).environment, Some(upgraded));
}

#[test]
fn an_answer_to_an_earlier_turn_is_dropped() {
    let turn = after(&history()[..10]).turn() - 1;
    let late = Command::Conclude { turn, result: EffectResult::CodeAnswered(CodeAnswer::Verified) };
    assert_eq!(decided(10, late), Err(Rejection::NotAwaited));
    let turn = after(&history()[..4]).turn() - 1;
    assert_eq!(decided(4, Command::StartLogIn { turn }), Err(Rejection::NotAwaited));
}

#[test]
fn lifetime_alone_keeps_nobody_from_registering() {
    let mut lifetime = target("lifetime.acme.example", Status::Failed);
    lifetime.purpose = None;
    let result = |targets| EffectResult::Checked { environment: Some(dev("11.20.0")), targets };
    let development = || target("dev.acme.example", Status::Passed);
    let fact = answered(8, result(vec![lifetime, development()]));
    assert!(matches!(fact, Fact::CheckPassed { .. }), "{fact:?}");
    let old = target("prod.acme.example", Status::Failed);
    assert!(matches!(answered(8, result(vec![development(), old])), Fact::CheckFailed { .. }));
}

#[rstest]
#[case(CodeAnswer::Verified, Fact::CodeAccepted { verified: true })]
#[case(CodeAnswer::Unverified, Fact::CodeAccepted { verified: false })]
#[case(CodeAnswer::Refused, Fact::CodeStopped { stop: CodeStop::Refused })]
#[case(CodeAnswer::Unavailable, Fact::CodeStopped { stop: CodeStop::Unavailable })]
fn codes(#[case] answer: CodeAnswer, #[case] fact: Fact) {
    assert_eq!(answered(10, EffectResult::CodeAnswered(answer)), fact);
}

#[test]
fn credentials_are_of_no_more_use_once_their_log_in_was_stopped() {
    let stopped = Fact::LogInStopped { stop: LogInStop::Denied, findings: Vec::new() };
    let history: Vec<_> = history()[..5].iter().cloned().chain([stopped]).collect();
    let (before, state) = (after(&history[..5]), after(&history));
    assert!(!before.log_in_stopped(before.turn()));
    assert_eq!([1, 0].map(|back| state.log_in_stopped(state.turn() - back)), [false, true]);
}

#[test]
fn what_is_not_in_the_vault_is_asked_for_again() {
    let forgotten = Fact::LogInStopped { stop: LogInStop::Forgotten, findings: Vec::new() };
    assert_eq!(answered(4, EffectResult::NotInVault), forgotten);
    assert_eq!(answered(10, EffectResult::NotInVault), Fact::CodeStopped { stop: CodeStop::Forgotten });
}

#[test]
fn a_log_in_is_given_up_after_its_limit_and_everything_else_is_done_at_once() {
    let due = |count: usize| owed(&after(&history()[..count])).iter().map(Effect::due).collect::<Vec<_>>();
    assert_eq!(due(5), [Some(NOW.plus(LOG_IN_LIMIT))]);
    assert_eq!([2, 4, 8, 10, 11].map(due), [[None]; 5]);
}

#[test]
fn whatever_begins_anew_is_another_turn() {
    let turns =
        |facts: &[Fact]| (0..=facts.len()).map(|count| after(&facts[..count]).turn()).collect::<Vec<_>>();
    assert_eq!(turns(&history()), [0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4]);
    let again = [history()[..9].to_vec(), vec![Fact::CheckRequested]].concat();
    assert_eq!(after(&again).turn(), 4);
}

#[test]
fn a_code_that_was_refused_is_entered_again() {
    let stopped = Fact::CodeStopped { stop: CodeStop::Refused };
    let facts = [history()[..10].to_vec(), vec![stopped]].concat();
    let state = after(&facts);
    assert_eq!(view(&state).status(Step::ActivationCode), StepStatus::Stopped);
    let events = decide(&state, Command::EnterCode(CodeShape::Code), NOW).unwrap();
    assert_eq!(events[0].fact, Fact::CodeEntered { shape: CodeShape::Code });
}

#[test]
fn rules_are_recorded_where_they_are_others_and_ask_for_nothing_that_was_accepted() {
    let rules = |version: &str| Command::SetRules(Rules::new(version.to_owned()));
    assert_eq!(decided(1, rules("1")), Ok(vec![]));
    let other = Fact::RulesSet { disclaimer: "2".to_owned(), accept_unverified: false };
    assert_eq!(decided(1, rules("2")), Ok(vec![other]));
    let same = Fact::RulesSet { disclaimer: "1".to_owned(), accept_unverified: true };
    for count in 8..=12 {
        let before = after(&history()[..count]);
        let facts = [history()[..count].to_vec(), vec![same.clone()]].concat();
        assert_eq!(view(&after(&facts)).open, view(&before).open, "after {count} events");
    }
}

#[test]
fn who_is_registered_enters_no_other_address() {
    let enter = |host| decided(12, Command::EnterAddress(address(host)));
    assert_eq!(enter("dev.acme.example"), Ok(vec![]));
    assert_eq!(enter("new.acme.example"), Err(Rejection::Finished));
}

#[test]
fn correcting_the_address_loses_nothing_typed() {
    let state = after(&history()[..6]);
    let events = decide(&state, Command::EnterAddress(address("new.acme.example")), NOW).unwrap();
    let state = events.iter().try_fold(state, State::apply).unwrap();
    let view = view(&state);
    assert_eq!(view.open, Step::Address);
    assert_eq!((view.typed.address.as_str(), view.typed.username.as_str()), ("new.acme.example", "maria"));
}

#[test]
fn a_changed_disclaimer_is_asked_again_until_registered() {
    let rules = Fact::RulesSet { disclaimer: "2".to_owned(), accept_unverified: false };
    for count in 8..=12 {
        let facts: Vec<_> = history()[..count].iter().cloned().chain([rules.clone()]).collect();
        let expected = if count == 12 { Step::Registered } else { Step::Disclaimer };
        assert_eq!(view(&after(&facts)).open, expected, "after {count} events");
    }
    let outdated = Command::AcceptDisclaimer { version: "0".to_owned() };
    assert_eq!(decided(7, outdated), Err(Rejection::DisclaimerOutdated { current: "1".to_owned() }));
}

#[test]
fn an_event_out_of_place_is_refused() {
    let registered = Event::new(NOW, Fact::Registered { infrastructure: infrastructure() });
    let error = after(&history()[..3]).apply(&registered).unwrap_err();
    assert_eq!(error.to_string(), "an event of the history does not fit the step log-in");
}

/// One of each fact.
fn every_fact() -> Vec<Fact> {
    let finding = Found {
        reason: Some(ib_domain::reason::Reason::LevelMissing),
        action: Some("Do it.".to_owned()),
        evidence: [("decided_by".to_owned(), "the default role".to_owned())].into(),
        ..found(Question::UserLevel, Status::Failed)
    };
    let mut facts = history();
    facts.extend([
        Fact::AddressRefused { findings: vec![finding.clone()] },
        Fact::LogInStopped { stop: LogInStop::Denied, findings: vec![finding] },
        Fact::CheckRequested,
        Fact::CheckFailed { targets: vec![target("dev.acme.example", Status::Unknown)] },
        Fact::EnvironmentReplaced { environment: dev("11.20.0.5") },
        Fact::CodeStopped { stop: CodeStop::Unavailable },
        Fact::Joined { infrastructure: infrastructure() },
    ]);
    facts
}

/// The recorded form of every fact. A difference here makes stored histories unreadable.
#[test]
fn the_recorded_form_is_a_promise() {
    let recorded = include_str!("events.jsonl");
    let events: Vec<_> = every_fact().into_iter().map(|fact| Event::new(NOW, fact)).collect();
    let written: Vec<_> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    assert_eq!(written.join("\n"), recorded.trim_end());
    let read: Vec<Event> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, events);
    let kinds: std::collections::HashSet<_> =
        events.iter().map(|event| std::mem::discriminant(&event.fact)).collect();
    assert_eq!(kinds.len(), 19, "every kind of fact is in the table");
}

#[test]
fn a_later_form_is_not_misread() {
    let line = r#"{"version":2,"at":1,"fact":{"type":"set_up_chosen"}}"#;
    let error = serde_json::from_str::<Event>(line).unwrap_err().to_string();
    assert!(error.contains("the form 2"), "{error}");
}

fn any_command() -> impl Strategy<Value = Command> {
    let versions = prop::sample::select(vec!["1", "2"]).prop_map(str::to_owned);
    prop_oneof![
        versions.clone().prop_map(|version| Command::SetRules(Rules::new(version))),
        prop::sample::select(vec!["dev.acme.example", "www.acme.example"])
            .prop_map(|host| Command::EnterAddress(address(host))),
        Just(Command::LogIn(maria())),
        Just(Command::ChooseSetUp),
        versions.prop_map(|version| Command::AcceptDisclaimer { version }),
        Just(Command::CheckAgain),
        Just(Command::EnterCode(CodeShape::Unusual)),
    ]
}

/// What the world answers to what is owed, mostly well.
fn answer(effect: &Effect, luck: u8) -> Command {
    let bad = luck < 60;
    let status = if bad { Status::Failed } else { Status::Passed };
    let version = if luck.is_multiple_of(2) { "11.7.5" } else { "11.23.1" };
    let here = Some(dev(version));
    let result = match effect {
        Effect::Diagnose { .. } => {
            EffectResult::Diagnosed { environment: here, findings: vec![found(Question::NetTcp, status)] }
        }
        Effect::LogIn { turn, .. } => return Command::StartLogIn { turn: *turn },
        Effect::GiveUpLogIn { .. } => {
            let checks = [Question::UserLogin, Question::UserLevel, Question::UserCreate];
            let findings = checks.map(|check| found(check, status)).to_vec();
            let known = (luck > 220).then(infrastructure);
            EffectResult::LoggedIn { environment: here, findings, known }
        }
        Effect::CheckInfrastructure { .. } => {
            EffectResult::Checked { environment: here, targets: vec![target("dev.acme.example", status)] }
        }
        Effect::SubmitCode { .. } if bad => EffectResult::NotInVault,
        Effect::SubmitCode { .. } => EffectResult::CodeAnswered(CodeAnswer::Unverified),
        Effect::Register { .. } => EffectResult::Claimed { infrastructure: infrastructure() },
    };
    Command::Conclude { turn: effect.turn(), result }
}

proptest! {
    #[test]
    fn replaying_any_prefix_gives_the_live_state(
        steps in prop::collection::vec((any_command(), any::<u8>(), any::<bool>()), 1..60)
    ) {
        let mut events = Vec::new();
        let mut live = vec![State::default()];
        for (command, luck, person) in steps {
            let state = live.last().unwrap().clone();
            let command = match owed(&state).first() {
                Some(effect) if !person => answer(effect, luck),
                _ => command,
            };
            let before = live.len();
            for event in decide(&state, command, Timestamp::from_millis(before as u64)).unwrap_or_default() {
                live.push(live.last().unwrap().clone().apply(&event).unwrap());
                events.push(event);
            }
        }
        let written = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&written).unwrap();
        for (count, state) in live.iter().enumerate() {
            prop_assert_eq!(&replay(&read[..count]).unwrap(), state);
        }
    }
}

#[test]
fn the_same_user_further_on_at_the_same_environment_is_ahead() {
    let at = |count: usize| after(&history()[..count]);
    assert!(at(8).is_further_than(&at(6)));
    assert!(!at(6).is_further_than(&at(6)) && !at(6).is_further_than(&at(8)));
    assert!(!at(8).is_further_than(&at(3)), "nobody was let in there");
    let elsewhere = |serial: &str, user: &str| {
        let environment = environment("dev.acme.example", "11.7.5", serial);
        let username = Username::parse(user).unwrap();
        let permission = Permission::Verified;
        let mut facts = history()[..6].to_vec();
        facts[2] = Fact::AddressAccepted { environment: environment.clone(), findings: Vec::new() };
        facts[3] = Fact::LogInRequested { username };
        facts[5] = Fact::LoggedIn { environment, permission, findings: Vec::new() };
        after(&facts)
    };
    assert!(at(8).is_further_than(&elsewhere("S1", "MARIA")));
    assert!(!at(8).is_further_than(&elsewhere("S1", "nina")));
    assert!(!at(8).is_further_than(&elsewhere("S2", "maria")));
}
