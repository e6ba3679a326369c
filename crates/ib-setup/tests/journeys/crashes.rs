//! Drivers at work: two of them, one that is gone, and a program that ends in the middle of everything.

use std::sync::Arc;

use ib_domain::reason::Reason;
use ib_setup::ports::{Release, Store as _};
use ib_setup::registration::{LogInStop, Rules, State, Step, Stop, View, replay};
use ib_setup::testing::{FailingStore, MemoryStore};
use ib_setup::{Driver, HistoryId, Ports, Setup, SetupError, Timestamp};

use crate::room::{Room, credentials, finish, go, now, texts};

#[test]
fn two_drivers_send_one_log_in() {
    for _ in 0..50 {
        let room = Room::with("11.23.1");
        room.scripted.script().refuses = Some(Reason::LoginRefused);
        let id = now(room.start().begin()).unwrap();
        go(&room.start(), id, Step::LogIn).unwrap();
        now(room.start().log_in(id, credentials("maria"))).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let setup = room.start();
                scope.spawn(move || now(setup.drive(id)).unwrap());
            }
        });
        assert_eq!(room.scripted.script().log_ins, 1);
        assert_eq!(now(room.start().view(id)).unwrap().stop, Some(Stop::LogIn(LogInStop::Refused)));
    }
}

/// What has to be the same however often the program ended: all but the id, which is drawn.
fn outcome(mut view: View) -> View {
    assert!(view.infrastructure.take().is_some());
    view
}

/// The program ends after each event, everything in its memory and its vault is gone, and it starts again.
#[test]
fn a_crash_after_any_event_still_ends_registered() {
    let room = Room::with("11.7.5");
    let id = now(room.start().begin()).unwrap();
    let whole = outcome(finish(&room.start(), id).unwrap());
    let history = room.history(id);
    assert_eq!(history.len(), 12);
    for cut in 1..=history.len() {
        let room = Room::holding(room.scripted.clone(), MemoryStore::holding(id, texts(&history[..cut])));
        room.scripted.script().log_ins = 0;
        let view = now(room.start().drive(id)).unwrap();
        assert_eq!(room.scripted.script().log_ins, 0, "no log-in without a person, after event {cut}");
        if view.actions.is_empty() && view.infrastructure.is_none() {
            room.wait();
        }
        assert_eq!(outcome(finish(&room.start(), id).unwrap()), whole, "crashed after event {cut}");
    }
}

/// The program ends between doing something and recording it, or before it hears that it was recorded.
#[test]
fn a_crash_between_doing_and_recording_still_ends_registered() {
    let undisturbed = {
        let room = Room::with("11.7.5");
        let id = now(room.start().begin()).unwrap();
        outcome(finish(&room.start(), id).unwrap())
    };
    for (number, written) in (1..=11).flat_map(|number| [(number, false), (number, true)]) {
        let room = Room::with("11.7.5");
        let id = now(room.start().begin()).unwrap();
        let inner = room.store.clone();
        let store = Arc::new(FailingStore::new(inner, number, written));
        let ports = Ports { store, ..room.ports() };
        let failed = finish(&Setup::new(ports, Rules::new("1")), id);
        assert!(matches!(failed, Err(SetupError::Store(_))), "append {number} fails");
        let sent = room.scripted.script().log_ins;

        let view = now(room.start().drive(id)).unwrap();
        let by_itself = room.scripted.script().log_ins - sent;
        assert!(sent + by_itself <= 1, "one person, one attempt; append {number}");
        if view.actions.is_empty() && view.infrastructure.is_none() {
            room.wait();
        }
        let end = outcome(finish(&room.start(), id).unwrap());
        assert_eq!(end, undisturbed, "append {number}, written: {written}");
        assert_eq!(room.store.infrastructures().len(), 1);
    }
}

#[test]
fn what_is_due_is_leased_once_and_again_when_the_driver_is_gone() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let driver = Driver::new(setup.clone(), None);
    let lease = || now(driver.lease(10, None)).unwrap();
    assert_eq!(lease(), [], "nothing to do before somebody asks");
    now(setup.enter_address(id, "dev.acme.example")).unwrap();
    let [gone] = lease().try_into().unwrap();
    assert_eq!(lease(), [], "somebody has it");

    room.clock.set(Timestamp::from_millis(300_000));
    let [taken_over] = lease().try_into().unwrap();
    now(driver.release(&[Release { lease: gone.lease, sequence: gone.kept.sequence, due: None }])).unwrap();
    assert_eq!(lease(), [], "a lease that ran out gives nothing back");
    let release = now(driver.work(taken_over)).unwrap();
    now(driver.release(&[release])).unwrap();
    assert_eq!(now(setup.view(id)).unwrap().open, Step::LogIn);
    assert_eq!(lease(), [], "a person has to log in");
}

/// The program ends between the end of a registration and what it asks for next, a look at the environment.
#[test]
fn what_a_driver_that_is_gone_did_not_ask_for_is_asked_for_by_the_next_one() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    let infrastructure = finish(&setup, id).unwrap().infrastructure.unwrap();
    let driver = Driver::new(setup, None);
    let lease = || now(driver.lease(10, None)).unwrap();
    let [registered] = lease().try_into().unwrap();
    assert_eq!(registered.lease.history, HistoryId::Setup(id));
    let release = now(driver.work(registered)).unwrap();

    let [look] = lease().try_into().unwrap();
    assert_eq!(look.lease.history, HistoryId::Environments(infrastructure));
    now(driver.release(&[release])).unwrap();
    room.clock.set(Timestamp::from_millis(u64::MAX));
    assert!(lease().iter().all(|leased| leased.lease.history != HistoryId::Setup(id)), "it is done");
}

#[test]
fn a_history_without_a_snapshot_is_replayed() {
    let room = Room::with("11.23.1");
    let setup = room.start();
    let id = now(setup.begin()).unwrap();
    go(&setup, id, Step::Disclaimer).unwrap();
    let kept = now(room.store.load(id.into())).unwrap().unwrap();
    assert_eq!(State::from_snapshot(&kept.snapshot), replay(&room.history(id)).ok());
    let bare = Room::holding(room.scripted.clone(), MemoryStore::holding(id, texts(&room.history(id))));
    assert_eq!(now(bare.start().view(id)).unwrap(), now(setup.view(id)).unwrap());
}
