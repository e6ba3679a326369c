//! Where a set-up stands, for people.

use ib_api::problem::Problem;
use ib_api::setup::{FindingDocument, SetupDocument, TargetFindings};
use ib_api::waiver::WaiverDocument;
use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use crate::format::{Page, action_rows, command_row, enumeration, padded, row, widest};
use crate::look::{Look, Mark};

/// The whole page; `again` is the command that goes on.
pub(crate) fn render(document: &SetupDocument, again: &str, look: Look) -> String {
    let mut page = Page::new(look);
    page.headline(&headline(document), &host(document));
    page.gap();
    if document.infrastructure.is_none() {
        steps(&mut page, document);
    } else {
        page.hang(
            "  ",
            2,
            "Its IT users can use Integration Builder; each logs in with their own user name.",
        );
    }
    trouble(&mut page, document);
    if document.infrastructure.is_none() {
        page.gap();
        command_row(&mut page, "go on", again);
    }
    page.into_text()
}

/// Where it stopped and why, and nothing else.
pub(crate) fn why(document: &SetupDocument, look: Look) -> String {
    let mut page = Page::new(look);
    page.headline(&headline(document), &host(document));
    trouble(&mut page, document);
    page.into_text()
}

/// Why something was not done, for people.
pub(crate) fn problem(problem: &Problem, look: Look) -> String {
    let mut page = Page::new(look);
    match &problem.finding {
        Some(finding) => paragraph(&mut page, finding, &[]),
        None => page.hang("ib: ", 4, &harmless(&problem.detail, 4 * REMOTE_TEXT_LIMIT)),
    }
    if let Some(id) = &problem.request_id {
        page.hang("    ", 4, &format!("The service's log has it as {}.", harmless(id, 60)));
    }
    page.into_text()
}

/// The host that it is about.
pub(crate) fn host(document: &SetupDocument) -> String {
    let typed = &document.typed.address;
    let host = match &document.environment {
        Some(environment) => environment.address.clone(),
        None => EnvironmentAddress::parse(typed).map_or_else(|_| typed.clone(), |read| read.authority()),
    };
    harmless(&host, REMOTE_TEXT_LIMIT)
}

/// The title of a step.
pub(crate) fn title(step: &str) -> &str {
    match step {
        "address" => "Address",
        "log-in" => "Log-in",
        "welcome" => "Welcome",
        "disclaimer" => "Disclaimer",
        "check" => "Check of the infrastructure",
        "activation-code" => "Activation code",
        "registered" => "Registered",
        other => other,
    }
}

fn headline(document: &SetupDocument) -> (Mark, String) {
    if document.infrastructure.is_some() {
        return (Mark::Good, "Registered".to_owned());
    }
    let step = title(&document.step);
    match (&document.stop, document.exit) {
        (Some(_), 3 | 6 | 7) => (Mark::Bad, format!("Stopped at: {step}")),
        (Some(_), _) => (Mark::Open, format!("Could not tell at: {step}")),
        (None, _) if document.is_running() => (Mark::Open, format!("Under way: {step}")),
        (None, _) => (Mark::Attention, format!("Waits for you at: {step}")),
    }
}

fn steps(page: &mut Page, document: &SetupDocument) {
    let look = page.look;
    let known: Vec<_> = document.steps.iter().filter(|step| step.status != "not_needed").collect();
    let titles = widest(known.iter().map(|step| title(&step.step)));
    for step in known {
        let mark = match step.status.as_str() {
            "done" => Mark::Good,
            "open" => Mark::Attention,
            "stopped" => headline(document).0,
            "running" => Mark::Open,
            _ => Mark::Aside,
        };
        let what = detail(document, &step.step, &step.status);
        let lead = look.mark(mark, look.symbol(mark));
        page.line(&format!("  {lead} {}  {what}", padded(title(&step.step), titles)));
    }
}

/// What there is to say about a step on its line.
fn detail(document: &SetupDocument, step: &str, status: &str) -> String {
    match (step, status, &document.environment) {
        (_, "open", _) => "waits for you".to_owned(),
        (_, "running", _) => "under way".to_owned(),
        ("address", "done", Some(environment)) => {
            format!("{}, Platform Server {}", host(document), harmless(&environment.version, 60))
        }
        ("log-in", "done", _) => harmless(&document.typed.username, REMOTE_TEXT_LIMIT),
        _ => String::new(),
    }
}

/// Everything that is in the way or worth knowing, each with its cause, impact and remedy.
pub(crate) fn trouble(page: &mut Page, document: &SetupDocument) {
    if let Some(finding) = document.stop.as_ref().and_then(|stop| stop.finding.as_ref()) {
        paragraph(page, finding, &[document.code_hint.as_deref()]);
    }
    let all = |target: &TargetFindings| target.findings.clone();
    for finding in document.targets.iter().flat_map(all).filter(FindingDocument::is_trouble) {
        paragraph(page, &finding, &[]);
    }
}

/// One finding at length.
pub(crate) fn paragraph(page: &mut Page, finding: &FindingDocument, hints: &[Option<&str>]) {
    let look = page.look;
    let entry = finding.code.as_deref().and_then(Reason::from_code).map(Reason::entry);
    let mark = match finding.status.as_str() {
        "warning" => Mark::Attention,
        "failed" => Mark::Bad,
        "skipped" => Mark::Aside,
        _ => Mark::Open,
    };
    let text = |text: &str| harmless(text, 4 * REMOTE_TEXT_LIMIT);
    let named = entry.map_or_else(String::new, |entry| format!(": {}", entry.title));
    let title = format!("{} {}{named}", look.symbol(mark), text(&finding.title));
    let code = text(finding.code.as_deref().unwrap_or_default());
    page.gap();
    page.line(&format!("  {}  {}", look.mark(mark, &title), look.quiet(&code)));
    page.hang("    ", 4, &text(&finding.message));
    for hint in hints.iter().flatten() {
        page.hang("    ", 4, &text(hint));
    }
    row(page, "waived", &finding.waiver.as_ref().map(waived).unwrap_or_default());
    row(page, "cause", &text(finding.cause.as_deref().unwrap_or_default()));
    row(page, "impact", &impact(finding));
    action_rows(page, &text(finding.action.as_deref().unwrap_or_default()));
    let who = entry.map(|entry| entry.who.label().to_owned()).or_else(|| finding.who.as_deref().map(text));
    row(page, "who", &who.unwrap_or_default());
    if !code.is_empty() {
        command_row(page, "more", &format!("ib explain {code}"));
    }
}

/// Whose decision it is to live with a finding, until when, why, and which file declares that.
pub(crate) fn waived(waiver: &WaiverDocument) -> String {
    let text = |text: &str| harmless(text, 2 * REMOTE_TEXT_LIMIT);
    let until = waiver.until.split('.').next().unwrap_or_default().replace('T', " ");
    let file = waiver.file.as_deref().map(|file| format!(", declared in {}", text(file))).unwrap_or_default();
    format!("by {} until {}Z{file}: {}", text(&waiver.owner), text(&until), text(&waiver.why))
}

/// What is taken away, and what still works in its place.
fn impact(finding: &FindingDocument) -> String {
    let text = |text: &String| harmless(text, REMOTE_TEXT_LIMIT);
    let limited: Vec<_> = finding.impact.iter().map(|feature| text(&feature.label)).collect();
    let instead: Vec<_> =
        finding.impact.iter().filter_map(|feature| feature.instead.as_ref().map(text)).collect();
    let refs = |all: &[String]| enumeration(&all.iter().map(String::as_str).collect::<Vec<_>>());
    match (limited.is_empty(), instead.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("limits {}", refs(&limited)),
        (false, false) => format!("limits {}; you can still {}", refs(&limited), refs(&instead)),
    }
}
