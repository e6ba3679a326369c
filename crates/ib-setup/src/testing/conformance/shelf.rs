//! A shelf: what was put there lies there until its time has passed, and is replaced by its version.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Work, at, is_conflict};
use crate::ports::Shelf;
use crate::time::Timestamp;

/// Until long after every time of these tests.
const FAR: Timestamp = at(u64::MAX);

/// What lies under `key` at `now`.
async fn value(shelf: &dyn Shelf, key: &str, now: u64) -> Option<String> {
    shelf.get(key, at(now)).await.unwrap().map(|record| record.value.to_string())
}

async fn is_refused(shelf: &dyn Shelf, key: &str, expected: Option<u64>, now: u64) -> bool {
    is_conflict(&shelf.put(key, expected, "no", FAR, at(now)).await)
}

pub(super) async fn conforms(shelf: &Arc<dyn Shelf>, together: &impl AsyncFn(Vec<Work>)) {
    what_was_put_is_there_and_is_replaced_by_version(&**shelf).await;
    what_has_expired_is_gone_and_gives_way(&**shelf).await;
    a_version_never_comes_twice(&**shelf).await;
    of_racing_writers_exactly_one_wins(shelf, together).await;
    the_shelf_is_swept(&**shelf).await;
}

async fn what_was_put_is_there_and_is_replaced_by_version(shelf: &dyn Shelf) {
    assert_eq!(value(shelf, "a", 0).await, None);
    assert!(is_refused(shelf, "a", Some(1), 0).await, "nothing is there to be replaced");
    assert_eq!(value(shelf, "a", 0).await, None);
    let first = shelf.put("a", None, "one", FAR, at(0)).await.unwrap();
    for expected in [None, Some(first + 1), Some(0), Some(u64::MAX)] {
        assert!(is_refused(shelf, "a", expected, 0).await, "{expected:?}");
    }
    assert_eq!(shelf.get("a", at(0)).await.unwrap().unwrap().version, first);
    let second = shelf.put("a", Some(first), "two ' \u{1f511}", FAR, at(0)).await.unwrap();
    assert!(is_refused(shelf, "a", Some(first), 0).await, "somebody else was first");
    let kept = shelf.get("a", at(0)).await.unwrap().unwrap();
    assert_eq!((&*kept.value, kept.version), ("two ' \u{1f511}", second));
    assert_eq!(value(shelf, "A", 0).await, None, "another key");
}

async fn what_has_expired_is_gone_and_gives_way(shelf: &dyn Shelf) {
    let first = shelf.put("b", None, "short", at(100), at(0)).await.unwrap();
    assert_eq!(value(shelf, "b", 99).await.as_deref(), Some("short"));
    assert!(is_refused(shelf, "b", None, 99).await);
    assert_eq!(value(shelf, "b", 100).await, None);
    assert!(is_refused(shelf, "b", Some(first), 100).await, "its time has passed");
    let second = shelf.put("b", None, "anew", at(200), at(100)).await.unwrap();
    assert!(is_refused(shelf, "b", Some(first), 100).await, "a late writer");
    shelf.put("b", Some(second), "longer", at(300), at(199)).await.unwrap();
    assert_eq!(value(shelf, "b", 299).await.as_deref(), Some("longer"));
}

async fn a_version_never_comes_twice(shelf: &dyn Shelf) {
    let mut versions = BTreeSet::new();
    for _ in 0..3 {
        let put = shelf.put("c", None, "", at(10), at(0)).await.unwrap();
        let replaced = shelf.put("c", Some(put), "", at(10), at(0)).await.unwrap();
        shelf.remove("c").await.unwrap();
        assert!(is_refused(shelf, "c", Some(replaced), 0).await, "it was removed");
        let after_removal = shelf.put("c", None, "", at(10), at(0)).await.unwrap();
        let after_expiry = shelf.put("c", None, "", at(10), at(10)).await.unwrap();
        shelf.sweep(at(10)).await.unwrap();
        versions.extend([put, replaced, after_removal, after_expiry]);
    }
    assert_eq!(versions.len(), 12);
    for _ in 0..2 {
        shelf.remove("c").await.unwrap();
    }
    assert_eq!(value(shelf, "c", 0).await, None);
}

/// Everybody counts one up, several at a time: nothing is lost.
async fn of_racing_writers_exactly_one_wins(shelf: &Arc<dyn Shelf>, together: &impl AsyncFn(Vec<Work>)) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 6;
    let writers = (0..WRITERS).map(|_| -> Work {
        let shelf = Arc::clone(shelf);
        Box::pin(async move {
            for _ in 0..EACH {
                count(&*shelf).await;
            }
        })
    });
    together(writers.collect()).await;
    assert_eq!(value(&**shelf, "d", 0).await, Some((WRITERS * EACH).to_string()));
}

/// Counts one up, after whatever is there.
async fn count(shelf: &dyn Shelf) {
    loop {
        let found = shelf.get("d", at(0)).await.unwrap();
        let count = found.as_ref().map_or(0, |found| found.value.parse::<u64>().unwrap());
        let version = found.map(|found| found.version);
        let put = shelf.put("d", version, &(count + 1).to_string(), FAR, at(0)).await;
        if !is_conflict(&put) {
            put.unwrap();
            return;
        }
    }
}

async fn the_shelf_is_swept(shelf: &dyn Shelf) {
    shelf.sweep(at(1_000)).await.unwrap();
    for (key, until) in [("e", 2_000), ("f", 2_001)] {
        shelf.put(key, None, key, at(until), at(1_000)).await.unwrap();
    }
    assert_eq!(shelf.sweep(at(1_999)).await.unwrap(), 0);
    assert_eq!(shelf.sweep(at(2_000)).await.unwrap(), 1);
    assert_eq!(value(shelf, "e", 0).await, None, "it was deleted, not only overlooked");
    assert_eq!(value(shelf, "f", 2_000).await.as_deref(), Some("f"));
}
