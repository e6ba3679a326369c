//! `--output text`: the verdict first, then every layer, then what to do about what is not passed.

use ib_api::check::role;
use ib_domain::check::Check;
use ib_domain::finding::{Finding, Outcome};
use ib_domain::reason::{Entry, Reason};
use ib_domain::report::TargetReport;
use ib_domain::verdict::Verdict;

use super::detail;
use super::page::{Page, duration, padded, widest};
use crate::conclusion::Conclusion;
use crate::look::{Look, Mark, words};

/// Longest part of a line that is kept for messages before the duration, in columns.
const MESSAGE_COLUMNS: usize = 60;
/// Columns of a duration and the blank before it.
const DURATION_COLUMNS: usize = 9;

pub(super) fn render(conclusion: &Conclusion, look: Look) -> String {
    let mut page = Page::new(look);
    let targets = &conclusion.report.targets;
    let alone = targets.len() == 1 && conclusion.unfinished.is_empty();
    if alone {
        headlines(&mut page, targets, "");
    } else {
        summary(&mut page, conclusion);
    }
    for target in targets {
        if !alone {
            page.gap();
            rule(&mut page, target);
        }
        block(&mut page, target);
    }
    page.into_text()
}

/// The lines that a person looks for, one per address: symbol, word, address, and the reason where there is
/// one.
fn headlines(page: &mut Page, targets: &[TargetReport], indent: &str) {
    let look = page.look;
    let word = |target: &TargetReport| {
        let verdict = target.verdict();
        format!("{} {}", look.symbol(Mark::of_verdict(verdict)), words(verdict))
    };
    let columns = |part: &dyn Fn(&TargetReport) -> String| {
        let parts: Vec<_> = targets.iter().map(part).collect();
        widest(parts.iter().map(String::as_str))
    };
    let role = |target: &TargetReport| format!("({})", role(&target.role));
    let (words, addresses, roles) =
        (columns(&word), columns(&|target| target.address.clone()), columns(&role));
    for target in targets {
        let head = format!(
            "{indent}{}  {} {}",
            look.mark(Mark::of_verdict(target.verdict()), &padded(&word(target), words)),
            look.strong(&padded(&target.address, addresses)),
            look.quiet(&padded(&role(target), roles)),
        );
        let taken = indent.len() + words + addresses + roles + 3;
        let Some(entry) = because(target) else {
            page.line(&head);
            continue;
        };
        let reason = format!("{} {}", entry.title, look.quiet(entry.code));
        if taken + 2 + entry.title.len() + 1 + entry.code.len() <= look.width {
            page.line(&format!("{head}  {reason}"));
        } else {
            page.line(&head);
            page.line(&format!("{indent}    {reason}"));
        }
    }
}

/// The reason that decided, where it is not all well.
fn because(target: &TargetReport) -> Option<&'static Entry> {
    let not_well = target.verdict() != Verdict::Passed;
    target.decisive().filter(|_| not_well)?.outcome.reason().map(Reason::entry)
}

/// The verdict on everything, then one line per address.
fn summary(page: &mut Page, conclusion: &Conclusion) {
    let look = page.look;
    let targets = &conclusion.report.targets;
    let mark = Mark::of_verdict(conclusion.verdict);
    let good = targets.iter().filter(|target| is_good(target)).count();
    let known = |address: &&String| targets.iter().any(|target| target.address == **address);
    let all = targets.len() + conclusion.unfinished.iter().filter(|address| !known(address)).count();
    let word = format!("{} {}", look.symbol(mark), words(conclusion.verdict));
    let count = if good == all {
        format!("all {all} addresses")
    } else {
        format!("{good} of {all} addresses passed")
    };
    page.line(&format!("{}  {count}", look.mark(mark, &word)));
    page.gap();
    headlines(page, targets, "  ");
    if !conclusion.unfinished.is_empty() {
        let list = conclusion.unfinished.join(", ");
        let lead = format!("  {} ", look.mark(Mark::Open, look.symbol(Mark::Open)));
        page.hang(&lead, 4, &format!("Interrupted before the end of: {list}"));
    }
}

fn is_good(target: &TargetReport) -> bool {
    matches!(Mark::of_verdict(target.verdict()), Mark::Good | Mark::Attention)
}

/// A line that separates the blocks of two addresses.
fn rule(page: &mut Page, target: &TargetReport) {
    let look = page.look;
    let dash = if look.unicode { "─" } else { "-" };
    let rest = look.width.saturating_sub(widest([target.address.as_str()]) + 4);
    let (left, right) = (dash.repeat(2), dash.repeat(rest));
    page.line(&format!("{} {} {}", look.quiet(&left), look.strong(&target.address), look.quiet(&right)));
}

/// Everything about one address.
fn block(page: &mut Page, target: &TargetReport) {
    page.gap();
    for note in notes(target) {
        page.hang("  Note: ", 8, &note);
    }
    page.gap();
    let layers: Vec<_> = target.findings.iter().filter(|finding| !is_folded(finding)).collect();
    let told: Vec<_> = layers.iter().map(|finding| told(target, finding)).collect();
    let titles = widest(layers.iter().map(|finding| finding.check.title()));
    let room = page.look.width.saturating_sub(titles + 6 + DURATION_COLUMNS).min(MESSAGE_COLUMNS);
    let columns = widest(told.iter().map(String::as_str)).min(room);
    for (finding, told) in layers.into_iter().zip(&told) {
        layer(page, finding, told, titles, columns);
    }
    for (why, checks) in folded(target) {
        let lead = format!("  {} ", page.look.mark(Mark::Aside, page.look.symbol(Mark::Aside)));
        let titles: Vec<_> = checks.iter().map(|check| check.title()).collect();
        page.hang_painted(&lead, 4, &format!("{why}: {}", titles.join(", ")), Look::quiet);
    }
    for finding in target.findings.iter().filter(|finding| detail::is_worth_it(finding)) {
        page.gap();
        detail::render(page, target, finding);
    }
}

/// What was changed in the address on the way in, and how its name looks to a person.
fn notes(target: &TargetReport) -> impl Iterator<Item = String> {
    let syntax = target.findings.iter().find(|finding| finding.check == Check::AddressSyntax);
    let details = syntax.map(|finding| &finding.evidence.details);
    let note = details.and_then(|details| details.get("note")).cloned();
    let name = details.and_then(|details| details.get("unicode"));
    note.into_iter()
        .chain(name.map(|name| format!("the name is shown as {name} and asked for as {}", target.address)))
}

/// One layer: symbol, what was looked at, what was seen, how long it took.
fn layer(page: &mut Page, finding: &Finding, told: &str, titles: usize, columns: usize) {
    let look = page.look;
    let mark = Mark::of_outcome(&finding.outcome);
    let lead =
        format!("  {} {}  ", look.mark(mark, look.symbol(mark)), padded(finding.check.title(), titles));
    let took = duration(finding.duration);
    for (number, line) in Look::wrap(told, columns).iter().enumerate() {
        if number > 0 {
            page.line(&format!("{:indent$}{line}", "", indent = titles + 6));
            continue;
        }
        let word = status_word(finding);
        let (word, rest) = line.strip_prefix(word).map_or(("", line.as_str()), |rest| (word, rest));
        let rest = if took.is_empty() { rest.to_owned() } else { padded(rest, columns - widest([word])) };
        let took =
            if took.is_empty() { took.clone() } else { look.quiet(&format!("{took:>DURATION_COLUMNS$}")) };
        page.line(&format!("{lead}{}{rest}{took}", look.mark(mark, word)));
    }
}

/// The status in words and what was seen; a reason has its own paragraph below and is named here only.
fn told(target: &TargetReport, finding: &Finding) -> String {
    let seen = match (&finding.outcome, finding.outcome.reason()) {
        (Outcome::Skipped { why, .. }, Some(reason)) => {
            format!("{} ({reason}); accepted: {why}", reason.entry().title)
        }
        (_, Some(reason)) => reason.entry().title.to_owned(),
        (_, None) => finding.message(&target.address),
    };
    format!("{}{seen}", status_word(finding))
}

/// The status in words, where it is not passed.
const fn status_word(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Passed | Outcome::NotApplicable { .. } | Outcome::NotEvaluated { .. } => "",
        Outcome::Warning(_) => "warning: ",
        Outcome::Failed(_) => "failed: ",
        Outcome::Skipped { .. } => "waived: ",
        _ => "could not tell: ",
    }
}

/// Whether a finding says only that a question was not asked.
const fn is_folded(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::NotEvaluated { .. } | Outcome::NotApplicable { .. })
}

/// Questions that were not asked, by why not.
fn folded(target: &TargetReport) -> Vec<(String, Vec<Check>)> {
    let mut groups: Vec<(String, Vec<Check>)> = Vec::new();
    for finding in &target.findings {
        let why = match finding.outcome {
            Outcome::NotEvaluated { because } => format!("not evaluated because of {because}"),
            Outcome::NotApplicable { why } => format!("not asked ({})", why.trim_end_matches('.')),
            _ => continue,
        };
        match groups.iter_mut().find(|(known, _)| *known == why) {
            Some((_, checks)) => checks.push(finding.check),
            None => groups.push((why, vec![finding.check])),
        }
    }
    groups
}
