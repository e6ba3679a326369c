//! `docs/schemas/`: the JSON schemas of what `ib` prints for programs.

use ib_api::audit::AuditDocument;
use ib_api::check::CheckDocument;
use ib_api::declaration::InfrastructureFile;
use ib_api::dependencies::DependenciesDocument;
use ib_api::dependencies_event::DependenciesEvent;
use ib_api::environments::EnvironmentsDocument;
use ib_api::event::CheckEvent;
use ib_api::explain::ExplainDocument;
use ib_api::integrations::IntegrationsDocument;
use ib_api::plan::{ApplyDocument, PlanDocument};
use ib_api::setup::SetupDocument;
use ib_api::setup_event::SetupEvent;
use ib_api::support::SupportDocument;
use serde_json::Value;

/// `ib.audit/1`, answered by `/api/v1`.
pub(super) fn audit() -> String {
    published(AuditDocument::json_schema())
}

/// `ib.check/1`, printed by `ib check --output json`.
pub(super) fn check() -> String {
    published(CheckDocument::json_schema())
}

/// One line of `ib.check.events/1`, printed by `ib check --output ndjson`.
pub(super) fn check_events() -> String {
    published(CheckEvent::json_schema())
}

/// `ib.explain/1`, printed by `ib explain --output json`.
pub(super) fn explain() -> String {
    published(ExplainDocument::json_schema())
}

/// `ib.setup/1`, printed by `ib setup --output json` and answered by `/api/v1`.
pub(super) fn setup() -> String {
    published(SetupDocument::json_schema())
}

/// One line of `ib.setup.events/1`, printed by `ib setup --output ndjson`.
pub(super) fn setup_events() -> String {
    published(SetupEvent::json_schema())
}

/// `ib.support/1`, written by `ib report` and answered by `/api/v1`.
pub(super) fn support() -> String {
    published(SupportDocument::json_schema())
}

/// `ib.dependencies/1`, printed by `ib dependencies --output json` and answered by `/api/v1`.
pub(super) fn dependencies() -> String {
    published(DependenciesDocument::json_schema())
}

/// `ib.environments/1`, printed by `ib environments --output json` and answered by `/api/v1`.
pub(super) fn environments() -> String {
    published(EnvironmentsDocument::json_schema())
}

/// `ib.integrations/1`, printed by `ib integrations --output json` and answered by `/api/v1`.
pub(super) fn integrations() -> String {
    published(IntegrationsDocument::json_schema())
}

/// `ib.infrastructure/1`, read by `ib plan` and `ib apply`.
pub(super) fn infrastructure() -> String {
    published(InfrastructureFile::json_schema())
}

/// `ib.plan/1`, printed and kept by `ib plan`.
pub(super) fn plan() -> String {
    published(PlanDocument::json_schema())
}

/// `ib.apply/1`, printed by `ib apply --output json`.
pub(super) fn apply() -> String {
    published(ApplyDocument::json_schema())
}

/// One line of `ib.dependencies.events/1`, printed by `ib dependencies --output ndjson`.
pub(super) fn dependencies_events() -> String {
    published(DependenciesEvent::json_schema())
}

/// A schema as a file. Names are sorted, so that the text does not depend on how the JSON library was built.
fn published(mut schema: Value) -> String {
    schema.sort_all_objects();
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_schema_is_the_schema_in_sorted_lines() {
        let text = published(serde_json::json!({"b": {"d": 1, "c": 2}, "a": null}));
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        assert_eq!(lines, ["{", "\"a\": null,", "\"b\": {", "\"c\": 2,", "\"d\": 1", "}", "}"]);
        assert_eq!(serde_json::from_str::<Value>(&check()).unwrap(), CheckDocument::json_schema());
    }
}
