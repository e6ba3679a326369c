//! What can be done with each environment, for people.

use ib_api::environments::{EnvironmentsDocument, FeatureDocument};

use super::page::{go_on, limited, standing, text, waivers};
use crate::format::{Page, enumeration, padded, widest};
use crate::look::{Look, Mark};

/// The whole page; `next` is the command that goes on, where there is one.
pub(crate) fn render(document: &EnvironmentsDocument, host: &str, next: Option<&str>, look: Look) -> String {
    let mut page = Page::new(look);
    page.headline(&headline(document), host);
    page.gap();
    for environment in &document.environments {
        page.gap();
        let (_, words) = standing(environment);
        let (name, address) = (look.strong(&text(&environment.name)), text(&environment.address));
        page.line(&format!("  {name}  {address}, {words}"));
        table(&mut page, &environment.features);
    }
    waivers(&mut page, &document.environments);
    go_on(&mut page, next);
    page.into_text()
}

fn headline(document: &EnvironmentsDocument) -> (Mark, String) {
    let limited = document.environments.iter().flat_map(limited).count();
    let features = document.environments.iter().flat_map(|environment| &environment.features);
    let unknown = features.filter(|feature| feature.status == "unknown").count();
    match (limited, unknown) {
        (0, 0) => (Mark::Good, "Nothing is limited".to_owned()),
        (0, unknown) => (Mark::Open, format!("{unknown} not known")),
        (limited, 0) => (Mark::Attention, format!("{limited} limited")),
        (limited, unknown) => (Mark::Attention, format!("{limited} limited, {unknown} not known")),
    }
}

fn table(page: &mut Page, features: &[FeatureDocument]) {
    let look = page.look;
    let labels: Vec<_> = features.iter().map(|feature| text(&feature.label)).collect();
    let room = widest(labels.iter().map(String::as_str));
    for (feature, label) in features.iter().zip(&labels) {
        let (mark, words) = availability(feature);
        let lead = format!("    {} {}  ", look.mark(mark, look.symbol(mark)), padded(label, room));
        page.hang(&lead, room + 8, &words);
    }
}

/// Whether a feature can be used, and how that is marked.
fn availability(feature: &FeatureDocument) -> (Mark, String) {
    let codes: Vec<_> = feature.because.iter().map(|code| text(code)).collect();
    let codes = enumeration(&codes.iter().map(String::as_str).collect::<Vec<_>>());
    let because = if codes.is_empty() { String::new() } else { format!(" because of {codes}") };
    match feature.status.as_str() {
        "available" => (Mark::Good, "available".to_owned()),
        "limited" => {
            let instead = feature.instead.as_deref().map(|way| format!("; you can still {}", text(way)));
            (Mark::Bad, format!("limited{because}{}", instead.unwrap_or_default()))
        }
        "not_applicable" => (Mark::Aside, "not applicable".to_owned()),
        "unknown" => (Mark::Open, format!("not known{because}")),
        other => (Mark::Open, text(other)),
    }
}
