//! What of a document a command is about.

use std::collections::BTreeSet;

use ib_api::dependencies::{DependenciesDocument, ItemDocument, PublicationDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_domain::dependency::DependencyId;
use ib_setup::publication::Item;

use crate::setup::desk::Refused;

/// Whether a publication is under way.
pub(crate) fn is_active(document: &DependenciesDocument) -> bool {
    document.publication.as_ref().is_some_and(PublicationDocument::is_active)
}

/// Whether the last publication did everything that it was to do.
pub(super) fn is_whole(document: &DependenciesDocument) -> bool {
    document.publication.as_ref().is_some_and(|known| !known.is_active() && known.done == known.items.len())
}

/// Those that were named, or else all that are missing.
pub(super) fn missing(
    document: &DependenciesDocument,
    only: &BTreeSet<DependencyId>,
) -> BTreeSet<DependencyId> {
    if !only.is_empty() {
        return only.clone();
    }
    let missing = document.dependencies.iter().filter(|dependency| dependency.state == "missing");
    missing.filter_map(|dependency| dependency.id.parse().ok()).collect()
}

/// Those that were named, or else all that are due.
pub(super) fn due(document: &DependenciesDocument, only: &BTreeSet<DependencyId>) -> BTreeSet<DependencyId> {
    if !only.is_empty() {
        return only.clone();
    }
    document.plan.iter().filter_map(|planned| planned.item.parse().ok()).collect()
}

/// Whether nothing more becomes of an item.
pub(super) fn is_over(publication: &PublicationDocument, item: &Item) -> bool {
    let known = publication.items.iter().find(|known| known.item == item.to_string());
    known.is_none_or(|known| is_final(&known.status))
}

/// The items of the last publication that were named, or else all; of these, the ones that fit.
pub(super) fn chosen(
    document: &DependenciesDocument,
    named: &[Item],
    fits: impl Fn(&ItemDocument) -> bool,
) -> Result<Vec<Item>, Refused> {
    let known = document.publication.as_ref().map(|known| known.items.as_slice()).unwrap_or_default();
    let is_known = |item: &Item| known.iter().any(|known| known.item == item.to_string());
    if let Some(unknown) = named.iter().find(|item| !is_known(item)) {
        let known = known.iter().map(|item| item.item.as_str()).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "none".to_owned() } else { known };
        let detail = format!("the last publication has no item {unknown}; its items: {known}");
        return Err(Box::new(Problem::new(ProblemKind::Unusable, detail)));
    }
    let wanted =
        |item: &&ItemDocument| named.is_empty() || named.iter().any(|name| name.to_string() == item.item);
    Ok(known
        .iter()
        .filter(wanted)
        .filter(|item| fits(item))
        .filter_map(|item| item.item.parse().ok())
        .collect())
}

/// Whether a status is the last one.
pub(crate) fn is_final(status: &str) -> bool {
    ["done", "failed", "cancelled"].contains(&status)
}
