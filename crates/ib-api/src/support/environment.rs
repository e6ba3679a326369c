//! Environments in a support report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SupportFinding, SupportTarget};

/// The environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportEnvironments {
    /// Development first.
    pub environments: Vec<SupportEnvironment>,
    /// The last one that was refused.
    pub refused: Option<SupportTarget>,
    /// Why LifeTime could not be asked for more.
    pub import_stop: Option<SupportFinding>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportEnvironment {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub address: String,
    /// What it is for.
    pub role: String,
    /// How it stands, as in `ib.environments/1`.
    pub status: String,
    /// Whether it is being looked at.
    pub is_looking: bool,
    /// When it was last looked at, in RFC 3339.
    pub looked_at: Option<String>,
    /// Since when it is like this, in RFC 3339.
    pub since: Option<String>,
    /// Its Platform Server version, the last one that could be read.
    pub version: Option<String>,
    /// Who added it.
    pub added_by: String,
    /// When, in RFC 3339.
    pub added_at: String,
    /// What its Integration Manager and the program know of each other.
    pub link: Option<SupportLink>,
    /// Everything that is not as it should be.
    pub findings: Vec<SupportFinding>,
    /// What people decided to live with.
    pub waivers: Vec<SupportWaiver>,
    /// What can be done with it.
    pub features: Vec<SupportFeature>,
}

/// What an environment's Integration Manager and the program know of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportLink {
    /// Whether the environment reaches the program: `passed`, `failed` or `unknown`.
    pub inbound: String,
    /// When it last proved that, in RFC 3339.
    pub proved_at: Option<String>,
    /// When it was last heard of, in RFC 3339.
    pub heard_at: Option<String>,
    /// The version of its Integration Manager.
    pub version: Option<String>,
    /// The generation of its secret, which is not in here.
    pub generation: Option<u32>,
    /// Whether somebody wants a new secret.
    pub is_rotating: bool,
    /// When its last report was heard, in RFC 3339.
    pub reported_at: Option<String>,
}

/// A decision to live with a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportWaiver {
    /// The code of the reason that is accepted.
    pub code: String,
    /// `active`, `not_needed` or `expired`.
    pub status: String,
    /// Until when, in RFC 3339.
    pub until: String,
}

/// Whether a feature can be used with an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct SupportFeature {
    /// The feature's stable name.
    pub feature: String,
    /// `available`, `limited`, `unknown` or `not_applicable`.
    pub status: String,
    /// The codes of what is in its way.
    pub because: Vec<String>,
}
