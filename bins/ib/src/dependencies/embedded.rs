//! Dependencies and integrations published from this machine: the library itself, with packages in folders.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::integrations::IntegrationsDocument;
use ib_api::problem::Problem;
use ib_domain::integration::IntegrationName;
use ib_domain::permission::user::Username;
use ib_env_client::Package;
use ib_setup::publication::View;
use ib_setup::{
    Dependencies, Driver, HistoryId, Publications, PublicationsError, SetupError, SetupId, Timestamp,
    UploadRequest,
};
use ib_store::{DepotFolder, PackageFolder};
use tokio::time::sleep;

use super::workshop::{Order, Upload, Wish, Workshop};
use crate::setup::clean::cleaned;
use crate::setup::desk::{Desk, Refused};
use crate::setup::embedded;
use crate::setup::worker::Worker;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Publishes from this machine, and does the work itself.
pub(crate) struct Embedded {
    desk: embedded::Embedded,
    publications: Publications,
    worker: Worker,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// When there is next work.
    due: Mutex<Option<Timestamp>>,
}

/// The folder of packages that was named, or else that of the variable.
pub(crate) fn packages(named: Option<&PathBuf>, surroundings: &Surroundings) -> Result<PackageFolder, Stop> {
    let folder = named.cloned().or_else(|| surroundings.variable("IB_PACKAGES").map(PathBuf::from));
    let folder = folder.ok_or_else(|| {
        Stop::usage(
            "which packages? name their folder with --packages DIR or IB_PACKAGES: it holds catalogue.toml, and the packages that this describes",
        )
    })?;
    PackageFolder::open(folder).map_err(|error| {
        Stop::usage(format!(
            "{error}; a folder of packages holds catalogue.toml, and the packages that this describes"
        ))
    })
}

impl Embedded {
    pub(crate) fn new(
        desk: embedded::Embedded,
        packages: PackageFolder,
        depot: DepotFolder,
        surroundings: &Surroundings,
    ) -> Self {
        let dependencies = Dependencies {
            catalogue: Arc::new(packages.catalogue().clone()),
            packages: Arc::new(packages),
            depot: Some(Arc::new(depot)),
        };
        let publications = Publications::new(desk.setup.clone(), dependencies).pace(surroundings.pace);
        let worker = Worker::new(Driver::new(desk.setup.clone(), Some(publications.clone())));
        Self { desk, publications, worker, clock: Arc::clone(&surroundings.clock), due: Mutex::default() }
    }

    fn now(&self) -> Timestamp {
        (self.clock)().into()
    }

    async fn document(&self, setup: SetupId, view: &View) -> Result<DependenciesDocument, Refused> {
        let set_up = self.desk.setup.view(setup).await.map_err(|error| embedded::refused(&error))?;
        let username = Username::parse(&set_up.typed.username);
        let username = username.map_err(|error| embedded::refused(&SetupError::Username(error)))?;
        cleaned(DependenciesDocument::new(view, &username, self.now()))
    }

    /// The history of the infrastructure that a set-up leads to.
    async fn history(&self, setup: SetupId) -> Result<HistoryId, Refused> {
        let view = self.desk.setup.view(setup).await.map_err(|error| embedded::refused(&error))?;
        let infrastructure = view.infrastructure.ok_or_else(|| refused(&PublicationsError::NotRegistered))?;
        Ok(HistoryId::Publications(infrastructure))
    }

    /// Whatever was due later, there is work at once.
    fn forget_due(&self) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Waits until the work that was done last goes on.
    async fn until_due(&self) {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner).take();
        let left = due.map_or(0, |due| due.as_millis().saturating_sub(self.now().as_millis()));
        if left > 0 {
            sleep(Duration::from_millis(left)).await;
        }
    }
}

#[async_trait]
impl Workshop for Embedded {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    async fn came_in(&self, setup: &str) -> Result<(), Refused> {
        self.forget_due();
        self.publications.came_in(embedded::read(setup)?).await.map_err(|error| refused(&error))
    }

    async fn dependencies(&self, setup: &str) -> Result<DependenciesDocument, Refused> {
        let setup = embedded::read(setup)?;
        let view = self.publications.view(setup).await.map_err(|error| refused(&error))?;
        self.document(setup, &view).await
    }

    async fn order(&self, setup: &str, order: Order<'_>) -> Result<DependenciesDocument, Refused> {
        let setup = embedded::read(setup)?;
        let view = match order {
            Order::Look => self.publications.look(setup).await,
            Order::Start { edition, only } => self.publications.start(setup, edition, only.clone()).await,
            Order::Retry(item) => self.publications.retry(setup, item.clone()).await,
            Order::Cancel(item) => self.publications.cancel(setup, item.cloned()).await,
        };
        self.forget_due();
        self.document(setup, &view.map_err(|error| refused(&error))?).await
    }

    async fn messages(&self, setup: &str, after: usize) -> Result<MessagesDocument, Refused> {
        let messages = self.publications.messages(embedded::read(setup)?, after).await;
        let (said, next) = messages.map_err(|error| refused(&error))?;
        cleaned(MessagesDocument::new(&said, next))
    }

    async fn integrations(&self, setup: &str) -> Result<IntegrationsDocument, Refused> {
        let seen = self.publications.seen_by(embedded::read(setup)?).await;
        let (view, holder) = seen.map_err(|error| refused(&error))?;
        cleaned(IntegrationsDocument::new(&view, &holder))
    }

    async fn wish(
        &self,
        setup: &str,
        name: &IntegrationName,
        wish: Wish,
    ) -> Result<IntegrationsDocument, Refused> {
        let (id, name) = (embedded::read(setup)?, name.clone());
        let done = match wish {
            Wish::Publish { edition } => self.publications.publish(id, edition, [name].into()).await,
            Wish::Mark => self.publications.mark(id, name).await,
            Wish::Forget => self.publications.discard(id, name).await,
        };
        self.forget_due();
        done.map_err(|error| refused(&error))?;
        self.integrations(setup).await
    }

    async fn upload(&self, setup: &str, upload: Upload) -> Result<IntegrationsDocument, Refused> {
        let Upload { kind, file, pieces, .. } = upload;
        let uploaded =
            self.publications.upload(embedded::read(setup)?, UploadRequest { kind, file }, pieces).await;
        let (_, name) = uploaded.map_err(|error| Box::new(Problem::of_upload(&error)))?;
        let mut document = self.integrations(setup).await?;
        document.uploaded = Some(name.to_string());
        Ok(document)
    }

    async fn download(&self, setup: &str, name: &IntegrationName) -> Result<Package, Refused> {
        let downloaded = self.publications.download(embedded::read(setup)?, name).await;
        let (_, package) = downloaded.map_err(|error| Box::new(Problem::of_download(&error)))?;
        Ok(package)
    }

    async fn go_on(&self, setup: &str) -> Result<(), Refused> {
        self.until_due().await;
        let history = self.history(embedded::read(setup)?).await?;
        let due = self.worker.work(history).await?;
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = due;
        Ok(())
    }
}

fn refused(error: &PublicationsError) -> Refused {
    Box::new(Problem::of_publications(error))
}
