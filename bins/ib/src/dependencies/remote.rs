//! Dependencies and integrations that a server publishes.

use std::time::Duration;

use async_trait::async_trait;
use ib_api::client::Download;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::integrations::IntegrationsDocument;
use ib_domain::integration::IntegrationName;
use ib_env_client::Package;
use ib_setup::Pace;
use tokio::time::sleep;

use super::workshop::{Order, Upload, Wish, Workshop};
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

    async fn integrations(&self, setup: &str) -> Result<IntegrationsDocument, Refused> {
        let answer = self.desk.session().await?.integrations(setup).await;
        self.desk.taken(answer)
    }

    async fn wish(
        &self,
        setup: &str,
        name: &IntegrationName,
        wish: Wish,
    ) -> Result<IntegrationsDocument, Refused> {
        let client = self.desk.session().await?;
        let answer = match wish {
            Wish::Publish { edition } => client.publish_integration(setup, name, edition).await,
            Wish::Mark => client.mark_integration(setup, name).await,
            Wish::Forget => client.forget_integration(setup, name).await,
        };
        self.desk.taken(answer)
    }

    async fn upload(&self, setup: &str, upload: Upload) -> Result<IntegrationsDocument, Refused> {
        let Upload { kind, file, size, pieces } = upload;
        let answer = self.desk.session().await?.upload_integration(setup, kind, &file, size, pieces).await;
        self.desk.taken(answer)
    }

    async fn download(&self, setup: &str, name: &IntegrationName) -> Result<Package, Refused> {
        let answer = self.desk.session().await?.download_integration(setup, name).await;
        let Download { size, pieces } = answer.map_err(|error| self.desk.refused(error))?;
        Ok(Package::new(size, pieces))
    }

    async fn go_on(&self, _: &str) -> Result<(), Refused> {
        sleep(self.pause).await;
        Ok(())
    }
}
