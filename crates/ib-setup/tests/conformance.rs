//! The checks of stores and shelves: they pass those that keep their promises, and notice one that is broken.

use std::sync::Arc;

use async_trait::async_trait;
use ib_setup::Timestamp;
use ib_setup::ports::{Record, Shelf, StoreError};
use ib_setup::testing::conformance::{self, Work};
use ib_setup::testing::{FailingStore, MemoryStore};
use tokio::task::JoinSet;

#[path = "../examples/registration/registered.rs"]
mod registered;
#[path = "../examples/registration/row.rs"]
mod row;
#[path = "../examples/registration/store.rs"]
mod store;
#[path = "../examples/registration/table.rs"]
mod table;

async fn together(all: Vec<Work>) {
    all.into_iter().collect::<JoinSet<_>>().join_all().await;
}

async fn in_one_task(all: Vec<Work>) {
    futures_util::future::join_all(all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_in_memory_conforms() {
    let memory = Arc::new(MemoryStore::default());
    conformance::store(memory.clone(), together).await;
    conformance::shelf(memory, together).await;
}

#[tokio::test]
async fn a_runtime_without_threads_will_do() {
    let memory = Arc::new(MemoryStore::default());
    conformance::store(memory.clone(), in_one_task).await;
    conformance::shelf(memory, in_one_task).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_of_the_example_conforms() {
    conformance::store(Arc::new(store::OwnStore::default()), together).await;
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "the power is off")]
async fn a_store_that_fails_in_the_middle_does_not() {
    let failing = FailingStore::new(Arc::default(), 40, true);
    conformance::store(Arc::new(failing), together).await;
}

/// Puts whatever it is given, whoever was first.
struct LastWins(MemoryStore);

#[async_trait]
impl Shelf for LastWins {
    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Record>, StoreError> {
        self.0.get(key, now).await
    }

    async fn put(
        &self,
        key: &str,
        _expected: Option<u64>,
        value: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let version = self.0.get(key, now).await?.map(|found| found.version);
        self.0.put(key, version, value, until, now).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.0.remove(key).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.0.sweep(now).await
    }
}

#[tokio::test]
#[should_panic(expected = "nothing is there to be replaced")]
async fn a_shelf_on_which_the_last_writer_wins_does_not() {
    conformance::shelf(Arc::new(LastWins(MemoryStore::default())), in_one_task).await;
}
