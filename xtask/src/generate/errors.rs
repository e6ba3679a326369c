//! `docs/errors.md`: the catalogue of reasons, for people who have a code in front of them.

use std::fmt::Write as _;
use std::time::SystemTime;

use ib_api::exit::{Exit, FailOn};
use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::feature::{Feature, Impact};
use ib_domain::finding::{Finding, Outcome};
use ib_domain::reason::{Entry, Reason, Retry, Severity};
use ib_domain::verdict::Verdict;

/// Where users sign in.
const DEVELOPMENT: Role = Role::Environment(Purpose::Development);
/// Any other environment.
const ELSEWHERE: Role = Role::Environment(Purpose::Test);

const INTRODUCTION: &str = "\
# Error catalogue

<!-- Made by `cargo xtask generate` from crates/ib-domain/src/reason; change it there. -->

Every reason why a check does not pass. One cause has one code, and a code is never reused or renamed.
`ib explain CODE` shows the same on a terminal, `ib explain --output json` the whole catalogue for programs.

In a message or an action, a word in braces stands for a value of the case at hand: `{host}` for the host
name that was asked, `{observed}` for what was seen, `{expected}` for what would have passed, `{address}`
for the IP address behind the name; any other for the fact of that name among the evidence.

- **Severity** is the status that a finding with this code has: *failed* (wrong), *unknown* (it could not be
  told) or *warning* (nothing is in the way).
- **Limits** names what a user of Integration Builder cannot do meanwhile. A connection is mandatory for the
  development environment only. On another environment of the infrastructure, one that LifeTime lists as
  such, whatever keeps the connection from being made is a warning.
- **Exit code** is that of `ib check` when nothing worse is found. The [guide](guide/check.md#exit-codes)
  lists them all. The reasons of a set-up have none: `ib check` never reports them.
";

/// The whole page, in the order of the checks.
pub(super) fn page() -> String {
    let mut reasons = Reason::ALL.to_vec();
    reasons.sort_by_key(|reason| reason.entry().check);
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Index\n\n| code | title | check | severity |\n| --- | --- | --- | --- |\n");
    for reason in &reasons {
        index(&mut page, reason.entry());
    }
    for about in reasons.chunk_by(|a, b| a.entry().check == b.entry().check) {
        let check = about[0].entry().check;
        line(&mut page, format_args!("\n## {} (`{check}`)", check.title()));
        for reason in about {
            section(&mut page, *reason);
        }
    }
    page
}

/// One row of the index.
fn index(page: &mut String, entry: &Entry) {
    let (code, title, check) = (entry.code, entry.title, entry.check);
    let (anchor, severity) = (code.to_ascii_lowercase(), severity(entry.severity));
    line(page, format_args!("| [{code}](#{anchor}) | {title} | `{check}` | {severity} |"));
}

/// One reason. The heading is the code alone, because that is what [`Entry::docs`] links to.
fn section(page: &mut String, reason: Reason) {
    let entry = reason.entry();
    let (code, id, severity) = (entry.code, entry.id, severity(entry.severity));
    line(page, format_args!("\n### {code}\n\n**{}** (`{id}`, {severity})\n", entry.title));
    line(page, format_args!("> {}\n", entry.message));
    let mut fact = |name, text: &str| line(page, format_args!("- **{name}:** {text}"));
    fact("Cause", entry.cause);
    fact("Limits", &limits(reason));
    fact("Action", entry.action);
    fact("Who", entry.who.label());
    fact("Retry", again(entry.retry));
    if !entry.check.is_of_set_up() {
        fact("Exit code", &exit(reason));
    }
    if !entry.vendor.is_empty() {
        fact("The vendor's codes", &entry.vendor.join(", "));
    }
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Failed => "failed",
        _ => "unknown",
    }
}

fn limits(reason: Reason) -> String {
    let impact = reason.entry().impact;
    let (development, elsewhere) = (impact.features(&DEVELOPMENT), impact.features(&ELSEWHERE));
    if development == elsewhere || is_about_development(reason) {
        return features(development);
    }
    format!("on development, {}; elsewhere, {}", features(development), features(elsewhere))
}

/// Whether it is found only where the development environment was meant: an address is not read again once
/// LifeTime lists it, and nobody else is asked whether it is development.
fn is_about_development(reason: Reason) -> bool {
    reason.entry().check == Check::AddressSyntax || reason == Reason::NotDevelopment
}

/// Features in a sentence, each with what still works in its place.
fn features(features: &[Feature]) -> String {
    let named = |feature: &Feature| match feature.instead() {
        Some(instead) => format!("{feature} (still possible: {instead})"),
        None => feature.label().to_owned(),
    };
    let named: Vec<_> = features.iter().map(named).collect();
    match named.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

const fn again(retry: Retry) -> &'static str {
    match retry {
        Retry::Retryable => "`retryable`: it may pass by itself, and `--wait` asks again",
        Retry::NeverAutomatic => {
            "`never_automatic`: a person may, once; the platform blocks users after failed log-ins"
        }
        _ => "`final`: it stays until somebody changes something",
    }
}

/// The exit code of a check that finds this and nothing worse, under either threshold.
fn exit(reason: Reason) -> String {
    let finding = Finding::new(reason.entry().check, Outcome::of(reason), SystemTime::UNIX_EPOCH);
    let [usual, strict] =
        [FailOn::Failed, FailOn::Warning].map(|fail_on| Exit::of(Verdict::of(&finding), fail_on).code());
    let mut text = usual.to_string();
    if strict != usual {
        let _ = write!(text, ", or {strict} with `--fail-on warning`");
    }
    let is_in_the_way = reason.entry().impact == Impact::Connection && usual != Exit::Passed.code();
    if is_in_the_way && !is_about_development(reason) {
        text.push_str("; elsewhere 0, as a warning");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Document;

    #[test]
    fn every_code_is_where_its_link_leads() {
        let page = page();
        let document = Document::parse("docs/errors.md", &page);
        for reason in Reason::ALL {
            let link = reason.entry().docs();
            let (path, anchor) = link.split_once('#').unwrap();
            assert_eq!(path, document.path);
            assert!(document.anchors.iter().any(|known| known == anchor), "{link}");
        }
        assert_eq!(document.rows.len(), Reason::ALL.len());
    }

    #[test]
    fn no_text_of_the_catalogue_is_markup() {
        for entry in Reason::ALL.iter().map(|reason| reason.entry()) {
            for text in [entry.title, entry.message, entry.cause, entry.action] {
                assert!(!text.contains(['*', '<', '|', '`', '[']), "{}: {text}", entry.code);
            }
        }
    }

    #[test]
    fn the_exit_code_is_the_one_of_the_command() {
        assert_eq!(exit(Reason::NameNotFound), "3; elsewhere 0, as a warning");
        assert_eq!(exit(Reason::NameServiceFailed), "5; elsewhere 0, as a warning");
        assert_eq!(exit(Reason::AddressLiteral), "3");
        assert_eq!(exit(Reason::VersionTooOld), "3");
        assert_eq!(exit(Reason::LoginRefused), "6");
        assert_eq!(exit(Reason::ActivationCodeNeeded), "0, or 4 with `--fail-on warning`");
    }

    #[test]
    fn what_no_command_reports_has_no_exit_code() {
        let of = |reason| {
            let mut page = String::new();
            section(&mut page, reason);
            page
        };
        assert!(of(Reason::LoginRefused).contains("- **Exit code:** 6\n"));
        for reason in Reason::ALL.iter().filter(|reason| reason.entry().check.is_of_set_up()) {
            assert!(!of(*reason).contains("Exit code"), "{reason}");
        }
    }

    #[test]
    fn limits_differ_where_the_impact_does() {
        assert_eq!(limits(Reason::LooksLikeProduction), "nothing");
        assert_eq!(limits(Reason::DependenciesKept), "updating dependencies");
        let elsewhere =
            "elsewhere, development connections (still possible: define a connection of your own)";
        assert!(limits(Reason::NameNotFound).contains(elsewhere));
        assert!(!limits(Reason::AddressLiteral).contains("elsewhere"));
    }
}
