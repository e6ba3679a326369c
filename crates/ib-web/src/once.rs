//! What is sent twice is done once: a key that comes with a request, and what became of it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ib_setup::SetupId;
use ib_setup::ports::{Clock, Shelf, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::session::Token;

/// How long a key is remembered.
const LIMIT: Duration = Duration::from_hours(24);

pub(crate) struct Once {
    pub(crate) shelf: Arc<dyn Shelf>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Whether a request is to be done.
pub(crate) enum Turn {
    /// It is the first with its key; say afterwards what became of it.
    First(Ticket),
    /// The same request came before, and led to this set-up where that is known already.
    Again(Option<SetupId>),
    /// Another request came before with the same key.
    Other,
}

/// A request that is being done.
pub(crate) struct Ticket {
    key: String,
    version: u64,
    request: String,
}

#[derive(Serialize, Deserialize)]
struct Done {
    request: String,
    setup: Option<SetupId>,
}

impl Once {
    /// Takes a request with `key` in the session of `token`. `request` tells it from others; secrets have no
    /// place in it.
    pub(crate) async fn begin(&self, token: &Token, key: &str, request: &str) -> Result<Turn, StoreError> {
        let hash =
            Sha256::new().chain_update(token.shelf_key()).chain_update([0]).chain_update(key).finalize();
        let key = format!("once/{}", URL_SAFE_NO_PAD.encode(hash));
        loop {
            let now = self.clock.now();
            if let Some(found) = self.shelf.get(&key, now).await? {
                let done: Option<Done> = serde_json::from_str(&found.value).ok();
                return Ok(match done {
                    Some(done) if done.request == request => Turn::Again(done.setup),
                    _ => Turn::Other,
                });
            }
            let value = value(request, None);
            match self.shelf.put(&key, None, &value, now.plus(LIMIT), now).await {
                Ok(version) => return Ok(Turn::First(Ticket { key, version, request: request.to_owned() })),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Notes what became of it.
    pub(crate) async fn done(&self, ticket: Ticket, setup: SetupId) -> Result<(), StoreError> {
        let now = self.clock.now();
        let value = value(&ticket.request, Some(setup));
        match self.shelf.put(&ticket.key, Some(ticket.version), &value, now.plus(LIMIT), now).await {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Forgets a request that was refused: it may come again, corrected.
    pub(crate) async fn undo(&self, ticket: Ticket) -> Result<(), StoreError> {
        self.shelf.remove(&ticket.key).await
    }
}

fn value(request: &str, setup: Option<SetupId>) -> String {
    serde_json::to_string(&Done { request: request.to_owned(), setup }).unwrap_or_default()
}
