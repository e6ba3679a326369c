//! `--output short`: the verdict and what is not passed, made for pasting into a ticket or a chat.

use ib_domain::finding::{Finding, Outcome};
use ib_domain::report::TargetReport;

use super::detail::{Piece, pieces};
use super::page::Page;
use crate::conclusion::Conclusion;
use crate::look::{Look, Mark, words};

pub(super) fn render(conclusion: &Conclusion, look: Look) -> String {
    let mut page = Page::new(look);
    let word = words(conclusion.verdict).to_lowercase();
    let word = look.mark(Mark::of_verdict(conclusion.verdict), &word);
    page.line(&format!("ib check: {word} (exit {})", conclusion.exit.code()));
    for target in &conclusion.report.targets {
        address(&mut page, target);
    }
    if !conclusion.unfinished.is_empty() {
        page.hang("? ", 2, &format!("interrupted before the end: {}", conclusion.unfinished.join(", ")));
    }
    page.into_text()
}

/// One address, and one paragraph per finding that is not passed.
fn address(page: &mut Page, target: &TargetReport) {
    let (look, verdict) = (page.look, target.verdict());
    let mark = Mark::of_verdict(verdict);
    let head = look.mark(mark, look.symbol(mark));
    page.line(&format!("{head} {}: {}", target.address, words(verdict).to_lowercase()));
    for finding in &target.findings {
        paragraph(page, target, finding);
    }
    let unasked = target.findings.iter().filter(|finding| is_not_evaluated(finding)).count();
    if unasked > 0 {
        let checks = if unasked == 1 { "check" } else { "checks" };
        page.line(&format!("  {} {unasked} {checks} not evaluated", look.symbol(Mark::Aside)));
    }
}

const fn is_not_evaluated(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::NotEvaluated { .. })
}

/// Lines are not wrapped: whatever they are pasted into does that, and a command stays in one piece.
fn paragraph(page: &mut Page, target: &TargetReport, finding: &Finding) {
    let Some(reason) = finding.outcome.reason() else {
        return;
    };
    let (look, host) = (page.look, target.address.as_str());
    let mark = Mark::of_outcome(&finding.outcome);
    let lead = look.mark(mark, look.symbol(mark));
    if let Outcome::Skipped { why, .. } = &finding.outcome {
        page.line(&format!("  {lead} {reason} waived: {why}"));
        return;
    }
    page.line(&format!("  {lead} {reason} {}", finding.message(host)));
    for piece in pieces(&finding.action(host).unwrap_or_default()) {
        match piece {
            Piece::Prose(text) => page.line(&format!("    {text}")),
            Piece::Command(command) => page.line(&format!("    {}", look.strong(command))),
        }
    }
}
