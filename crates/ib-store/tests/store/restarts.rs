//! What is there after a restart, whether the program ended by itself, was killed or lost its power.

use std::collections::BTreeSet;

use ib_domain::address::EnvironmentAddress;
use ib_setup::ports::{Addition, Lease, Shelf, Standing, Store, StoreError};
use ib_setup::{HistoryId, Identity, InfrastructureId, Serial, SetupId, Timestamp};
use ib_store::{OpenError, SqliteStore};
use sqlx::Executor as _;

use super::place::{Opened, Place};

const HISTORY: HistoryId = HistoryId::Setup(SetupId::new(1_000));
const LEASED: HistoryId = HistoryId::Setup(SetupId::new(1_001));
const ACME: InfrastructureId = InfrastructureId::new(1_000);
const KEY: &str = "kept";

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Until long after every time of these tests.
const FAR: Timestamp = at(u64::MAX);

/// Appends one event that is due after 100 ms.
async fn append(
    store: &dyn Store,
    history: HistoryId,
    expected: usize,
    lease: Option<Lease>,
) -> Result<(), StoreError> {
    let mut standing = Standing::default();
    standing.due = (history == LEASED).then_some(at(100));
    let events = [format!("event {expected}")];
    store
        .append(history, expected, Addition { events: &events, snapshot: "", standing: &standing, lease })
        .await
}

async fn sequence(store: &dyn Store) -> usize {
    let sequence = store.load(HISTORY).await.unwrap().map_or(0, |kept| kept.sequence);
    assert_eq!(store.events(HISTORY, 0, usize::MAX).await.unwrap().len(), sequence);
    sequence
}

fn acme() -> Identity {
    let address = EnvironmentAddress::parse("dev.restart.example").unwrap();
    Identity { address, serial: Serial::read("S-1000"), names: BTreeSet::new() }
}

/// Opens the store, does something with it, and closes it.
async fn once<T>(place: &Place, act: impl AsyncFnOnce(&Opened) -> T) -> T {
    let opened = place.open().await;
    let done = act(&opened).await;
    opened.close().await;
    done
}

/// What was written is there, and nothing of a transaction that was not ended.
pub(crate) async fn lose_nothing(place: &Place) {
    once(place, async |opened| {
        let store = opened.store();
        for expected in 0..3 {
            append(&*store, HISTORY, expected, None).await.unwrap();
        }
        store.claim(&acme(), ACME).await.unwrap();
    })
    .await;
    once(place, async |opened| {
        let store = opened.store();
        assert_eq!(sequence(&*store).await, 3);
        assert_eq!(store.find(&acme()).await.unwrap(), Some(ACME));
    })
    .await;
    show_nothing_half_done(place).await;
}

async fn show_nothing_half_done(place: &Place) {
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
        Place::Postgres(_) => None,
    };
    drop(connection);
    once(copy.as_ref().unwrap_or(place), async |opened| {
        let store = opened.store();
        assert_eq!(sequence(&*store).await, 3);
        append(&*store, HISTORY, 3, None).await.unwrap();
    })
    .await;
}

/// A version still holds, and never comes a second time.
pub(crate) async fn keep_versions(place: &Place) {
    let put = async |shelf: &dyn Shelf, version| shelf.put(KEY, version, "1", FAR, at(0)).await;
    let kept = once(place, async |opened| put(&*opened.shelf(), None).await.unwrap()).await;
    once(place, async |opened| {
        let shelf = opened.shelf();
        assert_eq!(shelf.get(KEY, at(0)).await.unwrap().unwrap().version, kept);
        shelf.remove(KEY).await.unwrap();
    })
    .await;
    once(place, async |opened| {
        let shelf = opened.shelf();
        let anew = put(&*shelf, None).await.unwrap();
        assert_ne!(anew, kept);
        assert!(matches!(put(&*shelf, Some(kept)).await, Err(StoreError::Conflict)));
    })
    .await;
}

/// Over SQLite nobody else can hold a lease, so it ends with the process; over PostgreSQL it runs out.
pub(crate) async fn end_leases(place: &Place) {
    let lease = async |store: &dyn Store, now| {
        let leased = store.lease(at(now), at(now + 50), 1, Some(LEASED)).await.unwrap();
        leased.first().map(|leased| leased.lease)
    };
    let gone = once(place, async |opened| {
        let store = opened.store();
        append(&*store, LEASED, 0, None).await.unwrap();
        lease(&*store, 100).await.unwrap()
    })
    .await;
    once(place, async |opened| {
        let store = opened.store();
        let mut taken = lease(&*store, 101).await;
        assert_eq!(taken.is_some(), matches!(place, Place::Sqlite(_)));
        if taken.is_none() {
            taken = lease(&*store, 150).await;
        }
        assert!(taken.unwrap().token > gone.token);
        assert!(matches!(append(&*store, LEASED, 1, Some(gone)).await, Err(StoreError::LeaseLost)));
    })
    .await;
}

/// One process at a time has an SQLite file, and nobody else may read it.
pub(crate) async fn keep_others_out(place: &Place) {
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
