//! LifeTime, as something that can be asked.

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::Purpose;
use ib_domain::finding::Finding;
use ib_domain::permission::key::EnvironmentKey;
use ib_domain::permission::model::PermissionModel;
use ib_domain::version::VersionReading;

use crate::Obstacle;

/// An environment as LifeTime lists it (`lifetime-api.md` 2). LifeTime does not list itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedEnvironment {
    /// Its key.
    pub key: EnvironmentKey,
    /// Its name.
    pub name: String,
    /// Its host name, as LifeTime knows it.
    pub host: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The version that LifeTime saw last.
    pub version: VersionReading,
    /// Its place in the pipeline.
    pub order: i64,
    /// Whether it is in the vendor's cloud.
    pub is_cloud: bool,
}

/// An application as LifeTime lists it (`lifetime-api.md` 3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedApplication {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// The LifeTime of an infrastructure, asked with a service account's token.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait LifeTime: Send + Sync {
    /// The address that is asked.
    fn address(&self) -> &EnvironmentAddress;

    /// Looks at the way to LifeTime layer by layer, without the token. The last finding may be an
    /// obstacle.
    async fn diagnose(&self) -> Vec<Finding>;

    /// The environments that the account sees, in pipeline order; none is an answer.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`], such as a refused token.
    async fn environments(&self) -> Result<Vec<ListedEnvironment>, Obstacle>;

    /// Roles, permission levels, users and teams, put together with the environments that the account
    /// sees.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`], such as a read that the account may not make. A model with a gap is never
    /// returned.
    async fn permission_model(&self, environments: &[ListedEnvironment])
    -> Result<PermissionModel, Obstacle>;

    /// The applications that the account sees.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn applications(&self) -> Result<Vec<ListedApplication>, Obstacle>;
}
