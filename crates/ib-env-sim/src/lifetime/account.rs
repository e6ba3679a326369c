//! Service accounts and what their role allows.

use super::Refused;
use crate::request::Scene;
use crate::scenario::{Environment, Role};

/// The service account that a token belongs to.
pub(super) struct Account {
    role: Role,
}

impl Account {
    /// The account of the request's token, if the token is known and still valid.
    pub(super) fn of(scene: &Scene<'_>) -> Option<Self> {
        let given = scene.request.bearer()?;
        let settings = &scene.scenario.lifetime;
        let token = settings.tokens.iter().find(|token| token.value.reveal() == given)?;
        if token.expires_at.is_some_and(|end| end <= scene.world.clock.now()) {
            return None;
        }
        let name = token.role.as_ref().unwrap_or(&settings.service_account_role);
        Some(Self { role: scene.scenario.role(name)? })
    }

    /// Whether the account lists applications there, which makes the environment visible to it.
    pub(super) fn sees(&self, environment: &Environment) -> bool {
        self.role.on(environment).level >= 2
    }

    /// Reading or changing users and roles needs the right to manage them.
    pub(super) fn may_manage_users(&self) -> Result<(), Refused> {
        let refusal = "The service account has no permission to manage users and roles.";
        if self.role.manage_infrastructure { Ok(()) } else { Err(Refused::forbidden(refusal)) }
    }

    /// Teams need that right or the narrower one.
    pub(super) fn may_manage_teams(&self) -> Result<(), Refused> {
        let refusal = "The service account has no permission to manage teams.";
        let allowed = self.role.manage_infrastructure || self.role.manage_teams;
        if allowed { Ok(()) } else { Err(Refused::forbidden(refusal)) }
    }
}
