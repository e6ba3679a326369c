//! Who keeps set-ups and works on them.

use async_trait::async_trait;
use ib_api::problem::Problem;
use ib_api::request::DisclaimerDocument;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use secrecy::SecretString;

/// Why something was not done. Nothing changed.
pub(crate) type Refused = Box<Problem>;

/// What a person does.
pub(crate) enum Act<'a> {
    /// Enters the address.
    Address(&'a EnvironmentAddress),
    /// Logs in: at most one attempt.
    LogIn { username: &'a str, password: &'a SecretString },
    /// Goes on from the welcome page.
    Welcome,
    /// Accepts the disclaimer in this version.
    Disclaimer(&'a str),
    /// Has the check made again.
    Check,
    /// Enters the activation code.
    Code(&'a SecretString),
}

/// How a user gets to their infrastructure.
pub(crate) enum Entry {
    /// By a set-up that is registered already.
    Through(Box<SetupDocument>),
    /// By logging in.
    LogIn,
    /// Not at all: it is not registered.
    Closed,
}

/// Keeps set-ups and works on them.
#[async_trait]
pub(crate) trait Desk: Send + Sync {
    /// What is known of an address: a set-up that goes on, or one that is registered.
    async fn find(&self, address: &EnvironmentAddress) -> Result<Option<SetupDocument>, Refused>;

    /// How `username`, or whoever came in last, gets to the infrastructure at `address`.
    async fn entry(&self, address: &EnvironmentAddress, username: Option<&str>) -> Result<Entry, Refused>;

    /// Begins a set-up.
    async fn begin(&self) -> Result<SetupDocument, Refused>;

    /// Records what a person does, and returns at once.
    async fn act(&self, id: &str, act: Act<'_>) -> Result<SetupDocument, Refused>;

    /// Waits until the open step is not running. The set-up that comes back may be another one: an earlier one
    /// of the same user goes on after the log-in.
    async fn settled(&self, id: &str) -> Result<SetupDocument, Refused>;

    /// The disclaimer.
    async fn disclaimer(&self) -> Result<DisclaimerDocument, Refused>;

    /// Begins a new session in place of one that has ended.
    async fn renew(&self) -> Result<(), Refused> {
        Ok(())
    }

    /// Puts everything away.
    async fn close(&self) {}
}
