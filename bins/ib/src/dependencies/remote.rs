//! Dependencies that a server publishes.

use std::time::Duration;

use async_trait::async_trait;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_setup::Pace;
use tokio::time::sleep;

use super::workshop::{Order, Workshop};
use crate::setup::desk::{Desk, Refused};
use crate::setup::remote;

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
}

#[async_trait]
impl Workshop for Remote {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    /// The server knows.
    async fn came_in(&self, _: &str) -> Result<(), Refused> {
        Ok(())
    }

    async fn dependencies(&self, setup: &str) -> Result<DependenciesDocument, Refused> {
        let answer = self.desk.session().await?.dependencies(setup).await;
        self.desk.taken(answer)
    }

    async fn order(&self, setup: &str, order: Order<'_>) -> Result<DependenciesDocument, Refused> {
        let client = self.desk.session().await?;
        let answer = match order {
            Order::Look => client.look(setup).await,
            Order::Start { edition, only } => client.start_publication(setup, edition, only).await,
            Order::Retry(item) => client.retry(setup, &item.to_string()).await,
            Order::Cancel(item) => client.cancel(setup, item.map(ToString::to_string).as_deref()).await,
        };
        self.desk.taken(answer)
    }

    async fn messages(&self, setup: &str, after: usize) -> Result<MessagesDocument, Refused> {
        let answer = self.desk.session().await?.messages(setup, after).await;
        self.desk.taken(answer)
    }

    async fn go_on(&self, _: &str) -> Result<(), Refused> {
        sleep(self.pause).await;
        Ok(())
    }
}
