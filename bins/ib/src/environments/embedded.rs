//! Environments watched from this machine: the library itself. They are looked at only while a command runs.

use async_trait::async_trait;
use ib_api::environments::EnvironmentsDocument;
use ib_api::problem::Problem;
use ib_domain::declaration::FileName;
use ib_setup::environment::View;
use ib_setup::{Driver, Environments, EnvironmentsError, HistoryId, SetupId};

use super::task::Waive;
use super::watcher::{Order, Watcher};
use crate::setup::clean::cleaned;
use crate::setup::desk::{Desk, Refused};
use crate::setup::embedded;
use crate::setup::worker::Worker;

/// Watches from this machine, and does the work itself.
pub(crate) struct Embedded {
    desk: embedded::Embedded,
    environments: Environments,
    worker: Worker,
}

impl Embedded {
    pub(crate) fn new(desk: embedded::Embedded) -> Self {
        let environments = Environments::new(desk.setup.clone());
        let worker = Worker::new(Driver::new(desk.setup.clone(), None).watching(environments.clone()));
        Self { desk, environments, worker }
    }

    /// The same for a file that declares environments.
    pub(crate) fn for_file(mut self, file: FileName) -> Self {
        self.environments = self.environments.for_file(file);
        self
    }

    async fn document(&self, setup: SetupId, view: &View) -> Result<EnvironmentsDocument, Refused> {
        let can_import = self.environments.can_import(setup).await.map_err(|error| refused(&error, ""))?;
        cleaned(EnvironmentsDocument::new(view, can_import))
    }

    /// The history of the infrastructure that a set-up leads to.
    async fn history(&self, setup: SetupId) -> Result<HistoryId, Refused> {
        let view = self.desk.setup.view(setup).await.map_err(|error| embedded::refused(&error))?;
        let infrastructure =
            view.infrastructure.ok_or_else(|| refused(&EnvironmentsError::NotRegistered, ""))?;
        Ok(HistoryId::Environments(infrastructure))
    }
}

#[async_trait]
impl Watcher for Embedded {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    async fn came_in(&self, setup: &str) -> Result<(), Refused> {
        self.environments.came_in(embedded::read(setup)?).await.map_err(|error| refused(&error, ""))
    }

    async fn environments(&self, setup: &str) -> Result<EnvironmentsDocument, Refused> {
        let setup = embedded::read(setup)?;
        let view = self.environments.view(setup).await.map_err(|error| refused(&error, ""))?;
        self.document(setup, &view).await
    }

    async fn order(&self, setup: &str, order: Order<'_>) -> Result<EnvironmentsDocument, Refused> {
        let (setup, all) = (embedded::read(setup)?, &self.environments);
        let typed = match order {
            Order::Add { address, .. } | Order::Edit { address, .. } => address,
            _ => "",
        };
        let view = match order {
            Order::Add { name, address } => all.add(setup, name.clone(), address).await,
            Order::Edit { name, new_name, address } => {
                all.edit(setup, name.clone(), new_name.clone(), address).await
            }
            Order::Remove(name) => all.remove(setup, name.clone()).await,
            Order::Release(name) => all.release(setup, name.clone()).await,
            Order::Waive { name, waiver: Waive { reason, owner, why, until } } => {
                let until = until.from(all.now());
                all.waive(setup, name.clone(), *reason, owner.clone(), why.clone(), until).await
            }
            Order::EndWaiver { name, reason } => all.end_waiver(setup, name.clone(), reason).await,
            Order::Look(name) => all.look(setup, name.cloned()).await,
            Order::Import => all.import(setup).await,
        };
        self.document(setup, &view.map_err(|error| refused(&error, typed))?).await
    }

    async fn go_on(&self, setup: &str) -> Result<EnvironmentsDocument, Refused> {
        let history = self.history(embedded::read(setup)?).await?;
        self.worker.work(history).await?;
        self.environments(setup).await
    }
}

fn refused(error: &EnvironmentsError, typed: &str) -> Refused {
    Box::new(Problem::of_environments(error, typed))
}
