//! A machine's state, kept as the history that led to it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::id::HistoryId;
use crate::ports::{Addition, Kept, Lease, Standing, Store, StoreError};
use crate::time::Timestamp;

/// A machine whose events a store keeps.
pub(crate) trait Machine: Default + Send + Sync + Sized {
    /// What is recorded.
    type Event: Serialize + DeserializeOwned + Send + Sync;
    /// An event that cannot have happened.
    type Illegal;

    /// When an event was recorded.
    fn at(event: &Self::Event) -> Timestamp;
    fn apply(self, event: &Self::Event) -> Result<Self, Self::Illegal>;
    fn snapshot(&self) -> String;
    fn from_snapshot(text: &str) -> Option<Self>;
}

macro_rules! machines {
    ($($machine:ident),+) => {$(
        impl Machine for crate::$machine::State {
            type Event = crate::$machine::Event;
            type Illegal = crate::$machine::IllegalEvent;

            fn at(event: &Self::Event) -> Timestamp {
                event.at
            }

            fn apply(self, event: &Self::Event) -> Result<Self, Self::Illegal> {
                Self::apply(self, event)
            }

            fn snapshot(&self) -> String {
                Self::snapshot(self)
            }

            fn from_snapshot(text: &str) -> Option<Self> {
                Self::from_snapshot(text)
            }
        }
    )+};
}

machines!(registration, publication, environment);

/// The state that a history led to, and how many events that took.
pub(crate) async fn restore<M, E>(store: &dyn Store, history: HistoryId, kept: &Kept) -> Result<(M, usize), E>
where
    M: Machine,
    E: From<StoreError> + From<M::Illegal>,
{
    if let Some(state) = M::from_snapshot(&kept.snapshot) {
        return Ok((state, kept.sequence));
    }
    let events = events::<M>(store, history, 0, usize::MAX).await?;
    let state = events.iter().try_fold(M::default(), M::apply)?;
    Ok((state, events.len()))
}

/// Up to `limit` events of a history, from the one after the first `after`.
pub(crate) async fn events<M: Machine>(
    store: &dyn Store,
    history: HistoryId,
    after: usize,
    limit: usize,
) -> Result<Vec<M::Event>, StoreError> {
    let texts = store.events(history, after, limit).await?;
    let read = texts.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>();
    read.map_err(|error| StoreError::Unavailable(error.into()))
}

/// Appends to a history that has so many events; the state afterwards.
pub(crate) async fn append<M, E>(
    store: &dyn Store,
    (history, sequence): (HistoryId, usize),
    state: M,
    events: &[M::Event],
    standing: impl FnOnce(&M) -> Standing + Send,
    lease: Option<Lease>,
) -> Result<M, E>
where
    M: Machine,
    E: From<StoreError> + From<M::Illegal>,
{
    let state = events.iter().try_fold(state, M::apply)?;
    let texts = events.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    let texts = texts.map_err(|error| StoreError::Unavailable(error.into()))?;
    let (snapshot, standing) = (state.snapshot(), standing(&state));
    let addition = Addition { events: &texts, snapshot: &snapshot, standing: &standing, lease };
    store.append(history, sequence, addition).await?;
    Ok(state)
}
