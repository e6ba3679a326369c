use std::collections::HashSet;

use super::*;
use crate::environment::{Purpose, Role};
use crate::feature::Feature;

/// What is published. Whoever changes the catalogue publishes the change with it: programs rely on what it says.
const PUBLISHED: &str = include_str!("../../../../docs/errors.md");

/// The section of the published page about a reason.
fn section(reason: Reason) -> &'static str {
    let heading = format!("\n### {reason}\n");
    let (_, after) = PUBLISHED.split_once(&heading).expect("every reason has a section");
    after.split("\n### ").next().unwrap_or(after)
}

#[test]
fn every_field_is_as_it_is_published() {
    for reason in Reason::ALL {
        let (entry, section) = (reason.entry(), section(*reason));
        let severity = match entry.severity {
            Severity::Warning => "warning",
            Severity::Failed => "failed",
            Severity::Unknown => "unknown",
        };
        for expected in [
            format!("**{}** (`{}`, {severity})", entry.title, entry.id),
            format!("> {}\n", entry.message),
            format!("**Cause:** {}\n", entry.cause),
            format!("**Action:** {}\n", entry.action),
            format!("**Who:** {}\n", entry.who.label()),
            format!("**Retry:** {}", retry(entry.retry)),
        ] {
            assert!(section.contains(&expected), "{reason}: {expected}");
        }
        let vendor = section.split_once("**The vendor's codes:** ").map_or("", |(_, codes)| codes);
        assert!(vendor.starts_with(&entry.vendor.join(", ")), "{reason}");
        assert_eq!(entry.vendor.is_empty(), vendor.is_empty(), "{reason}");
        let row = format!("| `{}` | {severity} |", entry.check);
        assert!(PUBLISHED.lines().any(|line| line.contains(&format!("[{reason}]")) && line.ends_with(&row)));
        assert_eq!(entry.docs(), format!("docs/errors.md#{}", entry.code.to_lowercase()));
    }
}

/// How the page begins to say whether asking again may help.
const fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Retryable => "`retryable`",
        Retry::Final => "`final`",
        Retry::NeverAutomatic => "`never_automatic`",
    }
}

#[test]
fn what_gets_worse_is_a_warning_first() {
    for reason in Reason::ALL {
        assert_eq!(reason.worsens(), *reason == Reason::TlsEndsSoon, "{reason}");
        assert!(!reason.worsens() || reason.entry().severity == Severity::Warning, "{reason}");
    }
}

#[test]
fn what_a_reason_takes_away_is_as_it_is_published() {
    let development = Role::Environment(Purpose::Development);
    for reason in Reason::ALL {
        let limits = section(*reason).split_once("**Limits:** ").map_or("", |(_, limits)| limits);
        let limits = limits.lines().next().unwrap_or_default();
        let told = limits.split(';').next().unwrap_or_default();
        for feature in Feature::ALL {
            let is_limited = reason.entry().impact.features(&development).contains(feature);
            assert_eq!(told.contains(feature.label()), is_limited, "{reason}: {feature}");
        }
    }
}

#[test]
fn exactly_these_mean_that_an_account_was_not_let_in() {
    let rejecting: Vec<_> =
        Reason::ALL.iter().filter(|reason| reason.entry().rejects_login).map(ToString::to_string).collect();
    assert_eq!(
        rejecting,
        ["SETUP-AUTH-001", "SETUP-AUTH-006", "SETUP-AUTH-002", "SETUP-AUTH-005", "SETUP-LT-001"]
    );
}

#[test]
fn one_cause_has_one_code_and_one_id() {
    let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.entry().code).collect();
    let ids: HashSet<_> = Reason::ALL.iter().map(|reason| reason.entry().id).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    assert_eq!(ids.len(), Reason::ALL.len());
}

#[test]
fn every_entry_is_whole() {
    for reason in Reason::ALL {
        let entry = reason.entry();
        assert!(entry.code.starts_with("SETUP-"), "{}", entry.code);
        assert!(entry.id.contains('.'), "{} has no id", entry.code);
        for (name, text) in [
            ("title", entry.title),
            ("message", entry.message),
            ("cause", entry.cause),
            ("action", entry.action),
        ] {
            assert!(!text.is_empty(), "{} has no {name}", entry.code);
            assert!(!text.contains("  "), "{} {name} has a double blank", entry.code);
        }
        for sentence in [entry.message, entry.cause, entry.action] {
            assert!(sentence.ends_with('.'), "{}: {sentence:?} is no sentence", entry.code);
        }
        assert_eq!(Reason::from_code(entry.code), Some(*reason));
    }
}

#[test]
fn what_is_more_than_a_warning_takes_something_away() {
    let development = Role::Environment(Purpose::Development);
    for reason in Reason::ALL {
        let entry = reason.entry();
        if entry.severity != Severity::Warning && *reason != Reason::CheckCrashed {
            assert!(!entry.impact.features(&development).is_empty(), "{} has no impact", entry.code);
        }
    }
}

#[test]
fn a_rejected_log_in_is_never_repeated() {
    for reason in Reason::ALL.iter().filter(|reason| reason.entry().rejects_login) {
        assert_eq!(reason.entry().retry, Retry::NeverAutomatic, "{reason}");
    }
}
