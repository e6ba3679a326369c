//! What the history of publications tells.

use std::collections::BTreeMap;

use ib_domain::integration::IntegrationName;

use super::act::Act;
use super::entry::Told;
use super::trail::Telling;
use crate::publication::{Event, Fact, Holder, Item, Planned, State, UploadedPackage};
use crate::request_source::RequestSource;

/// The trail of an infrastructure's publications.
#[derive(Default)]
pub(super) struct Trail {
    /// Where the last request about the publication came from, for what comes of it.
    run: Option<RequestSource>,
    /// Who says that they published an integration by hand, and where that came from.
    marks: BTreeMap<IntegrationName, (Option<Holder>, Option<RequestSource>)>,
}

impl Telling for Trail {
    type State = State;

    fn tell(&mut self, before: &State, event: &Event) -> Option<Told> {
        let from = event.from;
        match &event.fact {
            Fact::Started { .. } | Fact::RetryRequested { .. } => self.run = from,
            Fact::WentOn { .. } => self.run = from.or(self.run),
            _ => {}
        }
        let of_run = || of_run(before, &event.fact).map(|told| told.from(from.or(self.run)));
        let told = of_integration(&event.fact, before).map(|told| told.from(from)).or_else(of_run);
        told.or_else(|| self.of_mark(before, event))
    }
}

impl Trail {
    /// What was published by hand, and whether it is there.
    fn of_mark(&mut self, before: &State, event: &Event) -> Option<Told> {
        let (act, integration, found) = match &event.fact {
            Fact::MarkRequested { integration } => {
                let asked = (before.holder().cloned(), event.from);
                self.marks.insert(integration.clone(), asked);
                (Act::IntegrationMarkRequested, integration, None)
            }
            Fact::Marked { integration } => (Act::IntegrationMarked, integration, None),
            Fact::MarkRefused { integration, found } => {
                (Act::IntegrationMarkRefused, integration, Some(found))
            }
            _ => return None,
        };
        let (by, from) = match act {
            Act::IntegrationMarkRequested => self.marks.get(integration).cloned(),
            _ => self.marks.remove(integration),
        }
        .unwrap_or_default();
        let told = held(Told::new(act), by.as_ref()).about(integration).from(from);
        Some(match found {
            Some(found) => told.refused(found.reason),
            None => told,
        })
    }
}

/// Packages of integrations, and looks.
fn of_integration(fact: &Fact, before: &State) -> Option<Told> {
    let earlier =
        |integration: &IntegrationName| before.upload(integration).map(|known| package(&known.package));
    Some(match fact {
        Fact::LookRequested { by } => held(Told::new(Act::DependenciesLookRequested), Some(by)),
        Fact::Uploaded { package: uploaded, by } => Told::new(Act::IntegrationUploaded)
            .by(Some(by))
            .about(&uploaded.integration)
            .change(earlier(&uploaded.integration), Some(package(uploaded))),
        Fact::Discarded { integration, by } => Told::new(Act::IntegrationDiscarded)
            .by(Some(by))
            .about(integration)
            .change(earlier(integration), None),
        _ => return None,
    })
}

/// A publication, and what came of its items; `None` for what was observed.
fn of_run(before: &State, fact: &Fact) -> Option<Told> {
    let holder = before.holder();
    let item = |act, item: &Item| held(Told::new(act), holder).about(item.name());
    Some(match fact {
        Fact::Started { by, plan } => {
            held(Told::new(Act::PublicationStarted), Some(by)).change(None, Some(planned(plan)))
        }
        Fact::WentOn { by } => held(Told::new(Act::PublicationContinued), Some(by)),
        Fact::RetryRequested { item, by } => held(Told::new(Act::ItemRetried), Some(by)).about(item.name()),
        Fact::CancelRequested { item: it } => item(Act::ItemCancelRequested, it),
        // Somebody cancels what was sent and not yet deployed; what was asked before is told already.
        Fact::Withdrawn { item: it, found: None, present: None } if !is_cancelled(before, it) => {
            item(Act::ItemCancelRequested, it)
        }
        Fact::Cancelled { item: it } => item(Act::ItemCancelled, it),
        Fact::Done { item: it, present } => {
            item(Act::ItemDone, it).change(None, present.version.map(|version| version.to_string()))
        }
        Fact::Failed { item: it, found } => item(Act::ItemFailed, it).failed(found),
        Fact::Ended { found: Some(found) } => held(Told::new(Act::PublicationStopped), holder).failed(found),
        // What was observed, how far it is, and what is told elsewhere.
        Fact::LookRequested { .. }
        | Fact::LookStopped { .. }
        | Fact::Surveyed { .. }
        | Fact::Uploaded { .. }
        | Fact::Discarded { .. }
        | Fact::MarkRequested { .. }
        | Fact::Marked { .. }
        | Fact::MarkRefused { .. }
        | Fact::Prepared
        | Fact::Sending { .. }
        | Fact::Unsent { .. }
        | Fact::Absent { .. }
        | Fact::Accepted { .. }
        | Fact::Said { .. }
        | Fact::Validated { .. }
        | Fact::Withdrawn { .. }
        | Fact::Continued { .. }
        | Fact::Deployed { .. }
        | Fact::FellSilent { .. }
        | Fact::AnsweredAgain
        | Fact::LogInAwaited
        | Fact::Ended { found: None } => return None,
    })
}

/// By whoever holds it, at development.
fn held(told: Told, holder: Option<&Holder>) -> Told {
    let address = holder.map(|holder| holder.address.authority());
    told.by(holder.map(|holder| &holder.username)).at(address)
}

fn is_cancelled(state: &State, item: &Item) -> bool {
    state.item(item).is_some_and(|item| item.is_cancelled)
}

fn planned(plan: &[Planned]) -> String {
    plan.iter().map(|planned| planned.item.name()).collect::<Vec<_>>().join(", ")
}

fn package(package: &UploadedPackage) -> String {
    format!("{}, SHA-256 {}", package.file, package.digest)
}
