//! Why permissions could not be told, which never counts as granted.

use std::fmt;

use super::key::{EnvironmentKey, RoleKey, TeamKey};
use super::level::UnknownLevel;
use super::user::Username;
use crate::text::harmless;

/// Longest label of a level that is shown, in characters.
const LABEL_LIMIT: usize = 60;

/// What was to be read about permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PermissionSource {
    /// LifeTime's list of environments.
    Environments,
    /// LifeTime's list of roles.
    Roles,
    /// LifeTime's list of permission levels.
    Levels,
    /// LifeTime's list of users.
    Users,
    /// LifeTime's list of teams.
    Teams,
    /// The environment's own answer about the user (`it-user-permissions.md` 5, route 2).
    Direct,
}

impl fmt::Display for PermissionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environments => "the environments",
            Self::Roles => "the roles",
            Self::Levels => "the permission levels",
            Self::Users => "the users",
            Self::Teams => "the teams",
            Self::Direct => "the environment's answer about the user",
        })
    }
}

/// Why permissions could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum UnverifiedReason {
    /// LifeTime lists no user of that name.
    #[error("LifeTime lists no user {username}")]
    UserNotListed {
        /// The name asked for.
        username: Username,
    },
    /// LifeTime lists several users of that name.
    #[error("LifeTime lists several users {username}")]
    SeveralUsers {
        /// The name asked for.
        username: Username,
    },
    /// LifeTime does not list a role that the user has.
    #[error("LifeTime does not list the role {role}")]
    RoleNotListed {
        /// The role's key.
        role: RoleKey,
    },
    /// LifeTime does not list a team that the user is in.
    #[error("LifeTime does not list the team {team}")]
    TeamNotListed {
        /// The team's key.
        team: TeamKey,
    },
    /// LifeTime does not list the environment.
    #[error("LifeTime does not list the environment {environment}")]
    EnvironmentNotListed {
        /// The environment's key.
        environment: EnvironmentKey,
    },
    /// The number 5 and the label *Change and Deploy Applications* do not go together here.
    #[error("the permission levels are not understood: number 5 and the label \"{}\" do not agree with Change and Deploy", label.as_deref().unwrap_or("(none)"))]
    LevelsNotUnderstood {
        /// The label that was found, as it may be shown.
        label: Option<String>,
    },
    /// A level has a number that is not known.
    #[error("the level number {number} is not known")]
    UnknownLevel {
        /// The number.
        number: u8,
    },
    /// The account used for reading may not read it.
    #[error("reading {what} was refused")]
    ReadRefused {
        /// What was to be read.
        what: PermissionSource,
    },
    /// It was read and could not be made sense of, or the reading failed.
    #[error("{what} could not be read")]
    Unreadable {
        /// What was to be read.
        what: PermissionSource,
    },
    /// Neither LifeTime nor the environment offers a way to ask.
    #[error(
        "there is no way to ask: no LifeTime access, and the environment does not answer about permissions"
    )]
    NoRoute,
}

impl UnverifiedReason {
    pub(super) fn levels_not_understood(label: Option<&str>) -> Self {
        Self::LevelsNotUnderstood { label: label.map(|label| harmless(label, LABEL_LIMIT)) }
    }
}

impl From<UnknownLevel> for UnverifiedReason {
    fn from(UnknownLevel(number): UnknownLevel) -> Self {
        Self::UnknownLevel { number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::name::Name;

    #[test]
    fn what_was_to_be_read_is_named() {
        use PermissionSource::{Direct, Environments, Levels, Roles, Teams, Users};
        for (source, word) in [
            (Environments, "environments"),
            (Roles, "roles"),
            (Levels, "levels"),
            (Users, "users"),
            (Teams, "teams"),
            (Direct, "answer"),
        ] {
            assert!(source.to_string().contains(word), "{source}");
        }
        assert_eq!(format!("{:?}", Name::from("Owners")), "\"Owners\"");
    }
}
