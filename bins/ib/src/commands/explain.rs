//! `ib explain`: the catalogue of reasons, for people and for programs.

mod entry;

use std::io::Write as _;

use ib_api::exit::Exit;
use ib_api::explain::ExplainDocument;
use ib_domain::check::Check;
use ib_domain::reason::Reason;

use crate::cli::{ExplainArguments, ExplainFormat};
use crate::format::{self, Page};
use crate::look::Look;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

pub(super) fn run(arguments: &ExplainArguments, surroundings: &mut Surroundings) -> Result<Exit, Stop> {
    let reasons = match &arguments.code {
        Some(wanted) => find(wanted)?,
        None => Reason::ALL.to_vec(),
    };
    let look = Look::of(&surroundings.stdout, arguments.colour, surroundings);
    let text = match (arguments.output, reasons.as_slice()) {
        (ExplainFormat::Json, reasons) => format::json(&ExplainDocument::new(reasons)),
        (ExplainFormat::Text, [one]) => alone(*one, look),
        (ExplainFormat::Text, many) => list(many, look),
    };
    surroundings.stdout.write_all(text.as_bytes())?;
    surroundings.stdout.flush()?;
    Ok(Exit::Passed)
}

/// The reasons behind a code, a dotted name, a check, or a code of the vendor's.
fn find(wanted: &str) -> Result<Vec<Reason>, Stop> {
    let wanted = wanted.trim();
    let same = |name: &str| name.eq_ignore_ascii_case(wanted);
    let all = |matches: &dyn Fn(&Reason) -> bool| {
        Reason::ALL.iter().copied().filter(|r| matches(r)).collect::<Vec<_>>()
    };
    let found = [
        all(&|reason| same(reason.entry().code) || same(reason.entry().id)),
        all(&|reason| same(reason.entry().check.id())),
        all(&|reason| reason.entry().vendor.iter().any(|code| same(code))),
    ];
    found.into_iter().find(|reasons| !reasons.is_empty()).ok_or_else(|| unknown(wanted))
}

/// A code that is not in the catalogue, with the nearest ones that are.
fn unknown(wanted: &str) -> Stop {
    let wanted = ib_domain::text::harmless(wanted, 60);
    let lower = wanted.to_ascii_lowercase();
    let mut known: Vec<_> =
        Reason::ALL.iter().flat_map(|reason| [reason.entry().code, reason.entry().id]).collect();
    known.sort_by_key(|name| distance(&name.to_ascii_lowercase(), &lower));
    let near = known.first().filter(|name| distance(&name.to_ascii_lowercase(), &lower) <= 3);
    let hint = near.map_or_else(String::new, |name| format!(" Did you mean {name}?"));
    Stop::usage(format!("no finding has the code \"{wanted}\".{hint} `ib explain` lists them all."))
}

/// How many characters differ (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut costs: Vec<usize> = (0..=right.len()).collect();
    for (row, l) in left.chars().enumerate() {
        let mut diagonal = row;
        costs[0] = row + 1;
        for (column, r) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(l != *r);
            diagonal = costs[column + 1];
            costs[column + 1] = substituted.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs[right.len()]
}

/// One reason at length.
fn alone(reason: Reason, look: Look) -> String {
    let mut page = Page::new(look);
    entry::render(&mut page, reason);
    page.into_text()
}

/// Many reasons, a line each, by check.
fn list(reasons: &[Reason], look: Look) -> String {
    let mut page = Page::new(look);
    let codes = reasons.iter().map(|reason| reason.entry().code.len()).max().unwrap_or(0) + 2;
    for check in Check::ALL {
        let mut of_check = reasons.iter().filter(|reason| reason.entry().check == *check).peekable();
        if of_check.peek().is_none() {
            continue;
        }
        page.gap();
        page.line(&format!("{} {}", look.strong(check.title()), look.quiet(check.id())));
        for reason in of_check {
            let entry = reason.entry();
            let lead = format!("  {:<codes$}", entry.code);
            page.hang(&lead, codes + 2, entry.title);
        }
    }
    page.gap();
    page.line(&look.quiet("ib explain CODE says more about one of them."));
    page.into_text()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("setup-tls-001", &[Reason::TlsExpired])]
    #[case(" NET.TLS.EXPIRED ", &[Reason::TlsExpired])]
    #[case("os-inbl-api-00070", &[Reason::TlsNameMismatch, Reason::ManagerSilent])]
    #[case("OS-INBL-API-00069", &[Reason::NameNotFound, Reason::TlsNameMismatch, Reason::ManagerSilent])]
    fn found_under_every_name(#[case] wanted: &str, #[case] reasons: &[Reason]) {
        assert_eq!(find(wanted).unwrap(), reasons);
    }

    #[test]
    fn every_code_name_and_check_is_found() {
        for reason in Reason::ALL {
            assert_eq!(find(reason.entry().code).unwrap(), [*reason]);
            assert_eq!(find(reason.entry().id).unwrap(), [*reason]);
            assert!(find(reason.entry().check.id()).unwrap().contains(reason));
        }
    }

    #[rstest]
    #[case("SETUP-TLS-01", Some("SETUP-TLS-001"))]
    #[case("net.tls.expird", Some("net.tls.expired"))]
    #[case("something else", None)]
    fn a_slip_of_the_pen_is_answered_with_the_nearest(#[case] wanted: &str, #[case] near: Option<&str>) {
        let text = find(wanted).unwrap_err().to_string();
        assert_eq!(text.contains("Did you mean"), near.is_some(), "{text}");
        assert!(text.contains(near.unwrap_or("`ib explain` lists them all")), "{text}");
    }

    #[rstest]
    #[case("", "abc", 3)]
    #[case("kitten", "sitting", 3)]
    #[case("same", "same", 0)]
    fn distances(#[case] left: &str, #[case] right: &str, #[case] expected: usize) {
        assert_eq!(distance(left, right), expected);
    }
}
