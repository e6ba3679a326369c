//! Roles, and what a role grants.
//!
//! ```
//! use ib_domain::permission::key::{EnvironmentKey, RoleKey};
//! use ib_domain::permission::level::Level;
//! use ib_domain::permission::role::{BuiltInRole, EnvironmentPermission, Role, SpecificPermission};
//!
//! let dev = EnvironmentKey::parse("dev")?;
//! let role = Role::new(RoleKey::parse("r1")?, "Developer").with(
//!     dev.clone(),
//!     EnvironmentPermission::of(Level::ChangeAndDeploy).and(SpecificPermission::CreateApplications),
//! );
//! assert_eq!(role.built_in(), Some(BuiltInRole::Developer));
//! assert!(role.on(&dev).is_some_and(|granted| granted.has(SpecificPermission::CreateApplications)));
//! # Ok::<(), ib_domain::permission::key::KeyError>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;

use super::key::{EnvironmentKey, RoleKey};
use super::level::Level;
use super::name::Name;
use crate::environment::EnvironmentKind;

/// A permission that a role grants per environment beside its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SpecificPermission {
    /// *Create Applications*, which Integration Builder needs on development (B2).
    CreateApplications,
    /// *Add System Dependencies*.
    AddSystemDependencies,
}

impl fmt::Display for SpecificPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CreateApplications => "Create Applications",
            Self::AddSystemDependencies => "Add System Dependencies",
        })
    }
}

/// A right over the whole infrastructure; none of them is needed to use Integration Builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum InfrastructureRight {
    /// *Manage Infrastructure and Users*, of a self-managed infrastructure.
    ManageInfrastructureAndUsers,
    /// *Manage Users and Roles*, which takes its place in the cloud.
    ManageUsersAndRoles,
    /// *Manage Teams and Application Roles*.
    ManageTeamsAndApplicationRoles,
}

impl fmt::Display for InfrastructureRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ManageInfrastructureAndUsers => "Manage Infrastructure and Users",
            Self::ManageUsersAndRoles => "Manage Users and Roles",
            Self::ManageTeamsAndApplicationRoles => "Manage Teams and Application Roles",
        })
    }
}

/// A role that every infrastructure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuiltInRole {
    /// Fixed, with everything granted.
    Administrator,
    /// Comes with the platform and can be edited.
    Developer,
}

/// What a role grants on one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnvironmentPermission {
    /// The level.
    pub level: Level,
    /// *Create Applications*. No level implies it, so it is read at every level.
    pub create_applications: bool,
    /// *Add System Dependencies*.
    pub add_system_dependencies: bool,
}

impl EnvironmentPermission {
    /// What a role without an entry for an environment grants there.
    pub const NOTHING: Self = Self::of(Level::NoAccess);

    /// A level without specific permissions.
    pub const fn of(level: Level) -> Self {
        Self { level, create_applications: false, add_system_dependencies: false }
    }

    /// The same with a specific permission added.
    #[must_use]
    pub const fn and(self, permission: SpecificPermission) -> Self {
        match permission {
            SpecificPermission::CreateApplications => Self { create_applications: true, ..self },
            SpecificPermission::AddSystemDependencies => Self { add_system_dependencies: true, ..self },
        }
    }

    /// Whether a specific permission is granted.
    pub const fn has(self, permission: SpecificPermission) -> bool {
        match permission {
            SpecificPermission::CreateApplications => self.create_applications,
            SpecificPermission::AddSystemDependencies => self.add_system_dependencies,
        }
    }
}

/// A role: a name for what it grants on each environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Role {
    /// Its key.
    pub key: RoleKey,
    /// Its name.
    pub name: Name,
    /// LifeTime's `manageInfrastructure`; see [`rights`](Self::rights).
    pub manage_infrastructure: bool,
    /// LifeTime's `manageTeams`.
    pub manage_teams: bool,
    /// What it grants, per environment. An environment without an entry grants nothing.
    pub permissions: BTreeMap<EnvironmentKey, EnvironmentPermission>,
}

impl Role {
    /// A role that grants nothing yet.
    pub fn new(key: RoleKey, name: impl Into<Name>) -> Self {
        Self {
            key,
            name: name.into(),
            manage_infrastructure: false,
            manage_teams: false,
            permissions: BTreeMap::new(),
        }
    }

    /// The same with what it grants on one environment.
    #[must_use]
    pub fn with(mut self, environment: EnvironmentKey, permission: EnvironmentPermission) -> Self {
        self.permissions.insert(environment, permission);
        self
    }

    /// What it grants on an environment, if it has an entry for it.
    pub fn on(&self, environment: &EnvironmentKey) -> Option<EnvironmentPermission> {
        self.permissions.get(environment).copied()
    }

    /// The built-in role of that name, if it is one.
    pub fn built_in(&self) -> Option<BuiltInRole> {
        match self.name.as_str() {
            name if name.eq_ignore_ascii_case("Administrator") => Some(BuiltInRole::Administrator),
            name if name.eq_ignore_ascii_case("Developer") => Some(BuiltInRole::Developer),
            _ => None,
        }
    }

    /// Its rights over an infrastructure whose environments are of that kind: the cloud splits what a
    /// self-managed infrastructure grants as one.
    pub fn rights(&self, kind: EnvironmentKind) -> Vec<InfrastructureRight> {
        let infrastructure = if kind == EnvironmentKind::Cloud {
            InfrastructureRight::ManageUsersAndRoles
        } else {
            InfrastructureRight::ManageInfrastructureAndUsers
        };
        let infrastructure = self.manage_infrastructure.then_some(infrastructure);
        let teams = self.manage_teams.then_some(InfrastructureRight::ManageTeamsAndApplicationRoles);
        infrastructure.into_iter().chain(teams).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> Role {
        Role::new(RoleKey::parse("r").unwrap(), name)
    }

    #[test]
    fn built_in_roles_are_known_by_name() {
        assert_eq!(role("administrator ").built_in(), Some(BuiltInRole::Administrator));
        assert_eq!(role(" DEVELOPER").built_in(), Some(BuiltInRole::Developer));
        assert_eq!(role("Developers").built_in(), None);
    }

    #[test]
    fn rights_depend_on_who_manages_the_infrastructure() {
        use InfrastructureRight as Right;
        let role = Role { manage_infrastructure: true, manage_teams: true, ..role("Admin") };
        let teams = Right::ManageTeamsAndApplicationRoles;
        assert_eq!(role.rights(EnvironmentKind::OnPremises), [Right::ManageInfrastructureAndUsers, teams]);
        assert_eq!(role.rights(EnvironmentKind::Cloud), [Right::ManageUsersAndRoles, teams]);
        assert_eq!(Role::new(role.key, "None").rights(EnvironmentKind::Cloud), []);
    }

    #[test]
    fn rights_and_permissions_are_called_as_in_lifetime() {
        use InfrastructureRight as Right;
        let rights = [
            Right::ManageInfrastructureAndUsers,
            Right::ManageUsersAndRoles,
            Right::ManageTeamsAndApplicationRoles,
        ];
        let names = [
            "Manage Infrastructure and Users",
            "Manage Users and Roles",
            "Manage Teams and Application Roles",
        ];
        assert_eq!(rights.map(|right| right.to_string()), names);
        let permissions = [SpecificPermission::CreateApplications, SpecificPermission::AddSystemDependencies];
        let names = ["Create Applications", "Add System Dependencies"];
        assert_eq!(permissions.map(|permission| permission.to_string()), names);
    }

    #[test]
    fn specific_permissions_are_separate() {
        let granted =
            EnvironmentPermission::of(Level::FullControl).and(SpecificPermission::AddSystemDependencies);
        assert!(granted.has(SpecificPermission::AddSystemDependencies));
        assert!(!granted.has(SpecificPermission::CreateApplications));
    }

    #[test]
    fn one_permission_more_keeps_those_that_were_there() {
        let both = EnvironmentPermission::of(Level::FullControl)
            .and(SpecificPermission::CreateApplications)
            .and(SpecificPermission::AddSystemDependencies)
            .and(SpecificPermission::CreateApplications);
        assert!(both.has(SpecificPermission::CreateApplications));
        assert!(both.has(SpecificPermission::AddSystemDependencies));
        assert_eq!(both.level, Level::FullControl);
    }
}
