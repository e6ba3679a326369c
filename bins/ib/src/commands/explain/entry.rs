//! One reason of the catalogue at length.

use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::reason::{Entry, Reason, Retry, Severity};

use crate::format::{Page, action_rows, impact, row};
use crate::look::Mark;

/// Where users sign in.
const DEVELOPMENT: Role = Role::Environment(Purpose::Development);
/// Any other environment.
const ELSEWHERE: Role = Role::Environment(Purpose::Test);

/// One reason for people. What differs from case to case stands in capitals.
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
