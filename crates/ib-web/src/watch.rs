//! Dependencies as an event stream: the document each time that it is another one.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::SetupId;
use ib_setup::ports::StoreError;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::app::{Answer, App};
use crate::session::{Session, Token};
use crate::watchers::{STREAMS, Seat};

/// How often a stream looks by itself: another process may do the work, and time alone may change what is seen.
const ROUND: Duration = Duration::from_secs(1);
/// How long a stream rests between two looks, however much happens.
const REST: Duration = Duration::from_millis(100);
/// Whoever is in between must not keep events back.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A stream, between two events.
struct Watch {
    app: Arc<App>,
    token: Token,
    setup: SetupId,
    ended: watch::Receiver<bool>,
    number: u64,
    /// What was sent last.
    last: String,
    _seat: Seat,
}

/// The dependencies that `setup` leads to, as events, for as long as `session` has it.
pub(crate) async fn events(app: &Arc<App>, session: &Session, setup: SetupId) -> Answer<Response> {
    // What cannot be read now is a problem, not a stream without events.
    app.dependencies(setup).await?;
    let ended = app.driver.subscribe();
    if *ended.borrow() {
        return Err(Problem::new(ProblemKind::Unavailable, "This service is being stopped.").into());
    }
    let detail = format!("A session has at most {STREAMS} event streams. End another one first.");
    let seat = app.watchers.seat(&session.token);
    let seat = seat.ok_or_else(|| Problem::new(ProblemKind::Throttled, detail))?;
    let watch = Watch {
        app: Arc::clone(app),
        token: session.token.clone(),
        setup,
        ended,
        number: 0,
        last: String::new(),
        _seat: seat,
    };
    let events = stream::unfold(watch, async |watch| watch.next().await);
    let headers = [(CACHE_CONTROL, "no-store"), (BUFFERING, "no")];
    Ok((headers, Sse::new(events).keep_alive(KeepAlive::default())).into_response())
}

impl Watch {
    /// The next event; `None` once the session has ended, or nobody works here any more.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            // Looked at before the document: what ended last is in it.
            let is_over = *self.ended.borrow_and_update();
            // A store that cannot be read now may be read in a moment.
            if self.is_allowed().await.is_ok_and(|is_allowed| !is_allowed) {
                return None;
            }
            if let Some(data) = self.news().await {
                self.number += 1;
                self.last.clone_from(&data);
                let event = Event::default().event("dependencies").id(self.number.to_string()).data(data);
                return Some((Ok(event), self));
            }
            if is_over {
                return None;
            }
            sleep(REST).await;
            let _ = timeout(ROUND, self.ended.changed()).await;
        }
    }

    async fn is_allowed(&self) -> Result<bool, StoreError> {
        self.app.sessions.owns(&self.token, self.setup).await
    }

    /// The document, where it is another one than was sent last.
    async fn news(&self) -> Option<String> {
        let (_, document) = self.app.dependencies(self.setup).await.ok()?;
        serde_json::to_string(&document).ok().filter(|data| *data != self.last)
    }
}
