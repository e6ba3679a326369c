//! Who watches environments.

use async_trait::async_trait;
use ib_api::environments::EnvironmentsDocument;
use ib_api::problem::Problem;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_setup::EnvironmentsError;
use ib_setup::environment::Rejection;

use super::task::Waive;
use crate::setup::desk::{Desk, Refused};

/// What a person wants done.
pub(crate) enum Order<'a> {
    /// Add an environment.
    Add { name: &'a EnvironmentName, address: &'a str },
    /// Give an environment this name and this address.
    Edit { name: &'a EnvironmentName, new_name: &'a EnvironmentName, address: &'a str },
    /// Remove an environment.
    Remove(&'a EnvironmentName),
    /// Let people change again what a file declared of one.
    Release(&'a EnvironmentName),
    /// Live with a finding for a while.
    Waive { name: &'a EnvironmentName, waiver: &'a Waive },
    /// End a waiver.
    EndWaiver { name: &'a EnvironmentName, reason: Reason },
    /// Look at one now, or at all.
    Look(Option<&'a EnvironmentName>),
    /// Add all that LifeTime lists.
    Import,
}

/// Keeps environments and watches them. Every document that comes from it is harmless to show.
#[async_trait]
pub(crate) trait Watcher: Send + Sync {
    /// Who keeps the set-ups by which users come in.
    fn desk(&self) -> &dyn Desk;

    /// Somebody came in by a set-up: its infrastructure has an environment from then on.
    async fn came_in(&self, setup: &str) -> Result<(), Refused>;

    /// Which environments there are, and what was last seen of each.
    async fn environments(&self, setup: &str) -> Result<EnvironmentsDocument, Refused>;

    /// Records what a person wants, and returns at once.
    async fn order(&self, setup: &str, order: Order<'_>) -> Result<EnvironmentsDocument, Refused>;

    /// Lets the looks go on until there may be something new.
    async fn go_on(&self, setup: &str) -> Result<EnvironmentsDocument, Refused>;
}

/// Why nothing was done about environments, whoever watches them.
pub(super) fn rejected(rejection: Rejection) -> Refused {
    Box::new(Problem::of_environments(&EnvironmentsError::Rejected(rejection), ""))
}
