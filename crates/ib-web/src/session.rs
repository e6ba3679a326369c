//! Sessions: who may see which set-ups. They live on the server; a browser or a program holds a token.

mod embedded;
mod record;
mod token;

use std::sync::Arc;
use std::time::Duration;

use ib_setup::ports::{Clock, Ids, Shelf, StoreError};
use ib_setup::{SetupId, Timestamp};

pub(crate) use embedded::LIFE;
use record::{Live, Record};
pub(crate) use token::Token;

/// How many set-ups a session remembers.
const SETUPS: usize = 20;
/// How long the token from before a log-in leads to the one after it: long enough for a double click.
const GRACE: Duration = Duration::from_mins(2);
/// How old the note of the last use may become.
const TOUCH: Duration = Duration::from_mins(1);

/// Opens, keeps and ends sessions.
pub(crate) struct Sessions {
    pub(crate) shelf: Arc<dyn Shelf>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
}

/// A session, as it was found. One that has no record yet owns nothing.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) token: Token,
    live: Option<Live>,
    version: Option<u64>,
}

impl Session {
    const fn empty(token: Token) -> Self {
        Self { token, live: None, version: None }
    }

    /// The set-ups, the latest first.
    pub(crate) fn setups(&self) -> &[SetupId] {
        self.live.as_ref().map_or(&[], |live| &live.setups)
    }

    /// The set-up that the pages show.
    pub(crate) fn current(&self) -> Option<SetupId> {
        self.setups().first().copied()
    }

    /// Whether there is a record of it.
    pub(crate) const fn is_kept(&self) -> bool {
        self.live.is_some()
    }
}

impl Sessions {
    /// A token that nobody has seen.
    pub(crate) fn fresh_token(&self) -> Token {
        Token::fresh(&*self.ids)
    }

    /// The session of `token`; an empty one where there is none.
    ///
    /// `key` is the key of the form that is being sent. Where the session got another token at the log-in, the
    /// same form leads to it, so that a form that is sent twice has one outcome.
    pub(crate) async fn open(&self, token: Token, key: Option<&str>) -> Result<Session, StoreError> {
        let now = self.clock.now();
        let Some(found) = self.shelf.get(&token.shelf_key(), now).await? else {
            return Ok(Session::empty(token));
        };
        match Record::read(&found.value) {
            // What was given to a page that embeds the widget is good for that alone.
            Some(Record::Live(live)) if live.ends(self.absolute) > now && live.embedded.is_none() => {
                let session = Session { token, live: Some(live), version: Some(found.version) };
                self.touch(session, now).await
            }
            Some(Record::Moved { to }) => {
                let next = key.map(|key| token.after(key)).filter(|next| next.shelf_key() == to);
                match next {
                    Some(next) => Box::pin(self.open(next, None)).await,
                    None => Ok(Session::empty(token)),
                }
            }
            _ => Ok(Session::empty(token)),
        }
    }

    /// Whether the session of `token` goes on and has `setup`. Asking is no use of it.
    pub(crate) async fn owns(&self, token: &Token, setup: SetupId) -> Result<bool, StoreError> {
        let found = self.live(&token.shelf_key(), self.clock.now()).await?;
        Ok(found.is_some_and(|(live, _)| live.setups.contains(&setup)))
    }

    /// Keeps a session that owns nothing yet.
    pub(crate) async fn begin(&self) -> Result<Session, StoreError> {
        let now = self.clock.now();
        let session = Session { token: self.fresh_token(), live: Some(Live::begun(now)), version: None };
        self.put(session, now).await
    }

    /// Gives `setup` to the session; it becomes the current one, in place of `instead`.
    pub(crate) async fn own(
        &self,
        mut session: Session,
        setup: SetupId,
        instead: Option<SetupId>,
    ) -> Result<Session, StoreError> {
        loop {
            let now = self.clock.now();
            let live = session.live.get_or_insert_with(|| Live::begun(now));
            live.setups.retain(|known| *known != setup && Some(*known) != instead);
            live.setups.insert(0, setup);
            live.setups.truncate(SETUPS);
            match self.put(session.clone(), now).await {
                Err(StoreError::Conflict) => session = self.open(session.token, None).await?,
                done => return done,
            }
        }
    }

    /// Gives the session another token, which follows from the old one and the key of the form: a token that
    /// somebody planted is of no use after a log-in.
    pub(crate) async fn renew(&self, session: Session, key: &str) -> Result<Session, StoreError> {
        let now = self.clock.now();
        let next = session.token.after(key);
        let moved = Record::Moved { to: next.shelf_key() }.write();
        let (old, until) = (session.token.shelf_key(), now.plus(GRACE));
        let live = session.live.unwrap_or_else(|| Live::begun(now));
        let renewed = self.put(Session { token: next, live: Some(live), version: None }, now).await?;
        match self.shelf.put(&old, session.version, &moved, until, now).await {
            Ok(_) => Ok(renewed),
            // Somebody else changed the old one meanwhile: it must not stay alive.
            Err(StoreError::Conflict) => self.shelf.remove(&old).await.map(|()| renewed),
            Err(error) => Err(error),
        }
    }

    /// Ends a session.
    pub(crate) async fn end(&self, session: &Session) -> Result<(), StoreError> {
        self.shelf.remove(&session.token.shelf_key()).await
    }

    /// Notes that the session is in use, now and then.
    async fn touch(&self, mut session: Session, now: Timestamp) -> Result<Session, StoreError> {
        let Some(live) = session.live.as_mut().filter(|live| live.seen.plus(TOUCH) <= now) else {
            return Ok(session);
        };
        live.seen = now;
        match self.put(session.clone(), now).await {
            // Somebody else just did.
            Err(StoreError::Conflict) => Ok(session),
            done => done,
        }
    }

    async fn put(&self, mut session: Session, now: Timestamp) -> Result<Session, StoreError> {
        if let Some(live) = &mut session.live {
            live.seen = now;
            let until = live.ends(self.absolute).min(now.plus(self.idle));
            let value = Record::Live(live.clone()).write();
            let key = session.token.shelf_key();
            session.version = Some(self.shelf.put(&key, session.version, &value, until, now).await?);
        }
        Ok(session)
    }
}

#[cfg(test)]
mod tests;
