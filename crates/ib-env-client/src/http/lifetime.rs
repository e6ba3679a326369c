//! LifeTime behind the HTTP client (`lifetime-api.md`).

pub(super) mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future;
use ib_domain::address::EnvironmentAddress;
use ib_domain::finding::Finding;
use ib_domain::permission::model::{ModelParts, PermissionModel};
use ib_domain::reason::Reason;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::findings::{Findings, first, with_retry};
use super::transport::{Call, Caller, Reply, Transport};
use crate::lifetime::{LifeTime, ListedApplication, ListedEnvironment};
use crate::{Obstacle, Token};

/// Where the API answers.
const BASE: &str = "/lifetimeapi/rest/v2";

/// One LifeTime with the token of a service account.
pub(super) struct HttpLifeTime {
    transport: Arc<Transport>,
    address: EnvironmentAddress,
    token: Token,
}

impl HttpLifeTime {
    pub(super) const fn new(transport: Arc<Transport>, address: EnvironmentAddress, token: Token) -> Self {
        Self { transport, address, token }
    }

    /// Reads a list. No content is an empty list.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
        what: &str,
    ) -> Result<Vec<T>, Obstacle> {
        let delay = self.transport.settings.limits.retry_delay;
        let reply = with_retry(delay, || self.reply(path, query, what)).await;
        let Some(reply) = reply? else {
            return Ok(Vec::new());
        };
        let bytes = reply.deadline.read(reply.body.collect()).await?;
        read(&bytes, what)
    }

    /// Asks with a slash at the end, as the reference writes it; once without where that leads nowhere.
    async fn reply(&self, path: &str, query: &str, what: &str) -> Result<Option<Reply>, Obstacle> {
        if self.transport.routes.to(self.address.host()).is_none() {
            let resolved = self.transport.resolve(&self.address).await?;
            self.transport.judge(&self.address, &resolved)?;
        }
        let mut reply = self.get(&format!("{BASE}{path}/{query}")).await?;
        if reply.status == StatusCode::NOT_FOUND && reply.content_type.contains("html") {
            reply = self.get(&format!("{BASE}{path}{query}")).await?;
        }
        let seen = |reason: Reason, text: String| Err(Obstacle::new(reason).observed(text));
        let numbered = |reason| seen(reason, format!("status {}", reply.status.as_u16()));
        match reply.status {
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::OK if reply.content_type.contains("html") => {
                seen(Reason::LifeTimeNotUnderstood, format!("{what}: a web page where JSON was due"))
            }
            StatusCode::OK => Ok(Some(reply)),
            StatusCode::UNAUTHORIZED => Err(Reason::TokenRefused.into()),
            StatusCode::FORBIDDEN if reply.content_type.contains("html") => numbered(Reason::ClosedToUs),
            StatusCode::FORBIDDEN => seen(Reason::AccountForbidden, what.to_owned()),
            StatusCode::NOT_FOUND => Err(Reason::NoLifeTimeApi.into()),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                numbered(Reason::HttpGateway)
            }
            StatusCode::TOO_MANY_REQUESTS => numbered(Reason::HttpThrottled),
            status if status.is_server_error() => numbered(Reason::LifeTimeError),
            _ => numbered(Reason::LifeTimeNotUnderstood),
        }
    }

    /// The way is looked at before anything secret is sent: a LifeTime asks for the token.
    async fn ask_without_token(&self) -> Result<Option<Obstacle>, Obstacle> {
        let path = format!("{BASE}/environments/");
        let limit = self.transport.first_limit(&self.address);
        let page = self.transport.page_within(&self.address, &path, limit).await?;
        let seen = page.describe();
        let found = |reason: Reason| Some(Obstacle::new(reason).observed(seen));
        Ok(match (page.status, page.elsewhere) {
            (_, Some(host)) => Some(Obstacle::new(Reason::HttpRedirectsElsewhere).observed(host)),
            _ if page.says_closed => found(Reason::ClosedToUs),
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => None,
            (status, _) if status.is_server_error() => found(Reason::LifeTimeError),
            // Only what asks for a token gets one.
            _ => found(Reason::NoLifeTimeApi),
        })
    }

    async fn get(&self, path: &str) -> Result<Reply, Obstacle> {
        let limits = &self.transport.settings.limits;
        let call = Call::get(path, limits.request, limits.list_bytes);
        self.transport.send(&self.address, call.by(Caller::ServiceAccount(&self.token))).await
    }
}

/// The permission model that the lists make together.
fn model(
    environments: &[ListedEnvironment],
    levels: Vec<wire::PermissionLevel>,
    roles: Vec<wire::Role>,
    users: Vec<wire::User>,
    teams: Vec<wire::Team>,
) -> Result<PermissionModel, Obstacle> {
    let parts = ModelParts {
        labels: levels.into_iter().map(|level| (level.level, level.level_label)).collect(),
        environments: environments.iter().map(|environment| environment.key.clone()).collect(),
        roles: wire::all(roles)?,
        users: wire::all(users)?,
        teams: wire::all(teams)?,
    };
    PermissionModel::new(parts)
        .map_err(|error| Obstacle::new(Reason::LifeTimeNotUnderstood).observed(error.to_string()))
}

/// What the same lists make that come from anywhere: environments, levels, roles, users and teams.
#[cfg(feature = "fuzz")]
pub(super) fn model_of(lists: [&[u8]; 5]) -> Result<PermissionModel, Obstacle> {
    let [environments, levels, roles, users, teams] = lists;
    let environments = wire::all(read::<wire::Environment>(environments, "")?)?;
    model(&environments, read(levels, "")?, read(roles, "")?, read(users, "")?, read(teams, "")?)
}

/// A list, read whole.
fn read<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<Vec<T>, Obstacle> {
    wire::list(bytes)
        .map_err(|error| Obstacle::new(Reason::LifeTimeNotUnderstood).observed(format!("{what}: {error}")))
}

#[async_trait]
impl LifeTime for HttpLifeTime {
    fn address(&self) -> &EnvironmentAddress {
        &self.address
    }

    async fn diagnose(&self) -> Vec<Finding> {
        let mut findings = Findings::new(&self.transport);
        if let Some(route) = findings.route(&self.address).await {
            let first = first(&self.transport, route, || self.ask_without_token()).await;
            let begun = first.begun;
            if let Some(Some(obstacle)) = findings.first_request(&self.address, first).await {
                findings.obstacle(obstacle, begun.elapsed());
            }
        }
        findings.all
    }

    async fn environments(&self) -> Result<Vec<ListedEnvironment>, Obstacle> {
        let listed: Vec<wire::Environment> = self.list("/environments", "", "the environments").await?;
        let mut environments =
            listed.into_iter().map(ListedEnvironment::try_from).collect::<Result<Vec<_>, _>>()?;
        environments.sort_by_key(|environment| environment.order);
        Ok(environments)
    }

    async fn permission_model(
        &self,
        environments: &[ListedEnvironment],
    ) -> Result<PermissionModel, Obstacle> {
        let (levels, roles, users, teams) = future::try_join4(
            self.list::<wire::PermissionLevel>("/roles/permissionlevels", "", "the permission levels"),
            self.list::<wire::Role>("/roles", "?IncludeEnvPermissions=true", "the roles"),
            self.list::<wire::User>(
                "/users",
                "?IncludeInactive=true&IncludeTeams=true&IncludeApplicationRoles=true",
                "the users",
            ),
            self.list::<wire::Team>("/teams", "?IncludeApplications=true", "the teams"),
        )
        .await?;
        model(environments, levels, roles, users, teams)
    }

    async fn applications(&self) -> Result<Vec<ListedApplication>, Obstacle> {
        let listed: Vec<wire::Application> = self.list("/applications", "", "the applications").await?;
        Ok(listed.into_iter().map(|one| ListedApplication { key: one.key, name: one.name }).collect())
    }
}
