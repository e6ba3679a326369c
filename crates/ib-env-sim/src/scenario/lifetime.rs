//! LifeTime's settings (`lifetime-api.md` 9).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Secret;

/// How the names of JSON fields are spelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyCase {
    /// As in the reference, which mixes `Key` and `key`.
    #[default]
    Documented,
    /// `EnvironmentKey`.
    Pascal,
    /// `environmentKey`.
    Camel,
    /// `ENVIRONMENTKEY`.
    Upper,
    /// Upper and lower case by turns.
    Mixed,
}

/// A service account's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Token {
    /// What is sent after `Bearer `.
    pub value: Secret,
    /// The account's default role; LifeTime's `service_account_role` if not given.
    #[serde(default)]
    pub role: Option<String>,
    /// From when on it is refused.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// LifeTime's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LifeTime {
    /// Routes younger than this version answer 404.
    pub lifetime_version: String,
    /// Default role of service accounts; it decides what answers 403.
    pub service_account_role: String,
    /// Whether environments may be registered; if not, 405.
    pub registration_enabled: bool,
    /// By how many places labels of permission levels are moved, to test clients that trust labels.
    pub label_shift: u8,
    /// Every answer is a 500 with an HTML page.
    pub html_error_page: bool,
    /// Milliseconds before every answer of the API.
    pub slow_ms: u64,
    /// A list of one item is sent as the item alone.
    pub single_object_for_list: bool,
    /// Spelling of field names.
    pub key_case: KeyCase,
    /// Tokens of service accounts.
    pub tokens: Vec<Token>,
}

impl Default for LifeTime {
    fn default() -> Self {
        Self {
            lifetime_version: "11.23.0".to_owned(),
            service_account_role: "Administrator".to_owned(),
            registration_enabled: true,
            label_shift: 0,
            html_error_page: false,
            slow_ms: 0,
            single_object_for_list: false,
            key_case: KeyCase::default(),
            tokens: Vec::new(),
        }
    }
}
