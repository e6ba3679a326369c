//! How a role reaches a user, what that does to it, and which of several roles counts.
//!
//! | granted through | Full Control acts as | Create Applications means |
//! | --- | --- | --- |
//! | default role | Full Control | create anywhere |
//! | team role | Change and Deploy | create in LifeTime only, for that team |
//! | application role | Change and Deploy | not applicable |
//!
//! ```
//! use ib_domain::permission::assignment::{AssignmentKind, CreateScope};
//! use ib_domain::permission::level::Level;
//!
//! assert_eq!(AssignmentKind::Team.weakened(Level::FullControl), Level::ChangeAndDeploy);
//! assert_eq!(AssignmentKind::Team.create_scope(), Some(CreateScope::LifeTimeForTeam));
//! ```

use std::fmt;

use super::key::EnvironmentKey;
use super::level::Level;
use super::model::PermissionModel;
use super::name::Name;
use super::role::{EnvironmentPermission, Role};
use super::unverified::UnverifiedReason;
use super::user::{Application, ItUser, Team};

/// How a role reaches a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AssignmentKind {
    /// As default role.
    Default,
    /// As role in a team that owns the application.
    Team,
    /// As role on the application itself.
    Application,
}

/// Where a user may create applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CreateScope {
    /// In Service Studio, in Service Center, and in LifeTime for any team.
    Anywhere,
    /// Only in LifeTime and for one team, which does not help Integration Builder.
    LifeTimeForTeam,
}

impl AssignmentKind {
    /// What a level acts as when it is granted this way.
    #[must_use]
    pub fn weakened(self, level: Level) -> Level {
        match self {
            Self::Default => level,
            Self::Team | Self::Application => level.min(Level::ChangeAndDeploy),
        }
    }

    /// What *Create Applications* means when it is granted this way; `None` is "not applicable".
    pub fn create_scope(self) -> Option<CreateScope> {
        match self {
            Self::Default => Some(CreateScope::Anywhere),
            Self::Team => Some(CreateScope::LifeTimeForTeam),
            Self::Application => None,
        }
    }
}

/// The assignment that decided, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Assignment {
    /// The user's default role.
    Default {
        /// Name of the role.
        role: Name,
    },
    /// The user's role in a team.
    Team {
        /// Name of the team.
        team: Name,
        /// Name of the role.
        role: Name,
    },
    /// The user's role on one application.
    Application {
        /// Name of the application.
        application: Name,
        /// Name of the role.
        role: Name,
    },
    /// The environment's own answer, which names no role.
    Direct,
}

impl Assignment {
    pub(super) fn default_role(role: &Role) -> Self {
        Self::Default { role: role.name.clone() }
    }

    fn kind(&self) -> AssignmentKind {
        match self {
            Self::Default { .. } | Self::Direct => AssignmentKind::Default,
            Self::Team { .. } => AssignmentKind::Team,
            Self::Application { .. } => AssignmentKind::Application,
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default { role } => write!(f, "default role {role}"),
            Self::Team { team, role } => write!(f, "role {role} in team {team}"),
            Self::Application { application, role } => write!(f, "role {role} on application {application}"),
            Self::Direct => f.write_str("the environment's answer"),
        }
    }
}

/// What a user may do with one application on one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effective {
    /// The level.
    pub level: Level,
    /// Where *Create Applications*, if the deciding role grants it, applies.
    pub create_applications: Option<CreateScope>,
    /// The assignment that decided.
    pub decided_by: Assignment,
}

impl Effective {
    fn of(granted: EnvironmentPermission, decided_by: Assignment) -> Self {
        let kind = decided_by.kind();
        Self {
            level: kind.weakened(granted.level),
            create_applications: kind.create_scope().filter(|_| granted.create_applications),
            decided_by,
        }
    }
}

/// Decides what a user may do with an application on an environment.
///
/// The application role counts, else the team role, else the default role. A default role with No Access
/// keeps the user out of the environment, whatever the others grant. An application belongs to one team; if
/// several of the user's teams list it, the least of their roles counts, since an override may restrict.
///
/// # Errors
///
/// [`UnverifiedReason::RoleNotListed`] or [`UnverifiedReason::TeamNotListed`] when a part of the model that
/// matters is missing.
pub fn effective(
    model: &PermissionModel,
    user: &ItUser,
    application: &Application,
    environment: &EnvironmentKey,
) -> Result<Effective, UnverifiedReason> {
    let role = model.role(&user.default_role)?;
    let by_default = granted(role, environment);
    let default = || Effective::of(by_default, Assignment::default_role(role));
    if by_default.level == Level::NoAccess {
        return Ok(default());
    }
    if let Some(key) = user.application_roles.get(&application.key) {
        let role = model.role(key)?;
        let decided_by =
            Assignment::Application { application: application.name.clone(), role: role.name.clone() };
        return Ok(Effective::of(granted(role, environment), decided_by));
    }
    Ok(through_team(model, user, application, environment)?.unwrap_or_else(default))
}

fn through_team(
    model: &PermissionModel,
    user: &ItUser,
    application: &Application,
    environment: &EnvironmentKey,
) -> Result<Option<Effective>, UnverifiedReason> {
    let mut least: Option<(EnvironmentPermission, &Team, &Role)> = None;
    for (team, role) in &user.team_roles {
        let team = model.team(team)?;
        if !team.owns(&application.key) {
            continue;
        }
        let role = model.role(role)?;
        let candidate = granted(role, environment);
        let level = |granted: EnvironmentPermission| AssignmentKind::Team.weakened(granted.level);
        if least.is_none_or(|(least, ..)| level(candidate) < level(least)) {
            least = Some((candidate, team, role));
        }
    }
    Ok(least.map(|(granted, team, role)| {
        let decided_by = Assignment::Team { team: team.name.clone(), role: role.name.clone() };
        Effective::of(granted, decided_by)
    }))
}

fn granted(role: &Role, environment: &EnvironmentKey) -> EnvironmentPermission {
    role.on(environment).unwrap_or(EnvironmentPermission::NOTHING)
}
