//! `ib.check/1`: a whole report as one document.

use std::collections::BTreeMap;
use std::time::SystemTime;

use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::feature::Feature;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::report::{Report, TargetReport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, FailOn};

/// Name and version of the document.
pub const SCHEMA: &str = "ib.check/1";

/// What `ib check` found: one verdict, one exit code, and every finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CheckDocument {
    /// Always `ib.check/1`.
    pub schema: String,
    /// `passed`, `warnings`, `could_not_tell`, `failed` or `login_rejected`.
    pub verdict: String,
    /// The exit code of the command that printed it.
    pub exit: u8,
    /// One per address.
    pub targets: Vec<TargetDocument>,
}

/// What was found about one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TargetDocument {
    /// The address, normalised where it could be read.
    pub address: String,
    /// `development`, `test`, `production`, another purpose as LifeTime names it, or `lifetime`.
    pub role: String,
    /// The verdict on this address alone.
    pub verdict: String,
    /// One per check, in the order of the layers.
    pub checks: Vec<CheckResult>,
}

/// The answer to one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CheckResult {
    /// The check's stable id, such as `net.tls`.
    pub id: String,
    /// `passed`, `warning`, `failed`, `unknown`, `skipped`, `not_applicable` or `not_evaluated`.
    pub status: String,
    /// The stable code of the reason, such as `SETUP-TLS-001`; null where there is none.
    pub code: Option<String>,
    /// The stable dotted name of the reason, such as `net.tls.expired`.
    pub reason: Option<String>,
    /// What was seen, as a sentence.
    pub message: String,
    /// What usually lies behind it.
    pub cause: Option<String>,
    /// The features that it limits.
    pub impact: Vec<LimitedFeature>,
    /// What to do.
    pub action: Option<String>,
    /// Who can do it: `you`, `environment_administrator`, `lifetime_administrator`,
    /// `network_administrator` or `operator`.
    pub who: Option<String>,
    /// `retryable`, `final` or `never_automatic`.
    pub retry: Option<String>,
    /// Where the reason is explained at length.
    pub docs: Option<String>,
    /// Why it is accepted, where somebody waived it.
    pub waiver: Option<String>,
    /// What it rests on.
    pub evidence: EvidenceDocument,
    /// When it was seen (RFC 3339, UTC).
    pub observed_at: String,
    /// How long it took to see, in milliseconds.
    pub duration_ms: u64,
    /// How often it was tried.
    pub attempts: u32,
}

/// A feature that a finding limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct LimitedFeature {
    /// The feature's stable name, such as `sign_in`.
    pub feature: String,
    /// The feature in words.
    pub label: String,
    /// What still works in its place.
    pub instead: Option<String>,
}

/// What was expected and what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct EvidenceDocument {
    /// What would have passed.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// The IP address that was connected to, or refused.
    pub address: Option<String>,
    /// From where it was seen: `outbound` (from the process that checks) or `lifetime`.
    pub vantage: String,
    /// More facts, by name.
    pub details: BTreeMap<String, String>,
}

impl CheckDocument {
    /// Puts a report on the wire.
    pub fn new(report: &Report, fail_on: FailOn) -> Self {
        let verdict = report.verdict();
        Self {
            schema: SCHEMA.to_owned(),
            verdict: verdict.id().to_owned(),
            exit: Exit::of(verdict, fail_on).code(),
            targets: report.targets.iter().map(TargetDocument::from).collect(),
        }
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl From<&TargetReport> for TargetDocument {
    fn from(target: &TargetReport) -> Self {
        Self {
            address: target.address.clone(),
            role: role(&target.role),
            verdict: target.verdict().id().to_owned(),
            checks: target
                .findings
                .iter()
                .map(|finding| CheckResult::new(finding, &target.address, &target.role))
                .collect(),
        }
    }
}

impl CheckResult {
    /// Puts one finding about `address` on the wire.
    pub fn new(finding: &Finding, address: &str, role: &Role) -> Self {
        let entry = finding.outcome.reason().map(ib_domain::reason::Reason::entry);
        Self {
            id: finding.check.id().to_owned(),
            status: finding.outcome.status().to_owned(),
            code: entry.map(|entry| entry.code.to_owned()),
            reason: entry.map(|entry| entry.id.to_owned()),
            message: finding.message(address),
            cause: entry.map(|entry| entry.cause.to_owned()),
            impact: finding.limits(role).iter().map(|feature| LimitedFeature::from(*feature)).collect(),
            action: finding.action(address),
            who: entry.map(|entry| word(&entry.who)),
            retry: entry.map(|entry| word(&entry.retry)),
            docs: entry.map(ib_domain::reason::Entry::docs),
            waiver: match &finding.outcome {
                Outcome::Skipped { why, .. } => Some(why.clone()),
                _ => None,
            },
            evidence: EvidenceDocument::from(&finding.evidence),
            observed_at: timestamp(finding.observed_at),
            duration_ms: u64::try_from(finding.duration.as_millis()).unwrap_or(u64::MAX),
            attempts: finding.attempts,
        }
    }
}

impl From<Feature> for LimitedFeature {
    fn from(feature: Feature) -> Self {
        Self {
            feature: word(&feature),
            label: feature.label().to_owned(),
            instead: feature.instead().map(str::to_owned),
        }
    }
}

impl From<&Evidence> for EvidenceDocument {
    fn from(evidence: &Evidence) -> Self {
        Self {
            expected: evidence.expected.clone(),
            observed: evidence.observed.clone(),
            address: evidence.address.map(|address| address.to_string()),
            vantage: evidence.vantage.id().to_owned(),
            details: evidence.details.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect(),
        }
    }
}

/// The stable word for what a target was looked at as.
pub fn role(role: &Role) -> String {
    match role {
        Role::Environment(Purpose::Development) => "development".to_owned(),
        Role::Environment(Purpose::Test) => "test".to_owned(),
        Role::Environment(Purpose::Production) => "production".to_owned(),
        Role::LifeTime => "lifetime".to_owned(),
        Role::Environment(other) => other.to_string().to_lowercase(),
        _ => "environment".to_owned(),
    }
}

/// The stable word for one of the domain's plain enums.
pub(crate) fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A time as RFC 3339 in UTC, with milliseconds.
pub fn timestamp(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(|_| String::new(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use ib_domain::check::Check;
    use ib_domain::reason::Reason;

    use super::*;

    fn report() -> Report {
        let at = SystemTime::UNIX_EPOCH;
        let findings = vec![
            Finding::new(Check::NetName, Outcome::Passed, at).with(Evidence::new().observed("192.0.2.1")),
            Finding::new(Check::NetTls, Outcome::of(Reason::TlsExpired), at)
                .with(Evidence::new().observed("2026-01-01").detail("issuer", "Acme CA")),
            Finding::new(Check::NetHttp, Outcome::NotEvaluated { because: Check::NetTls }, at),
        ];
        let role = Role::Environment(Purpose::Development);
        Report::new(vec![TargetReport::new("dev.acme.example", role, findings)])
    }

    #[test]
    fn a_document_satisfies_its_own_schema() {
        let schema = jsonschema::validator_for(&CheckDocument::json_schema()).unwrap();
        let document = serde_json::to_value(CheckDocument::new(&report(), FailOn::Failed)).unwrap();
        assert!(schema.is_valid(&document), "{document:#}");
        assert!(!schema.is_valid(&serde_json::json!({"schema": SCHEMA})));
    }

    #[test]
    fn verdict_exit_and_findings_are_on_the_wire() {
        let document = CheckDocument::new(&report(), FailOn::Failed);
        assert_eq!((document.verdict.as_str(), document.exit), ("failed", 3));
        let tls = &document.targets[0].checks[1];
        assert_eq!(tls.code.as_deref(), Some("SETUP-TLS-001"));
        assert_eq!(tls.who.as_deref(), Some("environment_administrator"));
        assert_eq!(tls.impact[0].feature, "sign_in");
        assert_eq!(tls.observed_at, "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_document_is_read_back_as_it_was_written() {
        let document = CheckDocument::new(&report(), FailOn::Failed);
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<CheckDocument>(&text).unwrap(), document);
    }
}
