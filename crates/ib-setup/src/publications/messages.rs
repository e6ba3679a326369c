//! What environments said.

use super::{Publications, Result};
use crate::history;
use crate::id::{HistoryId, InfrastructureId, SetupId};
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
        self.said(infrastructure, &state, after, PAGE).await
    }

    /// The same of the last `events` of the history alone, so that it costs no more where that is long.
    ///
    /// # Errors
    ///
    /// As [`view`](Self::view).
    pub async fn newest_messages(&self, setup: SetupId, events: usize) -> Result<Vec<Said>> {
        let (infrastructure, _) = self.way_in(setup).await?;
        let (state, sequence) = self.load(infrastructure).await?;
        let after = sequence.saturating_sub(events);
        Ok(self.said(infrastructure, &state, after, events).await?.0)
    }

    async fn said(
        &self,
        infrastructure: InfrastructureId,
        state: &State,
        after: usize,
        limit: usize,
    ) -> Result<(Vec<Said>, usize)> {
        let run = view(state).run;
        let history = HistoryId::Publications(infrastructure);
        let events = history::events::<State>(&*self.setup.ports.store, history, after, limit).await?;
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
}
