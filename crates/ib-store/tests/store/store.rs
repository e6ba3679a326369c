//! What a store promises.

use std::collections::BTreeSet;
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Signer, Standing, Store, StoreError};
use ib_setup::{HistoryId, Identity, InfrastructureId, Serial, SetupId, Timestamp};
use ib_store::{OpenError, SqliteStore};
use sqlx::Executor as _;

use super::place::Place;

pub(crate) const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) const fn setup(number: u128) -> HistoryId {
    HistoryId::Setup(SetupId::new(number))
}

pub(crate) const fn publications(number: u128) -> HistoryId {
    HistoryId::Publications(InfrastructureId::new(number))
}

pub(crate) fn texts(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("event {number}")).collect()
}

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

pub(crate) fn is_conflict(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

/// Appends as a person does: under no lease.
pub(crate) async fn append(
    store: &dyn Store,
    history: HistoryId,
    expected: usize,
    events: &[String],
    snapshot: &str,
    standing: &Standing,
) -> Result<(), StoreError> {
    store.append(history, expected, Addition { events, snapshot, standing, lease: None }).await
}

pub(crate) async fn all(store: &dyn Store, history: HistoryId) -> Vec<String> {
    store.events(history, 0, usize::MAX).await.unwrap()
}

pub(crate) async fn conforms(place: &Place) {
    let opened = place.open().await;
    let store = opened.store();
    a_history_grows_by_whole_appends(&*store).await;
    events_are_read_in_pages(&*store).await;
    two_kinds_of_history_do_not_meet(&*store).await;
    of_two_writers_one_wins(&store).await;
    who_reads_sees_what_was_written_last(&store).await;
    set_ups_are_found_by_user(&*store).await;
    infrastructures_are_recognised(&*store).await;
    two_claims_at_once_are_one_infrastructure(&store).await;
    drop(store);
    opened.close().await;
}

async fn a_history_grows_by_whole_appends(store: &dyn Store) {
    let (history, standing) = (setup(1), Standing::default());
    assert_eq!(store.load(history).await.unwrap(), None);
    assert_eq!(all(store, history).await, texts([]));
    let first = texts([1, 2]);
    assert!(is_conflict(&append(store, history, 1, &first, "late", &standing).await));
    assert_eq!(store.load(history).await.unwrap(), None);
    append(store, history, 0, &first, "two", &standing).await.unwrap();
    for expected in [0, 1, 3] {
        assert!(is_conflict(&append(store, history, expected, &texts([9]), "no", &standing).await));
    }
    let third = "{\"three\": ' \\u0000 \u{1f511}".to_owned();
    append(store, history, 2, std::slice::from_ref(&third), "three ' \u{1f511}", &standing).await.unwrap();
    let kept = store.load(history).await.unwrap().unwrap();
    assert_eq!((kept.sequence, &*kept.snapshot), (3, "three ' \u{1f511}"));
    assert_eq!(all(store, history).await, [&first[..], &[third]].concat());
}

async fn events_are_read_in_pages(store: &dyn Store) {
    let history = setup(4);
    append(store, history, 0, &texts(1..=4), "", &Standing::default()).await.unwrap();
    append(store, history, 4, &texts(5..=11), "", &Standing::default()).await.unwrap();
    let page = async |after, limit| store.events(history, after, limit).await.unwrap();
    for (after, limit, numbers) in [(0, 4, 1..=4), (3, 3, 4..=6), (4, 20, 5..=11), (10, 1, 11..=11)] {
        assert_eq!(page(after, limit).await, texts(numbers), "{limit} after {after}");
    }
    for (after, limit) in [(0, 0), (11, 5), (usize::MAX, usize::MAX)] {
        assert_eq!(page(after, limit).await, texts([]), "{limit} after {after}");
    }
}

async fn two_kinds_of_history_do_not_meet(store: &dyn Store) {
    let (first, second) = (setup(5), publications(5));
    append(store, first, 0, &texts([1, 2]), "of a set-up", &Standing::default()).await.unwrap();
    assert_eq!(store.load(second).await.unwrap(), None);
    assert_eq!(all(store, second).await, texts([]));
    append(store, second, 0, &texts([3]), "of publications", &Standing::default()).await.unwrap();
    for (history, events, snapshot) in
        [(first, texts([1, 2]), "of a set-up"), (second, texts([3]), "of publications")]
    {
        let kept = store.load(history).await.unwrap().unwrap();
        assert_eq!((kept.sequence, &*kept.snapshot), (events.len(), snapshot));
        assert_eq!(all(store, history).await, events);
    }
}

async fn of_two_writers_one_wins(store: &Arc<dyn Store>) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 6;
    let history = setup(2);
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for number in 0..EACH {
                let event = texts([writer * EACH + number]);
                loop {
                    let sequence = store.load(history).await.unwrap().map_or(0, |kept| kept.sequence);
                    match append(&*store, history, sequence, &event, "", &Standing::default()).await {
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
    let events = all(&**store, history).await;
    assert_eq!(events.len() as u64, WRITERS * EACH);
    assert_eq!(BTreeSet::from_iter(&events).len(), events.len());
    assert_eq!(store.load(history).await.unwrap().unwrap().sequence, events.len());
}

/// Also while others read all the time, so that whatever is kept of their reads is never older.
async fn who_reads_sees_what_was_written_last(store: &Arc<dyn Store>) {
    const WRITES: usize = 100;
    let history = setup(3);
    let readers = (0..4).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut last = 0;
            while last < WRITES {
                let now = store.load(history).await.unwrap().map_or(0, |kept| kept.sequence);
                assert!(now >= last, "{now} events after {last}");
                last = now;
                tokio::task::yield_now().await;
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for number in 0..WRITES {
        let text = number.to_string();
        append(&**store, history, number, &texts([1]), &text, &Standing::default()).await.unwrap();
        let kept = store.load(history).await.unwrap().unwrap();
        assert_eq!((kept.sequence, &*kept.snapshot), (number + 1, text.as_str()));
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn set_ups_are_found_by_user(store: &dyn Store) {
    let signed = |username: &str| {
        let username = Username::parse(username).unwrap();
        let mut standing = Standing::default();
        standing.signed = Some(Signer { address: address("dev.acme.example"), username });
        standing
    };
    let ids = [10, 11, 12, 13].map(SetupId::new);
    for (id, username) in ids.into_iter().zip(["maria", "omar", "MARIA", "maria"]) {
        append(store, id.into(), 0, &texts([1]), "", &signed(username)).await.unwrap();
    }
    append(store, publications(10), 0, &texts([1]), "", &signed("maria")).await.unwrap();
    let mut registered = signed("maria");
    registered.infrastructure = Some(InfrastructureId::new(1));
    append(store, ids[3].into(), 1, &texts([2]), "", &registered).await.unwrap();
    append(store, ids[0].into(), 1, &texts([2]), "", &signed("maria")).await.unwrap();

    let (dev, maria) = (address("dev.acme.example"), Username::parse("maria").unwrap());
    assert_eq!(store.unfinished(&dev, Some(&maria)).await.unwrap(), [ids[0], ids[2]]);
    assert_eq!(store.unfinished(&dev, None).await.unwrap(), [ids[0], ids[2], ids[1]]);
    assert_eq!(store.unfinished(&address("qa.acme.example"), None).await.unwrap(), []);

    let mut other = signed("omar");
    other.infrastructure = registered.infrastructure;
    append(store, ids[1].into(), 1, &texts([2]), "", &other).await.unwrap();
    let acme = InfrastructureId::new(1);
    assert_eq!(store.registered(acme, Some(&maria)).await.unwrap(), [ids[3]]);
    assert_eq!(store.registered(acme, None).await.unwrap(), [ids[1], ids[3]]);
    assert_eq!(store.registered(InfrastructureId::new(2), None).await.unwrap(), []);
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
    assert_eq!(all(&*store, setup(1)).await.len(), 3);
    let dev = seen("dev.one.example", "S-1", &[]);
    assert_eq!(store.find(&dev).await.unwrap(), Some(InfrastructureId::new(31)));
    drop(store);
    opened.close().await;
}

/// A program that ends in the middle of a transaction leaves nothing of it.
pub(crate) async fn shows_nothing_half_done(place: &Place) {
    let id = setup(1);
    let mut connection = place.connect().await;
    connection.execute("begin").await.unwrap();
    connection.execute("update history set sequence = 4").await.unwrap();
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
    assert_eq!((kept.sequence, all(&*store, id).await.len()), (3, 3));
    append(&*store, id, 3, &texts([4]), "four", &Standing::default()).await.unwrap();
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
