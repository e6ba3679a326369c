//! Keeps what an environment tells about itself while a checker asks it.
//!
//! A [report](ib_domain::report::Report) says how checks came out; the registration also needs the version
//! and the serial number behind them, without asking the environment twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_env_client::{
    Application, Connect, Credentials, Diagnosis, Environment, LifeTime, MessagePage, Module, ModuleKey,
    ModuleSink, ModuleVersions, Obstacle, PublishId, Started, Token,
};

use crate::infrastructure::Serial;
use crate::registration;

type Told = Arc<Mutex<BTreeMap<EnvironmentAddress, registration::Environment>>>;

/// Connects as `inner` does, and remembers what was told.
pub(crate) struct Witness {
    inner: Arc<dyn Connect>,
    told: Told,
}

impl Witness {
    pub(crate) fn new(inner: Arc<dyn Connect>) -> Self {
        Self { inner, told: Told::default() }
    }

    /// What the environment at `address` told, where it was recognised and its version could be read.
    pub(crate) fn told(&self, address: &EnvironmentAddress) -> Option<registration::Environment> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
    }
}

impl Connect for Witness {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        Arc::new(Watched { inner: self.inner.environment(address), told: Arc::clone(&self.told) })
    }

    fn lifetime(&self, address: EnvironmentAddress, token: Token) -> Arc<dyn LifeTime> {
        self.inner.lifetime(address, token)
    }
}

struct Watched {
    inner: Arc<dyn Environment>,
    told: Told,
}

fn read(address: &EnvironmentAddress, diagnosis: &Diagnosis) -> Option<registration::Environment> {
    let version = diagnosis.version.as_ref().filter(|_| diagnosis.recognised)?.known()?;
    let serial = diagnosis.serial.as_deref().and_then(Serial::read);
    Some(registration::Environment { address: address.clone(), version, serial })
}

#[async_trait]
impl Environment for Watched {
    fn address(&self) -> &EnvironmentAddress {
        self.inner.address()
    }

    async fn diagnose(&self) -> Diagnosis {
        let diagnosis = self.inner.diagnose().await;
        if let Some(environment) = read(self.address(), &diagnosis) {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.insert(environment.address.clone(), environment);
        }
        diagnosis
    }

    async fn log_in(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        self.inner.log_in(credentials).await
    }

    async fn permissions(&self, credentials: &Credentials) -> Result<Option<DirectAnswer>, Obstacle> {
        self.inner.permissions(credentials).await
    }

    async fn applications(&self, credentials: &Credentials) -> Result<Vec<Application>, Obstacle> {
        self.inner.applications(credentials).await
    }

    async fn modules<'s>(
        &self,
        credentials: &Credentials,
        each: Box<dyn ModuleSink + 's>,
    ) -> Result<(), Obstacle> {
        self.inner.modules(credentials, each).await
    }

    async fn module_versions(
        &self,
        credentials: &Credentials,
        module: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        self.inner.module_versions(credentials, module).await
    }

    async fn publish(&self, by: &Credentials, package: &[u8], two_step: bool) -> Result<Started, Obstacle> {
        self.inner.publish(by, package, two_step).await
    }

    async fn republish(
        &self,
        by: &Credentials,
        name: &str,
        modules: &[Module],
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        self.inner.republish(by, name, modules, two_step).await
    }

    async fn publish_messages(
        &self,
        by: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        self.inner.publish_messages(by, publication, after).await
    }

    async fn publish_continue(&self, by: &Credentials, publication: PublishId) -> Result<(), Obstacle> {
        self.inner.publish_continue(by, publication).await
    }

    async fn publish_abort(&self, by: &Credentials, publication: PublishId) -> Result<(), Obstacle> {
        self.inner.publish_abort(by, publication).await
    }
}
