//! Dependencies that a server publishes.

use std::time::Duration;

use async_trait::async_trait;
use ib_api::client::ClientError;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_domain::address::EnvironmentAddress;
use ib_setup::Pace;
use tokio::time::sleep;

use super::workshop::{Entry, Order, Workshop};
use crate::setup::clean::cleaned;
use crate::setup::desk::{Desk, Refused};
use crate::setup::flow::is_of;
use crate::setup::remote::{self, is_at};

/// A server, which does the work by itself.
pub(crate) struct Remote {
    desk: remote::Remote,
    /// How long to wait before it is asked again.
    pause: Duration,
}

impl Remote {
    pub(crate) const fn new(desk: remote::Remote, pace: Pace) -> Self {
        Self { desk, pause: pace.shortest() }
    }

    fn taken<T>(&self, answer: Result<T, ClientError>) -> Result<T, Refused>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        cleaned(answer.map_err(|error| self.desk.refused(error))?)
    }
}

#[async_trait]
impl Workshop for Remote {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    async fn entry(&self, address: &EnvironmentAddress, username: Option<&str>) -> Result<Entry, Refused> {
        let Some(client) = self.desk.in_session() else { return Ok(Entry::LogIn) };
        let setups = self.taken(client.setups().await)?;
        let mut known = setups.into_iter().filter(|document| {
            document.infrastructure.is_some() && is_at(document, address) && is_of(document, username)
        });
        Ok(known.next().map_or(Entry::LogIn, |document| Entry::Through(Box::new(document))))
    }

    /// The server knows.
    async fn came_in(&self, _: &str) -> Result<(), Refused> {
        Ok(())
    }

    async fn dependencies(&self, setup: &str) -> Result<DependenciesDocument, Refused> {
        let answer = self.desk.session().await?.dependencies(setup).await;
        self.taken(answer)
    }

    async fn order(&self, setup: &str, order: Order<'_>) -> Result<DependenciesDocument, Refused> {
        let client = self.desk.session().await?;
        let answer = match order {
            Order::Look => client.look(setup).await,
            Order::Start { edition, only } => client.start_publication(setup, edition, only).await,
            Order::Retry(item) => client.retry(setup, &item.to_string()).await,
            Order::Cancel(item) => client.cancel(setup, item.map(ToString::to_string).as_deref()).await,
        };
        self.taken(answer)
    }

    async fn messages(&self, setup: &str, after: usize) -> Result<MessagesDocument, Refused> {
        let answer = self.desk.session().await?.messages(setup, after).await;
        self.taken(answer)
    }

    async fn go_on(&self, _: &str) -> Result<(), Refused> {
        sleep(self.pause).await;
        Ok(())
    }
}
