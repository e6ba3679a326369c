//! Why an item failed, in the words of the catalogue.

use std::time::SystemTime;

use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::Reason;

use super::ITEM_LIMIT;
use super::event::Fact;
use super::run::{Run, RunItem};
use super::survey::Present;
use crate::found::Found;

pub(super) fn timed_out(run: &Run, item: &RunItem) -> Found {
    let limit = format!("{} minutes", ITEM_LIMIT.as_secs() / 60);
    found(Reason::PublicationTimedOut, run, Some(item), [("expected", limit.as_str())])
}

pub(super) fn with_errors(run: &Run, known: &RunItem) -> Found {
    let error = known.heard.first_error.as_deref().unwrap_or("it named no error");
    found(Reason::PublicationErrors, run, Some(known), [("observed", error)])
}

pub(super) fn not_verified(run: &Run, known: &RunItem, present: Option<Present>) -> Found {
    let seen = present.map_or_else(|| "not there".to_owned(), |present| present.to_string());
    let wanted = match known.planned.wanted {
        Some(version) => format!("version {version}, with modules that fit"),
        None => "modules that fit".to_owned(),
    };
    found(Reason::NotVerified, run, Some(known), [("observed", seen.as_str()), ("expected", wanted.as_str())])
}

pub(super) fn failed(run: &Run, known: &RunItem, reason: Reason, observed: &str) -> Fact {
    let found = found(reason, run, Some(known), [("observed", observed)]);
    Fact::Failed { item: known.planned.item.clone(), found: Box::new(found) }
}

/// What the catalogue says about it, with what was seen.
pub(super) fn found<const N: usize>(
    reason: Reason,
    run: &Run,
    item: Option<&RunItem>,
    seen: [(&'static str, &str); N],
) -> Found {
    let mut evidence = Evidence::new().detail("username", run.by.username.as_str());
    if let Some(item) = item {
        evidence = evidence.detail("item", item.planned.item.name());
    }
    for (name, text) in seen {
        // A sentence of the catalogue goes on behind it.
        let text = text.trim_end_matches('.');
        evidence = match name {
            "observed" => evidence.observed(text),
            "expected" => evidence.expected(text),
            name => evidence.detail(name, text),
        };
    }
    let finding = Finding::new(reason.entry().check, Outcome::of(reason), SystemTime::UNIX_EPOCH);
    Found::record(&finding.with(evidence), run.by.address.host())
}
