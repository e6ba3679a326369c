//! Does what the world owes a publication, through the traits.

use std::time::SystemTime;

use ib_domain::check::Check;
use ib_domain::dependency::Dependency;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::integration::IntegrationName;
use ib_domain::reason::{Reason, Retry};
use ib_env_client::{
    Credentials, Environment, Module, ModuleKey, Obstacle, Package, PublicationMessage, PublishId, Started,
};

use super::survey::Listing;
use super::{Publications, Result, Work};
use crate::found::{Found, Status};
use crate::id::HistoryId;
use crate::ports::{PackageError, SecretKind};
use crate::publication::{Answer, Command, Effect, Holder, Item, Message, Survey, Why};

/// Whether an item is sent in two steps: always, for what nobody tells to go on deploys nothing.
const TWO_STEPS: bool = true;

/// What is to be sent.
enum Sendable {
    Package(Package),
    Modules(String, Vec<Module>),
}

impl Publications {
    /// Does `effect`; `None` where somebody else was first, so that it is no longer owed.
    pub(super) async fn perform(&self, work: &mut Work, effect: &Effect) -> Result<Option<Answer>> {
        if matches!(effect, Effect::Recover { .. }) {
            return Ok(Some(Answer::Told));
        }
        let Some(holder) = work.state.holder().cloned() else { return Ok(Some(Answer::NoLogIn)) };
        let Some(credentials) = self.setup.credentials(holder.setup, &holder.username).await? else {
            return Ok(Some(Answer::NoLogIn));
        };
        let environment = self.setup.ports.connect.environment(holder.address.clone());
        let answered = match effect {
            Effect::Send { item, .. } => {
                let sendable = match self.sendable(work, item, &holder).await {
                    Ok(sendable) => sendable,
                    Err(found) => return Ok(Some(Answer::NoPackage(found))),
                };
                // Recorded before anything is sent: whoever finds it recorded looks before they send it again.
                let begin = Command::Begin { effect: effect.clone(), fence: work.lease.token };
                if !self.record_under(work, begin).await? {
                    return Ok(None);
                }
                send(&*environment, &credentials, sendable).await
            }
            Effect::Prepare { .. } => return self.prepare(work, &holder, credentials).await.map(Some),
            effect => self.ask(&*environment, &credentials, &holder, effect).await,
        };
        match answered {
            Ok(answer) => Ok(Some(answer)),
            Err(obstacle) => self.hindered(&holder, effect, obstacle).await.map(Some),
        }
    }

    /// Everything that is one question or one word to the environment.
    async fn ask(
        &self,
        environment: &dyn Environment,
        credentials: &Credentials,
        holder: &Holder,
        effect: &Effect,
    ) -> std::result::Result<Answer, Obstacle> {
        match effect {
            Effect::Listen { publication, after, .. } => {
                let page = environment.publish_messages(credentials, PublishId(*publication), *after).await?;
                let messages = page.messages.into_iter().map(Message::from).collect();
                Ok(Answer::Heard { messages, last: page.last_id, is_finished: page.finished })
            }
            Effect::Continue { publication, .. } => {
                told(environment.publish_continue(credentials, PublishId(*publication)).await)
            }
            Effect::Abort { publication, .. } => {
                told(environment.publish_abort(credentials, PublishId(*publication)).await)
            }
            Effect::Recognise { item, .. } | Effect::Verify { item, .. } => {
                let listing = Listing::read(environment, credentials, &self.catalogue).await?;
                Ok(Answer::ReadBack(match item {
                    Item::Dependency(id) => listing.dependency(self.catalogue.get(*id)),
                    Item::Integration(name) => listing.integration(name),
                }))
            }
            _ => {
                let listing = Listing::read(environment, credentials, &self.catalogue).await?;
                Ok(Answer::Surveyed(self.with_troubles(listing.survey(&self.catalogue), holder).await))
            }
        }
    }

    /// What stood in the way, as an answer. Credentials that are not accepted are forgotten: they are never sent
    /// again.
    async fn hindered(&self, holder: &Holder, effect: &Effect, obstacle: Obstacle) -> Result<Answer> {
        let entry = obstacle.reason.entry();
        if entry.rejects_login || entry.retry == Retry::NeverAutomatic {
            self.setup.ports.vault.forget(holder.setup, SecretKind::Credentials).await?;
            return Ok(Answer::NoLogIn);
        }
        let reason = obstacle.reason;
        let found = Box::new(recorded(obstacle, effect.item(), holder));
        Ok(match reason {
            Reason::PackageUnreadable => Answer::NoPackage(found),
            Reason::LoginForbidden => Answer::Forbidden(found),
            _ => Answer::NoAnswer(found),
        })
    }

    /// Adds to a survey what is the matter with packages, and which versions are not known.
    async fn with_troubles(&self, mut survey: Survey, holder: &Holder) -> Survey {
        for surveyed in &mut survey.dependencies {
            let dependency = self.catalogue.get(surveyed.id);
            surveyed.trouble = match self.packages.verify(dependency).await {
                Err(error) => Some(unsendable(&error, dependency)),
                Ok(()) if surveyed.present.is_some_and(|present| present.version.is_none()) => {
                    let item = Item::Dependency(surveyed.id);
                    Some(recorded(Reason::DependencyVersionUnknown.into(), Some(&item), holder))
                }
                Ok(()) => None,
            };
        }
        survey
    }

    async fn sendable(
        &self,
        work: &Work,
        item: &Item,
        holder: &Holder,
    ) -> std::result::Result<Sendable, Box<Found>> {
        match item {
            Item::Dependency(id) => {
                let dependency = self.catalogue.get(*id);
                let planned = work.state.item(item).and_then(|item| item.planned.digest);
                if planned != Some(dependency.package_sha256) {
                    return Err(Box::new(replaced(dependency, holder)));
                }
                let package = self.packages.open(dependency).await;
                package.map(Sendable::Package).map_err(|error| Box::new(unsendable(&error, dependency)))
            }
            Item::Integration(name)
                if work.state.item(item).is_some_and(|item| item.planned.digest.is_some()) =>
            {
                self.uploaded(work, name, holder).await
            }
            Item::Integration(name) => {
                let known = work.state.survey().and_then(|survey| survey.integration(name));
                let modules = known.map(|known| known.modules.clone()).unwrap_or_default();
                let module = |module: crate::publication::ModuleRef| {
                    Module::new(ModuleKey(module.key), module.name, module.kind)
                };
                Ok(Sendable::Modules(name.to_string(), modules.into_iter().map(module).collect()))
            }
        }
    }

    /// The package that was uploaded for an integration, if it is still the one that was planned.
    async fn uploaded(
        &self,
        work: &Work,
        name: &IntegrationName,
        holder: &Holder,
    ) -> std::result::Result<Sendable, Box<Found>> {
        let planned = work.state.item(&Item::Integration(name.clone())).and_then(|item| item.planned.digest);
        let HistoryId::Publications(infrastructure) = work.lease.history else {
            return Err(Box::new(gone(name, "it is of another infrastructure", holder)));
        };
        let (Some(depot), Some(digest)) = (&self.depot, planned) else {
            return Err(Box::new(gone(name, "this service keeps no packages", holder)));
        };
        let package = depot.open(infrastructure, &digest).await;
        package.map(Sendable::Package).map_err(|error| Box::new(gone(name, &error.to_string(), holder)))
    }

    /// Looks once more at rights, packages, and what is there (D5).
    async fn prepare(&self, work: &Work, holder: &Holder, credentials: Credentials) -> Result<Answer> {
        let (_, findings) = self.setup.look(&holder.address, Some(credentials.clone())).await;
        let refused =
            |check| findings.iter().find(|found| found.check == check && found.status == Status::Failed);
        let is_log_in = |found: &&Found| found.check == Check::UserLogin;
        let log_in = findings.iter().find(is_log_in);
        match log_in.map(|found| (found.status, found.reason)) {
            Some((Status::Passed, _)) => {}
            Some((_, Some(reason))) if reason.entry().rejects_login => {
                self.setup.ports.vault.forget(holder.setup, SecretKind::Credentials).await?;
                return Ok(Answer::NoLogIn);
            }
            _ => {
                let found = findings.iter().rfind(|found| found.status.stops()).cloned();
                let found =
                    found.unwrap_or_else(|| Found::of_reason(Reason::HttpNoAnswer, holder.address.host()));
                return Ok(Answer::NoAnswer(Box::new(found)));
            }
        }
        let environment = self.setup.ports.connect.environment(holder.address.clone());
        let survey = match Listing::read(&*environment, &credentials, &self.catalogue).await {
            Ok(listing) => self.with_troubles(listing.survey(&self.catalogue), holder).await,
            Err(obstacle) => {
                let effect = Effect::Look { by: holder.clone() };
                return self.hindered(holder, &effect, obstacle).await;
            }
        };
        let may_not = refused(Check::UserLevel).cloned().map(Box::new);
        let mut kept = kept_packages(&survey);
        kept.extend(kept_from_user(work, &findings, holder));
        Ok(Answer::Prepared { survey, refused: may_not, kept })
    }
}

async fn send(
    environment: &dyn Environment,
    credentials: &Credentials,
    sendable: Sendable,
) -> std::result::Result<Answer, Obstacle> {
    let started = match sendable {
        Sendable::Package(package) => environment.publish(credentials, package, TWO_STEPS).await?,
        Sendable::Modules(name, modules) => {
            environment.republish(credentials, &name, &modules, TWO_STEPS).await?
        }
    };
    let kept = |messages: Vec<PublicationMessage>| messages.into_iter().map(Message::from).collect();
    Ok(match started {
        Started::Running(PublishId(publication), messages) => {
            Answer::Accepted { publication, messages: kept(messages) }
        }
        Started::NotStarted(messages) => Answer::NotAccepted { messages: kept(messages) },
        _ => Answer::NotAccepted { messages: Vec::new() },
    })
}

/// The environment was told something. Where it refuses, it was told before, or knows nothing of the publication:
/// what it says next tells which.
fn told(result: std::result::Result<(), Obstacle>) -> std::result::Result<Answer, Obstacle> {
    match result {
        Err(obstacle) if obstacle.reason != Reason::PublicationRefused => Err(obstacle),
        _ => Ok(Answer::Told),
    }
}

/// What keeps packages from being sent.
fn kept_packages(survey: &Survey) -> Vec<(Item, Found)> {
    let trouble = |surveyed: &crate::publication::Surveyed| {
        let trouble = surveyed.trouble.clone().filter(|found| found.status.stops())?;
        Some((Item::Dependency(surveyed.id), trouble))
    };
    survey.dependencies.iter().filter_map(trouble).collect()
}

/// What keeps the user from single dependencies: a role lowers the level for them, or they are not there yet and
/// the user may not create applications.
fn kept_from_user(work: &Work, findings: &[Found], holder: &Holder) -> Vec<(Item, Found)> {
    let mut kept = Vec::new();
    let lowered = findings.iter().find(|found| found.reason == Some(Reason::DependenciesKept));
    let names =
        lowered.and_then(|found| found.evidence.get("observed")).map(String::as_str).unwrap_or_default();
    let why =
        lowered.and_then(|found| found.evidence.get("decided_by")).map(String::as_str).unwrap_or_default();
    for name in names.split(", ") {
        if let Some(id) = ib_domain::dependency::DependencyId::of_name(name) {
            let item = Item::Dependency(id);
            let found = forbidden(&item, holder, &format!("the level is lowered by {why}"));
            kept.push((item, found));
        }
    }
    let cannot_create =
        findings.iter().any(|found| found.check == Check::UserCreate && found.status == Status::Failed);
    let planned = work.state.planned().filter(|planned| cannot_create && planned.why == Why::Missing);
    kept.extend(planned.map(|planned| {
        let found =
            forbidden(&planned.item, holder, "it is not there yet, and the user lacks Create Applications");
        (planned.item.clone(), found)
    }));
    kept
}

fn forbidden(item: &Item, holder: &Holder, observed: &str) -> Found {
    recorded(Obstacle::new(Reason::PublicationForbidden).observed(observed), Some(item), holder)
}

/// A package that is not the one that was planned.
fn replaced(dependency: &Dependency, holder: &Holder) -> Found {
    let obstacle = Obstacle::new(Reason::PackageAltered)
        .observed(dependency.package_sha256.to_string())
        .expected("the one that was planned; look at the plan again");
    recorded(obstacle, Some(&Item::Dependency(dependency.id)), holder)
}

/// A package that is not there as it was uploaded.
fn gone(name: &IntegrationName, why: &str, holder: &Holder) -> Found {
    let obstacle = Obstacle::new(Reason::UploadGone).observed(why);
    recorded(obstacle, Some(&Item::Integration(name.clone())), holder)
}

/// Why a package cannot be sent.
fn unsendable(error: &PackageError, dependency: &Dependency) -> Found {
    let evidence = Evidence::new().detail("item", dependency.name());
    let (reason, evidence) = match error {
        PackageError::Missing { file } => (Reason::PackageMissing, evidence.observed(file)),
        PackageError::Altered { found, expected, .. } => {
            (Reason::PackageAltered, evidence.observed(found.to_string()).expected(expected.to_string()))
        }
        PackageError::Unreadable { source, .. } => {
            (Reason::PackageUnreadable, evidence.observed(source.to_string()))
        }
    };
    let finding = Finding::new(reason.entry().check, Outcome::of(reason), SystemTime::UNIX_EPOCH);
    Found::record(&finding.with(evidence), "the environment")
}

fn recorded(obstacle: Obstacle, item: Option<&Item>, holder: &Holder) -> Found {
    let mut obstacle = obstacle.detail("username", holder.username.as_str());
    if let Some(item) = item {
        obstacle = obstacle.detail("item", item.name());
    }
    Found::record(&obstacle.finding(SystemTime::UNIX_EPOCH), holder.address.host())
}
