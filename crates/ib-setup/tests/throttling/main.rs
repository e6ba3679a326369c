//! Attempts that come too early: who is counted, who waits, and what that leaves behind.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail a test by panicking")]

mod counting;
mod log_ins;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ib_domain::reason::Reason;
use ib_env_client::{Credentials, Password};
use ib_setup::ports::{SecretKind, Store as _, Vault as _};
use ib_setup::registration::{Rules, Step, View};
use ib_setup::testing::{MemoryStore, MemoryVault, Scripted, SequentialIds, SetClock, ports};
use ib_setup::throttle::Limit;
use ib_setup::{Client, Limits, Ports, Setup, SetupError, SetupId, Timestamp};

const DEV: &str = "dev.acme.example";

/// Nothing in memory waits, so a future is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing in memory waits")
}

const fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

const fn limit(free: u32, first: u64) -> Limit {
    let (first, longest) = (Duration::from_secs(first), Duration::from_mins(10));
    Limit { free, first, longest, window: Duration::from_hours(1) }
}

/// What holds where a test is about another limit.
const LOOSE: Limit = limit(1_000, 0);

/// No limit but those that a test sets.
fn loose() -> Limits {
    let mut limits = Limits::default();
    limits.user = LOOSE;
    for scopes in [&mut limits.log_ins, &mut limits.addresses, &mut limits.codes] {
        (scopes.client, scopes.environment, scopes.everybody) = (LOOSE, LOOSE, LOOSE);
    }
    limits
}

/// What all processes share, and an environment where every password is wrong until a test says otherwise.
struct World {
    scripted: Scripted,
    store: Arc<MemoryStore>,
    vault: Arc<MemoryVault>,
    clock: Arc<SetClock>,
    ids: Arc<SequentialIds>,
}

impl World {
    fn new() -> Self {
        let scripted = Scripted::default();
        scripted.script().refuses = Some(Reason::LoginRefused);
        let (store, vault) = (Arc::default(), Arc::default());
        Self { scripted, store, vault, clock: Arc::default(), ids: Arc::default() }
    }

    fn ports(&self) -> Ports {
        Ports {
            store: self.store.clone(),
            shelf: self.store.clone(),
            vault: self.vault.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            ..ports(Arc::new(self.scripted.clone()))
        }
    }

    /// A process of its own.
    fn start(&self) -> Setup {
        Setup::new(self.ports(), Rules::new("1"))
    }

    fn accept(&self, accepts: bool) {
        self.scripted.script().refuses = (!accepts).then_some(Reason::LoginRefused);
    }

    /// How many events are recorded, and whether credentials are sealed.
    fn traces(&self, id: SetupId) -> (usize, bool) {
        let sealed = now(self.vault.open(id, SecretKind::Credentials)).unwrap();
        (now(self.store.load(id.into())).unwrap().unwrap().sequence, sealed.is_some())
    }
}

fn client(address: &str) -> Client {
    Client::new(address.parse::<IpAddr>().unwrap())
}

/// Until when an attempt is refused, and why; everything else fails the test.
fn early(result: Result<View, SetupError>) -> Option<(Reason, Timestamp)> {
    match result {
        Ok(_) => None,
        Err(SetupError::Throttled(throttled)) => Some((throttled.reason(), throttled.until)),
        Err(error) => unreachable!("{error:?}"),
    }
}

/// A set-up that waits for the log-in at `host`.
fn at_log_in(setup: &Setup, host: &str) -> SetupId {
    let id = now(setup.begin()).unwrap();
    now(setup.enter_address(id, host)).unwrap();
    assert_eq!(now(setup.drive(id)).unwrap().open, Step::LogIn);
    id
}

fn ask(setup: &Setup, id: SetupId, username: &str) -> Option<(Reason, Timestamp)> {
    let password = Password::new("some password".to_owned()).unwrap();
    early(now(setup.log_in(id, Credentials::new(username, password).unwrap())))
}

/// Logs in with an answer, unless it is too early.
fn log_in(setup: &Setup, id: SetupId, username: &str) -> Option<(Reason, Timestamp)> {
    let refused = ask(setup, id, username);
    now(setup.drive(id)).unwrap();
    refused
}

/// As a person does who tries from a fresh set-up each time.
fn arrive(setup: &Setup, host: &str, username: &str) -> Option<(Reason, Timestamp)> {
    log_in(setup, at_log_in(setup, host), username)
}
