//! Which environments there are, and how each stands, for people.

use std::collections::BTreeMap;

use ib_api::environments::{EnvironmentRow, EnvironmentsDocument, FeatureDocument};
use ib_api::setup::FindingDocument;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};

use crate::format::{Page, command_row, enumeration, row};
use crate::look::{Look, Mark};
use crate::setup::page::{paragraph, waived};

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) document: &'a EnvironmentsDocument,
    pub(crate) host: &'a str,
    /// The command that tells more of what is limited.
    pub(crate) features: &'a str,
    /// The command that goes on, where there is one.
    pub(crate) next: Option<&'a str>,
}

/// The whole page.
pub(crate) fn render(shown: &Shown<'_>, look: Look) -> String {
    let Shown { document, host, features, next } = *shown;
    let mut page = Page::new(look);
    page.headline(&headline(document), host);
    page.gap();
    table(&mut page, &document.environments);
    declared(&mut page, &document.environments);
    limits(&mut page, document, features);
    if let Some(refused) = &document.refused {
        page.gap();
        let (name, address) = (text(&refused.name), text(&refused.address));
        page.hang("  ", 2, &format!("{name} ({address}) was not added:"));
        paragraph(&mut page, &refused.finding, &[]);
    }
    waivers(&mut page, &document.environments);
    if let Some(finding) = &document.import_stop {
        paragraph(&mut page, finding, &[]);
    }
    for told in Told::all(&document.environments) {
        told.paragraph(&mut page);
    }
    go_on(&mut page, next);
    page.into_text()
}

/// How many environments are named where many have the same to do.
const NAMED: usize = 4;

/// A finding, and the environments that it was made at in the same words.
struct Told<'a> {
    finding: &'a FindingDocument,
    hosts: Vec<&'a str>,
    /// What was seen at each but the first.
    others: Vec<Option<&'a str>>,
}

impl<'a> Told<'a> {
    /// Everything that was found, once for all environments of which it says the same.
    fn all(environments: &'a [EnvironmentRow]) -> Vec<Self> {
        let mut told: Vec<Self> = Vec::new();
        for known in environments {
            for finding in &known.findings {
                match told.iter_mut().find(|told| told.says(finding, &known.address)) {
                    Some(told) => {
                        told.hosts.push(&known.address);
                        told.others.push(Some(&finding.message));
                    }
                    None => told.push(Self { finding, hosts: vec![&known.address], others: Vec::new() }),
                }
            }
        }
        told
    }

    fn says(&self, other: &FindingDocument, host: &str) -> bool {
        let this = self.finding;
        (&this.check, &this.status, &this.code) == (&other.check, &other.status, &other.code)
            && (&this.cause, &this.impact, &this.waiver) == (&other.cause, &other.impact, &other.waiver)
            && self.action(host) == other.action
    }

    /// What to do, at `host` in place of the first environment.
    fn action(&self, host: &str) -> Option<String> {
        let action = self.finding.action.as_ref()?;
        // A link leads to one environment.
        let is_link = action.contains(&format!("/{}", self.hosts[0]));
        Some(if is_link { action.clone() } else { action.replace(self.hosts[0], host) })
    }

    fn paragraph(&self, page: &mut Page) {
        let mut finding = self.finding.clone();
        finding.action = self.action(&named(&self.hosts));
        paragraph(page, &finding, &self.others);
    }
}

/// The first few hosts, and how many others there are: what was seen names each of them.
fn named(hosts: &[&str]) -> String {
    let others = hosts.len().saturating_sub(NAMED);
    if others < 2 {
        return enumeration(hosts);
    }
    let others = format!("{others} others");
    enumeration(&[&hosts[..NAMED], &[&others]].concat())
}

/// A line for each waiver, with what it does now.
pub(super) fn waivers(page: &mut Page, environments: &[EnvironmentRow]) {
    let all = environments.iter().flat_map(|known| known.waivers.iter().map(move |row| (known, row)));
    for (number, (known, kept)) in all.enumerate() {
        if number == 0 {
            page.gap();
        }
        let words = match kept.status.as_str() {
            "active" => "",
            "expired" => "expired, ",
            _ => "not needed now, ",
        };
        let line = format!("{}: {}, {words}{}", text(&known.name), text(&kept.code), waived(&kept.waiver));
        row(page, if number == 0 { "waived" } else { "" }, &line);
    }
}

/// A text of somebody else's, fit to be shown.
pub(super) fn text(text: &str) -> String {
    harmless(text, REMOTE_TEXT_LIMIT)
}

/// The command that goes on.
pub(crate) fn go_on(page: &mut Page, next: Option<&str>) {
    if let Some(next) = next {
        page.gap();
        command_row(page, "go on", next);
    }
}

/// How an environment stands, and how that is marked.
pub(super) fn standing(environment: &EnvironmentRow) -> (Mark, String) {
    let (mark, words) = match environment.status.as_str() {
        "new" => (Mark::Open, "not looked at yet".to_owned()),
        "connected" => (Mark::Good, "connected".to_owned()),
        "not_connected" if environment.is_development => (Mark::Bad, "not connected".to_owned()),
        "not_connected" => (Mark::Attention, "not connected".to_owned()),
        "faulty" => (Mark::Bad, "faulty".to_owned()),
        "waived" => (Mark::Attention, "waived".to_owned()),
        "stale" => (Mark::Open, "not looked at lately".to_owned()),
        other => (Mark::Open, text(other)),
    };
    let is_due = environment.is_looking && environment.status != "new";
    (mark, if is_due { format!("{words}; a look is due") } else { words })
}

/// What cannot be used with an environment.
pub(super) fn limited(environment: &EnvironmentRow) -> impl Iterator<Item = &FeatureDocument> {
    environment.features.iter().filter(|feature| feature.status == "limited")
}

fn headline(document: &EnvironmentsDocument) -> (Mark, String) {
    let all = &document.environments;
    let count = |status: &str| all.iter().filter(|environment| environment.status == status).count();
    let connected = format!("{} of {} connected", count("connected"), all.len());
    match document.exit {
        3 if document.refused.is_some() => (Mark::Bad, format!("Not added; {connected}")),
        3 => (Mark::Bad, format!("{} faulty, {connected}", count("faulty"))),
        0 if count("connected") == all.len() => (Mark::Good, connected),
        0 => (Mark::Attention, connected),
        _ => (Mark::Open, format!("Could not tell; {connected}")),
    }
}

fn table(page: &mut Page, environments: &[EnvironmentRow]) {
    let rows = environments.iter().map(|known| {
        let (mark, words) = standing(known);
        let (address, role) = (text(&known.address), text(&known.role));
        let version = known.version.as_deref().map_or_else(|| "-".to_owned(), text);
        let looked_at = known.looked_at.as_deref().map_or_else(|| "-".to_owned(), moment);
        (mark, [text(&known.name), address, role, words, version, looked_at])
    });
    let rows: Vec<_> = rows.collect();
    page.table(["environment", "address", "role", "status", "version", "looked at"], &rows);
}

/// A time in RFC 3339, to the second.
pub(crate) fn moment(time: &str) -> String {
    let seconds = time.split_once('.').map_or_else(|| time.to_owned(), |(seconds, _)| format!("{seconds}Z"));
    text(&seconds.replace('T', " "))
}

/// A line for each file, with the environments that it declares.
fn declared(page: &mut Page, environments: &[EnvironmentRow]) {
    let mut files = BTreeMap::<&str, Vec<String>>::new();
    for known in environments {
        if let Some(file) = &known.file {
            files.entry(file).or_default().push(text(&known.name));
        }
    }
    for (number, (file, names)) in files.into_iter().enumerate() {
        if number == 0 {
            page.gap();
        }
        let names = enumeration(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let line = format!("{names}: declared in {}", text(file));
        row(page, if number == 0 { "file" } else { "" }, &line);
    }
}

/// A line for each environment of what cannot be used with it.
fn limits(page: &mut Page, document: &EnvironmentsDocument, features: &str) {
    let lines = document.environments.iter().filter_map(|environment| {
        let labels: Vec<_> = limited(environment).map(|feature| text(&feature.label)).collect();
        let labels = enumeration(&labels.iter().map(String::as_str).collect::<Vec<_>>());
        (!labels.is_empty()).then(|| format!("{}: {labels}", text(&environment.name)))
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return;
    }
    page.gap();
    for (number, line) in lines.iter().enumerate() {
        row(page, if number == 0 { "limited" } else { "" }, line);
    }
    command_row(page, "more", features);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_environments_are_named_and_the_others_counted() {
        let all = ["a", "b", "c", "d", "e", "f"];
        let told = [1, 2, 5, 6].map(|count| named(&all[..count]));
        assert_eq!(told, ["a", "a and b", "a, b, c, d and e", "a, b, c, d and 2 others"]);
    }
}
