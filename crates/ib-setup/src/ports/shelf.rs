//! What all processes share and nobody needs later.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::time::Timestamp;

/// What lies under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What was put there.
    pub value: Arc<str>,
    /// Tells it from everything else that was or will be under this key.
    pub version: u64,
}

/// Keeps short texts by key until their time has passed, for every process alike. It has no history, and a
/// secret does not belong there in clear.
///
/// A version never comes twice for one key, not even after removal or expiry, so whoever read something that
/// is gone since cannot overwrite what came in its place.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The record under `key`; `None` once its time has passed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Record>, StoreError>;

    /// Puts `value` under `key` until `until`, if the record there has the version `expected`; with `None`, if
    /// nothing is there or its time has passed. Returns the new version. One step: of two at the same time, one
    /// wins.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if something else is there, [`StoreError::Unavailable`].
    async fn put(
        &self,
        key: &str,
        expected: Option<u64>,
        value: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Removes the record. Removing what is not there is no error.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn remove(&self, key: &str) -> Result<(), StoreError>;

    /// Deletes what has expired; returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError>;
}
