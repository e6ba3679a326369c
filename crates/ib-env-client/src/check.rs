//! Everything that can be known before a set-up begins, asked and put together.
//!
//! A [`Checker`] asks LifeTime once, where a service account is given, then every environment side by
//! side, and answers with a [report](Report). It never fails: what stands in the way is a finding. What an
//! earlier layer keeps from being asked is *not evaluated*, and says because of what.

mod rights;
mod role;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::{FutureExt, StreamExt, future, stream};
use ib_domain::address::{AddressError, EnvironmentAddress};
use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::permission::model::PermissionModel;
use ib_domain::permission::user::Application;
use ib_domain::reason::Reason;
use ib_domain::report::{Report, TargetReport};
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_domain::version::PlatformVersion;

use crate::{Connect, Credentials, Diagnosis, LifeTime, ListedEnvironment, Obstacle, Token};

/// What is asked about an environment, in order.
fn of_environment() -> impl Iterator<Item = Check> {
    Check::ALL.iter().copied().filter(|check| *check < Check::LifeTimeAccess)
}

/// What is asked about LifeTime, in order: the way to it, then what it shows.
fn of_lifetime() -> impl Iterator<Item = Check> {
    let way = |check: &Check| *check <= Check::NetHttp;
    let shown = |check: &Check| *check >= Check::LifeTimeAccess && !check.is_of_set_up();
    Check::ALL.iter().copied().filter(move |check| way(check) || shown(check))
}

/// Asks environments, and LifeTime about them.
pub struct Checker {
    connect: Arc<dyn Connect>,
    credentials: Option<Credentials>,
    lifetime: Option<(EnvironmentAddress, Token)>,
    concurrency: usize,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

/// One address to check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// What somebody typed, or what LifeTime lists.
    pub typed: String,
    /// Whether somebody said that this is the development environment, by naming it.
    pub named: bool,
    /// What somebody says that it is for; where LifeTime lists it, that counts.
    pub purpose: Option<Purpose>,
}

impl Target {
    /// The development environment, as somebody named it.
    pub fn development(typed: impl Into<String>) -> Self {
        Self { typed: typed.into(), named: true, purpose: None }
    }

    /// Another environment, which somebody uses for `purpose`.
    pub fn other(typed: impl Into<String>, purpose: Purpose) -> Self {
        Self { typed: typed.into(), named: false, purpose: Some(purpose) }
    }
}

/// What came of one address.
#[derive(Clone)]
#[non_exhaustive]
pub struct Examined {
    /// Everything that was found.
    pub report: TargetReport,
    /// What the environment told about itself, where it was recognised and its version could be read.
    pub told: Option<Told>,
}

/// What an environment tells everybody about itself.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// Its Platform Server version.
    pub version: PlatformVersion,
    /// Its serial number, which tells one environment from another. It recognises an environment and proves
    /// nothing: everybody is told. Not for logs.
    pub serial: Option<String>,
    /// The other names of its certificate, as [`Diagnosis::names`] says.
    pub names: BTreeSet<EnvironmentAddress>,
}

impl Told {
    fn by(diagnosis: &Diagnosis) -> Option<Self> {
        let version = diagnosis.version.as_ref().filter(|_| diagnosis.recognised)?.known()?;
        Some(Self { version, serial: diagnosis.serial.clone(), names: diagnosis.names.clone() })
    }
}

impl From<TargetReport> for Examined {
    fn from(report: TargetReport) -> Self {
        Self { report, told: None }
    }
}

/// What LifeTime knows about the infrastructure.
#[derive(Default)]
pub struct Inventory(Option<Known>);

struct Known {
    report: TargetReport,
    environments: Vec<ListedEnvironment>,
    model: Option<PermissionModel>,
    applications: Vec<Application>,
}

impl Known {
    fn listed(&self, host: &str) -> Option<&ListedEnvironment> {
        self.environments.iter().find(|listed| listed.host.eq_ignore_ascii_case(host))
    }
}

impl Inventory {
    /// What was found about LifeTime itself, where it was asked.
    pub fn report(&self) -> Option<&TargetReport> {
        self.0.as_ref().map(|known| &known.report)
    }

    fn listed(&self, host: &str) -> Option<&ListedEnvironment> {
        self.0.as_ref()?.listed(host)
    }

    /// Whoever names an environment means the development environment; of the others LifeTime knows.
    fn purpose(&self, target: &Target, host: &str) -> Purpose {
        match self.listed(host) {
            Some(listed) if !target.named => listed.purpose.clone(),
            _ => target.purpose.clone().unwrap_or(Purpose::Development),
        }
    }

    /// The development environment's host, as LifeTime lists it.
    fn development(&self) -> Option<&str> {
        let environments = &self.0.as_ref()?.environments;
        environments.iter().find(|one| one.purpose == Purpose::Development).map(|one| one.host.as_str())
    }
}

impl Checker {
    /// A checker that asks through `connect`.
    pub fn new(connect: Arc<dyn Connect>) -> Self {
        Self { connect, credentials: None, lifetime: None, concurrency: 8, now: Arc::new(SystemTime::now) }
    }

    /// Also logs in to development environments, once each.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Also asks LifeTime, and checks every environment that it lists.
    #[must_use]
    pub fn lifetime(mut self, address: EnvironmentAddress, token: Token) -> Self {
        self.lifetime = Some((address, token));
        self
    }

    /// How many environments are asked at the same time; at least one.
    #[must_use]
    pub const fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = if concurrency == 0 { 1 } else { concurrency };
        self
    }

    /// Where "now" comes from.
    #[must_use]
    pub fn clock(mut self, now: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        self.now = now;
        self
    }

    /// Asks everything. `done` hears of each address as soon as it is done.
    pub async fn check(&self, addresses: &[String], mut done: impl FnMut(&Examined)) -> Report {
        let inventory = self.inventory().await;
        let lifetime = inventory.report().cloned().map(Examined::from);
        lifetime.iter().for_each(&mut done);
        let targets = self.targets(addresses, &inventory).into_iter().enumerate();
        let known = &inventory;
        let asked = stream::iter(targets)
            .map(|(index, target)| async move { (index, self.examine(&target, known).await) });
        let mut asked = asked.buffer_unordered(self.concurrency);
        let mut reports = Vec::new();
        while let Some((index, examined)) = asked.next().await {
            done(&examined);
            reports.push((index, examined.report));
        }
        reports.sort_by_key(|(index, _)| *index);
        let reports = reports.into_iter().map(|(_, report)| report);
        Report::new(lifetime.map(|examined| examined.report).into_iter().chain(reports).collect())
    }

    /// Asks LifeTime, where a service account is given.
    pub async fn inventory(&self) -> Inventory {
        let Some((address, token)) = &self.lifetime else {
            return Inventory(None);
        };
        let lifetime = self.connect.lifetime(address.clone(), token.clone());
        let mut findings = vec![self.syntax(address)];
        findings.extend(lifetime.diagnose().await);
        let mut known = Known {
            report: TargetReport::new(address.authority(), Role::LifeTime, Vec::new()),
            environments: Vec::new(),
            model: None,
            applications: Vec::new(),
        };
        if findings.iter().all(|finding| !stops(finding)) {
            self.ask_lifetime(lifetime.as_ref(), &mut known, &mut findings).await;
        }
        self.complete(of_lifetime(), &mut findings);
        known.report = TargetReport::new(address.authority(), Role::LifeTime, findings);
        Inventory(Some(known))
    }

    async fn ask_lifetime(&self, lifetime: &dyn LifeTime, known: &mut Known, findings: &mut Vec<Finding>) {
        match lifetime.environments().await {
            Ok(environments) => known.environments = environments,
            Err(obstacle) => return findings.push(access(obstacle, (self.now)())),
        }
        // Permissions are asked only when there is somebody whose permissions matter.
        if self.credentials.is_some() {
            // Which dependencies are there is worth knowing, and no reason to stop.
            let (model, applications) =
                future::join(lifetime.permission_model(&known.environments), rights::applications(lifetime))
                    .await;
            known.applications = applications;
            match model {
                Ok(model) => known.model = Some(model),
                Err(obstacle) => findings.push(access(obstacle, (self.now)())),
            }
        }
        let at = (self.now)();
        let count = known.environments.len();
        if findings.iter().all(|finding| finding.check != Check::LifeTimeAccess) {
            let evidence = Evidence::new().observed("the token is accepted");
            findings.push(Finding::new(Check::LifeTimeAccess, Outcome::Passed, at).with(evidence));
        }
        findings.push(if count == 0 {
            Obstacle::new(Reason::InventoryEmpty).finding(at)
        } else {
            let names: Vec<_> =
                known.environments.iter().map(|environment| environment.name.as_str()).collect();
            let text = format!("{count} environments: {}", names.join(", "));
            Finding::new(Check::LifeTimeInventory, Outcome::Passed, at).with(Evidence::new().observed(text))
        });
    }

    /// What to check: the named addresses, then every other environment that LifeTime lists.
    pub fn targets(&self, addresses: &[String], inventory: &Inventory) -> Vec<Target> {
        let mut seen = BTreeSet::new();
        let mut targets = Vec::new();
        let listed = inventory.0.iter().flat_map(|known| &known.environments).map(|one| one.host.clone());
        let named = addresses.iter().map(|typed| (typed.clone(), true));
        for (typed, named) in named.chain(listed.map(|host| (host, false))) {
            let identity =
                EnvironmentAddress::parse(&typed).map_or_else(|_| typed.clone(), |one| one.authority());
            if seen.insert(identity) {
                targets.push(Target { typed, named, purpose: None });
            }
        }
        targets
    }

    /// Checks one address.
    pub async fn target(&self, target: &Target, inventory: &Inventory) -> TargetReport {
        self.examine(target, inventory).await.report
    }

    /// Checks one address, and keeps what it told about itself. A defect of ours is a finding too, and harms
    /// no other address.
    pub async fn examine(&self, target: &Target, inventory: &Inventory) -> Examined {
        let looked = AssertUnwindSafe(self.look(target, inventory)).catch_unwind().await;
        looked.unwrap_or_else(|_| {
            let crash = Obstacle::new(Reason::CheckCrashed).observed("a check ended by itself");
            let mut findings = vec![crash.finding((self.now)())];
            self.complete(of_environment(), &mut findings);
            let role = Role::Environment(Purpose::Development);
            TargetReport::new(harmless(&target.typed, REMOTE_TEXT_LIMIT), role, findings).into()
        })
    }

    async fn look(&self, target: &Target, inventory: &Inventory) -> Examined {
        let address = match EnvironmentAddress::parse(&target.typed) {
            Ok(address) => address,
            Err(error) => return self.unreadable(target, &error, inventory).into(),
        };
        let listed = inventory.listed(address.host());
        let purpose = inventory.purpose(target, address.host());
        let environment = self.connect.environment(address.clone());
        let mut findings = vec![self.syntax(&address)];
        let diagnosis = environment.diagnose().await;
        findings.extend(diagnosis.findings.iter().cloned());
        let at = (self.now)();
        role::examine(&address, target, &diagnosis, inventory, &mut findings, at);
        if purpose == Purpose::Development {
            findings.extend(role::activation(&diagnosis, at));
            self.examine_user(environment.as_ref(), &diagnosis, inventory, &mut findings).await;
        } else {
            role::lighten(listed, &mut findings, at);
        }
        self.complete(of_environment(), &mut findings);
        let report = TargetReport::new(address.authority(), Role::Environment(purpose), findings);
        Examined { report, told: Told::by(&diagnosis) }
    }

    async fn examine_user(
        &self,
        environment: &dyn crate::Environment,
        diagnosis: &Diagnosis,
        inventory: &Inventory,
        findings: &mut Vec<Finding>,
    ) {
        let not_applicable = |check, why| Finding::new(check, Outcome::NotApplicable { why }, (self.now)());
        let Some(credentials) = &self.credentials else {
            let why = "no user was given";
            findings.extend(rights::USER_CHECKS.iter().map(|check| not_applicable(*check, why)));
            return;
        };
        // A password is sent only to what is known to be the right environment.
        let wrong_role = findings.iter().any(|finding| finding.check == Check::EnvRole && stops(finding));
        if diagnosis.recognised && !wrong_role {
            findings.extend(rights::examine(environment, credentials, inventory, &self.now).await);
        }
    }

    fn syntax(&self, address: &EnvironmentAddress) -> Finding {
        let notes: Vec<_> = address.notes().iter().map(|note| role::note(*note)).collect();
        let shown = address.display_host();
        let evidence = Evidence::new()
            .observed(address.authority())
            .detail("note", notes.join("; "))
            .detail("unicode", if shown == address.host() { "" } else { &shown });
        Finding::new(Check::AddressSyntax, Outcome::Passed, (self.now)()).with(evidence)
    }

    fn unreadable(&self, target: &Target, error: &AddressError, inventory: &Inventory) -> TargetReport {
        let mut findings = vec![Obstacle::of_address(error, &target.typed).finding((self.now)())];
        let purpose = inventory.purpose(target, &target.typed);
        if purpose != Purpose::Development {
            role::lighten(inventory.listed(&target.typed), &mut findings, (self.now)());
        }
        self.complete(of_environment(), &mut findings);
        let role = Role::Environment(purpose);
        TargetReport::new(role::shown(&target.typed, error), role, findings)
    }

    /// Adds what was not asked, and because of what.
    fn complete(&self, checks: impl Iterator<Item = Check>, findings: &mut Vec<Finding>) {
        let because = findings.iter().filter(|finding| stops(finding)).map(|finding| finding.check).min();
        let asked: BTreeSet<Check> = findings.iter().map(|finding| finding.check).collect();
        for check in checks.filter(|check| !asked.contains(check)) {
            let outcome = match because {
                Some(because) => Outcome::NotEvaluated { because },
                None => Outcome::NotApplicable { why: "nothing to ask here" },
            };
            findings.push(Finding::new(check, outcome, (self.now)()));
        }
    }
}

/// Whether a finding keeps later layers from being asked.
const fn stops(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Failed(_) | Outcome::Unknown(_))
}

/// An obstacle met while LifeTime was asked, as the one finding about access to it.
fn access(obstacle: Obstacle, at: SystemTime) -> Finding {
    let mut finding = obstacle.finding(at);
    finding.check = Check::LifeTimeAccess;
    finding
}

#[cfg(test)]
mod tests;
