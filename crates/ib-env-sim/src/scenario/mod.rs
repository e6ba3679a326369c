//! What is simulated: one infrastructure as data, read from TOML.
//!
//! Everything has a default, so a scenario names only what matters:
//!
//! ```
//! use ib_env_sim::Scenario;
//!
//! let scenario = Scenario::from_toml_str(
//!     r#"
//!     [[environments]]
//!     host = "dev.example.org"
//!     version = "11.7.4.1234"
//!     tls = "ok"
//!     internal_network = ["10.0.0.0/8", "127.0.0.0/8"]
//!     faults = [{ path = "/ServiceCenter/*", method = "Modules_Get", times = 2, do = "status", status = 502 }]
//!
//!     [[environments.applications]]
//!     name = "Orders"
//!     modules = [{ name = "Orders_IS" }]
//!
//!     [[roles]]
//!     name = "Integrator"
//!     permissions = { "*" = { level = 5, create_applications = true } }
//!
//!     [[users]]
//!     username = "ann"
//!     password = "a-password"
//!     role = "Integrator"
//!     "#,
//! )?;
//! assert_eq!(scenario.users[0].role, "Integrator");
//! # Ok::<(), ib_env_sim::ScenarioError>(())
//! ```
//!
//! The keys are the fields of [`Scenario`], [`Environment`], [`IntegrationManager`], [`LifeTime`], [`Role`], [`Team`], [`User`], [`PublishRule`] and
//! [`Fault`].

mod application;
mod environment;
mod fault;
mod fault_form;
mod integration;
mod lifetime;
mod manager;
mod package;
mod people;
mod publish_rule;
mod validate;

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use application::{Application, Generated, Module, StatusMessage};
pub use environment::{Environment, IdentityProvider, Kind, Purpose, Tls, WsdlForm};
pub use fault::{Action, Fault};
pub use lifetime::{KeyCase, LifeTime, Token};
pub use manager::{IntegrationManager, ManagerBehaviour};
pub use people::{ApplicationRole, Permission, Role, Team, TeamRole, User};
pub use publish_rule::{PublishMessage, PublishRule};

/// A text that must not be shown: its `Debug` form is a placeholder.
///
/// ```
/// let secret = ib_env_sim::scenario::Secret::from("s3cret");
/// assert_eq!(format!("{secret:?}"), "***");
/// assert_eq!(secret.reveal(), "s3cret");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// One infrastructure: its environments, its IT users, its LifeTime, and how all of it misbehaves.
///
/// ```
/// let scenario = ib_env_sim::Scenario::acme();
/// assert_eq!(scenario.environments[0].host, "dev.acme.example");
/// assert!(scenario.user("Maria").is_some(), "usernames ignore case");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Scenario {
    /// A name for people.
    pub name: String,
    /// The activation code, the same in all environments (`integration-builder.md` 3).
    pub activation_code: Secret,
    /// Whether whoever verifies activation codes is out of order.
    pub activation_unavailable: bool,
    /// The service that every Integration Manager was given the address of, for example `https://service.example`;
    /// over plain HTTP on loopback alone. Empty: none calls anybody.
    pub service: String,
    /// The authority of the service's certificate, in PEM.
    pub service_authority: String,
    /// Milliseconds before every HTTP response of every host.
    pub delay_ms: u64,
    /// Milliseconds that a round trip takes, as over a long line: every TLS handshake waits for one, and every
    /// HTTP response.
    pub round_trip_ms: u64,
    /// The environments, LifeTime included, in pipeline order.
    pub environments: Vec<Environment>,
    /// LifeTime's settings; they count only if an environment has the kind `lifetime`.
    pub lifetime: LifeTime,
    /// Roles besides the built-in Administrator.
    pub roles: Vec<Role>,
    /// Teams and the applications they own.
    pub teams: Vec<Team>,
    /// IT users, shared by all environments.
    pub users: Vec<User>,
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The text is no TOML, or a key is unknown, missing or of the wrong type; the message names line and key.
    #[error("the scenario cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A JSON change does not fit the structure of a scenario.
    #[error("the change does not fit a scenario: {0}")]
    Json(#[from] serde_json::Error),
    /// Two parts of the scenario contradict each other.
    #[error("{place}: {problem}")]
    Contradiction {
        /// Where, for example `users.maria.role`.
        place: String,
        /// What is wrong there.
        problem: String,
    },
}

impl Scenario {
    /// The built-in scenario *acme*: an on-premises infrastructure of three environments and LifeTime, where user
    /// `maria` may do everything and the others each lack one thing.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[expect(clippy::expect_used, reason = "the text is part of the program and read by a test")]
    pub fn acme() -> Self {
        Self::from_toml_str(include_str!("../../scenarios/acme.toml"))
            .expect("the built-in scenario is valid")
    }

    /// Reads a scenario.
    ///
    /// ```
    /// use ib_env_sim::Scenario;
    ///
    /// let error = Scenario::from_toml_str("[[environments]]\nhots = 'dev.acme.example'").unwrap_err();
    /// assert!(error.to_string().contains("line 2"));
    /// assert!(error.to_string().contains("hots"));
    /// ```
    ///
    /// # Errors
    /// [`ScenarioError`] if the text is not a scenario or contradicts itself.
    pub fn from_toml_str(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.validated()
    }

    /// The scenario after a JSON merge patch (RFC 7396).
    ///
    /// # Errors
    /// [`ScenarioError`] if the outcome is not a scenario.
    pub fn merged(&self, patch: &serde_json::Value) -> Result<Self, ScenarioError> {
        let mut value = serde_json::to_value(self)?;
        merge(&mut value, patch);
        serde_json::from_value::<Self>(value)?.validated()
    }

    /// The scenario after a JSON merge patch of one environment's settings.
    ///
    /// # Errors
    /// [`ScenarioError`] if there is no such host, or the outcome is not a scenario.
    pub(crate) fn merged_host(&self, host: &str, patch: &serde_json::Value) -> Result<Self, ScenarioError> {
        let current = self.environment(host).ok_or_else(|| unknown_host(host))?;
        let mut value = serde_json::to_value(current)?;
        merge(&mut value, patch);
        self.with_host(host, value)
    }

    /// The scenario with all settings of one environment replaced.
    ///
    /// # Errors
    /// [`ScenarioError`] if there is no such host, or the outcome is not a scenario.
    pub(crate) fn with_host(&self, host: &str, settings: serde_json::Value) -> Result<Self, ScenarioError> {
        let mut changed = self.clone();
        let place = changed.environment_mut(host).ok_or_else(|| unknown_host(host))?;
        *place = serde_json::from_value(settings)?;
        changed.validated()
    }

    /// The environment at `host`, ignoring case.
    pub fn environment(&self, host: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.host.eq_ignore_ascii_case(host))
    }

    /// The environment at `host`, to be changed.
    pub fn environment_mut(&mut self, host: &str) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|environment| environment.host.eq_ignore_ascii_case(host))
    }

    /// The user with that name, ignoring case and outer blanks (`lifetime-api.md` 5).
    pub fn user(&self, username: &str) -> Option<&User> {
        self.users.iter().find(|user| user.is_called(username))
    }

    /// The user with that name, to be changed.
    pub fn user_mut(&mut self, username: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.is_called(username))
    }

    /// The role with that name; `Administrator` is built in.
    pub fn role(&self, name: &str) -> Option<Role> {
        if name == people::ADMINISTRATOR {
            return Some(Role::administrator());
        }
        self.roles.iter().find(|role| role.name == name).cloned()
    }

    /// All roles, the built-in one first.
    pub(crate) fn all_roles(&self) -> Vec<Role> {
        let mut roles = vec![Role::administrator()];
        roles.extend(self.roles.iter().cloned());
        roles
    }

    /// The environments that LifeTime manages: all OutSystems 11 ones except LifeTime itself.
    pub fn managed(&self) -> impl Iterator<Item = &Environment> {
        self.environments
            .iter()
            .filter(|environment| matches!(environment.kind, Kind::OnPremises | Kind::Cloud | Kind::Personal))
    }

    /// Every application by key, once, as LifeTime sees them across environments.
    pub fn applications(&self) -> Vec<Application> {
        let mut seen = HashSet::new();
        let all = self.managed().flat_map(Environment::all_applications);
        all.filter(|application| seen.insert(application.key())).collect()
    }
}

fn unknown_host(host: &str) -> ScenarioError {
    ScenarioError::Contradiction {
        place: host.to_owned(),
        problem: "no environment has this host".to_owned(),
    }
}

/// A JSON merge patch: objects merge, null removes, anything else replaces.
fn merge(target: &mut serde_json::Value, patch: &serde_json::Value) {
    use serde_json::Value;
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

/// A GUID that depends only on what it names, so that two runs agree.
pub(crate) fn guid(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{kind}:{name}"));
    let hex: String = digest.iter().take(16).fold(String::new(), |mut text, byte| {
        use fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    });
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn acme_is_valid_and_survives_a_round_trip() {
        let acme = Scenario::acme();
        let text = toml::to_string(&acme).unwrap();
        assert_eq!(Scenario::from_toml_str(&text).unwrap(), acme);
    }

    #[test]
    fn no_secret_is_in_the_debug_form() {
        let acme = Scenario::acme();
        let shown = format!("{acme:?}");
        for user in &acme.users {
            assert!(!shown.contains(user.password.reveal()), "{}", user.username);
        }
        assert!(!shown.contains(acme.activation_code.reveal()));
        for token in &acme.lifetime.tokens {
            assert!(!shown.contains(token.value.reveal()));
        }
    }

    #[test]
    fn a_patch_changes_one_host_only() {
        let acme = Scenario::acme();
        let changed =
            acme.merged_host("DEV.acme.example", &json!({"version": "11.7.1.5", "tls": "expired"})).unwrap();
        assert_eq!(changed.environments[0].version, "11.7.1.5");
        assert_eq!(changed.environments[0].tls, Tls::Expired);
        assert_eq!(changed.environments[1..], acme.environments[1..]);
    }

    #[test]
    fn a_patch_with_an_unknown_key_is_refused() {
        let refusal = Scenario::acme().merged_host("dev.acme.example", &json!({"versoin": "1"})).unwrap_err();
        assert!(refusal.to_string().contains("versoin"), "{refusal}");
        assert!(Scenario::acme().merged_host("elsewhere.example", &json!({})).is_err());
    }

    #[test]
    fn guids_have_their_form_and_depend_on_kind_and_name() {
        let first = guid("module", "Orders");
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(first, guid("module", "Orders"));
        assert_ne!(first, guid("application", "Orders"));
    }
}
