//! Sessions of pages that embed the Setup widget: for one set-up, from one origin, and not for long.

use std::time::Duration;

use ib_setup::ports::StoreError;
use ib_setup::{SetupId, Timestamp};

use super::record::{Embedded, Live, Record};
use super::{Session, Sessions, Token};

/// How long the token lives that a page is given; the page is given another one by whoever gave it the first.
pub(crate) const LIFE: Duration = Duration::from_mins(15);

impl Sessions {
    /// A session for a page at `origin`, which sees `setup` as long as `session` does.
    pub(crate) async fn embed(
        &self,
        session: &Session,
        setup: SetupId,
        origin: String,
    ) -> Result<Session, StoreError> {
        let now = self.clock.now();
        let embedded = Embedded { origin, of: session.token.shelf_key() };
        let live = Live { setups: vec![setup], embedded: Some(embedded), ..Live::begun(now) };
        self.put(Session { token: self.fresh_token(), live: Some(live), version: None }, now).await
    }

    /// The session that a page at `origin` was given as `token`; an empty one where there is none.
    pub(crate) async fn open_embedded(&self, token: Token, origin: &str) -> Result<Session, StoreError> {
        let found = self.live(&token.shelf_key(), self.clock.now()).await?;
        let is_meant = |live: &Live| live.embedded.as_ref().is_some_and(|embedded| embedded.origin == origin);
        Ok(match found.filter(|(live, _)| is_meant(live)) {
            Some((live, version)) => Session { token, live: Some(live), version: Some(version) },
            None => Session::empty(token),
        })
    }

    /// What goes on under the shelf's key, and so does what it came from.
    pub(super) async fn live(&self, key: &str, now: Timestamp) -> Result<Option<(Live, u64)>, StoreError> {
        let Some((live, version)) = self.record(key, now).await? else { return Ok(None) };
        if let Some(Embedded { of, .. }) = &live.embedded {
            let giver = self.record(of, now).await?.map(|(giver, _)| giver.setups).unwrap_or_default();
            if !live.setups.iter().all(|setup| giver.contains(setup)) {
                return Ok(None);
            }
        }
        Ok(Some((live, version)))
    }

    async fn record(&self, key: &str, now: Timestamp) -> Result<Option<(Live, u64)>, StoreError> {
        let found = self.shelf.get(key, now).await?;
        Ok(found.and_then(|found| match Record::read(&found.value)? {
            Record::Live(live) if live.ends(self.absolute) > now => Some((live, found.version)),
            _ => None,
        }))
    }
}
