//! What an integration is called.

use std::fmt;
use std::str::FromStr;

/// The name of an integration: what the names of its modules have before `_DRV` and `_IS`.
///
/// ```
/// use ib_domain::integration::IntegrationName;
///
/// let name = IntegrationName::of_module("Orders_IS").expect("a service module");
/// assert_eq!(name.as_str(), "Orders");
/// assert_eq!(IntegrationName::of_module("OSIntegrationManager"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", try_from = "String"))]
pub struct IntegrationName(String);

/// A text that is no name of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of an integration has 1 to 100 letters, digits and underscores")]
pub struct NoIntegrationName;

/// The end of the name of the driver module, a library (`integration-builder.md` 1).
pub(super) const DRIVER: &str = "_DRV";
/// The end of the name of the service module.
pub(super) const SERVICE: &str = "_IS";

impl IntegrationName {
    /// The integration that a module belongs to, by the module's name.
    pub fn of_module(module: &str) -> Option<Self> {
        let stem = [DRIVER, SERVICE].iter().find_map(|suffix| module.strip_suffix(suffix))?;
        stem.parse().ok()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IntegrationName {
    type Err = NoIntegrationName;

    fn from_str(text: &str) -> Result<Self, NoIntegrationName> {
        let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_short = (1..=100).contains(&text.chars().count());
        if plain && is_short { Ok(Self(text.to_owned())) } else { Err(NoIntegrationName) }
    }
}

impl TryFrom<String> for IntegrationName {
    type Error = NoIntegrationName;

    fn try_from(text: String) -> Result<Self, NoIntegrationName> {
        text.parse()
    }
}

impl From<IntegrationName> for String {
    fn from(name: IntegrationName) -> Self {
        name.0
    }
}

impl fmt::Display for IntegrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
