//! Findings, as they are recorded.

use std::collections::BTreeMap;
use std::time::SystemTime;

use ib_domain::address::{AddressError, EnvironmentAddress};
use ib_domain::check::Check;
use ib_domain::environment::{Purpose, Role};
use ib_domain::finding::{Finding, Outcome};
use ib_domain::reason::Reason;
use ib_domain::report::TargetReport;
use ib_env_client::Obstacle;

/// How a check came out; the words of [`Outcome::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// As it should be.
    Passed,
    /// Not in the way, but worth looking at.
    Warning,
    /// Wrong.
    Failed,
    /// Could not be told.
    Unknown,
    /// Somebody decided to live with it.
    Skipped,
    /// The question makes no sense here.
    NotApplicable,
    /// Not asked, because of an earlier check.
    NotEvaluated,
}

impl Status {
    const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Warning(_) => Self::Warning,
            Outcome::Failed(_) => Self::Failed,
            Outcome::Skipped { .. } => Self::Skipped,
            Outcome::NotApplicable { .. } => Self::NotApplicable,
            Outcome::NotEvaluated { .. } => Self::NotEvaluated,
            // What is not known here cannot count as passed.
            _ => Self::Unknown,
        }
    }

    /// Whether it keeps a step from being finished.
    pub const fn stops(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown)
    }
}

/// A finding as it was recorded: with the sentences that a person saw, and what they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Found {
    /// The question.
    pub check: Check,
    /// How it came out.
    pub status: Status,
    /// Why it did not pass; the catalogue tells impact and docs by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What was seen, as a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What it rests on, by name: `observed`, `expected`, `address`, `vantage`, `decided_by` and so on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, String>,
}

impl Found {
    /// What is wrong with an address that cannot be read. Credentials in it are not repeated.
    pub fn of_address(error: &AddressError, typed: &str) -> Self {
        Self::record(&Obstacle::of_address(error, typed).finding(SystemTime::UNIX_EPOCH), "the address")
    }

    /// What the catalogue says about `host`, where nothing more is known than the reason.
    pub fn of_reason(reason: Reason, host: &str) -> Self {
        let finding = Finding::new(reason.entry().check, Outcome::of(reason), SystemTime::UNIX_EPOCH);
        let mut found = Self::record(&finding, host);
        found.evidence.clear();
        found
    }

    /// Records what was found about `host`.
    pub fn record(finding: &Finding, host: &str) -> Self {
        let seen = &finding.evidence;
        let address = seen.address.map(|address| address.to_string());
        let named = [("observed", &seen.observed), ("expected", &seen.expected), ("address", &address)];
        let named = named.into_iter().filter_map(|(name, text)| Some((name, text.clone()?)));
        let details = seen.details.iter().map(|(name, text)| (*name, text.clone()));
        let vantage = [("vantage", seen.vantage.id().to_owned())];
        Self {
            check: finding.check,
            status: Status::of(&finding.outcome),
            reason: finding.outcome.reason(),
            message: finding.message(host),
            action: finding.action(host),
            evidence: named
                .chain(vantage)
                .chain(details)
                .map(|(name, text)| (name.to_owned(), text))
                .collect(),
        }
    }
}

/// How `check` came out among `findings`.
pub(crate) fn status(findings: &[Found], check: Check) -> Option<Status> {
    findings.iter().find(|found| found.check == check).map(|found| found.status)
}

/// Everything found about one address of the infrastructure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Target {
    /// The address.
    pub address: String,
    /// What it is for; `None` for LifeTime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// One per check, in the order of the layers.
    pub findings: Vec<Found>,
}

impl Target {
    /// Records a report.
    pub fn record(report: &TargetReport) -> Self {
        let purpose = match &report.role {
            Role::Environment(purpose) => Some(purpose.clone()),
            _ => None,
        };
        let findings =
            report.findings.iter().map(|finding| Found::record(finding, &report.address)).collect();
        Self { address: report.address.clone(), purpose, findings }
    }

    /// What was found about the development environment alone.
    pub(crate) fn development(address: &EnvironmentAddress, findings: &[Found]) -> Self {
        let purpose = Some(Purpose::Development);
        Self { address: address.authority(), purpose, findings: findings.to_vec() }
    }

    /// Whether it keeps the infrastructure from being registered. LifeTime never does: Integration Builder
    /// does without it. A connection to another environment than development does not either (B7); the
    /// checker made a warning of that.
    pub fn stops(&self) -> bool {
        self.purpose.is_some() && self.findings.iter().any(|found| found.status.stops())
    }
}
