//! Integration Manager of an environment, as far as it talks with a service (`docs/integration-manager.md`).

use serde::{Deserialize, Serialize};

/// What Integration Manager does once it is there: where a module is called `OSIntegrationManager_API`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct IntegrationManager {
    /// How it behaves.
    pub behaviour: ManagerBehaviour,
    /// The integrations that have a connection, by the name that their modules begin with; `*` for all.
    pub connections: Vec<String>,
}

/// How Integration Manager behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ManagerBehaviour {
    /// It proves at once, asks for its configuration and reports.
    #[default]
    Normal,
    /// It takes introductions on and never calls.
    Silent,
    /// It does not know introductions: 404.
    Outdated,
    /// It signs with another secret than it was given.
    WrongSecret,
    /// It sends its last report a second time, byte for byte.
    Replay,
    /// It proves only once the introduction is over.
    Late,
    /// It proves another environment's link.
    WrongEnvironment,
}
