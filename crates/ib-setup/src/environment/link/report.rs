//! What an Integration Manager reports.

use std::fmt;

use ib_domain::integration::IntegrationName;
use ib_domain::text::harmless;
use serde::{Deserialize, Serialize};

/// How many integrations a report names at most.
const INTEGRATIONS: usize = 500;
/// The longest version, in characters.
const VERSION: usize = 50;

/// The version of an Integration Manager, as it tells it: one harmless line of up to 50 characters.
///
/// ```
/// use ib_setup::environment::ManagerVersion;
///
/// assert_eq!(ManagerVersion::new("2.4.0\n").as_str(), "2.4.0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ManagerVersion(String);

impl ManagerVersion {
    /// What is harmless of a text.
    pub fn new(text: &str) -> Self {
        Self(harmless(text, VERSION))
    }

    /// The version.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ManagerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for ManagerVersion {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<ManagerVersion> for String {
    fn from(version: ManagerVersion) -> Self {
        version.0
    }
}

/// What an Integration Manager reports: everything that is there, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Its version.
    pub version: ManagerVersion,
    /// The integrations, by name.
    pub integrations: Vec<ReportedIntegration>,
}

/// An integration as it is reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReportedIntegration {
    /// Its name.
    pub name: IntegrationName,
    /// Whether it has a connection.
    pub has_connection: bool,
}

/// Why a report cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It names more than anybody has.
    #[error("a report names at most {INTEGRATIONS} integrations")]
    TooMany,
    /// It names one twice.
    #[error("the report names {0} twice")]
    Twice(IntegrationName),
}

impl Report {
    /// A report of those integrations, in any order.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    ///
    /// ```
    /// use ib_setup::environment::{ManagerVersion, Report, ReportedIntegration};
    ///
    /// let orders = ReportedIntegration { name: "Orders".parse()?, has_connection: true };
    /// let report = Report::new(ManagerVersion::new("2.4.0"), vec![orders.clone()])?;
    /// assert_eq!(report.integrations, [orders.clone()]);
    /// assert!(Report::new(ManagerVersion::new("2.4.0"), vec![orders.clone(), orders]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        version: ManagerVersion,
        mut integrations: Vec<ReportedIntegration>,
    ) -> Result<Self, ReportError> {
        if integrations.len() > INTEGRATIONS {
            return Err(ReportError::TooMany);
        }
        integrations.sort();
        let twice = integrations.windows(2).find_map(|pair| match pair {
            [one, other] if one.name == other.name => Some(one.name.clone()),
            _ => None,
        });
        twice.map_or(Ok(Self { version, integrations }), |name| Err(ReportError::Twice(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_limit_and_an_order() {
        let of = |count: usize| {
            let one = |n: usize| ReportedIntegration {
                name: format!("I{n:03}").parse().unwrap(),
                has_connection: true,
            };
            Report::new(ManagerVersion::new("1"), (0..count).rev().map(one).collect())
        };
        let report = of(500).unwrap();
        assert!(report.integrations.is_sorted());
        assert_eq!(of(501), Err(ReportError::TooMany));
        let version = ManagerVersion::new(&format!("\u{1b}[31m{}", "9".repeat(99)));
        assert!(version.as_str().starts_with("[31m9") && version.as_str().chars().count() == 50);
    }
}
