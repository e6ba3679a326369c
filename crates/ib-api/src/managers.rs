//! What an environment's Integration Manager and this service tell each other over HTTP; `docs/integration-manager.md`
//! is the whole of it.

use ib_domain::integration::IntegrationName;
use ib_setup::environment::{ManagerVersion, Report, ReportedIntegration};
use ib_setup::{IssuedSecret, LinkConfiguration};
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, ProblemKind};

/// A proof: the challenge that the environment was told. It has no `Debug`, for whoever knows it can prove.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagerProof {
    /// The challenge, as it was told.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub challenge: String,
    /// The version of Integration Manager.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub version: String,
}

/// The secret that a proof brought. It has no `Debug`, and is told once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ManagerSecret {
    /// 32 bytes in base64url, without padding.
    pub secret: String,
    /// Counts the secrets of the link.
    pub generation: u32,
}

/// What an Integration Manager is to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ManagerConfiguration {
    /// What the environment is called.
    pub environment: String,
    /// The integrations of the infrastructure.
    pub integrations: Vec<ConfiguredIntegration>,
    /// How often it is to report.
    pub report_every_seconds: u64,
}

/// An integration that an Integration Manager is to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ConfiguredIntegration {
    /// Its name.
    pub name: String,
    /// Which system it leads to, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// What an Integration Manager reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagerReport {
    /// Its version.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub version: String,
    /// Every integration that is there.
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub integrations: Vec<ReportedDocument>,
}

/// An integration as it is reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportedDocument {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub name: String,
    /// Whether it has a connection.
    pub has_connection: bool,
}

impl From<&IssuedSecret> for ManagerSecret {
    fn from(issued: &IssuedSecret) -> Self {
        Self { secret: issued.secret.expose().to_string(), generation: issued.generation }
    }
}

impl From<&LinkConfiguration> for ManagerConfiguration {
    fn from(known: &LinkConfiguration) -> Self {
        let integration = |(name, kind): &(IntegrationName, Option<_>)| ConfiguredIntegration {
            name: name.to_string(),
            kind: kind.map(|kind: ib_domain::integration::IntegrationKind| kind.id().to_owned()),
        };
        Self {
            environment: known.environment.to_string(),
            integrations: known.integrations.iter().map(integration).collect(),
            report_every_seconds: known.report_every.as_secs(),
        }
    }
}

impl ManagerReport {
    /// The report, where it can be read.
    ///
    /// # Errors
    ///
    /// A [`Problem`] that says what is wrong with it.
    pub fn read(self) -> Result<Report, Box<Problem>> {
        let unusable =
            |detail: String| Box::new(Problem::new(ProblemKind::Unusable, detail).field("integrations"));
        let read = |reported: ReportedDocument| {
            let name =
                reported.name.parse().map_err(|error| unusable(format!("It cannot be read: {error}.")));
            name.map(|name| ReportedIntegration { name, has_connection: reported.has_connection })
        };
        let integrations = self.integrations.into_iter().map(read).collect::<Result<_, _>>()?;
        Report::new(ManagerVersion::new(&self.version), integrations)
            .map_err(|error| unusable(format!("It cannot be taken: {error}.")))
    }
}
