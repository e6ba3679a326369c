//! One reason of the catalogue at length.

use ib_api::check::LimitedFeature;
use ib_domain::environment::Purpose;
use ib_domain::feature::Feature;
use ib_domain::reason::{Entry, Reason, Retry, Severity};
use ib_domain::report::Role;
use serde::Serialize;

use crate::format::{Page, action_rows, impact, row};
use crate::look::Mark;

/// Where users sign in.
const DEVELOPMENT: Role = Role::Environment(Purpose::Development);
/// Any other environment.
const ELSEWHERE: Role = Role::Environment(Purpose::Test);

/// The catalogue, or a part of it, as one document. Within a version, fields are only added.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    schema: &'static str,
    reasons: Vec<Explained>,
}

/// One reason. In the texts, `{host}` and the names of the evidence stand for their values.
#[derive(Debug, Serialize)]
struct Explained {
    code: &'static str,
    reason: &'static str,
    check: &'static str,
    severity: Severity,
    title: &'static str,
    message: &'static str,
    cause: &'static str,
    action: &'static str,
    who: ib_domain::reason::Who,
    retry: Retry,
    impact_on_development: Vec<LimitedFeature>,
    impact_elsewhere: Vec<LimitedFeature>,
    vendor: &'static [&'static str],
    docs: String,
}

impl Explanation {
    pub(super) fn new(reasons: &[Reason]) -> Self {
        let reasons = reasons.iter().map(|reason| Explained::from(reason.entry())).collect();
        Self { schema: "ib.explain/1", reasons }
    }
}

impl From<&'static Entry> for Explained {
    fn from(entry: &'static Entry) -> Self {
        let limited = |features: &[Feature]| features.iter().copied().map(LimitedFeature::from).collect();
        Self {
            code: entry.code,
            reason: entry.id,
            check: entry.check.id(),
            severity: entry.severity,
            title: entry.title,
            message: entry.message,
            cause: entry.cause,
            action: entry.action,
            who: entry.who,
            retry: entry.retry,
            impact_on_development: limited(entry.impact.features(&DEVELOPMENT)),
            impact_elsewhere: limited(entry.impact.features(&ELSEWHERE)),
            vendor: entry.vendor,
            docs: entry.docs(),
        }
    }
}

/// The same for people. What differs from case to case stands in capitals.
pub(super) fn render(page: &mut Page, reason: Reason) {
    let (look, entry) = (page.look, reason.entry());
    let (mark, word) = severity(entry.severity);
    let lead = format!("{} {}", look.symbol(mark), entry.code);
    page.line(&format!("{}  {}", look.mark(mark, &lead), look.strong(entry.title)));
    let about = format!("{} answers {} ({}) with \"{word}\"", entry.id, entry.check, entry.check.title());
    page.hang_painted("  ", 2, &about, crate::look::Look::quiet);
    page.gap();
    row(page, "says", &in_capitals(entry.message));
    row(page, "cause", entry.cause);
    impacts(page, entry);
    action_rows(page, &in_capitals(entry.action));
    row(page, "who", entry.who.label());
    row(page, "again", again(entry.retry));
    row(page, "vendor", &entry.vendor.join(", "));
    row(page, "docs", &entry.docs());
}

fn impacts(page: &mut Page, entry: &Entry) {
    let (development, elsewhere) = (entry.impact.features(&DEVELOPMENT), entry.impact.features(&ELSEWHERE));
    if development == elsewhere {
        row(page, "impact", &impact(development));
    } else {
        row(page, "impact", &format!("on development: {}", impact(development)));
        row(page, "", &format!("elsewhere: {}", impact(elsewhere)));
    }
}

const fn severity(severity: Severity) -> (Mark, &'static str) {
    match severity {
        Severity::Warning => (Mark::Attention, "warning"),
        Severity::Failed => (Mark::Bad, "failed"),
        _ => (Mark::Open, "could not tell"),
    }
}

const fn again(retry: Retry) -> &'static str {
    match retry {
        Retry::Retryable => "it may pass by itself; --wait asks again",
        Retry::NeverAutomatic => {
            "never asked again by itself, because the platform blocks users after failed log-ins"
        }
        _ => "it stays until somebody changes something",
    }
}

/// A catalogue text with its `{names}` in capitals, as in a manual.
fn in_capitals(template: &str) -> String {
    let mut inside = false;
    let replaced = template.chars().filter_map(|character| match character {
        '{' | '}' => {
            inside = character == '{';
            None
        }
        other if inside => Some(other.to_ascii_uppercase()),
        other => Some(other),
    });
    replaced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_capitals() {
        assert_eq!(in_capitals("{host} ended on {observed}."), "HOST ended on OBSERVED.");
        assert_eq!(in_capitals("decided by {decided_by}"), "decided by DECIDED_BY");
    }
}
