//! Dependencies published from this machine: the library itself, with packages in a folder.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_setup::ports::{Lease, Leased, Release, Store as _};
use ib_setup::publication::View;
use ib_setup::{
    Dependencies, Driver, DriverError, HistoryId, Identity, Publications, PublicationsError, SetupError,
    SetupId, Timestamp,
};
use ib_store::PackageFolder;
use tokio::time::sleep;

use super::workshop::{Entry, Order, Workshop};
use crate::setup::clean::cleaned;
use crate::setup::desk::{Desk, Refused};
use crate::setup::embedded;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// How long to rest where work is under way and none is due.
const REST: Duration = Duration::from_secs(1);

/// Publishes from this machine, and does the work itself.
pub(crate) struct Embedded {
    desk: embedded::Embedded,
    publications: Publications,
    driver: Driver,
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
        surroundings: &Surroundings,
    ) -> Self {
        let dependencies =
            Dependencies { catalogue: Arc::new(packages.catalogue().clone()), packages: Arc::new(packages) };
        let publications = Publications::new(desk.setup.clone(), dependencies).pace(surroundings.pace);
        let driver = Driver::new(desk.setup.clone(), Some(publications.clone()));
        Self { desk, publications, driver, clock: Arc::clone(&surroundings.clock), due: Mutex::default() }
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

    /// Does the work, and renews the lease while that takes long.
    async fn hold(&self, leased: Leased) -> Result<Release, DriverError> {
        let lease = leased.lease;
        tokio::select! {
            worked = self.driver.work(leased) => worked,
            never = self.renew(lease) => match never {},
        }
    }

    /// Renews a lease again and again. What is recorded under one that is lost is refused, so the work ends by itself.
    async fn renew(&self, lease: Lease) -> std::convert::Infallible {
        loop {
            sleep(self.driver.renew_every()).await;
            if let Err(error) = self.driver.renew(lease).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the lease cannot be renewed");
            }
        }
    }
}

#[async_trait]
impl Workshop for Embedded {
    fn desk(&self) -> &dyn Desk {
        &self.desk
    }

    async fn entry(&self, address: &EnvironmentAddress, username: Option<&str>) -> Result<Entry, Refused> {
        let failed = |error| embedded::refused(&SetupError::Store(error));
        let store = &self.desk.store;
        let identity = Identity { address: address.clone(), serial: None, names: [].into() };
        let Some(infrastructure) = store.find(&identity).await.map_err(failed)? else {
            return Ok(Entry::Closed);
        };
        let username = username.map(Username::parse).transpose();
        let username = username.map_err(|error| embedded::refused(&SetupError::Username(error)))?;
        let known = store.registered(infrastructure, username.as_ref()).await.map_err(failed)?;
        let Some(id) = known.first() else { return Ok(Entry::LogIn) };
        let document: SetupDocument = embedded::document(*id, self.desk.setup.view(*id).await)?;
        Ok(Entry::Through(Box::new(document)))
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

    async fn go_on(&self, setup: &str) -> Result<(), Refused> {
        self.until_due().await;
        let history = self.history(embedded::read(setup)?).await?;
        let leased = self.driver.lease(1, Some(history)).await.map_err(|error| embedded::refused(&error))?;
        let Some(leased) = leased.into_iter().next() else {
            sleep(REST).await;
            return Ok(());
        };
        let release = self.hold(leased).await.map_err(|error| refused(&error))?;
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = release.due.map(|(_, due)| due);
        self.driver.release(&[release]).await.map_err(|error| embedded::refused(&error))
    }
}

fn refused(error: &PublicationsError) -> Refused {
    Box::new(Problem::of_publications(error))
}
