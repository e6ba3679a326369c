//! Which integrations there are, how each stands, and what each needs of its own, for people.

use ib_api::integrations::{IntegrationRow, IntegrationsDocument, RequirementDocument};
use ib_api::setup::FindingDocument;

use super::course::bytes;
use crate::dependencies::page::text;
use crate::environments::page::{go_on, moment};
use crate::format::{Page, command_row, row};
use crate::look::{Look, Mark};
use crate::setup::again::Again;
use crate::setup::page::paragraph;

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) document: &'a IntegrationsDocument,
    /// What was in the way of the publication as a whole.
    pub(crate) hindrances: &'a [FindingDocument],
    pub(crate) again: &'a Again,
    /// The command that goes on, where there is one.
    pub(crate) next: Option<&'a str>,
}

/// The whole page.
pub(crate) fn render(shown: &Shown<'_>, look: Look) -> String {
    let Shown { document, hindrances, again, next } = *shown;
    let mut page = Page::new(look);
    page.headline(&headline(document), &again.host);
    if !document.integrations.is_empty() {
        page.gap();
        table(&mut page, document);
    }
    for integration in &document.integrations {
        details(&mut page, integration, again);
    }
    let of_items = document.integrations.iter().filter_map(|integration| integration.item.as_ref());
    let of_items = of_items.filter_map(|item| item.finding.as_ref());
    let unmarked = document.integrations.iter().filter_map(|integration| integration.not_confirmed.as_ref());
    for finding in document.stop.iter().chain(hindrances).chain(of_items).chain(unmarked) {
        paragraph(&mut page, finding, &[]);
    }
    go_on(&mut page, next);
    page.into_text()
}

/// Whether a package waits for its publication.
pub(crate) fn is_open(integration: &IntegrationRow) -> bool {
    ["not_published", "changed"].contains(&integration.status.as_str())
}

fn headline(document: &IntegrationsDocument) -> (Mark, String) {
    let all = &document.integrations;
    let count = |status: &str| all.iter().filter(|integration| integration.status == status).count();
    let published = match all.len() {
        0 => "No integrations yet".to_owned(),
        all => format!("{} of {all} published", count("published")),
    };
    match document.exit {
        _ if document.stop.is_some() || document.looked_at.is_none() => {
            (Mark::Open, format!("Could not tell; {}", lower(&published)))
        }
        3 => (Mark::Bad, format!("Something failed; {}", lower(&published))),
        6 => (Mark::Attention, format!("Waits for a log-in; {}", lower(&published))),
        _ if count("under_way") > 0 => (Mark::Open, format!("Under way; {}", lower(&published))),
        _ if count("published") < all.len() => (Mark::Attention, published),
        _ => (Mark::Good, published),
    }
}

/// A headline as a part of another one.
fn lower(words: &str) -> String {
    words.replacen("No", "no", 1)
}

fn table(page: &mut Page, document: &IntegrationsDocument) {
    let rows = document.integrations.iter().map(|known| {
        let (mark, words) = standing(known);
        let none = || "-".to_owned();
        let label = |kind: &String| {
            let known = document.kinds.iter().find(|known| known.kind == *kind);
            text(known.map_or(kind, |known| &known.label))
        };
        let kind = known.kind.as_ref().map_or_else(none, label);
        let package = known.package.as_ref();
        let package = package.map_or_else(none, |it| format!("{} ({})", text(&it.file), bytes(it.size)));
        let published = known.published.as_ref().map_or_else(none, |it| moment(&it.at));
        (mark, [text(&known.name), kind, words, package, published])
    });
    let rows: Vec<_> = rows.collect();
    page.table(["integration", "kind", "status", "package", "published"], &rows);
}

/// How an integration stands, and how that is marked.
fn standing(integration: &IntegrationRow) -> (Mark, String) {
    let (mark, words) = match integration.status.as_str() {
        "unknown" => (Mark::Open, "not known"),
        "not_published" => (Mark::Attention, "not published"),
        "under_way" => (Mark::Open, "being published"),
        "published" => (Mark::Good, "published"),
        "changed" => (Mark::Attention, "published before; its package is newer"),
        "inconsistent" => (Mark::Bad, "its modules do not fit together"),
        other => return (Mark::Open, text(other)),
    };
    let by_hand = integration.published.as_ref().is_some_and(|published| published.by_hand);
    let by_hand = by_hand && integration.status == "published";
    (mark, if by_hand { format!("{words} by hand") } else { words.to_owned() })
}

/// What an integration needs of its own, and how to publish it by hand where that has to be done.
fn details(page: &mut Page, integration: &IntegrationRow, again: &Again) {
    let is_by_hand = !integration.by_hand.is_empty() && integration.status != "published";
    if integration.requirements.is_empty() && !is_by_hand {
        return;
    }
    page.gap();
    page.line(&format!("  {}", page.look.strong(&text(&integration.name))));
    for (number, requirement) in integration.requirements.iter().enumerate() {
        needed(page, if number == 0 { "needs" } else { "" }, requirement);
    }
    if is_by_hand {
        let command = |name: &str| again.command(name, std::slice::from_ref(&integration.name));
        for (number, step) in integration.by_hand.iter().enumerate() {
            row(page, if number == 0 { "by hand" } else { "" }, &format!("{}. {}", number + 1, text(step)));
        }
        command_row(page, "step 1", &command("integrations download"));
        command_row(page, &format!("step {}", integration.by_hand.len()), &command("integrations mark"));
    }
}

fn needed(page: &mut Page, label: &str, requirement: &RequirementDocument) {
    let state = match requirement.status.as_str() {
        "met" => "there",
        "open" => "not there yet",
        "by_hand" => "to be seen to by hand",
        _ => "not known",
    };
    row(page, label, &format!("{} ({state})", text(&requirement.text)));
}
