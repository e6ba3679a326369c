//! What a store promises.

use std::collections::BTreeSet;
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Signer, Standing, Store, StoreError};
use ib_setup::registration::{Event, Fact};
use ib_setup::{Identity, InfrastructureId, Serial, SetupId, Timestamp};
use ib_store::{OpenError, SqliteStore};
use sqlx::Executor as _;

use super::place::Place;

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

const fn event(millis: u64) -> Event {
    Event::new(at(millis), Fact::SetUpChosen)
}

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

fn due(millis: u64) -> Standing {
    let mut standing = Standing::default();
    standing.due = Some(at(millis));
    standing
}

fn is_conflict(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

pub(crate) async fn conforms(place: &Place) {
    let opened = place.open().await;
    let store = opened.store();
    a_history_grows_by_whole_appends(&*store).await;
    of_two_writers_one_wins(&store).await;
    who_reads_sees_what_was_written_last(&store).await;
    unfinished_set_ups_are_found_by_user(&*store).await;
    what_is_due_is_leased_once(&*store).await;
    infrastructures_are_recognised(&*store).await;
    two_claims_at_once_are_one_infrastructure(&store).await;
    drop(store);
    opened.close().await;
}

async fn a_history_grows_by_whole_appends(store: &dyn Store) {
    let (setup, standing) = (SetupId::new(1), Standing::default());
    assert_eq!(store.load(setup).await.unwrap(), None);
    assert_eq!(store.history(setup).await.unwrap(), []);
    let first = [event(1), event(2)];
    assert!(is_conflict(&store.append(setup, 1, &first, "late", &standing).await));
    assert_eq!(store.load(setup).await.unwrap(), None);
    store.append(setup, 0, &first, "two", &standing).await.unwrap();
    for expected in [0, 1, 3] {
        assert!(is_conflict(&store.append(setup, expected, &[event(9)], "no", &standing).await));
    }
    store.append(setup, 2, &[event(3)], "three ' \u{1f511}", &standing).await.unwrap();
    let kept = store.load(setup).await.unwrap().unwrap();
    assert_eq!((kept.sequence, &*kept.snapshot), (3, "three ' \u{1f511}"));
    assert_eq!(store.history(setup).await.unwrap(), [event(1), event(2), event(3)]);
}

async fn of_two_writers_one_wins(store: &Arc<dyn Store>) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 6;
    let setup = SetupId::new(2);
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for number in 0..EACH {
                let event = [event(writer * EACH + number)];
                loop {
                    let sequence = store.load(setup).await.unwrap().map_or(0, |kept| kept.sequence);
                    match store.append(setup, sequence, &event, "", &Standing::default()).await {
                        Ok(()) => break,
                        Err(StoreError::Conflict) => {}
                        Err(error) => unreachable!("{error:?}"),
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let history = store.history(setup).await.unwrap();
    let times: BTreeSet<_> = history.iter().map(|event| event.at).collect();
    assert_eq!((history.len() as u64, times.len() as u64), (WRITERS * EACH, WRITERS * EACH));
    assert_eq!(store.load(setup).await.unwrap().unwrap().sequence, history.len());
}

/// Also while others read all the time, so that whatever is kept of their reads is never older.
async fn who_reads_sees_what_was_written_last(store: &Arc<dyn Store>) {
    const WRITES: usize = 100;
    let setup = SetupId::new(3);
    let readers = (0..4).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut last = 0;
            while last < WRITES {
                let now = store.load(setup).await.unwrap().map_or(0, |kept| kept.sequence);
                assert!(now >= last, "{now} events after {last}");
                last = now;
                tokio::task::yield_now().await;
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for number in 0..WRITES {
        let text = number.to_string();
        store.append(setup, number, &[event(1)], &text, &Standing::default()).await.unwrap();
        let kept = store.load(setup).await.unwrap().unwrap();
        assert_eq!((kept.sequence, &*kept.snapshot), (number + 1, text.as_str()));
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn unfinished_set_ups_are_found_by_user(store: &dyn Store) {
    let signed = |username: &str| {
        let username = Username::parse(username).unwrap();
        let mut standing = Standing::default();
        standing.signed = Some(Signer { address: address("dev.acme.example"), username });
        standing
    };
    let ids = [10, 11, 12, 13].map(SetupId::new);
    for (setup, username) in ids.into_iter().zip(["maria", "omar", "MARIA", "maria"]) {
        store.append(setup, 0, &[event(1)], "", &signed(username)).await.unwrap();
    }
    let mut registered = signed("maria");
    registered.infrastructure = Some(InfrastructureId::new(1));
    store.append(ids[3], 1, &[event(2)], "", &registered).await.unwrap();
    store.append(ids[0], 1, &[event(2)], "", &signed("maria")).await.unwrap();

    let (dev, maria) = (address("dev.acme.example"), Username::parse("maria").unwrap());
    assert_eq!(store.unfinished(&dev, Some(&maria)).await.unwrap(), [ids[0], ids[2]]);
    assert_eq!(store.unfinished(&dev, None).await.unwrap(), [ids[0], ids[2], ids[1]]);
    assert_eq!(store.unfinished(&address("qa.acme.example"), None).await.unwrap(), []);
}

async fn what_is_due_is_leased_once(store: &dyn Store) {
    let ids = [20, 21, 22].map(SetupId::new);
    for (setup, millis) in ids.into_iter().zip([100, 200, 300]) {
        store.append(setup, 0, &[event(1)], "", &due(millis)).await.unwrap();
    }
    let lease = async |now, limit| store.lease(at(now), at(now + 50), limit).await.unwrap();
    assert_eq!(lease(99, 10).await, []);
    let first = lease(250, 1).await;
    assert_eq!(first.len(), 1);
    let second = lease(250, 10).await;
    let leased: BTreeSet<_> = first.iter().chain(&second).map(|lease| lease.setup).collect();
    assert_eq!((second.len(), leased), (1, [ids[0], ids[1]].into()));
    assert_eq!(lease(299, 10).await, [], "somebody has both, and the third is not due");

    let again = lease(300, 10).await;
    assert_eq!(again.len(), 3, "the leases ran out");
    store.release(first[0]).await.unwrap();
    assert_eq!(lease(301, 10).await, [], "a lease that ran out gives nothing back");
    let own = again.iter().find(|lease| lease.setup == first[0].setup).unwrap();
    store.release(*own).await.unwrap();
    assert_eq!(lease(301, 10).await.len(), 1);
    for setup in ids {
        store.append(setup, 1, &[event(2)], "", &Standing::default()).await.unwrap();
    }
    assert_eq!(lease(10_000, 10).await, [], "nothing is due any more");
}

fn seen(host: &str, serial: &str, names: &[&str]) -> Identity {
    let names = names.iter().map(|name| address(name)).collect();
    Identity { address: address(host), serial: Serial::read(serial), names }
}

async fn infrastructures_are_recognised(store: &dyn Store) {
    let (acme, other) = (InfrastructureId::new(31), InfrastructureId::new(32));
    let dev = seen("dev.one.example", "S-1", &[]);
    assert_eq!(store.find(&dev).await.unwrap(), None);
    assert_eq!(store.claim(&dev, acme).await.unwrap(), acme);
    assert_eq!(store.claim(&dev, other).await.unwrap(), acme, "registered twice is registered once");

    let www = seen("www.one.example", "S-1", &["dev.one.example"]);
    assert_eq!(store.claim(&www, other).await.unwrap(), acme, "a certificate for both names");
    assert_eq!(store.find(&seen("www.one.example", "", &[])).await.unwrap(), Some(acme), "it is known now");
    assert_eq!(store.find(&seen("dev.evil.example", "S-1", &[])).await.unwrap(), None);
    assert_eq!(store.claim(&seen("dev.one.example", "S-2", &[]), other).await.unwrap(), other);
    assert_eq!(store.find(&dev).await.unwrap(), Some(acme));

    let kept = store.infrastructure(acme).await.unwrap().unwrap();
    assert_eq!((kept.serial, kept.addresses.len()), (Serial::read("S-1"), 2));
    assert_eq!(store.infrastructure(InfrastructureId::new(99)).await.unwrap(), None);
}

async fn two_claims_at_once_are_one_infrastructure(store: &Arc<dyn Store>) {
    let claims = (40..48).map(|number| {
        let store = Arc::clone(store);
        let identity = seen("dev.race.example", "S-9", &[]);
        tokio::spawn(async move { store.claim(&identity, InfrastructureId::new(number)).await.unwrap() })
    });
    let mut claimed = BTreeSet::new();
    for claim in claims.collect::<Vec<_>>() {
        claimed.insert(claim.await.unwrap());
    }
    assert_eq!(claimed.len(), 1);
}

/// What [`conforms`] left is there.
pub(crate) async fn survives_a_restart(place: &Place) {
    let opened = place.open().await;
    let store = opened.store();
    assert_eq!(store.history(SetupId::new(1)).await.unwrap().len(), 3);
    let dev = seen("dev.one.example", "S-1", &[]);
    assert_eq!(store.find(&dev).await.unwrap(), Some(InfrastructureId::new(31)));
    drop(store);
    opened.close().await;
}

/// A program that ends in the middle of a transaction leaves nothing of it.
pub(crate) async fn shows_nothing_half_done(place: &Place) {
    let id = SetupId::new(1);
    let mut connection = place.connect().await;
    connection.execute("begin").await.unwrap();
    connection.execute("update setup set sequence = 4, snapshot = 'half'").await.unwrap();
    // A copy of the files as they are now is what a machine finds after a power failure.
    let copy = match place {
        Place::Sqlite(folder) => {
            let copy = tempfile::tempdir().unwrap();
            for name in ["db", "db-wal"] {
                std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
            }
            Some(Place::Sqlite(copy))
        }
        _ => None,
    };
    drop(connection);
    let opened = copy.as_ref().unwrap_or(place).open().await;
    let store = opened.store();
    let kept = store.load(id).await.unwrap().unwrap();
    assert_eq!((kept.sequence, store.history(id).await.unwrap().len()), (3, 3));
    store.append(id, 3, &[event(4)], "four", &Standing::default()).await.unwrap();
    drop(store);
    opened.close().await;
}

/// One process at a time has an SQLite file, and nobody else may read it.
pub(crate) async fn keeps_others_out(place: &Place) {
    use std::os::unix::fs::PermissionsExt as _;
    let Place::Sqlite(folder) = place else { unreachable!("of SQLite alone") };
    let path = folder.path().join("db");
    let opened = place.open().await;
    assert!(matches!(SqliteStore::open(&path).await, Err(OpenError::Busy { .. })));
    opened.close().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    SqliteStore::open(&path).await.unwrap().close().await;
}
