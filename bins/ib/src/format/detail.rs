//! One finding at length: what was seen, what lies behind it, what it costs, what to do, and who can.

use ib_domain::feature::Feature;
use ib_domain::finding::{Finding, Outcome};
use ib_domain::report::TargetReport;

use super::page::Page;
use crate::look::Mark;

/// Columns of the labels on the left, with the indent.
const LABELS: usize = 12;

/// Whether there is more to say about a finding than its line.
pub(super) const fn is_worth_it(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Warning(_) | Outcome::Failed(_) | Outcome::Unknown(_))
}

pub(super) fn render(page: &mut Page, target: &TargetReport, finding: &Finding) {
    let Some(reason) = finding.outcome.reason() else {
        return;
    };
    let (look, entry, host) = (page.look, reason.entry(), target.address.as_str());
    let mark = Mark::of_outcome(&finding.outcome);
    let title = format!("{} {}: {}", look.symbol(mark), finding.check.title(), entry.title);
    page.line(&format!("  {}  {}", look.mark(mark, &title), look.quiet(entry.code)));
    page.hang("    ", 4, &finding.message(host));
    let action = finding.action(host).unwrap_or_default();
    row(page, "seen", &evidence(finding, host));
    row(page, "cause", entry.cause);
    row(page, "impact", &impact(finding.limits(&target.role)));
    action_rows(page, &action);
    row(page, "who", entry.who.label());
    command_row(page, "more", &format!("ib explain {}", entry.code));
}

/// A label and a text; nothing where there is no text.
pub(crate) fn row(page: &mut Page, label: &str, text: &str) {
    if !text.is_empty() {
        let lead = page.look.quiet(&format!("    {label:<8}"));
        page.hang(&lead, LABELS, text);
    }
}

/// A command stays on one line, however long, so that it can be copied.
pub(crate) fn command_row(page: &mut Page, label: &str, command: &str) {
    let (lead, command) = (page.look.quiet(&format!("    {label:<8}")), page.look.strong(command));
    page.line(&format!("{lead}{command}"));
}

/// What the evidence holds beyond what the message says already.
fn evidence(finding: &Finding, host: &str) -> String {
    let message = finding.message(host);
    let seen = &finding.evidence;
    let mut facts: Vec<(&str, String)> = Vec::new();
    facts.extend(seen.observed.clone().map(|text| ("", text)));
    facts.extend(seen.expected.clone().map(|text| ("expected: ", text)));
    facts.extend(seen.address.map(|address| ("address: ", address.to_string())));
    let mut parts: Vec<_> = facts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    parts.extend(
        seen.details.iter().map(|(name, text)| (format!("{}: ", name.replace('_', " ")), text.clone())),
    );
    parts.retain(|(_, text)| !message.contains(text.as_str()));
    parts.into_iter().map(|(name, text)| name + &text).collect::<Vec<_>>().join("; ")
}

/// What is taken away, and what still works in its place.
pub(crate) fn impact(features: &[Feature]) -> String {
    if features.is_empty() {
        return "nothing is taken away".to_owned();
    }
    let limited = enumeration(&features.iter().map(|feature| feature.label()).collect::<Vec<_>>());
    let instead: Vec<_> = features.iter().filter_map(|feature| feature.instead()).collect();
    if instead.is_empty() {
        format!("limits {limited}")
    } else {
        format!("limits {limited}; you can still {}", enumeration(&instead))
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn enumeration(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

/// What to do: each command in it on a line of its own.
pub(crate) fn action_rows(page: &mut Page, action: &str) {
    for (number, piece) in pieces(action).iter().enumerate() {
        let label = if number == 0 { "action" } else { "" };
        match piece {
            Piece::Prose(text) => row(page, label, text),
            Piece::Command(command) => command_row(page, label, command),
        }
    }
}

/// A part of a catalogue text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Prose(&'t str),
    Command(&'t str),
}

/// A text with its commands set apart, each as it has to be typed: the full stop that ends the sentence is
/// not part of the command.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = command_in(rest) {
        let (prose, tail) = rest.split_at(at);
        let end = tail.find(". ").unwrap_or_else(|| tail.trim_end_matches('.').len());
        pieces.extend([Piece::Prose(prose.trim_end()), Piece::Command(&tail[..end])]);
        rest = tail[end..].trim_start_matches('.').trim_start();
    }
    pieces.push(Piece::Prose(rest));
    pieces.retain(|piece| *piece != Piece::Prose(""));
    pieces
}

/// Where the first command begins.
fn command_in(text: &str) -> Option<usize> {
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    let found = |name: &str| text.match_indices(name).map(|(at, _)| at).find(|at| begins(*at));
    [found("ib check "), found("ib explain ")].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_end_where_the_sentence_does() {
        use Piece::{Command, Prose};
        assert_eq!(
            pieces("Wait: ib check a.b --wait 5m. If it stays, go."),
            [Prose("Wait:"), Command("ib check a.b --wait 5m"), Prose("If it stays, go.")]
        );
        assert_eq!(
            pieces("Give it: ib check a.b --ca FILE."),
            [Prose("Give it:"), Command("ib check a.b --ca FILE")]
        );
        assert_eq!(pieces("ib explain X"), [Command("ib explain X")]);
        let prose = "Look at the crib check list, then at lib explain.";
        assert_eq!(pieces(prose), [Prose(prose)]);
    }

    #[test]
    fn an_impact_names_what_still_works() {
        assert_eq!(impact(&[]), "nothing is taken away");
        let text = impact(&[Feature::SignIn, Feature::AutomaticConnections]);
        assert_eq!(
            text,
            "limits signing in and automatic creation of connections; \
             you can still create connections by hand in Integration Manager"
        );
    }
}
