//! Who publishes dependencies.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_domain::dependency::DependencyId;
use ib_setup::publication::Item;

use crate::setup::desk::{Desk, Refused};

/// What a person wants done.
pub(crate) enum Order<'a> {
    /// See what is there.
    Look,
    /// Publish what the plan of that edition names; with `only`, what concerns these.
    Start { edition: u32, only: &'a BTreeSet<DependencyId> },
    /// Try an item again.
    Retry(&'a Item),
    /// Cancel an item, or everything that is not done.
    Cancel(Option<&'a Item>),
}

/// Publishes dependencies. Every document that comes from it is harmless to show.
#[async_trait]
pub(crate) trait Workshop: Send + Sync {
    /// Who keeps the set-ups by which users come in.
    fn desk(&self) -> &dyn Desk;

    /// Somebody has just logged in by a set-up.
    async fn came_in(&self, setup: &str) -> Result<(), Refused>;

    /// What is there, and how far a publication is.
    async fn dependencies(&self, setup: &str) -> Result<DependenciesDocument, Refused>;

    /// Records what a person wants, and returns at once.
    async fn order(&self, setup: &str, order: Order<'_>) -> Result<DependenciesDocument, Refused>;

    /// What the environment said, from the number `after` on.
    async fn messages(&self, setup: &str, after: usize) -> Result<MessagesDocument, Refused>;

    /// Lets the work go on until there may be something new.
    async fn go_on(&self, setup: &str) -> Result<(), Refused>;
}
