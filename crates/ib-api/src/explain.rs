//! `ib.explain/1`: the catalogue of reasons, or a part of it, as one document.

use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::feature::Feature;
use ib_domain::reason::{Entry, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{LimitedFeature, word};

/// Name and version of the document.
pub const SCHEMA: &str = "ib.explain/1";

/// What `ib explain --output json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ExplainDocument {
    /// Always `ib.explain/1`.
    pub schema: String,
    /// One per reason.
    pub reasons: Vec<ReasonDocument>,
}

/// One reason. In the texts, `{host}` and the names of the evidence stand for their values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ReasonDocument {
    /// The stable code, such as `SETUP-TLS-001`.
    pub code: String,
    /// The stable dotted name, such as `net.tls.expired`.
    pub reason: String,
    /// The check that it answers, such as `net.tls`.
    pub check: String,
    /// `warning`, `failed` or `unknown`.
    pub severity: String,
    /// A few words.
    pub title: String,
    /// What was seen, as a sentence.
    pub message: String,
    /// What usually lies behind it.
    pub cause: String,
    /// What to do.
    pub action: String,
    /// Who can do it: `you`, `environment_administrator`, `lifetime_administrator`,
    /// `network_administrator` or `operator`.
    pub who: String,
    /// `retryable`, `final` or `never_automatic`.
    pub retry: String,
    /// The features that it limits on the development environment.
    pub impact_on_development: Vec<LimitedFeature>,
    /// The features that it limits on another environment.
    pub impact_elsewhere: Vec<LimitedFeature>,
    /// The platform vendor's own codes for the same trouble.
    pub vendor: Vec<String>,
    /// Where it is explained at length.
    pub docs: String,
}

impl ExplainDocument {
    /// Puts reasons on the wire.
    ///
    /// ```
    /// use ib_api::explain::ExplainDocument;
    /// use ib_domain::reason::Reason;
    ///
    /// let document = ExplainDocument::new(&[Reason::IsLifeTime]);
    /// assert_eq!(document.reasons[0].code, "SETUP-ENV-007");
    /// ```
    pub fn new(reasons: &[Reason]) -> Self {
        let reasons = reasons.iter().map(|reason| ReasonDocument::from(reason.entry())).collect();
        Self { schema: SCHEMA.to_owned(), reasons }
    }

    /// The JSON schema of this document (draft 2020-12), as published in `docs/schemas`.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

impl From<&'static Entry> for ReasonDocument {
    fn from(entry: &'static Entry) -> Self {
        let limited = |features: &[Feature]| features.iter().copied().map(LimitedFeature::from).collect();
        Self {
            code: entry.code.to_owned(),
            reason: entry.id.to_owned(),
            check: entry.check.id().to_owned(),
            severity: word(&entry.severity),
            title: entry.title.to_owned(),
            message: entry.message.to_owned(),
            cause: entry.cause.to_owned(),
            action: entry.action.to_owned(),
            who: word(&entry.who),
            retry: word(&entry.retry),
            impact_on_development: limited(entry.impact.features(&Role::Environment(Purpose::Development))),
            impact_elsewhere: limited(entry.impact.features(&Role::Environment(Purpose::Test))),
            vendor: entry.vendor.iter().map(|&code| code.to_owned()).collect(),
            docs: entry.docs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_catalogue_satisfies_its_schema() {
        let schema = jsonschema::validator_for(&ExplainDocument::json_schema()).unwrap();
        let document = serde_json::to_value(ExplainDocument::new(Reason::ALL)).unwrap();
        assert!(schema.is_valid(&document));
        let words = [&document["reasons"][0]["who"], &document["reasons"][0]["retry"]];
        assert!(words.iter().all(|word| word.as_str().is_some_and(|word| !word.is_empty())));
    }
}
