//! Leases: of all drivers, one has each history that is due.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Work, all, append, at, is_conflict, publications, setup, texts};
use crate::id::HistoryId;
use crate::ports::{Addition, Kept, Lease, Leased, Release, Standing, Store, StoreError};

fn due(millis: u64) -> Standing {
    Standing { due: Some(at(millis)), ..Standing::default() }
}

/// A history with one event that is due then.
async fn begin(store: &dyn Store, history: HistoryId, millis: u64) {
    append(store, history, 0, &texts([1]), "one", &due(millis)).await.unwrap();
}

/// Leases for 50 ms.
async fn lease(store: &dyn Store, now: u64, limit: usize) -> Vec<Leased> {
    store.lease(at(now), at(now + 50), limit, None).await.unwrap()
}

/// Leases that one, for 50 ms.
async fn lease_only(store: &dyn Store, now: u64, history: HistoryId) -> Option<Lease> {
    let leased = store.lease(at(now), at(now + 50), 10, Some(history)).await.unwrap();
    assert!(leased.len() <= 1, "{leased:?}");
    leased.first().map(|leased| leased.lease)
}

/// Appends one event as a driver does.
async fn record(store: &dyn Store, lease: Lease, expected: usize) -> Result<(), StoreError> {
    let (events, standing) = (texts([expected as u64 + 1]), due(100));
    let addition = Addition { events: &events, snapshot: "driven", standing: &standing, lease: Some(lease) };
    store.append(lease.history, expected, addition).await
}

/// Gives it back, with word of fewer events than there are: that says nothing of when it is due.
async fn give_back(store: &dyn Store, lease: Lease) {
    store.release(&[Release { lease, sequence: 0, due: None }]).await.unwrap();
}

/// No longer due.
async fn rest(store: &dyn Store, history: HistoryId) {
    let sequence = store.load(history).await.unwrap().unwrap().sequence;
    append(store, history, sequence, &texts([99]), "", &Standing::default()).await.unwrap();
}

fn histories(leased: &[Leased]) -> Vec<HistoryId> {
    leased.iter().map(|leased| leased.lease.history).collect()
}

fn is_lost(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::LeaseLost))
}

pub(super) async fn conform(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    what_is_due_is_leased_once(&**store).await;
    what_waited_longest_comes_first(&**store).await;
    a_lease_comes_with_what_is_kept(&**store).await;
    of_many_drivers_each_history_has_one(store, together).await;
    one_that_is_asked_for_is_the_only_one(&**store).await;
    who_lost_a_lease_appends_nothing(&**store).await;
    who_kept_a_lease_is_told_of_a_conflict(&**store).await;
    a_lease_is_renewed_unless_it_is_lost(&**store).await;
    leases_are_given_back_together(&**store).await;
    what_was_appended_meanwhile_knows_better(&**store).await;
}

async fn what_is_due_is_leased_once(store: &dyn Store) {
    let ids = [20, 21, 22].map(setup);
    for (history, millis) in ids.into_iter().zip([100, 200, 300]) {
        begin(store, history, millis).await;
    }
    assert_eq!(lease(store, 99, 10).await, []);
    let first = lease(store, 250, 1).await;
    assert_eq!(histories(&first), [ids[0]]);
    assert_eq!(histories(&lease(store, 250, 10).await), [ids[1]]);
    assert_eq!(lease(store, 299, 10).await, [], "somebody has both, and the third is not due");

    let again = lease(store, 300, 10).await;
    assert_eq!(histories(&again), ids, "the leases ran out");
    assert!(again[0].lease.token > first[0].lease.token);
    give_back(store, first[0].lease).await;
    assert_eq!(lease(store, 301, 10).await, [], "a lease that ran out gives nothing back");
    give_back(store, again[0].lease).await;
    assert_eq!(histories(&lease(store, 301, 10).await), [ids[0]]);
    for history in ids {
        rest(store, history).await;
    }
    assert_eq!(lease(store, 10_000, 10).await, [], "nothing is due any more");
}

async fn a_lease_is_renewed_unless_it_is_lost(store: &dyn Store) {
    let history = setup(29);
    begin(store, history, 100).await;
    let [held] = lease(store, 100, 10).await.try_into().unwrap();
    store.renew(held.lease, at(500)).await.unwrap();
    assert_eq!(lease(store, 499, 10).await, [], "it was renewed");
    let [other] = lease(store, 500, 10).await.try_into().unwrap();
    assert!(is_lost(&store.renew(held.lease, at(900)).await));
    assert_eq!(histories(&lease(store, 600, 10).await), [history], "a lost lease renews nothing");
    give_back(store, other.lease).await;
    rest(store, history).await;
}

async fn what_waited_longest_comes_first(store: &dyn Store) {
    let ids = [setup(30), publications(30), setup(31), setup(32), publications(33)];
    for (history, millis) in ids.into_iter().zip([500, 300, 100, 400, 200]) {
        begin(store, history, millis).await;
    }
    assert_eq!(histories(&lease(store, 1_000, 3).await), [ids[2], ids[4], ids[1]]);
    assert_eq!(histories(&lease(store, 1_000, 3).await), [ids[3], ids[0]]);
    for history in ids {
        rest(store, history).await;
    }
}

async fn a_lease_comes_with_what_is_kept(store: &dyn Store) {
    let ids = [publications(40), setup(40)];
    begin(store, ids[0], 100).await;
    begin(store, ids[1], 101).await;
    append(store, ids[0], 1, &texts([2, 3]), "three ' \u{1f511}", &due(100)).await.unwrap();
    let leased = lease(store, 200, 10).await;
    let kept: Vec<_> = leased.iter().map(|leased| leased.kept.clone()).collect();
    let expected = [(3, "three ' \u{1f511}"), (1, "one")];
    assert_eq!(kept, expected.map(|(sequence, snapshot)| Kept { sequence, snapshot: snapshot.into() }));
    for Leased { lease, kept } in leased {
        assert_eq!(store.load(lease.history).await.unwrap(), Some(kept));
        rest(store, lease.history).await;
    }
}

async fn of_many_drivers_each_history_has_one(store: &Arc<dyn Store>, together: &impl AsyncFn(Vec<Work>)) {
    const DRIVERS: usize = 8;
    const EACH: usize = 3;
    const ROUNDS: u64 = 20;
    let ids: BTreeSet<_> = (50..).take(DRIVERS * EACH).map(setup).collect();
    for history in &ids {
        begin(&**store, *history, 100).await;
    }
    // In each round, the leases of the last one have run out.
    for round in 0..ROUNDS {
        let all = Arc::new(Mutex::new(Vec::new()));
        let drivers = (0..DRIVERS).map(|_| -> Work {
            let (store, all) = (Arc::clone(store), Arc::clone(&all));
            Box::pin(async move {
                let leased = lease(&*store, 200 + round * 50, EACH).await;
                all.lock().unwrap_or_else(PoisonError::into_inner).extend(histories(&leased));
            })
        });
        together(drivers.collect()).await;
        let leased = std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner));
        assert_eq!(leased.len(), DRIVERS * EACH, "each one gets as many as it asks for");
        assert_eq!(BTreeSet::from_iter(leased), ids);
    }
    for history in ids {
        rest(&**store, history).await;
    }
}

async fn one_that_is_asked_for_is_the_only_one(store: &dyn Store) {
    let (first, second, unknown) = (setup(80), publications(80), setup(81));
    begin(store, first, 100).await;
    begin(store, second, 200).await;
    assert_eq!(lease_only(store, 300, unknown).await, None);
    assert_eq!(lease_only(store, 199, second).await, None, "it is not due yet");
    let held = lease_only(store, 200, second).await.unwrap();
    assert_eq!(held.history, second);
    assert_eq!(lease_only(store, 200, second).await, None, "somebody has it");
    assert_eq!(histories(&lease(store, 200, 10).await), [first], "nobody has the other one");
    rest(store, first).await;
    rest(store, second).await;
}

async fn who_lost_a_lease_appends_nothing(store: &dyn Store) {
    let (history, other) = (setup(90), setup(91));
    begin(store, history, 100).await;
    begin(store, other, 100).await;
    let first = lease_only(store, 100, history).await.unwrap();
    record(store, first, 1).await.unwrap();
    assert_eq!(lease_only(store, 149, history).await, None, "an append does not end a lease");
    let second = lease_only(store, 150, history).await.unwrap();
    for expected in [0, 1, 2, 3] {
        assert!(is_lost(&record(store, first, expected).await), "before a conflict: {expected}");
    }
    for token in [0, second.token + 1, u64::MAX] {
        assert!(is_lost(&record(store, Lease { history, token }, 2).await), "never given: {token}");
    }
    assert_eq!(store.load(history).await.unwrap().unwrap().sequence, 2);
    assert_eq!(all(store, history).await, texts([1, 2]));
    give_back(store, first).await;
    assert_eq!(lease_only(store, 199, history).await, None, "it is not theirs to give back");

    // No time is asked for: it holds until somebody takes it over.
    record(store, second, 2).await.unwrap();
    assert_eq!(all(store, history).await, texts([1, 2, 3]));
    give_back(store, second).await;
    record(store, second, 3).await.unwrap();
    let unknown = Lease { history: publications(90), token: second.token };
    assert!(is_lost(&record(store, unknown, 0).await));
    assert_eq!(store.load(unknown.history).await.unwrap(), None);
    assert_eq!(all(store, other).await, texts([1]));
    rest(store, history).await;
    rest(store, other).await;
}

async fn who_kept_a_lease_is_told_of_a_conflict(store: &dyn Store) {
    let history = publications(92);
    begin(store, history, 100).await;
    let held = lease_only(store, 100, history).await.unwrap();
    append(store, history, 1, &texts([2]), "by a person", &due(100)).await.unwrap();
    for expected in [0, 1, 3] {
        assert!(is_conflict(&record(store, held, expected).await), "{expected}");
    }
    record(store, held, 2).await.unwrap();
    let kept = store.load(history).await.unwrap().unwrap();
    assert_eq!((kept.sequence, &*kept.snapshot), (3, "driven"));
    rest(store, history).await;
}

async fn leases_are_given_back_together(store: &dyn Store) {
    let ids = [setup(100), publications(100), setup(101), setup(102), setup(103)];
    for (history, millis) in ids.into_iter().zip(100..) {
        begin(store, history, millis).await;
    }
    let leased = lease(store, 200, 10).await;
    assert_eq!(histories(&leased), ids);
    append(store, ids[2], 1, &texts([2]), "", &due(600)).await.unwrap();
    let lost = Lease { token: leased[3].lease.token + 1, ..leased[3].lease };
    let never = Lease { history: setup(104), token: u64::MAX };
    let releases = [
        Release { lease: leased[0].lease, sequence: 1, due: Some(at(500)) },
        Release { lease: leased[1].lease, sequence: 1, due: None },
        Release { lease: leased[2].lease, sequence: 1, due: Some(at(500)) },
        Release { lease: lost, sequence: 1, due: Some(at(210)) },
        Release { lease: never, sequence: 0, due: Some(at(210)) },
    ];
    store.release(&[]).await.unwrap();
    assert_eq!(lease(store, 249, 10).await, [], "none was given back");
    store.release(&releases).await.unwrap();
    let free = |now| async move { histories(&lease(store, now, 10).await) };
    assert_eq!(free(220).await, [], "no longer due, or held");
    assert_eq!(free(250).await, [ids[3], ids[4]], "held until they ran out");
    rest(store, ids[3]).await;
    rest(store, ids[4]).await;
    assert_eq!(free(499).await, []);
    assert_eq!(free(500).await, [ids[0]]);
    rest(store, ids[0]).await;
    assert_eq!(free(599).await, []);
    assert_eq!(free(600).await, [ids[2]], "as the append said");
    rest(store, ids[2]).await;
    assert_eq!(free(10_000).await, [], "nothing is due any more");
    assert_eq!(store.load(setup(104)).await.unwrap(), None);
}

/// A person's command comes while a driver works; what the driver thought to be due is of no more use.
async fn what_was_appended_meanwhile_knows_better(store: &dyn Store) {
    let history = setup(110);
    begin(store, history, 100).await;
    let held = lease_only(store, 100, history).await.unwrap();
    append(store, history, 1, &texts([2]), "asked", &due(120)).await.unwrap();
    assert_eq!(lease_only(store, 130, history).await, None, "the driver has it still");
    store.release(&[Release { lease: held, sequence: 1, due: Some(at(9_000)) }]).await.unwrap();
    assert_eq!(store.load(history).await.unwrap().unwrap().sequence, 2);
    let next = lease_only(store, 130, history).await.unwrap();
    // Nothing was appended this time.
    store.release(&[Release { lease: next, sequence: 2, due: Some(at(9_000)) }]).await.unwrap();
    assert_eq!(lease_only(store, 8_999, history).await, None);
    assert!(lease_only(store, 9_000, history).await.is_some());
    rest(store, history).await;
}
