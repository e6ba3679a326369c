use ib_domain::feature::REPORTED;
use proptest::prelude::*;
use rstest::rstest;

use super::super::tests::{address, at, ground, maria, name, seen, trouble};
use super::super::{Command, EnvironmentView, Event, Seen, Standing, State, decide, view};
use super::*;

const EVERY: Duration = Duration::from_hours(4);
const DAY: u64 = 86_400;

fn after(state: State, command: Command, now: Timestamp) -> State {
    let events = decide(&state, command, &ground(), now).unwrap();
    let next = events.iter().try_fold(state, State::apply).unwrap();
    assert_eq!(State::from_snapshot(&next.snapshot()), Some(next.clone()));
    next
}

fn look(seen: Seen) -> Command {
    Command::Sighted(vec![(2, 0, seen)])
}

/// Development and QA, where QA was seen like that.
fn known(seen: Seen) -> State {
    let by = maria();
    let state = after(
        State::default(),
        Command::Begin { address: address("dev.acme.example"), by: by.clone() },
        at(0),
    );
    let state =
        after(state, Command::Add { name: name("QA"), address: address("qa.acme.example"), by }, at(0));
    // What is wrong is found later on: an environment that was just added would be refused for some of it.
    let state = after(state, look(Seen { troubles: Vec::new(), ..seen.clone() }), at(0));
    after(state, look(seen), at(0))
}

fn waive(reason: Reason, until: Timestamp) -> Command {
    Command::Waive {
        name: name("QA"),
        reason,
        owner: "Platform team".parse().unwrap(),
        why: "It is replaced in May".parse().unwrap(),
        until,
        by: maria(),
    }
}

fn end(reason: Reason) -> Command {
    Command::EndWaiver { name: name("QA"), reason, by: maria() }
}

fn qa(state: &State, now: Timestamp) -> EnvironmentView {
    view(state, EVERY, now).environments.remove(1)
}

#[rstest]
#[case(Reason::ConnectRefused, Standing::NotConnected)]
#[case(Reason::VersionTooOld, Standing::Faulty)]
fn what_is_waived_is_skipped_and_said_until_it_expires(#[case] reason: Reason, #[case] standing: Standing) {
    let state = known(trouble(reason));
    let before = qa(&state, at(1));
    assert_eq!(before.standing, standing);
    let state = after(state, waive(reason, at(100)), at(1));
    let active = qa(&state, at(99));
    assert_eq!(active.standing, Standing::Waived);
    assert_eq!(active.troubles[0].found.status, Status::Skipped);
    assert_eq!(active.troubles[0].waiver.as_ref().unwrap().owner.as_str(), "Platform team");
    assert_eq!((&active.waivers[0].waiver.by, active.waivers[0].waiver.at), (&maria(), at(1)));
    assert_eq!(active.waivers[0].effect, WaiverEffect::Active);
    let expired = qa(&state, at(100));
    assert_eq!(expired.waivers[0].effect, WaiverEffect::Expired);
    assert_eq!(EnvironmentView { waivers: Vec::new(), ..expired }, before);
}

#[test]
fn what_else_is_wrong_counts() {
    let mut both = trouble(Reason::VersionTooOld);
    both.troubles.extend(trouble(Reason::TlsExpired).troubles);
    let state = known(both);
    let one = after(state, waive(Reason::TlsExpired, at(100)), at(1));
    assert_eq!(qa(&one, at(2)).standing, Standing::Faulty);
    let all = after(one, waive(Reason::VersionTooOld, at(50)), at(1));
    assert_eq!(qa(&all, at(2)).standing, Standing::Waived);
    assert_eq!(qa(&all, at(50)).standing, Standing::Faulty, "one expired");
}

#[test]
fn what_was_not_found_may_be_waived_ahead_of_time() {
    let state = after(known(seen("S-QA")), waive(Reason::TlsExpired, at(100)), at(1));
    let quiet = qa(&state, at(2));
    assert_eq!((quiet.standing, quiet.waivers[0].effect), (Standing::Connected, WaiverEffect::NotNeeded));
    let state = after(state, look(trouble(Reason::TlsExpired)), at(3));
    assert_eq!(qa(&state, at(4)).standing, Standing::Waived);
}

#[test]
fn what_was_seen_long_ago_is_stale_whoever_lives_with_it() {
    let far = at(30 * DAY);
    let state = after(known(trouble(Reason::TlsExpired)), waive(Reason::TlsExpired, far), at(1));
    assert_eq!(qa(&state, at(DAY)).standing, Standing::Stale);
}

#[rstest]
#[case(at(10), Err(Rejection::UntilPast))]
#[case(at(9), Err(Rejection::UntilPast))]
#[case(at(11), Ok(1))]
#[case(at(10 + 366 * DAY), Ok(1))]
#[case(at(11 + 366 * DAY), Err(Rejection::UntilTooFar))]
#[case(Timestamp::from_millis(u64::MAX), Err(Rejection::UntilTooFar))]
fn a_waiver_ends(#[case] until: Timestamp, #[case] decided: Result<usize, Rejection>) {
    let events = decide(&known(seen("S-QA")), waive(Reason::TlsExpired, until), &ground(), at(10));
    assert_eq!(events.map(|events| events.len()), decided);
}

#[test]
fn one_reason_has_one_waiver_and_the_same_again_is_nothing() {
    let state = after(known(seen("S-QA")), waive(Reason::TlsExpired, at(100)), at(1));
    assert_eq!(decide(&state, waive(Reason::TlsExpired, at(100)), &ground(), at(2)), Ok(Vec::new()));
    let state = after(state, waive(Reason::TlsExpired, at(200)), at(2));
    let state = after(state, waive(Reason::ConnectRefused, at(200)), at(2));
    let kept: Vec<_> = qa(&state, at(3)).waivers;
    let kept: Vec<_> = kept.iter().map(|kept| (kept.waiver.reason, kept.waiver.until)).collect();
    assert_eq!(kept, [(Reason::ConnectRefused, at(200)), (Reason::TlsExpired, at(200))]);
}

#[test]
fn a_waiver_stays_with_its_environment_until_it_is_ended() {
    let state = after(known(trouble(Reason::TlsExpired)), waive(Reason::TlsExpired, at(100)), at(1));
    let (new_name, moved) = (name("Test"), address("test.acme.example"));
    let edit = Command::Edit { name: name("QA"), new_name, address: moved, by: maria() };
    let state = after(state, edit, at(2));
    assert_eq!(qa(&state, at(3)).waivers.len(), 1, "another address ends nothing");
    let gone = decide(&state, end(Reason::TlsExpired), &ground(), at(3));
    assert_eq!(gone, Err(Rejection::NoSuchEnvironment(name("QA"))));
    let again = Command::EndWaiver { name: name("Test"), reason: Reason::TlsExpired, by: maria() };
    // One that expired is ended like any other.
    let state = after(state, again.clone(), at(500));
    assert!(qa(&state, at(500)).waivers.is_empty());
    let none = Rejection::NoSuchWaiver { name: name("Test"), reason: Reason::TlsExpired };
    assert_eq!(decide(&state, again, &ground(), at(501)), Err(none));
}

#[test]
fn who_removes_an_environment_removes_its_waivers() {
    let state = after(known(seen("S-QA")), waive(Reason::TlsExpired, at(100)), at(1));
    let state = after(state, Command::Remove { name: name("QA"), by: maria() }, at(2));
    let add = Command::Add { name: name("QA"), address: address("qa.acme.example"), by: maria() };
    assert!(qa(&after(state, add, at(3)), at(4)).waivers.is_empty());
}

#[test]
fn the_stored_form_is_a_promise() {
    let events = decide(&known(seen("")), waive(Reason::TlsExpired, at(100)), &ground(), at(1)).unwrap();
    let text = r#"{"version":1,"at":1000,"fact":{"type":"waived","number":2,"reason":"SETUP-TLS-001","owner":"Platform team","why":"It is replaced in May","until":100000,"by":"maria"}}"#;
    assert_eq!(serde_json::to_string(&events[0]).unwrap(), text);
    assert_eq!(serde_json::from_str::<Event>(text).unwrap(), events[0]);
    let ended = r#"{"version":1,"at":1000,"fact":{"type":"waiver_ended","number":2,"reason":"SETUP-TLS-001","by":"maria"}}"#;
    let event: Event = serde_json::from_str(ended).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), ended);
}

fn troubles() -> impl Strategy<Value = Vec<(Reason, Status)>> {
    let status = prop_oneof![Just(Status::Warning), Just(Status::Failed), Just(Status::Unknown)];
    prop::collection::vec((prop::sample::select(Reason::ALL), status), 0..5)
}

fn found((reason, status): (Reason, Status)) -> Found {
    Found { status, ..Found::of_reason(reason, "there") }
}

proptest! {
    #[test]
    fn a_waiver_makes_nothing_available_and_leaves_nothing_behind(
        troubles in troubles(),
        others in prop::collection::vec(prop::sample::select(Reason::ALL), 0..3),
    ) {
        let waived: Vec<_> = troubles.iter().map(|(reason, _)| *reason).chain(others).collect();
        let bare = known(Seen { troubles: troubles.into_iter().map(found).collect(), ..seen("") });
        let state = waived.iter().fold(bare.clone(), |state, reason| after(state, waive(*reason, at(100)), at(1)));
        let (without, with) = (qa(&bare, at(2)), qa(&state, at(2)));
        for feature in REPORTED {
            prop_assert_eq!(without.availability(*feature), with.availability(*feature), "{}", feature);
        }
        if with.standing == Standing::Connected {
            prop_assert_eq!(without.standing, Standing::Connected);
        }
        let expired = EnvironmentView { waivers: Vec::new(), ..qa(&state, at(100)) };
        prop_assert_eq!(expired, qa(&bare, at(100)));
    }
}
