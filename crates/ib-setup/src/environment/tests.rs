use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::reason::Reason;

use super::*;
use crate::found::{Found, Status};

pub(super) fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

pub(super) fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

pub(super) fn maria() -> Username {
    Username::parse("maria").unwrap()
}

pub(super) fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(second * 1_000)
}

/// An infrastructure whose LifeTime is known, and whose development environment has two names.
pub(super) fn ground() -> Ground {
    Ground {
        development: ["dev.acme.example", "www.acme.example"].map(address).into(),
        serial: Serial::read("S-DEV"),
        lifetime: Some(address("lifetime.acme.example")),
    }
}

/// A look that found nothing wrong, at an environment with that serial number.
pub(super) fn seen(serial: &str) -> Seen {
    Seen { troubles: Vec::new(), purpose: None, version: None, serial: Serial::read(serial) }
}

pub(super) fn trouble(reason: Reason) -> Seen {
    let found = Found::of_reason(reason, "there");
    Seen { troubles: vec![found], ..seen("") }
}

/// What follows from commands that may be asked.
fn after(commands: impl IntoIterator<Item = Command>) -> State {
    commands.into_iter().fold(State::default(), |state, command| {
        let events = decide(&state, command, &ground(), at(0)).unwrap();
        let next = events.iter().try_fold(state, State::apply).unwrap();
        assert_eq!(State::from_snapshot(&next.snapshot()), Some(next.clone()));
        next
    })
}

fn begun() -> Command {
    Command::Begin { address: address("dev.acme.example"), by: maria() }
}

fn add(text: &str, host: &str) -> Command {
    Command::Add { name: name(text), address: address(host), by: maria() }
}

fn listed(text: &str, host: &str, purpose: Purpose) -> Listed {
    Listed { name: text.to_owned(), address: address(host), purpose }
}

#[test]
fn nothing_is_added_before_anybody_came_in() {
    let refused = decide(&State::default(), add("QA", "qa.acme.example"), &ground(), at(0));
    assert_eq!(refused, Err(Rejection::NotBegun));
    assert!(later(&State::default(), crate::environments::EVERY).is_none());
}

#[test]
fn a_publication_has_development_looked_at_again_once() {
    let follows = |state: &State| {
        let events = decide(state, Command::Published, &ground(), at(0)).unwrap();
        events.into_iter().map(|event| event.fact).collect::<Vec<_>>()
    };
    let looked = || vec![begun(), Command::Sighted(vec![(1, 0, seen("S-DEV"))])];
    assert_eq!(follows(&State::default()), []);
    assert_eq!(follows(&after([begun()])), [], "it is due anyway");
    assert_eq!(follows(&after(looked())), [Fact::Published]);
    let wanted = after(looked().into_iter().chain([Command::Published]));
    assert_eq!(follows(&wanted), [], "it is due already");
    assert!(matches!(due(&wanted, crate::environments::EVERY, at(0))[..], [Effect::Look { number: 1, .. }]));
}

#[test]
fn every_name_of_development_is_taken() {
    let state = after([begun()]);
    for host in ["dev.acme.example", "www.acme.example"] {
        let refused = decide(&state, add("Other", host), &ground(), at(0)).unwrap_err();
        assert!(matches!(refused, Rejection::AddressTaken { .. }), "{host}: {refused}");
    }
}

#[test]
fn a_name_is_taken_once_however_it_is_spelled() {
    let state = after([begun(), add("QA", "qa.acme.example")]);
    for (known, host) in [("QA", "other.acme.example"), ("qa", "qa.acme.example")] {
        let refused = decide(&state, add(known, host), &ground(), at(0));
        assert_eq!(refused, Err(Rejection::NameTaken(name("QA"))), "{known} {host}");
    }
}

#[test]
fn a_personal_environment_has_no_others() {
    let personal = Command::Begin { address: address("maria.outsystemscloud.com"), by: maria() };
    let state = after([personal]);
    let refused = decide(&state, add("QA", "qa.acme.example"), &ground(), at(0));
    assert_eq!(refused, Err(Rejection::IsPersonal));
}

#[test]
fn there_is_a_limit() {
    let many = (1..ENVIRONMENTS).map(|n| add(&format!("E{n}"), &format!("e{n}.acme.example")));
    let state = many.fold(after([begun()]), |state, command| {
        let events = decide(&state, command, &ground(), at(0)).unwrap();
        events.iter().try_fold(state, State::apply).unwrap()
    });
    let refused = decide(&state, add("One more", "more.acme.example"), &ground(), at(0));
    assert_eq!(refused, Err(Rejection::TooMany));
}

#[test]
fn whoever_wants_a_list_is_named_until_it_is_there() {
    let importer = |commands: Vec<Command>| after(commands).importer().cloned();
    let import = || Command::Import { by: maria() };
    assert_eq!(importer(vec![begun()]), None);
    assert_eq!(importer(vec![begun(), import()]), Some(maria()));
    assert_eq!(importer(vec![begun(), import(), Command::Listed(vec![])]), None);
}

#[test]
fn an_environment_that_is_there_under_another_name_is_refused() {
    let sighted = |number, serial: &str| Command::Sighted(vec![(number, 0, seen(serial))]);
    let (qa, test) = (add("QA", "qa.acme.example"), add("Test", "test.acme.example"));
    let state = after([begun(), sighted(1, "S-1"), qa, sighted(2, "S-2"), test]);
    let twin =
        |serial: &str| match decide(&state, sighted(3, serial), &ground(), at(1)).unwrap().remove(0).fact {
            Fact::Refused { number: 3, found } => found.evidence.get("observed").cloned(),
            _ => None,
        };
    let twins = ["S-1", "S-2", "S-3", "S-DEV"].map(twin);
    assert_eq!(
        twins.each_ref().map(Option::as_deref),
        [Some("Development"), Some("QA"), None, Some("Development")]
    );
}

#[test]
fn a_list_that_did_not_come_is_told_to_whoever_wants_it() {
    let found = || Box::new(Found::of_reason(Reason::ConnectTimedOut, "lifetime.acme.example"));
    let stop = |commands: Vec<Command>| {
        view(&after(commands), crate::environments::EVERY, at(0)).import_stop.and_then(|found| found.reason)
    };
    let wanted = Command::Import { by: maria() };
    assert_eq!(stop(vec![begun(), Command::NotListed(found())]), None, "nobody asked");
    let asked = vec![begun(), wanted.clone(), Command::NotListed(found())];
    assert_eq!(stop(asked.clone()), Some(Reason::ConnectTimedOut));
    assert_eq!(stop([asked, vec![wanted]].concat()), None, "it is asked again");
}

#[test]
fn lifetime_is_no_environment_and_what_cannot_be_reached_is_one() {
    let state = after([begun(), add("QA", "qa.acme.example")]);
    let follows = |reason| {
        let look = Command::Sighted(vec![(2, 0, trouble(reason))]);
        decide(&state, look, &ground(), at(1)).unwrap().remove(0).fact
    };
    assert!(matches!(follows(Reason::IsLifeTime), Fact::Refused { number: 2, .. }));
    assert!(matches!(follows(Reason::ConnectTimedOut), Fact::Seen { number: 2, .. }));
    // Development belongs from the beginning, whatever it says of itself.
    let look = Command::Sighted(vec![(1, 0, trouble(Reason::IsLifeTime))]);
    assert!(matches!(decide(&state, look, &ground(), at(1)).unwrap()[0].fact, Fact::Seen { number: 1, .. }));
}

#[test]
fn a_list_with_the_same_name_or_address_twice_is_taken_as_far_as_it_goes() {
    let state = after([begun(), add("QA", "qa.acme.example"), Command::Import { by: maria() }]);
    let list = vec![
        listed("Development", "dev.acme.example", Purpose::Development),
        listed("QA", "other.acme.example", Purpose::Test),
        listed("Production", "prod.acme.example", Purpose::Production),
        listed("Production again", "prod.acme.example", Purpose::Production),
        listed("a/b", "third.acme.example", Purpose::Test),
        listed("Console", "lifetime.acme.example", Purpose::Test),
    ];
    let events = decide(&state, Command::Listed(list), &ground(), at(0)).unwrap();
    let state = events.iter().try_fold(state, State::apply).unwrap();
    let names: Vec<_> = state.environments.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(names, ["Development", "QA", "other.acme.example", "Production", "third.acme.example"]);
    assert_eq!(state.environments[3].purpose, Purpose::Production);
}

#[test]
fn what_somebody_waits_for_comes_first() {
    let every = std::time::Duration::from_secs(100);
    let mut state = after([begun(), add("QA", "qa.acme.example")]);
    let look = |state: &State, number, serial: &str| {
        Command::Sighted(vec![(number, state.environment(number).unwrap().turn, seen(serial))])
    };
    for (number, serial) in [(1, "S-DEV"), (2, "S-QA")] {
        let events = decide(&state, look(&state, number, serial), &ground(), at(0)).unwrap();
        state = events.iter().try_fold(state, State::apply).unwrap();
    }
    assert!(due(&state, every, at(99)).is_empty());
    assert_eq!(later(&state, every), Some(at(100)));
    let wanted = Command::Look { name: Some(name("qa")), by: maria() };
    let events = decide(&state, wanted, &ground(), at(100)).unwrap();
    state = events.iter().try_fold(state, State::apply).unwrap();
    let hosts: Vec<_> = due(&state, every, at(100))
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Look { address, .. } => Some(address.host().to_owned()),
            Effect::List => None,
        })
        .collect();
    assert_eq!(hosts, ["qa.acme.example", "dev.acme.example"]);
}

#[test]
fn a_look_at_an_address_that_was_changed_meanwhile_tells_nothing() {
    let state = after([begun(), add("QA", "qa.acme.example")]);
    let edit = Command::Edit {
        name: name("QA"),
        new_name: name("QA"),
        address: address("new.acme.example"),
        by: maria(),
    };
    let events = decide(&state, edit, &ground(), at(0)).unwrap();
    let state = events.iter().try_fold(state, State::apply).unwrap();
    let late = Command::Sighted(vec![(2, 0, seen("S-QA"))]);
    assert_eq!(decide(&state, late, &ground(), at(1)), Ok(Vec::new()));
}

#[test]
fn what_passed_is_not_kept() {
    let found = |status| Found { status, ..Found::of_reason(Reason::TlsExpired, "there") };
    let all = [Status::Passed, Status::NotApplicable, Status::NotEvaluated, Status::Warning, Status::Unknown];
    let seen = Seen::new(all.map(found).into(), None, None, None);
    let kept: Vec<_> = seen.troubles.iter().map(|found| found.status).collect();
    assert_eq!(kept, [Status::Warning, Status::Unknown]);
    assert_eq!(seen.troubles[0].check, Check::NetTls);
}

#[test]
fn an_event_out_of_place_is_refused() {
    let added = |number, known: &str, host: &str| Fact::Added {
        number,
        name: name(known),
        address: address(host),
        purpose: Purpose::Test,
        by: maria(),
    };
    let edited = |number| Fact::Edited { number, name: name("A"), address: address("a.b"), by: maria() };
    let began = || Fact::Began { address: address("dev.acme.example"), by: maria() };
    let wanted = || Fact::ImportRequested { by: maria() };
    let stopped =
        || Fact::ImportStopped { found: Box::new(Found::of_reason(Reason::ConnectTimedOut, "there")) };
    let refused = |state: &State, fact: Fact| state.clone().apply(&Event::new(at(0), fact)).is_err();
    let nothing = State::default();
    for fact in [added(2, "Test", "test.acme.example"), wanted(), Fact::Published] {
        assert!(refused(&nothing, fact.clone()), "{fact:?}");
    }
    let state = after([begun(), add("QA", "qa.acme.example")]);
    for fact in [
        began(),
        added(2, "Test", "test.acme.example"),
        added(3, "qa", "test.acme.example"),
        added(3, "Test", "qa.acme.example"),
        edited(1),
        edited(3),
        Fact::Removed { number: 1, by: maria() },
        Fact::Removed { number: 3, by: maria() },
        Fact::Unchanged { numbers: vec![2] },
        Fact::Imported,
        stopped(),
    ] {
        assert!(refused(&state, fact.clone()), "{fact:?}");
    }
    for fact in [added(3, "Test", "test.acme.example"), edited(2), wanted()] {
        assert!(!refused(&state, fact.clone()), "{fact:?}");
    }
    let importing = after([begun(), Command::Import { by: maria() }]);
    assert_eq!([Fact::Imported, stopped()].map(|fact| refused(&importing, fact)), [false, false]);
    let [first, again] = [began(), began()].map(|fact| Event::new(at(0), fact));
    assert_eq!(replay([&first]), Ok(after([begun()])));
    assert!(replay([&first, &again]).is_err());
}

#[test]
fn a_look_tells_what_an_environment_is_for_and_never_that_it_is_development() {
    let for_what = |number: Number, purpose: &Purpose| {
        let seen = Seen { purpose: Some(purpose.clone()), ..seen("S") };
        let look = Command::Sighted(vec![(number, 0, seen)]);
        after([begun(), add("QA", "qa.acme.example"), look]).environment(number).unwrap().purpose.clone()
    };
    assert_eq!(for_what(2, &Purpose::Production), Purpose::Production);
    assert_eq!(for_what(2, &Purpose::Development), Purpose::read("QA"));
    assert_eq!(for_what(1, &Purpose::Production), Purpose::Development);
}

#[test]
fn a_snapshot_in_another_form_is_none() {
    let text = after([begun()]).snapshot();
    for other in ["", "null", "{}", &text.replacen("[5,", "[4,", 1)] {
        assert_eq!(State::from_snapshot(other), None, "{other}");
    }
}

fn file(text: &str, command: Command) -> Command {
    Command::For(text.parse().unwrap(), Box::new(command))
}

fn remove(text: &str) -> Command {
    Command::Remove { name: name(text), by: maria() }
}

#[test]
fn what_a_file_declares_is_changed_for_it_alone_until_it_is_released() {
    let here = "infrastructure.toml";
    let state = after([begun(), file(here, add("QA", "qa.acme.example"))]);
    let declared = Rejection::Declared { name: name("QA"), file: here.parse().unwrap() };
    let decided = |state: &State, command| decide(state, command, &ground(), at(0));
    assert_eq!(decided(&state, remove("QA")), Err(declared.clone()));
    assert_eq!(decided(&state, file("other.toml", remove("QA"))), Err(declared.clone()));
    assert_eq!(decided(&state, file("other.toml", add("QA", "qa.acme.example"))), Err(declared));
    assert_eq!(decided(&state, add("QA", "qa.acme.example")), Ok(Vec::new()), "it is there already");
    assert_eq!(decided(&state, file(here, add("QA", "qa.acme.example"))), Ok(Vec::new()));
    assert!(decided(&state, file(here, remove("QA"))).is_ok());
    let release = Command::Release { name: name("QA"), by: maria() };
    let events = decided(&state, release.clone()).unwrap();
    let state = events.iter().try_fold(state, State::apply).unwrap();
    assert!(decided(&state, remove("QA")).is_ok());
    assert_eq!(decided(&state, release), Err(Rejection::NotDeclared(name("QA"))));
}

#[test]
fn what_is_there_already_is_declared_from_then_on() {
    let state = after([begun(), add("QA", "qa.acme.example"), file("a.toml", add("QA", "qa.acme.example"))]);
    assert_eq!(state.environments[1].file, "a.toml".parse().ok());
    let edit = Command::Edit {
        name: name("QA"),
        new_name: name("Test"),
        address: address("qa.acme.example"),
        by: maria(),
    };
    let state = after([begun(), add("QA", "qa.acme.example"), file("a.toml", edit)]);
    assert_eq!(state.environments[1].file, "a.toml".parse().ok());
    // Development is there in any case; nobody can change it, whoever declares it.
    let state = after([begun(), file("a.toml", add("Development", "dev.acme.example"))]);
    assert_eq!(state.environments[0].file, None);
}
