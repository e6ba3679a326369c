//! One environment behind the HTTP client.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::level::Level;
use ib_domain::reason::Reason;

use super::dialect::Method;
use super::learnt::Learnt;
use super::transport::Transport;
use crate::environment::{
    Application, Diagnosis, Environment, IdentityProvider, MessagePage, Module, ModuleKey, ModuleSink,
    ModuleVersions, PublishId, Started,
};
use crate::{Credentials, Introduced, Introduction, Obstacle, Package};

/// One environment, with what was learnt about it while it was asked, by this object or another one.
pub(super) struct HttpEnvironment {
    pub(super) transport: Arc<Transport>,
    pub(super) address: EnvironmentAddress,
    pub(super) learnt: Arc<Learnt>,
}

impl HttpEnvironment {
    pub(super) fn new(transport: Arc<Transport>, address: EnvironmentAddress) -> Self {
        let learnt = transport.learnt.about(&address);
        Self { transport, address, learnt }
    }

    /// Who checks passwords, as far as a diagnosis told lately.
    pub(super) fn identity_provider(&self) -> Option<IdentityProvider> {
        self.learnt.identity_provider(self.now())
    }

    /// Remembers who checks passwords.
    pub(super) fn learn_identity_provider(&self, provider: IdentityProvider) {
        self.learnt.learn_identity_provider(self.now(), provider);
    }

    /// What time it is.
    pub(super) fn now(&self) -> SystemTime {
        (self.transport.settings.clock)()
    }

    /// Makes sure that there is a judged route before anything is sent.
    async fn reach(&self) -> Result<(), Obstacle> {
        if self.transport.routes.to(self.address.host()).is_none() {
            let resolved = self.transport.resolve(&self.address).await?;
            self.transport.judge(&self.address, &resolved)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Environment for HttpEnvironment {
    fn address(&self) -> &EnvironmentAddress {
        &self.address
    }

    async fn diagnose(&self) -> Diagnosis {
        self.look().await
    }

    async fn log_in(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        self.reach().await?;
        self.prove(credentials).await
    }

    async fn permissions(&self, credentials: &Credentials) -> Result<Option<DirectAnswer>, Obstacle> {
        self.reach().await?;
        let Some(answer) = self.direct_answer(credentials).await? else {
            return Ok(None);
        };
        read_direct(&answer).map(Some).ok_or_else(|| {
            Obstacle::new(Reason::PermissionsNotUnderstood).observed("a field is missing or odd")
        })
    }

    async fn has_several_catalogs(&self) -> Result<Option<bool>, Obstacle> {
        self.reach().await?;
        self.ask_catalogs().await
    }

    async fn applications(&self, credentials: &Credentials) -> Result<Vec<Application>, Obstacle> {
        self.reach().await?;
        self.list_applications(credentials).await
    }

    async fn modules<'s>(
        &self,
        credentials: &Credentials,
        each: Box<dyn ModuleSink + 's>,
    ) -> Result<(), Obstacle> {
        self.reach().await?;
        self.list_modules(credentials, each).await
    }

    async fn module_versions(
        &self,
        credentials: &Credentials,
        module: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        self.reach().await?;
        self.list_versions(credentials, module).await
    }

    async fn publish(
        &self,
        credentials: &Credentials,
        package: Package,
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        self.reach().await?;
        self.start_publication(credentials, package, two_step).await
    }

    async fn republish(
        &self,
        credentials: &Credentials,
        name: &str,
        modules: &[Module],
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        self.reach().await?;
        self.start_republication(credentials, name, modules, two_step).await
    }

    async fn publish_messages(
        &self,
        credentials: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        self.reach().await?;
        self.read_messages(credentials, publication, after).await
    }

    async fn publish_continue(
        &self,
        credentials: &Credentials,
        publication: PublishId,
    ) -> Result<(), Obstacle> {
        self.reach().await?;
        self.steer(Method::PublishContinue, credentials, publication).await
    }

    async fn publish_abort(&self, credentials: &Credentials, publication: PublishId) -> Result<(), Obstacle> {
        self.reach().await?;
        self.steer(Method::PublishAbort, credentials, publication).await
    }

    async fn introduce(&self, introduction: &Introduction) -> Result<Introduced, Obstacle> {
        self.reach().await?;
        self.send_introduction(introduction).await
    }
}

/// Reads the direct route's answer; a level that is not known is not understood.
fn read_direct(answer: &serde_json::Value) -> Option<DirectAnswer> {
    let level = u8::try_from(answer.get("level")?.as_u64()?).ok()?;
    let label = answer.get("levelLabel").and_then(serde_json::Value::as_str);
    Some(DirectAnswer {
        level: Level::try_from(level).ok()?,
        label: label.map(str::to_owned),
        create_applications: answer.get("createApplications")?.as_bool()?,
    })
}
