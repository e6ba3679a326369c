//! What is there, and what became of a publication, for people.

use ib_api::dependencies::{DependenciesDocument, DependencyDocument, ItemDocument, PublicationDocument};
use ib_api::setup::FindingDocument;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use super::choice::is_active;
use super::task::Task;
use super::verdict::Ending;
use crate::format::{Page, command_row, padded, widest};
use crate::look::{Look, Mark};
use crate::setup::page::paragraph;

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) task: &'a Task,
    pub(crate) ending: Ending,
    pub(crate) document: &'a DependenciesDocument,
    pub(crate) host: &'a str,
    /// The command that goes on, where there is one.
    pub(crate) next: Option<&'a str>,
}

/// The whole page.
pub(crate) fn render(shown: &Shown<'_>, look: Look) -> String {
    let mut page = Page::new(look);
    page.headline(&headline(shown), shown.host);
    page.gap();
    match publication(shown) {
        Some(publication) => items(&mut page, publication),
        None if *shown.task == Task::Plan => plan(&mut page, shown.document),
        None => table(&mut page, &shown.document.dependencies),
    }
    for finding in findings(shown) {
        paragraph(&mut page, finding, &[]);
    }
    if let Some(next) = shown.next {
        page.gap();
        command_row(&mut page, "go on", next);
    }
    page.into_text()
}

/// A text of somebody else's, fit to be shown.
pub(crate) fn text(text: &str) -> String {
    harmless(text, REMOTE_TEXT_LIMIT)
}

/// What becomes of an item, in a line.
pub(super) fn doing(item: &ItemDocument) -> String {
    let name = text(&item.name);
    match status(item) {
        (words, Some(last)) => format!("{name}: {words} ({last})"),
        (words, None) => format!("{name}: {words}"),
    }
}

/// The status of an item in words, with what the environment said where that says more.
fn status(item: &ItemDocument) -> (String, Option<String>) {
    let words = match item.status.as_str() {
        "queued" => "not started",
        "blocked" => {
            let before = item.blocked_by.as_deref().map(text).unwrap_or_default();
            return (format!("not started: {before} was not done"), None);
        }
        "busy" => "somebody else is publishing it; waiting",
        "uploading" => "being sent",
        "validating" => "being compiled",
        "deploying" => "being deployed",
        "verifying" => "being read back",
        "cancelling" => "being cancelled",
        "failed" => {
            let code = item.finding.as_ref().and_then(|finding| finding.code.as_deref());
            return ("failed".to_owned(), code.map(text));
        }
        other => return (text(other), None),
    };
    (words.to_owned(), None)
}

/// The publication, where the command is about one.
fn publication<'a>(shown: &Shown<'a>) -> Option<&'a PublicationDocument> {
    let is_about = match (shown.task, shown.ending) {
        (Task::Plan | Task::List { watches: false }, _) => is_active(shown.document),
        (_, ending) => ending == Ending::Reached,
    };
    shown.document.publication.as_ref().filter(|_| is_about)
}

fn headline(shown: &Shown<'_>) -> (Mark, String) {
    let document = shown.document;
    if let Some(publication) = publication(shown) {
        return of_publication(publication);
    }
    if document.stop.is_some() || document.looked_at.is_none() {
        return (Mark::Open, "Could not tell".to_owned());
    }
    let due = document.plan.len();
    match shown.task {
        _ if due == 0 => (Mark::Good, "Everything is as it should be".to_owned()),
        Task::Plan => (Mark::Attention, format!("{due} to be published")),
        _ if shown.ending == Ending::NothingToDo => (Mark::Good, "Nothing to do".to_owned()),
        _ => {
            let is_there = |known: &&DependencyDocument| known.state == "installed";
            let (there, all) =
                (document.dependencies.iter().filter(is_there).count(), document.dependencies.len());
            (Mark::Attention, format!("{there} of {all} as they should be"))
        }
    }
}

fn of_publication(publication: &PublicationDocument) -> (Mark, String) {
    let (done, all) = (publication.done, publication.items.len());
    let failed = publication.items.iter().filter(|item| item.status == "failed").count();
    match publication.status.as_str() {
        "waiting_for_log_in" => (
            Mark::Attention,
            format!("Waits for a log-in by {}: {done} of {all} done", text(&publication.by)),
        ),
        "ended" if publication.stop.is_some() => (Mark::Bad, format!("Stopped: {done} of {all} done")),
        "ended" if failed > 0 => (Mark::Bad, format!("{failed} failed, {done} of {all} done")),
        "ended" if done == all => (Mark::Good, format!("{done} of {all} done")),
        "ended" => (Mark::Aside, format!("{done} of {all} done")),
        _ => (Mark::Open, format!("Under way for {}: {done} of {all} done", text(&publication.by))),
    }
}

/// What is done, what failed, what is under way, and what was not started.
fn items(page: &mut Page, publication: &PublicationDocument) {
    let look = page.look;
    let names: Vec<_> = publication.items.iter().map(|item| text(&item.name)).collect();
    let room = widest(names.iter().map(String::as_str));
    let mut rows: Vec<_> =
        publication.items.iter().zip(&names).map(|(item, name)| (place(item), item, name)).collect();
    rows.sort_by_key(|((place, _), ..)| *place);
    for ((_, mark), item, name) in rows {
        let (words, _) = status(item);
        page.line(&format!("  {} {}  {words}", look.mark(mark, look.symbol(mark)), padded(name, room)));
    }
}

/// Where an item stands in the list, and how it is marked.
fn place(item: &ItemDocument) -> (u8, Mark) {
    match item.status.as_str() {
        "done" => (0, Mark::Good),
        "failed" => (1, Mark::Bad),
        "queued" | "blocked" => (3, Mark::Aside),
        "cancelled" => (4, Mark::Aside),
        _ => (2, Mark::Open),
    }
}

fn plan(page: &mut Page, document: &DependenciesDocument) {
    let names: Vec<_> = document.plan.iter().map(|planned| text(&planned.name)).collect();
    let room = widest(names.iter().map(String::as_str));
    for (number, (planned, name)) in document.plan.iter().zip(&names).enumerate() {
        let lead = format!("  {:>3}. {}  ", number + 1, padded(name, room));
        page.hang(&lead, lead.chars().count(), &text(&planned.reason));
    }
}

fn table(page: &mut Page, dependencies: &[DependencyDocument]) {
    let rows = dependencies.iter().map(|known| {
        let mark = if known.state == "installed" { Mark::Good } else { Mark::Attention };
        let installed = known.installed.as_deref().map_or_else(|| "-".to_owned(), text);
        (mark, [text(&known.name), installed, text(&known.wanted), state(known)])
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        page.table(["dependency", "installed", "wanted", "state"], &rows);
    }
}

/// The state of a dependency in words.
fn state(known: &DependencyDocument) -> String {
    match known.state.as_str() {
        "outdated" if known.is_breaking => "outdated; the update changes what integrations use".to_owned(),
        "unknown_version" => "its version is not known".to_owned(),
        "inconsistent" => "its modules do not fit together".to_owned(),
        other => text(other),
    }
}

/// Everything that is in the way.
fn findings<'a>(shown: &Shown<'a>) -> Vec<&'a FindingDocument> {
    let document = shown.document;
    let Some(publication) = publication(shown) else {
        let trouble = document.dependencies.iter().filter_map(|known| known.trouble.as_ref());
        return document.stop.iter().chain(trouble).collect();
    };
    let of_items = publication.items.iter().filter_map(|item| item.finding.as_ref());
    publication.stop.iter().chain(&publication.silence).chain(of_items).collect()
}
