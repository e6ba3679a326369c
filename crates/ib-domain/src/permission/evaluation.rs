//! May this user set up and use Integration Builder (B1, B2; `it-user-permissions.md` 1 and 3)?
//!
//! The default role on development decides: Integration Builder publishes through the environment, where a
//! grant that comes through a team does not reach.
//!
//! ```
//! use ib_domain::permission::evaluation::{DirectAnswer, Evaluation, Missing};
//! use ib_domain::permission::level::Level;
//!
//! let answer = DirectAnswer {
//!     level: Level::ChangeAndDeploy,
//!     label: Some("Change and Deploy Applications".to_owned()),
//!     create_applications: false,
//! };
//! let Evaluation::Denied { missing, .. } = answer.evaluate() else { unreachable!("one thing is missing") };
//! assert_eq!(missing, [Missing::CreateApplications]);
//! ```

use std::fmt;

use super::assignment::Assignment;
use super::key::EnvironmentKey;
use super::level::Level;
use super::model::PermissionModel;
use super::role::EnvironmentPermission;
use super::unverified::UnverifiedReason;
use super::user::Username;

/// The level that Integration Builder needs on development (B1).
pub const NEEDED_LEVEL: Level = Level::ChangeAndDeploy;

/// Whether a user may set up and use Integration Builder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Evaluation {
    /// Everything needed is granted.
    Allowed {
        /// The level granted.
        level: Level,
        /// The assignment that grants it.
        decided_by: Assignment,
    },
    /// Something is missing.
    Denied {
        /// All that is missing; never empty.
        missing: Vec<Missing>,
        /// The assignment that would have to grant it.
        decided_by: Assignment,
    },
    /// The user cannot log in to the environment at all.
    Blocked {
        /// Why.
        reason: BlockReason,
    },
    /// It could not be told, which never counts as allowed.
    Unverified {
        /// Why.
        reason: UnverifiedReason,
    },
}

impl Evaluation {
    /// Whether everything needed is known to be granted.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }

    fn of(level: Level, create_applications: bool, decided_by: Assignment) -> Self {
        let level_missing =
            (level < NEEDED_LEVEL).then_some(Missing::Level { has: level, needs: NEEDED_LEVEL });
        let create_missing = (!create_applications).then_some(Missing::CreateApplications);
        let missing: Vec<_> = level_missing.into_iter().chain(create_missing).collect();
        if missing.is_empty() {
            Self::Allowed { level, decided_by }
        } else {
            Self::Denied { missing, decided_by }
        }
    }
}

impl From<UnverifiedReason> for Evaluation {
    fn from(reason: UnverifiedReason) -> Self {
        Self::Unverified { reason }
    }
}

/// One thing that a user lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Missing {
    /// The level is too low (B1).
    Level {
        /// The level that is granted.
        has: Level,
        /// The level that is needed.
        needs: Level,
    },
    /// The specific permission *Create Applications* (B2).
    CreateApplications,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level { has, needs } => write!(f, "level {needs} (has {has})"),
            Self::CreateApplications => f.write_str("permission Create Applications"),
        }
    }
}

/// Why a user cannot log in at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum BlockReason {
    /// The account is inactive.
    #[error("the account is inactive")]
    Inactive,
    /// The default role has No Access on the environment; no team or application role makes up for it.
    #[error("the default role has No Access")]
    NoAccess,
}

/// Decides from LifeTime's model whether a user may set up and use Integration Builder on the development
/// environment (`it-user-permissions.md` 3).
///
/// A role without an entry for the environment grants nothing, and everything is reported missing; an
/// entry *No Access* means that the log-in itself is refused.
#[must_use]
pub fn evaluate(model: &PermissionModel, username: &Username, development: &EnvironmentKey) -> Evaluation {
    decide(model, username, development).unwrap_or_else(Evaluation::from)
}

fn decide(
    model: &PermissionModel,
    username: &Username,
    development: &EnvironmentKey,
) -> Result<Evaluation, UnverifiedReason> {
    let user = model.user(username)?;
    if !user.active {
        return Ok(Evaluation::Blocked { reason: BlockReason::Inactive });
    }
    model.check_levels()?;
    model.check_environment(development)?;
    let role = model.role(&user.default_role)?;
    let granted = role.on(development);
    if granted.is_some_and(|granted| granted.level == Level::NoAccess) {
        return Ok(Evaluation::Blocked { reason: BlockReason::NoAccess });
    }
    let granted = granted.unwrap_or(EnvironmentPermission::NOTHING);
    Ok(Evaluation::of(granted.level, granted.create_applications, Assignment::default_role(role)))
}

/// What an environment itself answers about the user who logged in (`it-user-permissions.md` 5, route 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectAnswer {
    /// The level.
    pub level: Level,
    /// The level's label, if the answer gives one.
    pub label: Option<String>,
    /// Whether *Create Applications* is granted.
    pub create_applications: bool,
}

impl DirectAnswer {
    /// Decides from the answer. Number and label must agree on whether this is *Change and Deploy*.
    #[must_use]
    pub fn evaluate(&self) -> Evaluation {
        let label = self.label.as_deref();
        let labelled = label.is_some_and(Level::is_label_of_change_and_deploy);
        if labelled != (self.level == Level::ChangeAndDeploy) {
            return UnverifiedReason::levels_not_understood(label).into();
        }
        if self.level == Level::NoAccess {
            return Evaluation::Blocked { reason: BlockReason::NoAccess };
        }
        Evaluation::of(self.level, self.create_applications, Assignment::Direct)
    }
}
