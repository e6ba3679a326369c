//! Which dependency may a user update (D5)?
//!
//! The default role on development must be *Change and Deploy Applications* or higher; a role on the
//! dependency's application, or in the team that owns it, can keep a user from it and cannot help.
//! *Create Applications* plays no part. The example of [`permission`](crate::permission) shows how to build
//! the model; then
//!
//! ```
//! # use ib_domain::permission::{key::*, model::*, user::*, update::*};
//! # let model = PermissionModel::new(ModelParts::default())?;
//! # let dev = EnvironmentKey::parse("dev")?;
//! let utils = Application { key: ApplicationKey::parse("utils")?, name: "Integration Builder Utils".into() };
//! for update in dependency_updates(&model, &Username::parse("maria")?, &dev, &[utils]) {
//!     assert!(!update.right.is_granted(), "the model knows no maria");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::assignment::{Assignment, Effective, effective};
use super::evaluation::{BlockReason, NEEDED_LEVEL};
use super::key::EnvironmentKey;
use super::level::Level;
use super::model::PermissionModel;
use super::role::EnvironmentPermission;
use super::unverified::UnverifiedReason;
use super::user::{Application, ItUser, Username};

/// Whether a user may update one dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DependencyUpdate {
    /// The dependency's application.
    pub application: Application,
    /// Whether it may be updated.
    pub right: UpdateRight,
}

/// Whether something may be updated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum UpdateRight {
    /// The user may.
    Granted {
        /// The assignment that decided.
        decided_by: Assignment,
    },
    /// The user is kept from it.
    Kept {
        /// The level on the application, below what is needed.
        level: Level,
        /// The assignment that decided.
        decided_by: Assignment,
    },
    /// The user cannot log in at all.
    Blocked {
        /// Why.
        reason: BlockReason,
    },
    /// It could not be told.
    Unverified {
        /// Why.
        reason: UnverifiedReason,
    },
}

impl UpdateRight {
    /// Whether the user is known to be allowed.
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Granted { .. })
    }
}

/// Decides for each dependency whether a user may update it on the development environment.
#[must_use]
pub fn dependency_updates(
    model: &PermissionModel,
    username: &Username,
    development: &EnvironmentKey,
    dependencies: &[Application],
) -> Vec<DependencyUpdate> {
    let decide = |application: &Application| {
        right(model, username, development, application)
            .unwrap_or_else(|reason| UpdateRight::Unverified { reason })
    };
    dependencies
        .iter()
        .map(|application| DependencyUpdate { application: application.clone(), right: decide(application) })
        .collect()
}

fn right(
    model: &PermissionModel,
    username: &Username,
    development: &EnvironmentKey,
    application: &Application,
) -> Result<UpdateRight, UnverifiedReason> {
    let user = model.user(username)?;
    if !user.active {
        return Ok(UpdateRight::Blocked { reason: BlockReason::Inactive });
    }
    model.check_levels()?;
    model.check_environment(development)?;
    if let Some(stopped) = stopped_by_default_role(model, user, development)? {
        return Ok(stopped);
    }
    let Effective { level, decided_by, .. } = effective(model, user, application, development)?;
    Ok(if level < NEEDED_LEVEL {
        UpdateRight::Kept { level, decided_by }
    } else {
        UpdateRight::Granted { decided_by }
    })
}

fn stopped_by_default_role(
    model: &PermissionModel,
    user: &ItUser,
    development: &EnvironmentKey,
) -> Result<Option<UpdateRight>, UnverifiedReason> {
    let role = model.role(&user.default_role)?;
    let granted = role.on(development);
    if granted.is_some_and(|granted| granted.level == Level::NoAccess) {
        return Ok(Some(UpdateRight::Blocked { reason: BlockReason::NoAccess }));
    }
    let level = granted.unwrap_or(EnvironmentPermission::NOTHING).level;
    let kept = UpdateRight::Kept { level, decided_by: Assignment::default_role(role) };
    Ok((level < NEEDED_LEVEL).then_some(kept))
}
