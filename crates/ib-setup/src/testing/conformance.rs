//! What a store and a shelf of your own must keep to, as tests of it.
//!
//! The stores of `ib-store` pass them, and so does the one in memory.

#![expect(clippy::unwrap_used, reason = "a check fails a test by panicking")]

mod histories;
mod infrastructures;
mod leases;
mod shelf;

use std::future::poll_fn;
use std::mem::take;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use ib_domain::address::EnvironmentAddress;

use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::ports::{Addition, Shelf, Standing, Store, StoreError};
use crate::time::Timestamp;

/// One of several things that are done at the same time.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Checks that an empty store keeps to what [`Store`] promises: of histories, of leases and of infrastructures, also
/// where many write at once. What it wrote stays there.
///
/// `together` does all that it is given at the same time, and ends when the last one has; a task for each finds more
/// than one task for all.
///
/// # Panics
///
/// When a promise is not kept; the function in which it does is named after the promise.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use ib_setup::testing::{MemoryStore, conformance};
/// use tokio::task::JoinSet;
///
/// #[tokio::main]
/// async fn main() {
///     let together = async |all: Vec<conformance::Work>| {
///         all.into_iter().collect::<JoinSet<_>>().join_all().await;
///     };
///     let mine = Arc::new(MemoryStore::default());
///     conformance::store(mine.clone(), together).await;
///     conformance::shelf(mine, together).await;
/// }
/// ```
pub async fn store(store: Arc<dyn Store>, together: impl AsyncFn(Vec<Work>)) {
    histories::conform(&store, &together).await;
    infrastructures::conform(&store, &together).await;
    leases::conform(&store, &together).await;
}

/// Checks that an empty shelf keeps to what [`Shelf`] promises, also where many write at once. What it wrote stays
/// there. `together` is as for [`store`].
///
/// # Panics
///
/// When a promise is not kept; the function in which it does is named after the promise.
pub async fn shelf(shelf: Arc<dyn Shelf>, together: impl AsyncFn(Vec<Work>)) {
    shelf::conforms(&shelf, &together).await;
}

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

const fn setup(number: u128) -> HistoryId {
    HistoryId::Setup(SetupId::new(number))
}

const fn publications(number: u128) -> HistoryId {
    HistoryId::Publications(InfrastructureId::new(number))
}

fn texts(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("event {number}")).collect()
}

fn address(host: &str) -> EnvironmentAddress {
    EnvironmentAddress::parse(host).unwrap()
}

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

/// Appends as a person does: under no lease.
async fn append(
    store: &dyn Store,
    history: HistoryId,
    expected: usize,
    events: &[String],
    snapshot: &str,
    standing: &Standing,
) -> Result<(), StoreError> {
    store.append(history, expected, Addition { events, snapshot, standing, lease: None }).await
}

async fn all(store: &dyn Store, history: HistoryId) -> Vec<String> {
    store.events(history, 0, usize::MAX).await.unwrap()
}

/// Lets whatever else goes on at the same time go on.
async fn pause() {
    let mut is_first = true;
    let once = poll_fn(|context| {
        if !take(&mut is_first) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    });
    once.await;
}
