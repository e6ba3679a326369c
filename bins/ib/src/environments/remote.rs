//! Environments that a server watches.

use async_trait::async_trait;
use ib_api::environments::EnvironmentsDocument;
use ib_api::request::{PutEnvironment, PutWaiver};
use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::EnvironmentName;
use ib_setup::environment::Rejection;

use super::task::Waive;
use super::watcher::{Order, Watcher, rejected};
use crate::setup::desk::{Desk, Refused};
use crate::setup::remote;

/// A server, which looks at them by itself.
pub(crate) struct Remote {
    desk: remote::Remote,
    /// The file that declares what is asked for.
    file: Option<FileName>,
}

impl Remote {
    pub(crate) const fn new(desk: remote::Remote) -> Self {
        Self { desk, file: None }
    }

    /// The same for a file that declares environments.
    pub(crate) fn for_file(mut self, file: FileName) -> Self {
        self.file = Some(file);
        self
    }

    /// A server would give the environment of that name the address; whoever adds one wants another one.
    async fn refuse_what_is_named_so(
        &self,
        setup: &str,
        name: &EnvironmentName,
        address: &str,
    ) -> Result<(), Refused> {
        let document = self.environments(setup).await?;
        let Some(known) = document.environment(name.as_str()) else { return Ok(()) };
        let address = EnvironmentAddress::parse(address);
        let is_it = known.name == name.as_str()
            && address.is_ok_and(|address| EnvironmentAddress::parse(&known.address) == Ok(address));
        if is_it { Ok(()) } else { Err(rejected(Rejection::NameTaken(name.clone()))) }
    }
}

#[async_trait]
impl Watcher for Remote {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    /// The server knows.
    async fn came_in(&self, _: &str) -> Result<(), Refused> {
        Ok(())
    }

    async fn environments(&self, setup: &str) -> Result<EnvironmentsDocument, Refused> {
        let answer = self.desk.session().await?.environments(setup).await;
        self.desk.taken(answer)
    }

    async fn order(&self, setup: &str, order: Order<'_>) -> Result<EnvironmentsDocument, Refused> {
        let client = self.desk.session().await?;
        let client = match &self.file {
            Some(file) => client.for_file(file),
            None => client,
        };
        let answer = match order {
            Order::Add { name, address } => {
                self.refuse_what_is_named_so(setup, name, address).await?;
                let wanted = PutEnvironment { address: address.to_owned(), name: None };
                client.put_environment(setup, name.as_str(), &wanted).await
            }
            Order::Edit { name, new_name, address } => {
                let wanted = PutEnvironment { address: address.to_owned(), name: Some(new_name.to_string()) };
                client.put_environment(setup, name.as_str(), &wanted).await
            }
            Order::Remove(name) => client.remove_environment(setup, name.as_str()).await,
            Order::Release(name) => client.release_environment(setup, name.as_str()).await,
            Order::Waive { name, waiver: Waive { reason, owner, why, until } } => {
                let (owner, why, until) = (owner.to_string(), why.to_string(), until.to_string());
                let wanted = PutWaiver { owner, why, until };
                client.put_waiver(setup, name.as_str(), reason.entry().code, &wanted).await
            }
            Order::EndWaiver { name, reason } => {
                client.end_waiver(setup, name.as_str(), reason.entry().code).await
            }
            Order::Look(name) => client.look_at_environments(setup, name.map(EnvironmentName::as_str)).await,
            Order::Import => client.import_environments(setup).await,
        };
        self.desk.taken(answer)
    }

    async fn go_on(&self, setup: &str) -> Result<EnvironmentsDocument, Refused> {
        let answer = self.desk.session().await?.settled_environments(setup).await;
        self.desk.taken(answer)
    }
}
