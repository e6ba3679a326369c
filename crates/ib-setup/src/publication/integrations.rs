//! What may be asked about integrations, and what follows.

use std::collections::BTreeSet;
use std::time::SystemTime;

use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::integration::IntegrationName;
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;

use super::State;
use super::command::{Facts, Rejection, held};
use super::event::Fact;
use super::plan::{Item, plan_integrations};
use super::run::{Holder, Run};
use super::survey::{Catalogs, INTEGRATIONS, Survey};
use super::upload::{Marking, UploadedPackage};
use crate::found::Found;

/// A package was uploaded, in place of an earlier one of the integration.
pub(super) fn upload(state: &State, package: UploadedPackage, by: Username) -> Facts {
    let known = state.uploads.get(&package.integration);
    if known.is_some_and(|known| known.package == package) {
        return Ok(Vec::new());
    }
    if known.is_none() && state.uploads.len() >= INTEGRATIONS {
        return Err(Rejection::TooManyIntegrations);
    }
    is_at_rest(state, &package.integration)?;
    Ok(vec![Fact::Uploaded { package, by }])
}

/// A package is no longer needed; what is published stays.
pub(super) fn discard(state: &State, integration: IntegrationName, by: Username) -> Facts {
    if !state.uploads.contains_key(&integration) {
        return Err(Rejection::NoSuchIntegration(integration));
    }
    is_at_rest(state, &integration)?;
    Ok(vec![Fact::Discarded { integration, by }])
}

/// Whether nothing is being published of it.
fn is_at_rest(state: &State, integration: &IntegrationName) -> Result<(), Rejection> {
    let item = Item::Integration(integration.clone());
    let is_open = |run: &Run| run.item(&item).is_some_and(|item| !item.status.is_final());
    if state.active().is_some_and(is_open) { Err(Rejection::UnderWay) } else { Ok(()) }
}

/// Somebody wants integrations published, with the dependencies that are missing.
pub(super) fn publish(
    state: &State,
    by: Holder,
    edition: u32,
    integrations: &BTreeSet<IntegrationName>,
) -> Facts {
    if let Some(run) = state.active() {
        return Err(held(run, &by).unwrap_or(Rejection::UnderWay));
    }
    let survey = state.survey().filter(|_| state.edition == edition).ok_or(Rejection::PlanOutdated)?;
    if survey.catalogs == Catalogs::Several {
        return Err(Rejection::SeveralCatalogs);
    }
    let is_known =
        |name: &&IntegrationName| state.uploads.contains_key(*name) || survey.integration(name).is_some();
    if let Some(unknown) = integrations.iter().find(|name| !is_known(name)) {
        return Err(Rejection::NoSuchIntegration(unknown.clone()));
    }
    let plan = plan_integrations(survey, &state.uploads, integrations);
    if plan.is_empty() { Err(Rejection::NothingToDo) } else { Ok(vec![Fact::Started { by, plan }]) }
}

/// Somebody says that they published the package of an integration by hand (B12): what is there is looked at.
pub(super) fn mark(state: &State, by: Holder, integration: IntegrationName) -> Facts {
    let Some(upload) = state.uploads.get(&integration) else {
        return Err(Rejection::NoSuchIntegration(integration));
    };
    if state.active().is_some() {
        return Err(Rejection::UnderWay);
    }
    if upload.marking == Marking::Wanted {
        return Ok(Vec::new());
    }
    let look = state.look.is_none().then_some(Fact::LookRequested { by });
    Ok(look.into_iter().chain([Fact::MarkRequested { integration }]).collect())
}

/// What follows from what is there for what somebody published by hand.
pub(super) fn marked(state: &State, survey: &Survey) -> Vec<Fact> {
    let decided = |integration: &IntegrationName| {
        let upload = &state.uploads[integration].package;
        match missing(survey, integration, &upload.modules) {
            None => Fact::Marked { integration: integration.clone() },
            Some(observed) => Fact::MarkRefused {
                integration: integration.clone(),
                found: Box::new(not_there(integration, &observed)),
            },
        }
    };
    wanted(state).map(decided).collect()
}

/// What is there could not be told, so nothing counts.
pub(super) fn not_marked(state: &State, found: &Found) -> Vec<Fact> {
    let refused = |integration: &IntegrationName| Fact::MarkRefused {
        integration: integration.clone(),
        found: Box::new(found.clone()),
    };
    wanted(state).map(refused).collect()
}

fn wanted(state: &State) -> impl Iterator<Item = &IntegrationName> {
    let is_wanted = |(_, upload): &(_, &super::Upload)| upload.marking == Marking::Wanted;
    state.uploads.iter().filter(is_wanted).map(|(name, _)| name)
}

/// What keeps an integration from being there as its package has it, in words.
fn missing(survey: &Survey, integration: &IntegrationName, modules: &BTreeSet<String>) -> Option<String> {
    let Some(found) = survey.integration(integration) else {
        return Some("none of its modules is there".to_owned());
    };
    let is_missing = |module: &&String| {
        // Modules of other names are not listed: what they belong to is not known.
        IntegrationName::of_module(module).is_some()
            && found.modules.iter().all(|known| known.name != **module)
    };
    if let Some(module) = modules.iter().find(is_missing) {
        return Some(format!("{module} is not there"));
    }
    found.is_inconsistent.then(|| "its modules do not fit together".to_owned())
}

fn not_there(integration: &IntegrationName, observed: &str) -> Found {
    let reason = Reason::IntegrationNotThere;
    let evidence = Evidence::new().observed(observed).detail("item", integration.as_str());
    let finding = Finding::new(reason.entry().check, Outcome::of(reason), SystemTime::UNIX_EPOCH);
    Found::record(&finding.with(evidence), "the development environment")
}
