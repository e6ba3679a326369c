//! What environments said.

use super::{Publications, Result, load, way_in};
use crate::history;
use crate::id::{HistoryId, InfrastructureId, SetupId};
use crate::ports::Store;
use crate::publication::{Fact, Said, State, view};

/// How many events of a history are read at once.
const PAGE: usize = 500;

impl Publications {
    /// What the environment said about the items of the last publication, after the first `after` events of the
    /// history; with how many events were read.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn messages(&self, setup: SetupId, after: usize) -> Result<(Vec<Said>, usize)> {
        let (infrastructure, _) = self.way_in(setup).await?;
        let (state, _) = self.load(infrastructure).await?;
        said(&*self.setup.ports.store, infrastructure, &state, after, PAGE).await
    }

    /// The same of the last `events` of the history alone, so that it costs no more where that is long.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn newest_messages(&self, setup: SetupId, events: usize) -> Result<Vec<Said>> {
        Self::newest_messages_in(&*self.setup.ports.store, setup, events).await
    }

    /// The same for whoever has a store and nothing else, and so can only look.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn newest_messages_in(store: &dyn Store, setup: SetupId, events: usize) -> Result<Vec<Said>> {
        let (infrastructure, _) = way_in(store, setup).await?;
        let (state, sequence) = load(store, infrastructure).await?;
        let after = sequence.saturating_sub(events);
        Ok(said(store, infrastructure, &state, after, events).await?.0)
    }
}

async fn said(
    store: &dyn Store,
    infrastructure: InfrastructureId,
    state: &State,
    after: usize,
    limit: usize,
) -> Result<(Vec<Said>, usize)> {
    let run = view(state).run;
    let history = HistoryId::Publications(infrastructure);
    let events = history::events::<State>(store, history, after, limit).await?;
    let read = after + events.len();
    let mut said = Vec::new();
    for event in events {
        match event.fact {
            // An earlier publication's; the last one may begin on a later page.
            _ if run.as_ref().is_none_or(|run| event.at < run.begun) => {}
            Fact::Started { .. } => said.clear(),
            Fact::Said { item, messages, .. } => {
                said.extend(messages.into_iter().map(|message| Said {
                    item: item.clone(),
                    at: event.at,
                    message,
                }));
            }
            _ => {}
        }
    }
    Ok((said, read))
}
