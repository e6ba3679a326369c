//! An environment that answers as it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check;
use ib_domain::finding::{Finding, Outcome};
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::level::Level;
use ib_domain::permission::model::PermissionModel;
use ib_domain::reason::Reason;
use ib_domain::version::{PlatformVersion, VersionVerdict, judge};
use ib_env_client::{
    Application, Connect, Credentials, Diagnosis, Environment, Introduced, Introduction, LifeTime,
    ListedApplication, ListedEnvironment, MessagePage, Module, ModuleKey, ModuleSink, ModuleVersions,
    Obstacle, Package, PublishId, Started, Token,
};

use super::published::{Published, content};

/// What the environment answers. Every address leads to it, but for [others](Self::others).
#[derive(Debug, Clone)]
pub struct Script {
    /// What keeps it from being recognised.
    pub broken: Option<Reason>,
    /// Its Platform Server version, as it tells it.
    pub version: String,
    /// Its serial number.
    pub serial: Option<String>,
    /// The other addresses that its certificate is issued for.
    pub names: BTreeSet<EnvironmentAddress>,
    /// What becomes of a log-in, if it is not accepted.
    pub refuses: Option<Reason>,
    /// What it tells about the user's permissions, if it does.
    pub permissions: Option<DirectAnswer>,
    /// How many log-ins it was sent.
    pub log_ins: usize,
    /// What is published there, and what becomes of what is sent.
    pub published: Published,
    /// The version of its Integration Manager, where that is there.
    pub manager: Option<String>,
    /// The introductions that it was sent.
    pub introductions: Vec<Introduction>,
    /// What is told at other addresses, by host, where another environment is there.
    pub others: BTreeMap<String, Self>,
}

impl Default for Script {
    /// An environment in which everything is as it should be, for a user with all permissions.
    fn default() -> Self {
        Self {
            broken: None,
            version: "11.23.1.40123".to_owned(),
            serial: Some("AAA-AAA-A1A-A0A-AAA-AAA-AAA-AAA".to_owned()),
            names: BTreeSet::new(),
            refuses: None,
            permissions: Some(DirectAnswer {
                level: Level::ChangeAndDeploy,
                label: Some("Change and Deploy Applications".to_owned()),
                create_applications: true,
            }),
            log_ins: 0,
            published: Published::default(),
            manager: None,
            introductions: Vec::new(),
            others: BTreeMap::new(),
        }
    }
}

/// Connects to an environment that follows a [`Script`], which can be changed at any time. It logs in,
/// tells permissions, lists and publishes; there is no LifeTime.
#[derive(Debug, Clone, Default)]
pub struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    /// The script, to be read or changed.
    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connect for Scripted {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        Arc::new(At { address, scripted: self.clone() })
    }

    fn lifetime(&self, address: EnvironmentAddress, _: Token) -> Arc<dyn LifeTime> {
        Arc::new(At { address, scripted: self.clone() })
    }
}

struct At {
    address: EnvironmentAddress,
    scripted: Scripted,
}

/// The checks that pass on the way to an environment.
const WAY: [Check; 8] = [
    Check::NetName,
    Check::NetPolicy,
    Check::NetTcp,
    Check::NetTls,
    Check::NetHttp,
    Check::EnvOpen,
    Check::EnvProduct,
    Check::EnvRole,
];

fn diagnosis(script: &Script) -> Diagnosis {
    let at = SystemTime::UNIX_EPOCH;
    let mut diagnosis = Diagnosis::default();
    if let Some(reason) = script.broken {
        diagnosis.findings = vec![Obstacle::new(reason).finding(at)];
        return diagnosis;
    }
    let version = PlatformVersion::read(&script.version);
    let passed = |check| Finding::new(check, Outcome::Passed, at);
    diagnosis.findings = WAY.into_iter().map(passed).collect();
    diagnosis.findings.push(match judge(&version) {
        VersionVerdict::Supported { .. } => passed(Check::EnvVersion),
        VersionVerdict::Unknown => Obstacle::new(Reason::VersionUnreadable).finding(at),
        _ => Obstacle::new(Reason::VersionTooOld).observed(&script.version).finding(at),
    });
    diagnosis.recognised = true;
    diagnosis.is_lifetime = Some(false);
    diagnosis.version = Some(version);
    diagnosis.serial.clone_from(&script.serial);
    diagnosis.names.clone_from(&script.names);
    diagnosis
}

#[async_trait]
impl Environment for At {
    fn address(&self) -> &EnvironmentAddress {
        &self.address
    }

    async fn diagnose(&self) -> Diagnosis {
        let script = self.scripted.script();
        diagnosis(script.others.get(self.address.host()).unwrap_or(&script))
    }

    async fn log_in(&self, _: &Credentials) -> Result<(), Obstacle> {
        let mut script = self.scripted.script();
        script.log_ins += 1;
        script.refuses.map_or(Ok(()), |reason| Err(reason.into()))
    }

    async fn permissions(&self, _: &Credentials) -> Result<Option<DirectAnswer>, Obstacle> {
        Ok(self.scripted.script().permissions.clone())
    }

    async fn has_several_catalogs(&self) -> Result<Option<bool>, Obstacle> {
        Ok(Some(self.scripted.script().published.has_several_catalogs))
    }

    async fn applications(&self, _: &Credentials) -> Result<Vec<Application>, Obstacle> {
        Ok(self.scripted.script().published.applications())
    }

    async fn modules<'s>(&self, _: &Credentials, mut each: Box<dyn ModuleSink + 's>) -> Result<(), Obstacle> {
        self.scripted.script().published.modules().into_iter().for_each(|module| each.take(module));
        Ok(())
    }

    async fn module_versions(
        &self,
        _: &Credentials,
        _: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        Err(Reason::HttpNoAnswer.into())
    }

    async fn publish(&self, _: &Credentials, package: Package, _: bool) -> Result<Started, Obstacle> {
        let content = content(package).await;
        Ok(self.scripted.script().published.take(content))
    }

    async fn republish(&self, _: &Credentials, _: &str, _: &[Module], _: bool) -> Result<Started, Obstacle> {
        Ok(self.scripted.script().published.take(String::new()))
    }

    async fn publish_messages(
        &self,
        _: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        Ok(self.scripted.script().published.listen(publication, after))
    }

    async fn publish_continue(&self, _: &Credentials, publication: PublishId) -> Result<(), Obstacle> {
        self.scripted.script().published.deploy(publication);
        Ok(())
    }

    async fn publish_abort(&self, _: &Credentials, _: PublishId) -> Result<(), Obstacle> {
        Ok(())
    }

    async fn introduce(&self, introduction: &Introduction) -> Result<Introduced, Obstacle> {
        let mut script = self.scripted.script();
        script.introductions.push(introduction.clone());
        script.manager.clone().map(|version| Introduced { version }).ok_or(Reason::ManagerAbsent.into())
    }
}

#[async_trait]
impl LifeTime for At {
    fn address(&self) -> &EnvironmentAddress {
        &self.address
    }

    async fn diagnose(&self) -> Vec<Finding> {
        vec![Obstacle::new(Reason::NoLifeTimeApi).finding(SystemTime::UNIX_EPOCH)]
    }

    async fn environments(&self) -> Result<Vec<ListedEnvironment>, Obstacle> {
        Err(Obstacle::new(Reason::NoLifeTimeApi))
    }

    async fn permission_model(&self, _: &[ListedEnvironment]) -> Result<PermissionModel, Obstacle> {
        Err(Obstacle::new(Reason::NoLifeTimeApi))
    }

    async fn applications(&self) -> Result<Vec<ListedApplication>, Obstacle> {
        Err(Obstacle::new(Reason::NoLifeTimeApi))
    }
}
