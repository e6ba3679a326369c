//! Histories: they grow by whole appends, and of two writers one wins.

use std::collections::BTreeSet;
use std::iter::once;
use std::sync::Arc;

use super::{Work, all, append, is_conflict, pause, publications, setup, texts};
use crate::id::HistoryId;
use crate::ports::{Standing, Store, StoreError};

pub(super) async fn conform(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    grow_by_whole_appends(&**store).await;
    are_read_in_pages(&**store).await;
    of_two_kinds_do_not_meet(&**store).await;
    have_one_winner_of_two_writers(store, together).await;
    are_read_as_they_were_written_last(store, together).await;
}

async fn grow_by_whole_appends(store: &dyn Store) {
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

async fn are_read_in_pages(store: &dyn Store) {
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

async fn of_two_kinds_do_not_meet(store: &dyn Store) {
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

async fn have_one_winner_of_two_writers(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 6;
    let history = setup(2);
    let writers = (0..WRITERS).map(|writer| -> Work {
        let store = Arc::clone(store);
        Box::pin(async move {
            for number in 0..EACH {
                insist(&*store, history, &texts([writer * EACH + number])).await;
            }
        })
    });
    together(writers.collect()).await;
    let events = all(&**store, history).await;
    assert_eq!(events.len() as u64, WRITERS * EACH);
    assert_eq!(BTreeSet::from_iter(&events).len(), events.len());
    assert_eq!(store.load(history).await.unwrap().unwrap().sequence, events.len());
}

/// Appends after whatever is there.
async fn insist(store: &dyn Store, history: HistoryId, events: &[String]) {
    loop {
        let sequence = store.load(history).await.unwrap().map_or(0, |kept| kept.sequence);
        match append(store, history, sequence, events, "", &Standing::default()).await {
            Err(StoreError::Conflict) => {}
            appended => return appended.unwrap(),
        }
    }
}

/// Also while others read all the time, so that whatever is kept of their reads is never older.
async fn are_read_as_they_were_written_last(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    const WRITES: usize = 100;
    let history = setup(3);
    let readers = (0..4).map(|_| -> Work {
        let store = Arc::clone(store);
        Box::pin(async move {
            let mut last = 0;
            while last < WRITES {
                let now = store.load(history).await.unwrap().map_or(0, |kept| kept.sequence);
                assert!(now >= last, "{now} events after {last}");
                last = now;
                pause().await;
            }
        })
    });
    let mine = Arc::clone(store);
    let writer: Work = Box::pin(async move {
        for number in 0..WRITES {
            let text = number.to_string();
            append(&*mine, history, number, &texts([1]), &text, &Standing::default()).await.unwrap();
            let kept = mine.load(history).await.unwrap().unwrap();
            assert_eq!((kept.sequence, &*kept.snapshot), (number + 1, text.as_str()));
            pause().await;
        }
    });
    together(readers.chain(once(writer)).collect()).await;
}
