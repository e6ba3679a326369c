//! Who publishes dependencies and integrations.

use std::collections::BTreeSet;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::integrations::IntegrationsDocument;
use ib_domain::dependency::DependencyId;
use ib_domain::integration::{IntegrationKind, IntegrationName};
use ib_env_client::Package;
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

/// What a person wants done about an integration.
#[derive(Clone, Copy)]
pub(crate) enum Wish {
    /// Publish it, as it stood in that edition.
    Publish { edition: u32 },
    /// It was published by hand; look for it.
    Mark,
    /// Forget its package.
    Forget,
}

/// The package of an integration on its way in.
pub(crate) struct Upload {
    /// Which system the integration leads to.
    pub(crate) kind: IntegrationKind,
    /// What the file is called.
    pub(crate) file: String,
    /// How many bytes it has.
    pub(crate) size: u64,
    pub(crate) pieces: BoxStream<'static, io::Result<Bytes>>,
}

/// Publishes dependencies and integrations. Every document that comes from it is harmless to show.
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

    /// Which integrations there are, and how each stands.
    async fn integrations(&self, setup: &str) -> Result<IntegrationsDocument, Refused>;

    /// Records what a person wants of an integration, and returns at once.
    async fn wish(
        &self,
        setup: &str,
        name: &IntegrationName,
        wish: Wish,
    ) -> Result<IntegrationsDocument, Refused>;

    /// Takes the package of an integration in, piece by piece.
    async fn upload(&self, setup: &str, upload: Upload) -> Result<IntegrationsDocument, Refused>;

    /// The package of an integration, as it was uploaded.
    async fn download(&self, setup: &str, name: &IntegrationName) -> Result<Package, Refused>;

    /// Lets the work go on until there may be something new.
    async fn go_on(&self, setup: &str) -> Result<(), Refused>;
}
