//! What an address and a diagnosis mean, given what the environment is for.

use std::time::SystemTime;

use ib_domain::address::hint::HostHint;
use ib_domain::address::{AddressError, AddressNote, EnvironmentAddress};
use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::feature::Impact;
use ib_domain::finding::{Evidence, Finding, Outcome, Vantage};
use ib_domain::reason::Reason;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_domain::version::{VersionReading, VersionVerdict, judge};

use super::{Inventory, Target, of_environment, rights, stops};
use crate::version::version_finding;
use crate::{Diagnosis, ListedEnvironment, Obstacle};

/// What the parser changed, in words.
pub(super) const fn note(note: AddressNote) -> &'static str {
    match note {
        AddressNote::HttpsInstead => "http:// was changed to https://",
        AddressNote::PathDropped => "the path was left out",
        AddressNote::QueryDropped => "the part after ? was left out",
        AddressNote::FragmentDropped => "the part after # was left out",
        _ => "something was left out",
    }
}

/// How to name an address that cannot be read. Credentials in it are not repeated.
pub(super) fn shown(typed: &str, error: &AddressError) -> String {
    match error {
        AddressError::Empty => "(empty)".to_owned(),
        AddressError::UserInfo => "(an address with credentials in it)".to_owned(),
        _ => harmless(typed, REMOTE_TEXT_LIMIT),
    }
}

/// Sharpens the role's finding with what LifeTime and the host's name say.
pub(super) fn examine(
    address: &EnvironmentAddress,
    target: &Target,
    diagnosis: &Diagnosis,
    inventory: &Inventory,
    findings: &mut [Finding],
    at: SystemTime,
) {
    let listed = inventory.listed(address.host());
    if let Some(seen) = listed.map(|environment| &environment.version) {
        keep_lifetime_version(seen, findings);
    }
    let Some(role) = findings.iter_mut().find(|finding| finding.check == Check::EnvRole) else {
        return;
    };
    if role.outcome != Outcome::Passed || !target.named {
        return;
    }
    let took = role.duration;
    match (listed.map(|environment| &environment.purpose), address.hint()) {
        (Some(Purpose::Development), _) => {}
        (Some(purpose), _) => {
            let obstacle = Obstacle::new(Reason::NotDevelopment)
                .observed(purpose.to_string())
                .expected(inventory.development().unwrap_or("LifeTime lists none"));
            *role = obstacle.finding(at).took(took);
            role.evidence.vantage = Vantage::LifeTime;
        }
        (None, Some(HostHint::CloudLifeTime)) if diagnosis.is_lifetime.is_none() => {
            *role = Obstacle::new(Reason::LooksLikeLifeTime).finding(at).took(took);
        }
        (None, Some(hint)) if hint.is_production() => {
            *role = Obstacle::new(Reason::LooksLikeProduction).finding(at).took(took);
        }
        (None, _) => {}
    }
}

/// The environment's own word counts; LifeTime's is kept beside it.
fn keep_lifetime_version(seen: &VersionReading, findings: &mut [Finding]) {
    let version = findings.iter_mut().find(|finding| finding.check == Check::EnvVersion);
    if let (Some(finding), Some(seen)) = (version, seen.known()) {
        let evidence = std::mem::take(&mut finding.evidence);
        finding.evidence = evidence.detail("lifetime_version", seen.to_string());
    }
}

/// Whether registration will ask for a code.
pub(super) fn activation(diagnosis: &Diagnosis, at: SystemTime) -> Option<Finding> {
    let version = diagnosis.version.as_ref()?;
    match judge(version) {
        VersionVerdict::Supported { activation_code: true, .. } => {
            let text = version.known().map(|version| version.to_string()).unwrap_or_default();
            Some(Obstacle::new(Reason::ActivationCodeNeeded).observed(text).finding(at))
        }
        VersionVerdict::Supported { .. } => {
            let evidence = Evidence::new().observed("not needed");
            Some(Finding::new(Check::EnvActivation, Outcome::Passed, at).with(evidence))
        }
        _ => None,
    }
}

/// A connection to an environment other than development is not mandatory (B7): what keeps it from being
/// made is a warning, and what could not be asked for that reason does not count. Its version does (B4):
/// LifeTime knows it.
pub(super) fn lighten(listed: Option<&ListedEnvironment>, findings: &mut Vec<Finding>, at: SystemTime) {
    let mut connected = true;
    for finding in findings.iter_mut().filter(|finding| stops(finding)) {
        if let Some(reason) =
            finding.outcome.reason().filter(|reason| reason.entry().impact == Impact::Connection)
        {
            finding.outcome = Outcome::Warning(reason);
            connected = false;
        }
    }
    findings.retain(|finding| finding.check != Check::EnvCatalogs);
    let of_development = [Check::EnvActivation, Check::EnvCatalogs];
    not_applicable(findings, of_development, "asked on the development environment only", at);
    let users = rights::USER_CHECKS.iter().copied();
    not_applicable(findings, users, "users sign in to the development environment", at);
    if findings.iter().all(|finding| finding.check != Check::EnvVersion) {
        findings.extend(listed.map(|listed| version_finding(&listed.version, Vantage::LifeTime, at)));
    }
    if !connected {
        not_applicable(findings, of_environment(), "the environment is not connected, which is allowed", at);
    }
}

/// Says of each check without a finding why it does not apply.
fn not_applicable(
    findings: &mut Vec<Finding>,
    checks: impl IntoIterator<Item = Check>,
    why: &'static str,
    at: SystemTime,
) {
    for check in checks {
        if findings.iter().all(|finding| finding.check != check) {
            findings.push(Finding::new(check, Outcome::NotApplicable { why }, at));
        }
    }
}
