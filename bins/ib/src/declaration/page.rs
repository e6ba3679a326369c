//! What would change, and what came of it, for people.

use ib_api::plan::{ApplyDocument, PlanDocument, StepDocument};
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use crate::environments::page::go_on;
use crate::format::Page;
use crate::look::{Look, Mark};

/// What would change; `next` is the command that does it.
pub(crate) fn plan(document: &PlanDocument, host: &str, next: Option<&str>, look: Look) -> String {
    let mut page = Page::new(look);
    let headline = match document.steps.len() {
        0 => (Mark::Good, "Nothing would change".to_owned()),
        1 => (Mark::Attention, "1 change".to_owned()),
        count => (Mark::Attention, format!("{count} changes")),
    };
    page.headline(&headline, host);
    page.gap();
    if document.steps.is_empty() {
        page.hang("  ", 2, &format!("Everything is as {} declares it.", text(&document.file)));
    }
    for (step, number) in document.steps.iter().zip(1..) {
        page.hang(&format!("{number:>4}. "), 6, &text(&step.text));
    }
    go_on(&mut page, next);
    page.into_text()
}

/// What came of it; `next` is the command that goes on.
pub(crate) fn apply(document: &ApplyDocument, host: &str, next: Option<&str>, look: Look) -> String {
    let mut page = Page::new(look);
    let headline = match (document.failed.len(), document.not_started.len()) {
        (0, 0) => (Mark::Good, format!("Everything is as {} declares it", text(&document.file))),
        (0, _) => (Mark::Open, "Not ended".to_owned()),
        _ => (Mark::Bad, "Not everything was done".to_owned()),
    };
    page.headline(&headline, host);
    list(&mut page, "Done", &document.done, Mark::Good);
    if !document.failed.is_empty() {
        page.gap();
        page.line("  Failed:");
    }
    for failed in &document.failed {
        item(&mut page, &failed.step, Mark::Bad);
        page.hang("      ", 6, &text(&failed.why));
    }
    list(&mut page, "Not started, or not ended", &document.not_started, Mark::Aside);
    go_on(&mut page, next);
    page.into_text()
}

fn list(page: &mut Page, title: &str, steps: &[StepDocument], mark: Mark) {
    if !steps.is_empty() {
        page.gap();
        page.line(&format!("  {title}:"));
    }
    for step in steps {
        item(page, step, mark);
    }
}

fn item(page: &mut Page, step: &StepDocument, mark: Mark) {
    let look = page.look;
    let lead = format!("    {} ", look.mark(mark, look.symbol(mark)));
    page.hang(&lead, 6, &text(&step.text));
}

fn text(text: &str) -> String {
    harmless(text, 4 * REMOTE_TEXT_LIMIT)
}
