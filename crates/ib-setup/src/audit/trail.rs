//! Reading a history through.

use super::entry::Told;
use super::id::EntryId;
use super::newest::Newest;
use super::{AuditError, Result};
use crate::history::{self, Machine};
use crate::id::HistoryId;
use crate::ports::Store;
use crate::time::Timestamp;

/// How many events are read at once.
const PIECE: usize = 500;

/// What the events of a machine tell, one after the other. It remembers what an outcome needs of its request.
pub(super) trait Telling: Default + Send {
    /// The machine.
    type State: Machine;

    /// What an event tells that happened in the state `before`; `None` for a mere observation.
    fn tell(&mut self, before: &Self::State, event: &<Self::State as Machine>::Event) -> Option<Told>;

    /// Whether what was told so far concerns another infrastructure.
    fn begins_anew(_: &<Self::State as Machine>::Event) -> bool {
        false
    }
}

/// Reads a history through into `newest`. When its last event was recorded; `None` where there is none.
pub(super) async fn read<T: Telling>(
    store: &dyn Store,
    history: HistoryId,
    newest: &mut Newest,
) -> Result<Option<Timestamp>>
where
    AuditError: From<<T::State as Machine>::Illegal>,
{
    let (mut trail, mut state, mut sequence, mut last) = (T::default(), T::State::default(), 0, None);
    loop {
        let events = history::events::<T::State>(store, history, sequence, PIECE).await?;
        for event in &events {
            if T::begins_anew(event) {
                newest.clear();
            }
            let at = <T::State as Machine>::at(event);
            if let Some(told) = trail.tell(&state, event) {
                newest.take(told.entry(EntryId::new(history, sequence), at));
            }
            state = state.apply(event)?;
            (sequence, last) = (sequence + 1, Some(at));
        }
        if events.len() < PIECE {
            return Ok(last);
        }
    }
}
