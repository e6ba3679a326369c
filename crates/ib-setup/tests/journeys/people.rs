//! Several people at one infrastructure, one after the other or at once.

use ib_domain::address::EnvironmentAddress;
use ib_setup::ports::SecretKind;
use ib_setup::registration::{Step, StepStatus, View};
use ib_setup::{InfrastructureId, Setup, SetupId};

use crate::room::{Room, credentials, finish, go, now};

/// A user who logs in at `host`, and what they see then.
fn arrive(setup: &Setup, host: &str, username: &str) -> (SetupId, View) {
    let id = now(setup.begin()).unwrap();
    now(setup.enter_address(id, host)).unwrap();
    now(setup.drive(id)).unwrap();
    now(setup.log_in(id, credentials(username))).unwrap();
    (id, now(setup.drive(id)).unwrap())
}

#[test]
fn another_user_of_a_registered_infrastructure_is_done_after_the_log_in() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let first = now(setup.begin()).unwrap();
    let registered = finish(&setup, first).unwrap().infrastructure;
    let (_, view) = arrive(&setup, "dev.acme.example", "jonas");
    assert_eq!(view.infrastructure, registered);
    assert_eq!(view.status(Step::Disclaimer), StepStatus::NotNeeded);

    let dev = EnvironmentAddress::parse("dev.acme.example").unwrap();
    room.scripted.script().names = [dev].into();
    let (_, view) = arrive(&setup, "www.acme.example", "ana");
    assert_eq!(view.infrastructure, registered, "one certificate for both names, same serial number");
    assert_eq!(room.store.infrastructures().len(), 1);
}

#[test]
fn a_host_that_repeats_a_serial_number_gets_nowhere_near() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let first = now(setup.begin()).unwrap();
    let registered = finish(&setup, first).unwrap().infrastructure;
    let (id, view) = arrive(&setup, "dev.evil.example", "maria");
    assert_eq!((view.open, view.infrastructure), (Step::Welcome, None));
    let theirs = finish_at(&setup, id);
    assert!(theirs.is_some() && theirs != registered, "an infrastructure of their own");
    let addresses: Vec<_> =
        room.store.infrastructures().into_iter().map(|known| known.addresses.len()).collect();
    assert_eq!(addresses, [1, 1]);
}

/// The infrastructure of a set-up whose user goes on from the welcome page.
fn finish_at(setup: &Setup, id: SetupId) -> Option<InfrastructureId> {
    now(setup.choose_set_up(id)).unwrap();
    now(setup.accept_disclaimer(id, "1")).unwrap();
    now(setup.drive(id)).unwrap().infrastructure
}

#[test]
fn whoever_logs_in_again_goes_on_where_they_were() {
    let room = Room::with("11.7.5");
    let setup = room.start();
    let left = now(setup.begin()).unwrap();
    go(&setup, left, Step::ActivationCode).unwrap();
    now(setup.forget(left)).unwrap();

    let (other, _) = arrive(&setup, "dev.acme.example", "jonas");
    assert_eq!(now(setup.resume(other)).unwrap(), other, "another user begins at the welcome page");
    let (again, _) = arrive(&setup, "dev.acme.example", "maria");
    assert_eq!(now(setup.resume(again)).unwrap(), left);
    let vault = room.ports().vault;
    assert!(now(vault.open(left, SecretKind::Credentials)).unwrap().is_some(), "credentials go along");
    assert!(now(vault.open(again, SecretKind::Credentials)).unwrap().is_none());
    assert!(finish(&setup, left).unwrap().infrastructure.is_some());
    let (late, view) = arrive(&setup, "dev.acme.example", "maria");
    assert!(view.infrastructure.is_some());
    assert_eq!(now(setup.resume(late)).unwrap(), late);
}

#[test]
fn two_people_at_once_register_one_infrastructure() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let ids = [now(setup.begin()).unwrap(), now(setup.begin()).unwrap()];
    for id in ids {
        go(&setup, id, Step::Welcome).unwrap();
    }
    let registered = ids.map(|id| finish(&setup, id).unwrap().infrastructure);
    assert!(registered[0].is_some() && registered[0] == registered[1]);
    assert_eq!(room.store.infrastructures().len(), 1);
}
