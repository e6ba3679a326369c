//! What `/api/v1` is asked, and its smaller answers.

use serde::{Deserialize, Serialize};

/// A new session, which owns the set-ups that are begun in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SessionDocument {
    /// The bearer token. It is shown once; the service keeps only its hash.
    pub token: String,
    /// How long the session lives when nobody uses it, in seconds.
    pub idle_seconds: u64,
    /// How long it lives at most, in seconds.
    pub absolute_seconds: u64,
}

impl SessionDocument {
    /// A session's token, and its limits in seconds.
    pub const fn new(token: String, idle_seconds: u64, absolute_seconds: u64) -> Self {
        Self { token, idle_seconds, absolute_seconds }
    }
}

/// A page of another origin is to show the Setup widget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Embed {
    /// The origin of the page, such as `https://portal.example.com`: one that the operator allows.
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub origin: String,
}

/// What a page needs to show the Setup widget.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EmbedDocument {
    /// The bearer token. It is good for the dependencies of this set-up, from that origin, until it ends.
    pub token: String,
    /// The set-up's id.
    pub setup: String,
    /// The origin of the page.
    pub origin: String,
    /// How long the token is good for, in seconds.
    pub seconds: u64,
}

impl EmbedDocument {
    /// A token, and what it is good for.
    pub const fn new(token: String, setup: String, origin: String, seconds: u64) -> Self {
        Self { token, setup, origin, seconds }
    }
}

/// A person enters the development environment's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterAddress {
    /// The address, such as `dev.example.com`.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048))]
    pub address: String,
}

/// A person logs in. One request is at most one attempt.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// The IT user.
    #[cfg_attr(feature = "openapi", schema(max_length = 250))]
    pub username: String,
    /// The password. It is kept sealed, sent to the environment alone, and never answered.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// A person accepts the disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptDisclaimer {
    /// The version of the text that they read.
    pub version: String,
}

/// A person enters the activation code.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnterCode {
    /// The code, as Service Center shows it under Administration, Licensing.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub code: String,
}

/// A person wants done what the plan names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartPublication {
    /// The edition of the plan that they saw.
    pub edition: u32,
    /// The ids of the dependencies, with what they need; all where there is none.
    #[serde(default)]
    pub only: Vec<String>,
}

/// A person wants an integration published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PublishIntegration {
    /// The edition of what they saw.
    pub edition: u32,
}

/// A person adds an environment, or changes the one of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutEnvironment {
    /// Its address, such as `prod.example.com`.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048))]
    pub address: String,
    /// What to call it from now on, where that is another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub name: Option<String>,
}

/// A person decides to live with a finding of an environment for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutWaiver {
    /// Who answers for it: a name or a team.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub owner: String,
    /// Why it can be lived with.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub why: String,
    /// Until when, at most 366 days ahead: a time in RFC 3339, a date (to its end, in UTC), or a number of days such
    /// as `30d`.
    #[cfg_attr(feature = "openapi", schema(example = "2030-12-31T23:59:59Z"))]
    pub until: String,
}

/// Nothing: `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The disclaimer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisclaimerDocument {
    /// Its version.
    pub version: String,
    /// Its text; a blank line separates paragraphs.
    pub text: String,
}

/// The set-ups of a session, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupList {
    /// The set-ups.
    pub setups: Vec<crate::setup::SetupDocument>,
}

impl std::fmt::Debug for EmbedDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbedDocument")
            .field("setup", &self.setup)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LogIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogIn").field("username", &self.username).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EnterCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnterCode(redacted)")
    }
}
