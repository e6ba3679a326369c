//! The log-in, and what the user may do.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use ib_domain::check::Check;
use ib_domain::dependency::DependencyId;
use ib_domain::finding::{Evidence, Finding, Outcome, Vantage};
use ib_domain::permission::evaluation::{BlockReason, Evaluation, Missing, NEEDED_LEVEL, evaluate};
use ib_domain::permission::key::ApplicationKey;
use ib_domain::permission::level::Level;
use ib_domain::permission::unverified::UnverifiedReason;
use ib_domain::permission::update::{DependencyUpdate, UpdateRight, dependency_updates};
use ib_domain::permission::user::{Application, Username};
use ib_domain::reason::Reason;

use super::{Inventory, Known};
use crate::{Credentials, Environment, LifeTime, Obstacle};

/// The checks about the user.
pub(super) const USER_CHECKS: &[Check] =
    &[Check::UserLogin, Check::UserLevel, Check::UserCreate, Check::UserDependencies];

/// The dependencies' applications that LifeTime lists; their names are known, their keys are not.
pub(super) async fn applications(lifetime: &dyn LifeTime) -> Vec<Application> {
    let listed = lifetime.applications().await.unwrap_or_default();
    let is_dependency =
        |name: &str| DependencyId::ALL.iter().any(|id| id.name().eq_ignore_ascii_case(name.trim()));
    listed
        .into_iter()
        .filter(|application| is_dependency(&application.name))
        .filter_map(|one| {
            Some(Application { key: ApplicationKey::parse(&one.key).ok()?, name: one.name.into() })
        })
        .collect()
}

/// Logs in once; then the permissions, from LifeTime where it is configured, else from the environment.
pub(super) async fn examine(
    environment: &dyn Environment,
    credentials: &Credentials,
    inventory: &Inventory,
    now: &Arc<dyn Fn() -> SystemTime + Send + Sync>,
) -> Vec<Finding> {
    let begun = Instant::now();
    if let Err(obstacle) = environment.log_in(credentials).await {
        let mut finding = obstacle.finding(now()).took(begun.elapsed());
        finding.check = Check::UserLogin;
        return vec![finding];
    }
    let evidence = Evidence::new().observed(format!("{} is accepted", credentials.username()));
    let mut findings =
        vec![Finding::new(Check::UserLogin, Outcome::Passed, now()).with(evidence).took(begun.elapsed())];
    let begun = Instant::now();
    let (evaluation, vantage) = match &inventory.0 {
        Some(known) => (by_lifetime(known, environment, credentials), Vantage::LifeTime),
        None => (directly(environment, credentials).await, Vantage::Outbound),
    };
    let found = match evaluation {
        Ok(evaluation) => verdicts(&evaluation, vantage, now()),
        Err(Unread::BecauseOf(because)) => {
            vec![Finding::new(Check::UserLevel, Outcome::NotEvaluated { because }, now())]
        }
        Err(Unread::Obstacle(obstacle)) => vec![level_finding(obstacle, now())],
    };
    findings.extend(found.into_iter().map(|finding| finding.took(begun.elapsed())));
    follow(&mut findings, now());
    findings.push(dependencies(inventory, environment, credentials, &findings, now()));
    findings
}

/// Why permissions were not read.
enum Unread {
    BecauseOf(Check),
    Obstacle(Obstacle),
}

fn by_lifetime(
    known: &Known,
    environment: &dyn Environment,
    credentials: &Credentials,
) -> Result<Evaluation, Unread> {
    let model = known.model.as_ref().ok_or(Unread::BecauseOf(Check::LifeTimeAccess))?;
    let not_listed = |reason| Unread::Obstacle(Obstacle::new(reason));
    let listed = known.listed(environment.address().host());
    let listed = listed.ok_or_else(|| not_listed(Reason::EnvironmentNotListed))?;
    let username = Username::parse(credentials.username()).map_err(|_| not_listed(Reason::UserNotListed))?;
    Ok(evaluate(model, &username, &listed.key))
}

async fn directly(environment: &dyn Environment, credentials: &Credentials) -> Result<Evaluation, Unread> {
    match environment.permissions(credentials).await {
        Ok(Some(answer)) => Ok(answer.evaluate()),
        Ok(None) => Ok(Evaluation::from(UnverifiedReason::NoRoute)),
        Err(obstacle) => Err(Unread::Obstacle(obstacle)),
    }
}

/// An obstacle on the way to the permissions, as the finding about the level.
fn level_finding(obstacle: Obstacle, at: SystemTime) -> Finding {
    let mut finding = obstacle.finding(at);
    finding.check = Check::UserLevel;
    finding
}

/// One finding for the level and one for Create Applications.
fn verdicts(evaluation: &Evaluation, vantage: Vantage, at: SystemTime) -> Vec<Finding> {
    let passed = |check, text: String| {
        Finding::new(check, Outcome::Passed, at).with(Evidence::new().observed(text).vantage(vantage))
    };
    let missing = |reason: Reason, has: Level, decided_by: &str| {
        let mut obstacle = Obstacle::new(reason)
            .observed(has.to_string())
            .expected(NEEDED_LEVEL.to_string())
            .detail("decided_by", decided_by);
        obstacle.evidence.vantage = vantage;
        obstacle.finding(at)
    };
    match evaluation {
        Evaluation::Allowed { level, decided_by } => vec![
            passed(Check::UserLevel, format!("{level} ({decided_by})")),
            passed(Check::UserCreate, format!("granted ({decided_by})")),
        ],
        Evaluation::Denied { missing: lacks, decided_by } => {
            let decided = decided_by.to_string();
            let level = lacks.iter().find_map(|one| match one {
                Missing::Level { has, .. } => Some(missing(Reason::LevelMissing, *has, &decided)),
                _ => None,
            });
            let create = lacks.contains(&Missing::CreateApplications).then(|| {
                let mut obstacle =
                    Obstacle::new(Reason::CreateApplicationsMissing).detail("decided_by", &decided);
                obstacle.evidence.vantage = vantage;
                obstacle.finding(at)
            });
            vec![
                level.unwrap_or_else(|| passed(Check::UserLevel, format!("sufficient ({decided})"))),
                create.unwrap_or_else(|| passed(Check::UserCreate, format!("granted ({decided})"))),
            ]
        }
        Evaluation::Blocked { reason: BlockReason::NoAccess } => {
            vec![missing(Reason::LevelMissing, Level::NoAccess, "the default role")]
        }
        Evaluation::Blocked { .. } => vec![Obstacle::new(Reason::UserInactive).finding(at)],
        Evaluation::Unverified { reason } => vec![level_finding(unverified(reason, vantage), at)],
        _ => vec![level_finding(Reason::PermissionsNoRoute.into(), at)],
    }
}

/// The catalogue's reason for permissions that could not be told.
fn unverified(why: &UnverifiedReason, vantage: Vantage) -> Obstacle {
    let not_understood = match vantage {
        Vantage::LifeTime => Reason::LifeTimeNotUnderstood,
        _ => Reason::PermissionsNotUnderstood,
    };
    let reason = match why {
        UnverifiedReason::UserNotListed { .. } | UnverifiedReason::SeveralUsers { .. } => {
            Reason::UserNotListed
        }
        UnverifiedReason::RoleNotListed { .. } | UnverifiedReason::TeamNotListed { .. } => {
            Reason::RoleNotListed
        }
        UnverifiedReason::EnvironmentNotListed { .. } => Reason::EnvironmentNotListed,
        UnverifiedReason::LevelsNotUnderstood { label } if vantage == Vantage::LifeTime => {
            return Obstacle::new(Reason::PermissionModelUnknown)
                .observed(label.as_deref().unwrap_or("(nothing)"))
                .expected(NEEDED_LEVEL.to_string());
        }
        UnverifiedReason::NoRoute => Reason::PermissionsNoRoute,
        UnverifiedReason::ReadRefused { .. } => Reason::AccountForbidden,
        _ => not_understood,
    };
    Obstacle::new(reason).observed(why.to_string())
}

/// Where the level could not be told, neither could the rest.
fn follow(findings: &mut Vec<Finding>, at: SystemTime) {
    if findings.iter().all(|finding| finding.check != Check::UserCreate) {
        let outcome = Outcome::NotEvaluated { because: Check::UserLevel };
        findings.push(Finding::new(Check::UserCreate, outcome, at));
    }
}

/// Which dependencies are kept from the user (D5). Only LifeTime can tell.
fn dependencies(
    inventory: &Inventory,
    environment: &dyn Environment,
    credentials: &Credentials,
    findings: &[Finding],
    at: SystemTime,
) -> Finding {
    let not_applicable = |why| Finding::new(Check::UserDependencies, Outcome::NotApplicable { why }, at);
    if findings.iter().any(|finding| finding.check == Check::UserLevel && finding.outcome != Outcome::Passed)
    {
        return Finding::new(
            Check::UserDependencies,
            Outcome::NotEvaluated { because: Check::UserLevel },
            at,
        );
    }
    let Some(known) = &inventory.0 else {
        return not_applicable("only LifeTime can tell, and it was not asked");
    };
    if known.applications.is_empty() {
        return not_applicable("LifeTime lists no dependency yet");
    }
    let listed = known.listed(environment.address().host());
    let (Some(model), Some(listed), Ok(username)) =
        (&known.model, listed, Username::parse(credentials.username()))
    else {
        return Finding::new(
            Check::UserDependencies,
            Outcome::NotEvaluated { because: Check::UserLevel },
            at,
        );
    };
    told(&dependency_updates(model, &username, &listed.key, &known.applications), at)
}

/// What LifeTime's word on each dependency comes to.
fn told(updates: &[DependencyUpdate], at: SystemTime) -> Finding {
    let mut kept = Vec::new();
    let mut decided = std::collections::BTreeSet::new();
    for update in updates {
        match &update.right {
            UpdateRight::Granted { .. } => {}
            UpdateRight::Kept { decided_by, .. } => {
                kept.push(update.application.name.as_str());
                decided.insert(decided_by.to_string());
            }
            UpdateRight::Unverified { reason } => {
                return unverified_dependencies(reason, at);
            }
            _ => kept.push(update.application.name.as_str()),
        }
    }
    if kept.is_empty() {
        let evidence = Evidence::new()
            .observed(format!("all {} that are there", updates.len()))
            .vantage(Vantage::LifeTime);
        return Finding::new(Check::UserDependencies, Outcome::Passed, at).with(evidence);
    }
    let decided: Vec<_> = decided.into_iter().collect();
    let mut obstacle = Obstacle::new(Reason::DependenciesKept)
        .observed(kept.join(", "))
        .detail("decided_by", decided.join("; "));
    obstacle.evidence.vantage = Vantage::LifeTime;
    obstacle.finding(at)
}

fn unverified_dependencies(why: &UnverifiedReason, at: SystemTime) -> Finding {
    let mut finding = unverified(why, Vantage::LifeTime).finding(at);
    finding.check = Check::UserDependencies;
    finding
}

#[cfg(test)]
mod tests;
