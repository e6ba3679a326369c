//! What was read lately. One process writes, so this can be exact: a write ends with the removal of what it
//! changed, and a reader that began before never puts back what it had read.

use std::future::Future;
use std::sync::Arc;

use ib_setup::ports::{Kept, Record, StoreError};
use ib_setup::{HistoryId, Timestamp};
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Weighter, sync::DefaultLifecycle};

use crate::row::unavailable;

/// How many bytes of each kind are kept.
const BYTES: u64 = 4 << 20;
/// How many entries that is about, for the first size of the tables.
const ENTRIES: usize = 1_000;

/// A record, and when its time has passed.
type Shelved = (Record, Timestamp);

/// Histories and records that were read lately.
#[derive(Debug)]
pub(super) struct Recent {
    histories: Lately<HistoryId, Kept>,
    records: Lately<Arc<str>, Shelved>,
}

type Lately<K, V> = Cache<K, V, Bytes, DefaultHashBuilder, DefaultLifecycle<K, V>>;

#[derive(Debug, Clone)]
struct Bytes;

/// What an entry takes beside its text, roughly.
const ENTRY: u64 = 128;

impl Weighter<HistoryId, Kept> for Bytes {
    fn weight(&self, _: &HistoryId, kept: &Kept) -> u64 {
        ENTRY + kept.snapshot.len() as u64
    }
}

impl Weighter<Arc<str>, Shelved> for Bytes {
    fn weight(&self, key: &Arc<str>, (record, _): &Shelved) -> u64 {
        ENTRY + (key.len() + record.value.len()) as u64
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            histories: Cache::with_weighter(ENTRIES, BYTES, Bytes),
            records: Cache::with_weighter(ENTRIES, BYTES, Bytes),
        }
    }
}

impl Recent {
    /// What a history came to; `read` reads it where it is not here.
    pub(super) async fn history(
        &self,
        history: HistoryId,
        read: impl Future<Output = Result<Option<Kept>, StoreError>>,
    ) -> Result<Option<Kept>, StoreError> {
        look(&self.histories, &history, read).await
    }

    /// A record; `read` reads it where it is not here.
    pub(super) async fn record(
        &self,
        key: &str,
        read: impl Future<Output = Result<Option<Shelved>, StoreError>>,
    ) -> Result<Option<Shelved>, StoreError> {
        look(&self.records, &Arc::from(key), read).await
    }

    /// Something was appended to a history.
    pub(super) fn forget_history(&self, history: HistoryId) {
        self.histories.remove(&history);
    }

    /// A record has changed.
    pub(super) fn forget_record(&self, key: &str) {
        self.records.remove(key);
    }
}

async fn look<K, V>(
    lately: &Lately<K, V>,
    key: &K,
    read: impl Future<Output = Result<Option<V>, StoreError>>,
) -> Result<Option<V>, StoreError>
where
    K: Eq + std::hash::Hash + Clone,
    V: Clone,
    Bytes: Weighter<K, V> + Clone,
{
    match lately.get_value_or_guard_async(key).await {
        Ok(found) => Ok(Some(found)),
        Err(guard) => {
            let found = read.await?;
            if let Some(found) = &found {
                // Where somebody wrote meanwhile, the place is gone, and what was read is not kept.
                let _ = guard.insert(found.clone());
            }
            Ok(found)
        }
    }
}

/// Does a write to its end, though whoever asked for it may be gone: one that is left half-way could land
/// after somebody read, and be missed here.
pub(super) async fn to_its_end<T: Send + 'static>(
    write: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(write).await.map_err(unavailable)?
}
