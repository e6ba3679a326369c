//! Whole registrations in memory: as a person goes through them, with everything that can break in between.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail a test by panicking")]

mod crashes;
mod people;
mod room;

use std::collections::BTreeMap;
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::level::Level;
use ib_domain::reason::Reason;
use ib_env_client::Token;
use ib_setup::ports::{Secret, SecretKind, Vault as _};
use ib_setup::registration::{CodeStop, Fact, LogInStop, Rules, Step, StepStatus, Stop};
use ib_setup::{CodeShape, Ports, Setup, SetupError};

use crate::room::{CODE, PASSWORD, Room, SERIAL_SHAPED, code, credentials, finish, go, now};

#[test]
fn a_current_platform_needs_no_code() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let view = finish(&setup, id).unwrap();
    assert!(view.infrastructure.is_some());
    assert_eq!(view.status(Step::ActivationCode), StepStatus::NotNeeded);
    assert_eq!(view.progress(), (7, 7));
    let accepted = room.history(id).into_iter().find_map(|event| match event.fact {
        Fact::DisclaimerAccepted { version, by } => Some((version, by.to_string())),
        _ => None,
    });
    assert_eq!(accepted, Some(("1".to_owned(), "maria".to_owned())));
}

#[test]
fn a_serial_number_in_place_of_the_code_stays_on_the_step_with_a_hint() {
    let room = Room::with("11.7.6.99999");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::ActivationCode).unwrap();
    now(setup.enter_code(id, code(SERIAL_SHAPED))).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop, Some(Stop::Code(CodeStop::Refused)));
    assert_eq!(view.code, Some(CodeShape::SerialNumber));

    let view = finish(&setup, id).unwrap();
    assert!(view.infrastructure.is_some());
    assert_eq!(view.status(Step::ActivationCode), StepStatus::Done);
    let facts: Vec<_> = room.history(id).into_iter().map(|event| event.fact).collect();
    assert!(facts.contains(&Fact::CodeAccepted { verified: false }), "unverified, and recorded so");
}

#[test]
fn no_secret_is_recorded_or_printed() {
    let room = Room::with("11.7.5");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let before = go(&setup, id, Step::Welcome).unwrap();
    go(&setup, id, Step::ActivationCode).unwrap();
    now(setup.enter_code(id, code(CODE))).unwrap();
    let sealed = format!("{:?}", room.vault);
    let view = finish(&setup, id).unwrap();
    let history = room.history(id);
    let everything =
        format!("{} {history:?} {before:?} {view:?} {sealed}", serde_json::to_string(&history).unwrap());
    assert!(sealed.contains("maria") && sealed.contains("redacted"), "{sealed}");
    for secret in [PASSWORD, CODE, "TUV"] {
        assert!(!everything.contains(secret), "{everything}");
    }
    let code = now(room.ports().vault.open(id, SecretKind::Code)).unwrap();
    assert!(code.is_none(), "the code is forgotten once it was verified");
}

#[test]
fn what_is_wrong_with_an_address_stays_with_it() {
    let room = Room::with("11.7.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    assert!(matches!(now(setup.enter_address(id, "127.0.0.1")), Err(SetupError::Address(_))));
    for (broken, expected) in [
        (None, Reason::VersionTooOld),
        (Some(Reason::ClosedToUs), Reason::ClosedToUs),
        (Some(Reason::NameNotFound), Reason::NameNotFound),
        (Some(Reason::IsLifeTime), Reason::IsLifeTime),
    ] {
        room.scripted.script().broken = broken;
        now(setup.enter_address(id, "dev.acme.example/ServiceCenter")).unwrap();
        let view = now(setup.drive(id)).unwrap();
        assert_eq!((view.open, view.stop), (Step::Address, Some(Stop::Address)));
        assert_eq!(view.typed.address, "dev.acme.example/ServiceCenter");
        let reasons: Vec<_> = view.findings[0].findings.iter().filter_map(|found| found.reason).collect();
        assert_eq!(reasons, [expected]);
    }
    let healthy = ib_setup::testing::Script::default();
    *room.scripted.script() = healthy;
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn without_a_disclaimer_nobody_registers() {
    let room = Room::with("11.23.1");
    let setup = Setup::new(room.ports(), Rules::default());
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::Disclaimer).unwrap();
    let accepted = now(setup.accept_disclaimer(id, ""));
    assert!(matches!(accepted, Err(SetupError::Rejected(_))));
}

#[test]
fn a_doubt_about_the_address_is_shown_and_keeps_nobody_back() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    now(setup.enter_address(id, "prod.acme.example")).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!((view.open, view.stop), (Step::LogIn, None));
    let mut reasons = view.findings[0].findings.iter().filter_map(|found| found.reason);
    assert_eq!(reasons.next(), Some(Reason::LooksLikeProduction));
}

#[test]
fn a_refused_log_in_is_one_attempt() {
    let room = Room::with("11.23.1");
    room.scripted.script().refuses = Some(Reason::LoginRefused);
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    for _ in 0..5 {
        let view = now(room.start().drive(id)).unwrap();
        assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Refused)));
    }
    assert_eq!(room.scripted.script().log_ins, 1);
    let kept = now(room.ports().vault.open(id, SecretKind::Credentials)).unwrap();
    assert!(kept.is_none(), "refused credentials are forgotten");
    room.scripted.script().refuses = None;
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
    assert_eq!(room.scripted.script().log_ins, 2);
}

#[test]
fn everything_missing_is_shown_with_what_decided() {
    let room = Room::with("11.23.1");
    let mut answer =
        DirectAnswer { level: Level::MonitorAndAddDependencies, label: None, create_applications: false };
    room.scripted.script().permissions = Some(answer.clone());
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop, Some(Stop::LogIn(LogInStop::Denied)));
    let missing: Vec<_> = view.findings[0].findings.iter().filter(|found| found.reason.is_some()).collect();
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().all(|found| found.evidence.contains_key("decided_by")), "{missing:?}");
    answer.level = Level::ChangeAndDeploy;
    answer.label = Some("Change and Deploy Applications".to_owned());
    answer.create_applications = true;
    room.scripted.script().permissions = Some(answer);
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn unverified_permissions_stop_unless_the_operator_accepts_them() {
    let room = Room::with("11.23.1");
    room.scripted.script().permissions = None;
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Unverified)));

    let lenient = Setup::new(room.ports(), Rules::new("1").accept_unverified());
    assert!(finish(&lenient, id).unwrap().infrastructure.is_some());
    let written = serde_json::to_string(&room.history(id)).unwrap();
    assert!(written.contains("\"accept_unverified\":true") && written.contains("unverified_accepted"));
}

/// LifeTime is asked where a service account is known. One that does not answer keeps permissions from being
/// verified, and nobody from registering.
#[test]
fn lifetime_is_asked_where_it_may_be() {
    let room = Room::with("11.23.1");
    let address = |host| EnvironmentAddress::parse(host).unwrap();
    let access = (address("lifetime.acme.example"), Token::new("service".to_owned()).unwrap());
    let lifetimes = Arc::new(BTreeMap::from([(address("dev.acme.example"), access)]));
    let with = |rules| Setup::new(Ports { lifetimes: lifetimes.clone(), ..room.ports() }, rules);
    let setup = with(Rules::new("1"));
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Unverified)));

    let view = finish(&with(Rules::new("1").accept_unverified()), id).unwrap();
    assert!(view.infrastructure.is_some());
    let checked: Vec<_> = view.findings.iter().map(|target| target.address.as_str()).collect();
    assert_eq!(checked, ["lifetime.acme.example", "dev.acme.example"]);
}

#[test]
fn an_empty_vault_waits_for_the_next_log_in() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    now(setup.forget(id)).unwrap();
    let view = now(setup.drive(id)).unwrap();
    assert_eq!(view.stop.map(Stop::id), Some("log_in.waiting_for_log_in"));
    assert_eq!((view.typed.username.as_str(), room.scripted.script().log_ins), ("maria", 0));
    assert!(finish(&setup, id).unwrap().infrastructure.is_some());
}

#[test]
fn only_the_credentials_of_the_recorded_user_are_sent() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::LogIn).unwrap();
    now(setup.log_in(id, credentials("maria"))).unwrap();
    now(room.vault.seal(id, Secret::Credentials(credentials("jonas")))).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Forgotten)));
    assert_eq!(room.scripted.script().log_ins, 0);
}
