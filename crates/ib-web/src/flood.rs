//! A bound on how fast one client may change things. It keeps a flood from the store; how often an address, a
//! log-in or a code may be tried is counted elsewhere, for all processes together.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::Client;

use crate::app::App;
use crate::client::Peer;
use crate::pages;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// How many clients are remembered before those who have rested are forgotten.
const CLIENTS: usize = 10_000;

/// How much each client asked for lately.
pub(crate) struct Flood(DefaultKeyedRateLimiter<Client>);

impl Flood {
    pub(crate) fn new(settings: &Settings) -> Self {
        let quota = Quota::per_second(settings.changes_each_second).allow_burst(settings.changes_at_once);
        Self(RateLimiter::keyed(quota))
    }

    /// Seconds to wait, where a client asks for too much.
    fn pause(&self, client: Client) -> Option<u64> {
        if self.0.len() > CLIENTS {
            self.0.retain_recent();
        }
        let early = self.0.check_key(&client).err()?;
        Some(early.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
    }
}

/// Refuses what changes something, where a client asks for too much of it.
pub(crate) async fn bound(
    State(app): State<Arc<App>>,
    Peer(peer): Peer,
    request: Request,
    next: Next,
) -> Response {
    let pause = if request.method().is_safe() { None } else { app.flood.pause(Client::new(peer)) };
    let Some(pause) = pause else { return next.run(request).await };
    let headers = request.headers();
    let mut problem =
        Problem::new(ProblemKind::Throttled, "Too many requests came from your address. Wait a moment.");
    problem.retry_after = Some(pause);
    if pages::are_wanted(headers) { pages::problem(&problem) } else { Refusal::from(problem).into_response() }
}
