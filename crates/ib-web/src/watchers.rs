//! How many event streams each session has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::session::Token;

/// How many streams one session may have.
pub(crate) const STREAMS: usize = 8;

/// How many streams each session has.
#[derive(Default)]
pub(crate) struct Watchers(Arc<Mutex<BTreeMap<String, usize>>>);

/// One stream of a session; it is counted as long as this lives.
pub(crate) struct Seat {
    watchers: Arc<Mutex<BTreeMap<String, usize>>>,
    session: String,
}

impl Watchers {
    /// A place for one more stream; `None` where the session has all that it may have.
    pub(crate) fn seat(&self, token: &Token) -> Option<Seat> {
        let session = token.shelf_key();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(session.clone()).or_default();
        if *count >= STREAMS {
            return None;
        }
        *count += 1;
        Some(Seat { watchers: Arc::clone(&self.0), session })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.session);
            }
        }
    }
}
