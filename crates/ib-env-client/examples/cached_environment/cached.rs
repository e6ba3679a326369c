//! One environment that remembers its diagnosis. What takes credentials or changes something goes through.

use async_trait::async_trait;
use ib_domain::{address::EnvironmentAddress, permission::evaluation::DirectAnswer};
use ib_env_client::{
    Application, Credentials, Diagnosis, Environment, Introduced, Introduction, MessagePage, Module,
    ModuleKey, ModuleSink, ModuleVersions, Obstacle, Package, PublishId, Started,
};
use tokio::sync::OnceCell;

type Answer<T> = Result<T, Obstacle>;

pub(crate) struct Cached(pub(crate) std::sync::Arc<dyn Environment>, pub(crate) OnceCell<Diagnosis>);

#[async_trait]
impl Environment for Cached {
    fn address(&self) -> &EnvironmentAddress {
        self.0.address()
    }
    async fn diagnose(&self) -> Diagnosis {
        self.1.get_or_init(|| self.0.diagnose()).await.clone()
    }
    async fn log_in(&self, user: &Credentials) -> Answer<()> {
        self.0.log_in(user).await
    }
    async fn permissions(&self, user: &Credentials) -> Answer<Option<DirectAnswer>> {
        self.0.permissions(user).await
    }
    async fn has_several_catalogs(&self) -> Answer<Option<bool>> {
        self.0.has_several_catalogs().await
    }
    async fn applications(&self, user: &Credentials) -> Answer<Vec<Application>> {
        self.0.applications(user).await
    }
    async fn modules<'s>(&self, user: &Credentials, each: Box<dyn ModuleSink + 's>) -> Answer<()> {
        self.0.modules(user, each).await
    }
    async fn module_versions(&self, user: &Credentials, key: &ModuleKey) -> Answer<Option<ModuleVersions>> {
        self.0.module_versions(user, key).await
    }
    async fn publish(&self, user: &Credentials, package: Package, two: bool) -> Answer<Started> {
        self.0.publish(user, package, two).await
    }
    async fn republish(&self, user: &Credentials, name: &str, all: &[Module], two: bool) -> Answer<Started> {
        self.0.republish(user, name, all, two).await
    }
    async fn publish_messages(&self, user: &Credentials, id: PublishId, after: i64) -> Answer<MessagePage> {
        self.0.publish_messages(user, id, after).await
    }
    async fn publish_continue(&self, user: &Credentials, id: PublishId) -> Answer<()> {
        self.0.publish_continue(user, id).await
    }
    async fn publish_abort(&self, user: &Credentials, id: PublishId) -> Answer<()> {
        self.0.publish_abort(user, id).await
    }
    async fn introduce(&self, introduction: &Introduction) -> Answer<Introduced> {
        self.0.introduce(introduction).await
    }
}
