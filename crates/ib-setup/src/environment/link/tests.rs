use ib_domain::reason::Reason;
use rstest::rstest;

use super::*;
use crate::environment::tests::{address, at, ground, maria, name, seen, trouble};
use crate::environment::{Command, Event, Rejection, decide, view};
use ib_domain::integration::IntegrationName;

/// Each environment is looked at once in this many seconds.
const EVERY: Duration = Duration::from_secs(1_000);
const KEY: LinkKeyId = LinkKeyId::new([1; 8]);

fn facts(state: &State, command: Command, second: u64) -> Vec<Event> {
    decide(state, command, &ground(), at(second)).unwrap()
}

/// What follows from commands, each at its second.
fn after(state: State, commands: impl IntoIterator<Item = (u64, Command)>) -> State {
    commands.into_iter().fold(state, |state, (second, command)| {
        let events = facts(&state, command, second);
        let next = events.iter().try_fold(state, State::apply).unwrap();
        for event in events {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
        assert_eq!(State::from_snapshot(&next.snapshot()), Some(next.clone()));
        next
    })
}

fn look(turn: u32, seen: crate::environment::Seen) -> Command {
    Command::Sighted(vec![(1, turn, seen)])
}

fn introducing() -> Command {
    Command::Introducing(vec![1], KEY)
}

fn taken(turn: u32) -> Command {
    Command::Answered(vec![(1, turn, Ok("2.4.0".to_owned()))])
}

fn not_taken(turn: u32) -> Command {
    let found = Found::of_reason(Reason::ManagerAbsent, "dev.acme.example");
    Command::Answered(vec![(1, turn, Err(Box::new(found)))])
}

fn proved(turn: u32) -> Command {
    let (version, from) = (ManagerVersion::new("2.4.0"), Some([192, 0, 2, 7].into()));
    Command::Proved { number: 1, turn, key: KEY, version, from }
}

fn report(names: &[&str]) -> Command {
    let one = |name: &&str| ReportedIntegration {
        name: name.parse::<IntegrationName>().unwrap(),
        has_connection: true,
    };
    let report = Report::new(ManagerVersion::new("2.4.0"), names.iter().map(one).collect());
    Command::Reported(1, report.unwrap())
}

/// Development, looked at in second 0 with nothing wrong.
fn looked() -> State {
    let begin = Command::Begin { address: address("dev.acme.example"), by: maria() };
    after(State::default(), [(0, begin), (0, look(0, seen("S-DEV")))])
}

fn linked() -> State {
    after(looked(), [(0, introducing()), (1, taken(1)), (2, proved(1)), (3, Command::Signed(1, 1))])
}

fn link(state: &State, second: u64) -> LinkView {
    view(state, EVERY, at(second)).environments.remove(0).link
}

fn inbound(state: &State, second: u64) -> &'static str {
    link(state, second).inbound.id()
}

fn due(state: &State) -> Vec<u32> {
    introductions(state, EVERY).into_iter().map(|one| one.turn).collect()
}

#[test]
fn whoever_was_reached_is_introduced_to_once_for_each_look() {
    let state = looked();
    assert_eq!(due(&state), [1]);
    let state = after(state, [(0, introducing())]);
    assert_eq!(due(&state), [] as [u32; 0], "whatever comes of it");
    let state = after(state, [(1, not_taken(1)), (1_000, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [2]);
}

#[test]
fn a_clock_that_goes_back_leads_to_no_second_introduction() {
    let state = after(looked(), [(1_000, look(0, seen("S-DEV"))), (500, introducing())]);
    assert_eq!(due(&state), [] as [u32; 0]);
}

#[rstest]
#[case::no_connection(Reason::ConnectTimedOut, false)]
#[case::closed(Reason::ClosedToUs, false)]
#[case::something_else(Reason::NotOutSystems, false)]
#[case::lifetime(Reason::IsLifeTime, false)]
#[case::old(Reason::VersionTooOld, true)]
#[case::odd_name(Reason::LooksLikeProduction, true)]
fn only_an_environment_that_was_reached_is_introduced_to(#[case] reason: Reason, #[case] is_due: bool) {
    let begin = Command::Begin { address: address("dev.acme.example"), by: maria() };
    let state = after(State::default(), [(0, begin), (0, look(0, trouble(reason)))]);
    assert_eq!(!due(&state).is_empty(), is_due);
}

#[test]
fn nothing_is_passed_before_a_proof() {
    let mut state = looked();
    assert_eq!(inbound(&state, 0), "unknown");
    state = after(state, [(0, introducing())]);
    assert_eq!(inbound(&state, 200), "unknown", "this service may have ended in between");
    state = after(state, [(1, taken(1))]);
    assert_eq!((inbound(&state, 120), inbound(&state, 121)), ("unknown", "failed"));
    assert_eq!(
        link(&state, 121).inbound.finding("dev.acme.example").unwrap().reason,
        Some(Reason::ManagerSilent)
    );
    state = after(state, [(130, proved(1))]);
    let shown = link(&state, 130);
    let from = Some([192, 0, 2, 7].into());
    assert_eq!(shown.inbound, Inbound::Passed { proved: at(130), from, heard: at(130) });
    assert_eq!((shown.generation, shown.version), (Some(1), Some(ManagerVersion::new("2.4.0"))));
    assert_eq!((inbound(&state, 3_129), inbound(&state, 3_130)), ("passed", "unknown"), "stale");
}

#[test]
fn an_environment_without_integration_manager_leaves_it_open() {
    let state = after(looked(), [(0, introducing()), (1, not_taken(1))]);
    let again = after(state.clone(), [(1_000, look(0, seen("S-DEV"))), (1_000, introducing())]);
    assert_eq!(facts(&again, not_taken(2), 1_001), [], "it is as it was");
    assert_eq!(link(&again, 1_001).inbound, link(&state, 999).inbound);
    let finding = link(&state, 500).inbound.finding("dev.acme.example").unwrap();
    assert_eq!((inbound(&state, 500), finding.reason), ("unknown", Some(Reason::ManagerAbsent)));
    assert_eq!(inbound(&state, 3_000), "unknown");
}

#[test]
fn a_failure_is_not_forgotten_while_the_next_introduction_is_under_way() {
    let state = after(looked(), [(0, introducing()), (1, taken(1)), (1_000, look(0, seen("S-DEV")))]);
    let state = after(state, [(1_000, introducing())]);
    assert_eq!(inbound(&state, 1_000), "failed");
    let again = after(state.clone(), [(1_001, taken(2))]);
    assert_eq!(inbound(&again, 1_001), "failed");
    assert_eq!(inbound(&after(again, [(1_002, proved(2))]), 1_002), "passed");
    assert_eq!(inbound(&after(state, [(1_001, not_taken(2))]), 1_001), "unknown");
}

#[test]
fn what_was_heard_since_the_last_introduction_outweighs_it() {
    let introduced = [(1_000, look(0, seen("S-DEV"))), (1_000, introducing()), (1_001, taken(2))];
    let silent = after(linked(), introduced.clone());
    assert_eq!(inbound(&silent, 1_121), "failed");
    let heard = after(after(linked(), [(1_000, report(&["Orders"]))]), introduced);
    assert_eq!(inbound(&heard, 1_121), "passed");
    assert_eq!(link(&heard, 1_121).version.unwrap().to_string(), "2.4.0");
}

#[test]
fn a_challenge_is_proved_once_in_five_minutes_and_in_its_turn() {
    let state = after(looked(), [(0, introducing())]);
    assert_eq!(state.challenge(1, at(300)), Ok((1, KEY)), "before the answer to the introduction");
    assert_eq!(state.challenge(1, at(301)), Err(ProofRefusal::Late));
    assert_eq!(facts(&state, proved(1), 301), []);
    assert_eq!(facts(&state, proved(2), 1), [], "of another turn");
    assert_eq!(state.challenge(2, at(1)), Err(ProofRefusal::Unknown));
    let state = after(state, [(1, proved(1))]);
    assert_eq!(state.challenge(1, at(2)), Err(ProofRefusal::Used));
    assert_eq!(facts(&state, proved(1), 2), []);
    // The answer to the introduction comes late, and changes nothing.
    assert_eq!(facts(&state, taken(1), 2), []);
    assert_eq!(looked().challenge(1, at(0)), Err(ProofRefusal::NotIntroduced));
}

#[test]
fn after_five_wrong_proofs_a_challenge_is_void_and_nothing_more_is_recorded() {
    let mut state = after(looked(), [(0, introducing()), (1, taken(1))]);
    let wrong = Command::ProofRefused(1, 1);
    for _ in 0..4 {
        state = after(state, [(2, wrong.clone())]);
        assert!(state.challenge(1, at(2)).is_ok());
    }
    state = after(state, [(2, wrong.clone())]);
    assert_eq!(state.challenge(1, at(2)), Err(ProofRefusal::Void));
    assert_eq!(facts(&state, wrong, 3), []);
    assert_eq!(facts(&state, proved(1), 3), []);
    assert_eq!(inbound(&state, 121), "failed");
    let next = after(state, [(1_000, look(0, seen("S-DEV"))), (1_000, introducing())]);
    assert_eq!(next.challenge(1, at(1_000)), Ok((2, KEY)));
}

#[test]
fn a_secret_that_was_never_used_is_replaced_after_the_next_look() {
    let state = after(looked(), [(0, introducing()), (2, proved(1)), (1_000, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [2]);
    let state = after(linked(), [(1_000, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [] as [u32; 0]);
}

#[test]
fn after_two_intervals_without_a_word_the_service_introduces_itself_again() {
    let state = after(linked(), [(1_000, look(0, seen("S-DEV"))), (1_500, report(&["Orders"]))]);
    let state = after(state, [(3_000, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [] as [u32; 0]);
    let state = after(state, [(3_500, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [2]);
}

#[test]
fn the_former_secret_holds_until_the_new_one_is_used() {
    let rotate = || Command::RotateSecret { name: name("Development"), by: maria() };
    let refused = decide(&looked(), rotate(), &ground(), at(0));
    assert_eq!(refused, Err(Rejection::NotLinked(name("Development"))));
    let state = after(linked(), [(10, rotate())]);
    assert!(link(&state, 10).is_rotating);
    assert_eq!(facts(&state, rotate(), 11), [], "once");
    let state = after(state, [(12, look(0, seen("S-DEV")))]);
    assert_eq!(due(&state), [2], "somebody waits for it");
    let state = after(state, [(12, introducing()), (13, taken(2)), (14, proved(2))]);
    assert!(!link(&state, 14).is_rotating);
    assert_eq!([1, 2, 3].map(|generation| state.link_key(1, generation).is_some()), [true, true, false]);
    let state = after(state, [(15, Command::Signed(1, 1))]);
    assert!(state.link_key(1, 1).is_some(), "a request with the former one");
    let state = after(state, [(16, Command::Signed(1, 2))]);
    assert_eq!([1, 2].map(|generation| state.link_key(1, generation).is_some()), [false, true]);
    assert_eq!(facts(&state, Command::Signed(1, 2), 17), [], "recorded once");
}

#[test]
fn a_report_that_says_nothing_new_is_freshness_and_no_more() {
    let mut state = linked();
    let mut recorded = Vec::new();
    for (second, names) in [
        (100, vec!["Orders"]),
        (101, vec!["Orders"]),
        (699, vec!["Orders"]),
        (700, vec!["Orders"]),
        (701, vec![]),
    ] {
        let events = facts(&state, report(&names), second);
        recorded.push(events.len());
        state = after(state, [(second, report(&names))]);
        if second == 700 {
            let shown = link(&state, 700).report.unwrap();
            assert_eq!((shown.at, shown.since, shown.is_stale), (at(700), at(100), false));
            assert!(link(&state, 3_700).report.unwrap().is_stale);
        }
    }
    assert_eq!(recorded, [1, 0, 0, 1, 1]);
    assert_eq!(link(&state, 701).report.unwrap().report.integrations, []);
}

#[test]
fn another_report_is_told_with_the_time_since_which_that_was_not_so() {
    let state = after(linked(), [(100, report(&["Orders"])), (700, report(&["Orders"]))]);
    let said = |names: &[&str]| match report(names) {
        Command::Reported(_, report) => state.reported(1, &report),
        other => panic!("{other:?}"),
    };
    assert_eq!((said(&["Orders"]), said(&[])), (None, Some(at(100))));
}

#[test]
fn an_event_of_another_turn_is_refused() {
    let introduced = |turn| {
        let fact = Fact::Introduced { number: 1, turn, version: ManagerVersion::new("2.4.0") };
        Event::new(at(1), fact)
    };
    let state = after(looked(), [(0, introducing())]);
    let legal = |state: &State, turn| state.clone().apply(&introduced(turn)).is_ok();
    assert_eq!([0, 1, 2].map(|turn| legal(&state, turn)), [false, true, false]);
    assert!(!legal(&looked(), 0), "there was no introduction");
}

#[test]
fn another_address_has_to_prove_anew_and_gets_another_secret() {
    let add = Command::Add { name: name("QA"), address: address("qa.acme.example"), by: maria() };
    let of = |number, turn| Command::Sighted(vec![(number, turn, seen("S-QA"))]);
    let proof = |turn| match proved(turn) {
        Command::Proved { turn, key, version, from, .. } => {
            Command::Proved { number: 2, turn, key, version, from }
        }
        other => other,
    };
    let state = after(
        linked(),
        [(10, add), (11, of(2, 0)), (11, Command::Introducing(vec![2], KEY)), (12, proof(1))],
    );
    assert!(state.link_key(2, 1).is_some());
    let moved = Command::Edit {
        name: name("QA"),
        new_name: name("QA"),
        address: address("new.acme.example"),
        by: maria(),
    };
    let state = after(state, [(13, moved)]);
    assert_eq!((state.link_key(2, 1), state.issued(2)), (None, None));
    assert_eq!(state.challenge(2, at(13)), Err(ProofRefusal::NotIntroduced));
    let state = after(state, [(14, of(2, 1)), (14, Command::Introducing(vec![2], KEY))]);
    let (turn, _) = state.challenge(2, at(14)).unwrap();
    assert_eq!(turn, 3, "what was on its way to the former address is of another turn");
    let state = after(state, [(15, proof(turn))]);
    assert_eq!(state.issued(2), Some((2, KEY)), "no generation comes twice");
    assert!(state.link_key(1, 1).is_some(), "the others stay");
}

#[test]
fn what_is_said_of_an_environment_that_was_removed_tells_nothing() {
    let state = linked();
    for command in [
        Command::Introducing(vec![9], KEY),
        Command::Answered(vec![(9, 1, Ok(String::new()))]),
        Command::ProofRefused(9, 1),
        Command::Signed(9, 1),
        Command::Reported(9, Report::new(ManagerVersion::new("1"), Vec::new()).unwrap()),
    ] {
        assert_eq!(facts(&state, command, 5), []);
    }
}
