//! The permission model of one infrastructure: everything that LifeTime says about who may do what.
//!
//! Building it checks that keys are unique. References that lead nowhere (a role that was not listed) are no
//! error here, since they concern only the users who have them: asking about such a user answers
//! [`Unverified`](super::evaluation::Evaluation::Unverified).
//!
//! ```
//! use ib_domain::permission::model::{ModelParts, PermissionModel};
//!
//! let model = PermissionModel::new(ModelParts::default())?;
//! assert!(!model.understands_levels(), "no level has a label");
//! # Ok::<(), ib_domain::permission::model::ModelError>(())
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::key::{EnvironmentKey, RoleKey, TeamKey, UserKey};
use super::level::Level;
use super::role::Role;
use super::unverified::UnverifiedReason;
use super::user::{ItUser, Team, Username};

/// What a permission model is made of, as it was read.
#[derive(Debug, Clone, Default)]
pub struct ModelParts {
    /// The label of each level, by number (`/roles/permissionlevels/`).
    pub labels: BTreeMap<u8, String>,
    /// The environments that exist.
    pub environments: Vec<EnvironmentKey>,
    /// The roles, with what they grant on each environment.
    pub roles: Vec<Role>,
    /// The IT users, inactive ones included.
    pub users: Vec<ItUser>,
    /// The teams, with the applications they own.
    pub teams: Vec<Team>,
}

/// Why the parts make no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Two roles have one key.
    #[error("two roles have the key {0}")]
    DuplicateRole(RoleKey),
    /// Two users have one key.
    #[error("two users have the key {0}")]
    DuplicateUser(UserKey),
    /// Two teams have one key.
    #[error("two teams have the key {0}")]
    DuplicateTeam(TeamKey),
}

/// The permission model of one infrastructure.
#[derive(Debug, Clone)]
pub struct PermissionModel {
    /// Whether the numbers of levels mean here what they mean everywhere.
    levels: Result<(), UnverifiedReason>,
    environments: BTreeSet<EnvironmentKey>,
    roles: BTreeMap<RoleKey, Role>,
    /// Those of one name; a name that several share answers for none of them.
    users: HashMap<Username, Vec<ItUser>>,
    teams: BTreeMap<TeamKey, Team>,
}

impl PermissionModel {
    /// Puts the parts together.
    ///
    /// # Errors
    ///
    /// A [`ModelError`] when two roles, users or teams have the same key.
    pub fn new(parts: ModelParts) -> Result<Self, ModelError> {
        let mut users: HashMap<_, Vec<_>> = HashMap::new();
        for user in by_key(parts.users, |user| &user.key).map_err(ModelError::DuplicateUser)?.into_values() {
            users.entry(user.username.clone()).or_default().push(user);
        }
        Ok(Self {
            levels: understood(&parts.labels),
            environments: parts.environments.into_iter().collect(),
            roles: by_key(parts.roles, |role| &role.key).map_err(ModelError::DuplicateRole)?,
            users,
            teams: by_key(parts.teams, |team| &team.key).map_err(ModelError::DuplicateTeam)?,
        })
    }

    /// Whether the number 5 means *Change and Deploy* here, as everywhere known (`lifetime-api.md` 4).
    pub fn understands_levels(&self) -> bool {
        self.check_levels().is_ok()
    }

    pub(super) fn check_levels(&self) -> Result<(), UnverifiedReason> {
        self.levels.clone()
    }

    pub(super) fn check_environment(&self, environment: &EnvironmentKey) -> Result<(), UnverifiedReason> {
        if self.environments.contains(environment) {
            Ok(())
        } else {
            Err(UnverifiedReason::EnvironmentNotListed { environment: environment.clone() })
        }
    }

    /// The user of that name, whatever its case.
    ///
    /// # Errors
    ///
    /// [`UnverifiedReason::UserNotListed`] or [`UnverifiedReason::SeveralUsers`].
    pub fn user(&self, username: &Username) -> Result<&ItUser, UnverifiedReason> {
        match self.users.get(username).map(Vec::as_slice) {
            Some([user]) => Ok(user),
            None | Some([]) => Err(UnverifiedReason::UserNotListed { username: username.clone() }),
            Some(_) => Err(UnverifiedReason::SeveralUsers { username: username.clone() }),
        }
    }

    /// The role with that key.
    ///
    /// # Errors
    ///
    /// [`UnverifiedReason::RoleNotListed`].
    pub fn role(&self, key: &RoleKey) -> Result<&Role, UnverifiedReason> {
        self.roles.get(key).ok_or_else(|| UnverifiedReason::RoleNotListed { role: key.clone() })
    }

    /// The team with that key.
    ///
    /// # Errors
    ///
    /// [`UnverifiedReason::TeamNotListed`].
    pub fn team(&self, key: &TeamKey) -> Result<&Team, UnverifiedReason> {
        self.teams.get(key).ok_or_else(|| UnverifiedReason::TeamNotListed { team: key.clone() })
    }
}

fn understood(labels: &BTreeMap<u8, String>) -> Result<(), UnverifiedReason> {
    let label = labels.get(&Level::ChangeAndDeploy.number());
    match label {
        Some(label) if Level::is_label_of_change_and_deploy(label) => Ok(()),
        _ => Err(UnverifiedReason::levels_not_understood(label.map(String::as_str))),
    }
}

fn by_key<K: Ord + Clone, T>(things: Vec<T>, key: impl Fn(&T) -> &K) -> Result<BTreeMap<K, T>, K> {
    let mut map = BTreeMap::new();
    for thing in things {
        let key = key(&thing).clone();
        if map.insert(key.clone(), thing).is_some() {
            return Err(key);
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_whatever_their_spelling() {
        let role = |key: &str| Role::new(RoleKey::parse(key).unwrap(), "Role");
        let parts = ModelParts { roles: vec![role("A"), role("{a}")], ..ModelParts::default() };
        let error = PermissionModel::new(parts).unwrap_err();
        assert_eq!(error, ModelError::DuplicateRole(RoleKey::parse("a").unwrap()));
    }

    #[test]
    fn levels_are_understood_where_five_is_called_as_everywhere() {
        let understands = |label: &str| {
            let labels = [(Level::ChangeAndDeploy.number(), label.to_owned())].into();
            PermissionModel::new(ModelParts { labels, ..ModelParts::default() }).unwrap().understands_levels()
        };
        assert_eq!(["Change and Deploy Applications", "Full Control"].map(understands), [true, false]);
        assert!(!PermissionModel::new(ModelParts::default()).unwrap().understands_levels());
    }

    #[test]
    fn a_name_that_two_users_share_answers_for_neither() {
        let user = |key: &str, name: &str| {
            let (username, role) = (Username::parse(name).unwrap(), RoleKey::parse("r").unwrap());
            ItUser::new(UserKey::parse(key).unwrap(), username, role)
        };
        let users = vec![user("1", "Maria"), user("2", "maria"), user("3", "Joan")];
        let model = PermissionModel::new(ModelParts { users, ..ModelParts::default() }).unwrap();
        let found = |name: &str| model.user(&Username::parse(name).unwrap());
        assert!(matches!(found("MARIA"), Err(UnverifiedReason::SeveralUsers { .. })));
        assert!(matches!(found("nobody"), Err(UnverifiedReason::UserNotListed { .. })));
        assert_eq!(found("joan").unwrap().key.as_str(), "3");
    }
}
