//! LifeTime's JSON, read tolerantly: names in any case, a single object where a list is described,
//! unknown fields ignored (`lifetime-api.md` 1 and 4).

use ib_domain::environment::Purpose;
use ib_domain::permission::key::{ApplicationKey, EnvironmentKey, KeyError, RoleKey, TeamKey, UserKey};
use ib_domain::permission::level::Level;
use ib_domain::permission::role;
use ib_domain::permission::role::EnvironmentPermission;
use ib_domain::permission::user::{self, ItUser, Username};
use ib_domain::reason::Reason;
use ib_domain::version::PlatformVersion;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Obstacle;
use crate::lifetime::ListedEnvironment;

/// Reads a list; a single object counts as a list of one.
pub(in super::super) fn list<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| shortened(&error))?;
    match lower(value) {
        Value::Array(items) => {
            items.into_iter().map(|item| T::deserialize(item).map_err(|error| shortened(&error))).collect()
        }
        single @ Value::Object(_) => {
            T::deserialize(single).map(|one| vec![one]).map_err(|error| shortened(&error))
        }
        _ => Err("neither a list nor an object".to_owned()),
    }
}

/// An error of the JSON library may quote what it read; only its kind and place are told.
fn shortened(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => "a field is missing or of another type".to_owned(),
        _ => format!("no JSON from line {} column {} on", error.line(), error.column()),
    }
}

/// The same value with every field's name in lower case, and null fields left out.
fn lower(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(lower).collect()),
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name.to_ascii_lowercase(), lower(value))).collect::<Map<_, _>>(),
            )
        }
        other => other,
    }
}

/// Turns each wire value into the domain's, or says that it cannot be.
pub(in super::super) fn all<W, D: TryFrom<W, Error = Obstacle>>(wire: Vec<W>) -> Result<Vec<D>, Obstacle> {
    wire.into_iter().map(D::try_from).collect()
}

fn odd(what: &str) -> Obstacle {
    Obstacle::new(Reason::LifeTimeNotUnderstood).observed(what)
}

impl From<KeyError> for Obstacle {
    fn from(_: KeyError) -> Self {
        odd("a key is missing or odd")
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) struct Environment {
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    osversion: String,
    #[serde(default)]
    order: i64,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    environmenttype: String,
    #[serde(default)]
    iscloudenvironment: bool,
}

impl TryFrom<Environment> for ListedEnvironment {
    type Error = Obstacle;

    fn try_from(wire: Environment) -> Result<Self, Obstacle> {
        Ok(Self {
            key: EnvironmentKey::parse(&wire.key)?,
            name: wire.name,
            host: wire.hostname,
            purpose: Purpose::read(&wire.environmenttype),
            version: PlatformVersion::read(&wire.osversion),
            order: wire.order,
            is_cloud: wire.iscloudenvironment,
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PermissionLevel {
    pub(super) level: u8,
    #[serde(default, rename = "levellabel")]
    pub(super) level_label: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Role {
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "manageinfrastructure")]
    manage_infrastructure: bool,
    #[serde(default, rename = "manageteams")]
    manage_teams: bool,
    #[serde(default, rename = "environmentpermissions")]
    permissions: Vec<Permission>,
}

#[derive(Debug, Deserialize)]
struct Permission {
    #[serde(rename = "environmentkey")]
    environment_key: String,
    level: u8,
    #[serde(default, rename = "createapplications")]
    create_applications: bool,
    #[serde(default, rename = "adddependenciestosystem")]
    add_dependencies_to_system: bool,
}

impl TryFrom<Role> for role::Role {
    type Error = Obstacle;

    fn try_from(wire: Role) -> Result<Self, Obstacle> {
        let mut role = Self::new(RoleKey::parse(&wire.key)?, wire.name);
        role.manage_infrastructure = wire.manage_infrastructure;
        role.manage_teams = wire.manage_teams;
        for granted in wire.permissions {
            let level = Level::try_from(granted.level)
                .map_err(|_| odd("a permission level has an unknown number"))?;
            let permission = EnvironmentPermission {
                level,
                create_applications: granted.create_applications,
                add_system_dependencies: granted.add_dependencies_to_system,
            };
            role = role.with(EnvironmentKey::parse(&granted.environment_key)?, permission);
        }
        Ok(role)
    }
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct User {
    key: String,
    username: String,
    #[serde(default = "active", rename = "isactive")]
    is_active: bool,
    #[serde(rename = "rolekey")]
    role_key: String,
    #[serde(default, rename = "applicationroles")]
    application_roles: Vec<ApplicationRole>,
    #[serde(default)]
    teams: Vec<TeamRole>,
}

/// The reference's default.
const fn active() -> bool {
    true
}

#[derive(Debug, Deserialize)]
struct ApplicationRole {
    #[serde(rename = "applicationkey")]
    application_key: String,
    #[serde(rename = "rolekey")]
    role_key: String,
}

#[derive(Debug, Deserialize)]
struct TeamRole {
    #[serde(rename = "teamkey")]
    team_key: String,
    #[serde(rename = "rolekey")]
    role_key: String,
}

impl TryFrom<User> for ItUser {
    type Error = Obstacle;

    fn try_from(wire: User) -> Result<Self, Obstacle> {
        let username = Username::parse(&wire.username).map_err(|_| odd("a user name is missing or odd"))?;
        let mut user = Self::new(UserKey::parse(&wire.key)?, username, RoleKey::parse(&wire.role_key)?);
        user.active = wire.is_active;
        for team in wire.teams {
            user.team_roles.insert(TeamKey::parse(&team.team_key)?, RoleKey::parse(&team.role_key)?);
        }
        for application in wire.application_roles {
            let key = ApplicationKey::parse(&application.application_key)?;
            user.application_roles.insert(key, RoleKey::parse(&application.role_key)?);
        }
        Ok(user)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Team {
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    applications: Vec<Application>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Application {
    pub(super) key: String,
    #[serde(default)]
    pub(super) name: String,
}

impl TryFrom<Team> for user::Team {
    type Error = Obstacle;

    fn try_from(wire: Team) -> Result<Self, Obstacle> {
        let application = |one: Application| {
            Ok(user::Application { key: ApplicationKey::parse(&one.key)?, name: one.name.into() })
        };
        Ok(Self {
            key: TeamKey::parse(&wire.key)?,
            name: wire.name.into(),
            applications: wire.applications.into_iter().map(application).collect::<Result<_, Obstacle>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_a_single_object_is_a_list_of_one() {
        let pascal = br#"{"Key":"a","Name":"R","EnvironmentPermissions":[{"EnvironmentKey":"e","Level":5,"CreateApplications":true}]}"#;
        let camel = br#"[{"key":"a","name":"R","extra":1,"environmentPermissions":[{"environmentKey":"e","level":5,"createApplications":true}]}]"#;
        let read = |bytes: &[u8]| all::<Role, role::Role>(list(bytes).unwrap()).unwrap();
        assert_eq!(read(pascal), read(camel));
        assert_eq!(read(camel).len(), 1);
    }

    #[test]
    fn an_error_never_quotes_what_was_read() {
        let error = list::<User>(br#"[{"key": 5, "username": "planted-secret"}]"#).unwrap_err();
        assert!(!error.contains("planted"), "{error}");
        let error = list::<User>(b"planted-secret").unwrap_err();
        assert!(!error.contains("planted"), "{error}");
    }

    #[test]
    fn an_unknown_level_is_not_taken_for_a_known_one() {
        let roles =
            list::<Role>(br#"[{"key":"a","environmentPermissions":[{"environmentKey":"e","level":9}]}]"#);
        assert!(all::<Role, role::Role>(roles.unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(list::<User>(&bytes));
            drop(list::<Environment>(&bytes));
        }

        #[test]
        fn no_mutation_panics(at in 0usize..90, byte in any::<u8>()) {
            let mut text = br#"[{"key":"k","username":"u","roleKey":"r","teams":[{"teamKey":"t","roleKey":"r"}]}]"#.to_vec();
            let index = at % text.len();
            text[index] = byte;
            if let Ok(users) = list::<User>(&text) {
                drop(all::<User, ItUser>(users));
            }
        }
    }
}
