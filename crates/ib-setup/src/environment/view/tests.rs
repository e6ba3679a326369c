use rstest::rstest;

use super::super::tests::{address, at, ground, maria, name, seen, trouble};
use super::super::waiver::WaiverEffect;
use super::super::{Command, Number, Seen, decide};
use super::*;

const EVERY: Duration = Duration::from_secs(1_000);

/// Development and QA, of which one was looked at in second 0.
fn looked(number: Number, seen: Seen) -> State {
    let by = maria();
    let commands = [
        Command::Begin { address: address("dev.acme.example"), by: by.clone() },
        Command::Add { name: name("QA"), address: address("qa.acme.example"), by },
        // What is wrong is found later on: an environment that was just added would be refused for some of it.
        Command::Sighted(vec![(number, 0, Seen { troubles: Vec::new(), ..seen.clone() })]),
        Command::Sighted(vec![(number, 0, seen)]),
    ];
    commands.into_iter().fold(State::default(), |state, command| {
        let events = decide(&state, command, &ground(), at(0)).unwrap();
        events.iter().try_fold(state, State::apply).unwrap()
    })
}

fn shown(state: &State, number: Number, second: u64) -> EnvironmentView {
    view(state, EVERY, at(second)).environments.remove(number as usize - 1)
}

/// An environment where that was found.
fn found(number: Number, reasons: &[Reason]) -> EnvironmentView {
    let troubles = reasons.iter().flat_map(|reason| trouble(*reason).troubles).collect();
    shown(&looked(number, Seen { troubles, ..seen("S") }), number, 1)
}

#[rstest]
#[case(2, &[], Standing::Connected, None)]
#[case(1, &[Reason::ConnectTimedOut], Standing::NotConnected, Some(Reason::ConnectTimedOut))]
#[case(2, &[Reason::ConnectTimedOut], Standing::NotConnected, None)]
#[case(2, &[Reason::VersionTooOld], Standing::Faulty, Some(Reason::VersionTooOld))]
#[case(2, &[Reason::LooksLikeProduction], Standing::Connected, None)]
#[case(2, &[Reason::TlsEndsSoon], Standing::Connected, Some(Reason::TlsEndsSoon))]
#[case(2, &[Reason::TlsEndsSoon, Reason::VersionTooOld], Standing::Faulty, Some(Reason::VersionTooOld))]
#[case(2, &[Reason::VersionTooOld, Reason::ConnectTimedOut], Standing::NotConnected, None)]
#[case(2, &[Reason::ConnectTimedOut, Reason::VersionTooOld], Standing::NotConnected, None)]
fn what_stands_in_the_way_of_a_connection_outweighs_the_rest_and_the_worst_is_repaired_first(
    #[case] number: Number,
    #[case] reasons: &[Reason],
    #[case] standing: Standing,
    #[case] repair: Option<Reason>,
) {
    let shown = found(number, reasons);
    assert_eq!((shown.standing, shown.repair().and_then(|trouble| trouble.found.reason)), (standing, repair));
}

#[test]
fn what_was_seen_is_stale_after_three_intervals() {
    let state = looked(2, seen("S"));
    let standing = |number, second| shown(&state, number, second).standing;
    assert_eq!([2_999, 3_000].map(|second| standing(2, second)), [Standing::Connected, Standing::Stale]);
    assert_eq!(standing(1, 0), Standing::New);
}

#[test]
fn what_can_be_done_is_known_after_a_look_alone() {
    let feature = Feature::AutomaticConnections;
    let available = |state: &State, number, second| shown(state, number, second).availability(feature);
    let state = looked(2, seen("S"));
    assert_eq!(available(&state, 1, 0), Availability::Unknown(Vec::new()));
    assert_eq!(available(&state, 2, 1), Availability::Available);
    assert_eq!(available(&state, 2, 3_000), Availability::Unknown(Vec::new()));
    let of = |reason| found(2, &[reason]).availability(feature);
    assert_eq!(of(Reason::VersionTooOld), Availability::Limited(vec![Reason::VersionTooOld]));
    assert_eq!(of(Reason::ConnectTimedOut), Availability::Unknown(vec![Reason::ConnectTimedOut]));
}

#[rstest]
#[case(Status::Failed, Severity::Failed)]
#[case(Status::Warning, Severity::Warning)]
#[case(Status::Unknown, Severity::Unknown)]
fn a_trouble_is_as_bad_as_what_was_found(#[case] status: Status, #[case] severity: Severity) {
    let mut seen = trouble(Reason::VersionTooOld);
    seen.troubles[0].status = status;
    assert_eq!(shown(&looked(2, seen), 2, 1).troubles[0].severity, severity);
}

#[test]
fn the_names_on_the_wire_are_a_promise() {
    let standings = [
        Standing::New,
        Standing::Connected,
        Standing::NotConnected,
        Standing::Faulty,
        Standing::Waived,
        Standing::Stale,
    ];
    let names = ["new", "connected", "not_connected", "faulty", "waived", "stale"];
    assert_eq!(standings.map(Standing::id), names);
    let effects = [WaiverEffect::Active, WaiverEffect::NotNeeded, WaiverEffect::Expired];
    assert_eq!(effects.map(WaiverEffect::id), ["active", "not_needed", "expired"]);
}
