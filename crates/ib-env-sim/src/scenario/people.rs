//! IT users, roles and teams (`it-user-permissions.md` 2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Environment, Secret, guid};

/// The built-in role that has every right.
pub(super) const ADMINISTRATOR: &str = "Administrator";
/// In a role's permissions: every environment that is not named.
pub(super) const EVERYWHERE: &str = "*";

/// What a role may do on one environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Permission {
    /// 0 No Access to 6 Full Control (`lifetime-api.md` 4).
    pub level: u8,
    /// The specific permission Create Applications.
    pub create_applications: bool,
    /// The specific permission Add System Dependencies.
    pub add_dependencies_to_system: bool,
}

impl Permission {
    /// Everything, as the fixed Administrator role has it.
    pub const EVERYTHING: Self =
        Self { level: 6, create_applications: true, add_dependencies_to_system: true };
}

/// A role: permissions per environment, and rights over the infrastructure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    /// Its name, which is also how users and teams name it.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Manage Infrastructure and Users.
    pub manage_infrastructure: bool,
    /// Manage Teams and Application Roles.
    pub manage_teams: bool,
    /// Per host; `*` stands for every host not named. A missing entry is No Access.
    pub permissions: BTreeMap<String, Permission>,
}

impl Role {
    /// The built-in role with every right.
    pub fn administrator() -> Self {
        Self {
            name: ADMINISTRATOR.to_owned(),
            description: "Built-in role with every right.".to_owned(),
            manage_infrastructure: true,
            manage_teams: true,
            permissions: BTreeMap::from([(EVERYWHERE.to_owned(), Permission::EVERYTHING)]),
        }
    }

    /// The GUID.
    pub fn key(&self) -> String {
        guid("role", &self.name)
    }

    /// What it may do there.
    pub fn on(&self, environment: &Environment) -> Permission {
        let named = self.permissions.iter().find(|(host, _)| host.eq_ignore_ascii_case(&environment.host));
        let permission = named.map(|(_, permission)| permission).or_else(|| self.permissions.get(EVERYWHERE));
        permission.copied().unwrap_or_default()
    }
}

/// A team and the applications it owns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Names of its applications.
    pub applications: Vec<String>,
}

impl Team {
    /// The GUID.
    pub fn key(&self) -> String {
        guid("team", &self.name)
    }
}

/// A user's role in a team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TeamRole {
    /// Name of the team.
    pub team: String,
    /// Name of the role.
    pub role: String,
}

/// A user's role on one application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ApplicationRole {
    /// Name of the application.
    pub application: String,
    /// Name of the role.
    pub role: String,
}

/// An IT user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct User {
    /// Name to log in with; case does not matter.
    pub username: String,
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Digests accepted after a `#` instead of the password (`service-center-soap.md` 7).
    pub digests: Vec<Secret>,
    /// Name of the default role.
    pub role: String,
    /// Inactive users are refused like wrong passwords.
    pub active: bool,
    /// May use a local password although an external identity provider is active.
    pub local_administrator: bool,
    /// Locked until unlocked through the control API, whatever the clock says.
    pub locked: bool,
    /// Team roles.
    pub teams: Vec<TeamRole>,
    /// Application roles.
    pub application_roles: Vec<ApplicationRole>,
    /// One line for people: what this user shows.
    pub summary: String,
}

impl Default for User {
    fn default() -> Self {
        Self {
            username: String::new(),
            name: String::new(),
            email: String::new(),
            password: Secret::default(),
            digests: Vec::new(),
            role: ADMINISTRATOR.to_owned(),
            active: true,
            local_administrator: false,
            locked: false,
            teams: Vec::new(),
            application_roles: Vec::new(),
            summary: String::new(),
        }
    }
}

impl User {
    /// The GUID.
    pub fn key(&self) -> String {
        guid("user", &self.username.trim().to_lowercase())
    }

    /// Whether this is the user's name, ignoring case and outer blanks.
    pub(crate) fn is_called(&self, username: &str) -> bool {
        self.username.trim().to_lowercase() == username.trim().to_lowercase()
    }
}
