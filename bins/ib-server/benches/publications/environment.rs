//! Environments that answer every call after a while, in this process: what is measured is the driver and the store,
//! not HTTP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::dependency::catalogue::DependencyCatalogue;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::reason::Reason;
use ib_env_client::{
    Application, Connect, Credentials, Diagnosis, Environment, Introduced, Introduction, LifeTime,
    MessageKind, MessagePage, Module, ModuleKey, ModuleSink, ModuleVersions, Obstacle, Package,
    PublicationMessage, PublishId, Started, Token,
};
use ib_setup::ports::Clock as _;
use ib_setup::system::SystemClock;
use ib_setup::testing::Scripted;

use crate::lag::Lag;

/// How long an environment takes for an answer.
pub(crate) const ANSWER: Duration = Duration::from_millis(100);

/// How long a step of a publication takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// As long as anybody looks. It says something new once in this time.
    Endless(Duration),
    /// Each of the two steps takes this long.
    Step(Duration),
}

/// What an environment is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) pace: Pace,
    /// How many integrations it has. All are published again, for every update breaks them.
    pub(crate) integrations: usize,
}

/// The environments of all infrastructures, by number.
pub(crate) struct World {
    answer: AtomicU64,
    calls: AtomicU64,
    pub(crate) lag: Arc<Lag>,
    catalogue: Arc<DependencyCatalogue>,
    places: Vec<Place>,
}

struct Place {
    kind: Kind,
    doing: Mutex<Doing>,
}

/// What an environment that comes to an end with a publication does.
#[derive(Default)]
struct Doing {
    /// What is no longer outdated.
    renewed: Vec<DependencyId>,
    item: Option<DependencyId>,
    /// When the step that is under way began, and whether it is the second one.
    step: (u64, bool),
}

impl World {
    /// Environments in which every dependency is outdated.
    pub(crate) fn new(catalogue: Arc<DependencyCatalogue>, kinds: impl Iterator<Item = Kind>) -> Arc<Self> {
        let places: Vec<_> = kinds.map(|kind| Place { kind, doing: Mutex::default() }).collect();
        Arc::new(Self {
            answer: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            lag: Arc::new(Lag::new(places.len())),
            catalogue,
            places,
        })
    }

    /// The address of the environment with that number.
    pub(crate) fn address(number: usize) -> String {
        format!("dev{number}.acme.example")
    }

    /// The number of the environment at that address.
    pub(crate) fn number(address: &str) -> usize {
        address.trim_start_matches("dev").split('.').next().unwrap().parse().unwrap()
    }

    /// From now on, every answer takes that long.
    pub(crate) fn answer_after(&self, wait: Duration) {
        self.answer.store(u64::try_from(wait.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// How many calls were answered.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    async fn answered(&self) {
        let wait = Duration::from_millis(self.answer.load(Ordering::Relaxed));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// Leads to them.
pub(crate) struct Way(pub(crate) Arc<World>);

impl Connect for Way {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        let number = World::number(address.host());
        // Each is an infrastructure of its own.
        let scripted = Scripted::default();
        scripted.script().serial = Some(format!("serial {number}"));
        let scripted = scripted.environment(address);
        Arc::new(At { world: Arc::clone(&self.0), number, scripted })
    }

    fn lifetime(&self, address: EnvironmentAddress, token: Token) -> Arc<dyn LifeTime> {
        Scripted::default().lifetime(address, token)
    }
}

struct At {
    world: Arc<World>,
    number: usize,
    scripted: Arc<dyn Environment>,
}

impl At {
    fn place(&self) -> &Place {
        &self.world.places[self.number]
    }

    fn start(&self, item: Option<DependencyId>) -> Started {
        let mut doing = self.place().doing.lock().unwrap();
        (doing.item, doing.step) = (item, (now(), false));
        Started::Running(PublishId(1), Vec::new())
    }

    fn end(&self) {
        let mut doing = self.place().doing.lock().unwrap();
        let item = doing.item.take();
        doing.renewed.extend(item);
    }

    /// What has been said in all, and whether nothing more will be.
    fn said(&self) -> (i64, bool) {
        let place = self.place();
        let doing = place.doing.lock().unwrap();
        let (begun, is_second) = doing.step;
        match place.kind.pace {
            Pace::Endless(gap) => {
                let gap = u64::try_from(gap.as_millis()).unwrap();
                // They do not speak at the same time.
                let shift = gap * self.number as u64 / self.world.places.len() as u64;
                (i64::try_from((now() + shift) / gap).unwrap(), false)
            }
            Pace::Step(long) => {
                let is_over = now() >= begun + u64::try_from(long.as_millis()).unwrap();
                (1 + i64::from(is_second || is_over) + i64::from(is_second), is_second && is_over)
            }
        }
    }
}

fn now() -> u64 {
    SystemClock.now().as_millis()
}

/// What is said at that place of a publication; the second message ends step 1.
fn message(pace: Pace, id: i64) -> PublicationMessage {
    let kind = match pace {
        Pace::Step(_) if id == 2 => MessageKind::PublishStop,
        _ => MessageKind::Info,
    };
    PublicationMessage::new(Some(id), kind, "Compiling the modules of the application, one after the other.")
}

#[async_trait]
impl Environment for At {
    fn address(&self) -> &EnvironmentAddress {
        self.scripted.address()
    }

    async fn diagnose(&self) -> Diagnosis {
        self.world.answered().await;
        self.scripted.diagnose().await
    }

    async fn log_in(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        self.world.answered().await;
        self.scripted.log_in(credentials).await
    }

    async fn permissions(&self, credentials: &Credentials) -> Result<Option<DirectAnswer>, Obstacle> {
        self.world.answered().await;
        self.scripted.permissions(credentials).await
    }

    async fn has_several_catalogs(&self) -> Result<Option<bool>, Obstacle> {
        Ok(Some(false))
    }

    async fn applications(&self, _: &Credentials) -> Result<Vec<Application>, Obstacle> {
        self.world.answered().await;
        let doing = self.place().doing.lock().unwrap();
        let listed = self.world.catalogue.iter().map(|dependency| {
            let is_new = doing.renewed.contains(&dependency.id);
            let version = if is_new { dependency.version.to_string() } else { "1.0.0".to_owned() };
            let mut application = Application::default();
            dependency.application_key.as_str().clone_into(&mut application.key);
            dependency.name().clone_into(&mut application.name);
            application.description = format!("Version: {version}");
            application
        });
        Ok(listed.collect())
    }

    async fn modules<'s>(&self, _: &Credentials, mut each: Box<dyn ModuleSink + 's>) -> Result<(), Obstacle> {
        self.world.answered().await;
        let needed = self.world.catalogue.iter().flat_map(|dependency| dependency.modules.iter().cloned());
        let generated = (0..self.place().kind.integrations)
            .flat_map(|number| ["DRV", "IS"].map(|suffix| format!("Integration{number}_{suffix}")));
        for (number, name) in needed.chain(generated).enumerate() {
            let key = ModuleKey(format!("{number:08x}-0000-4000-8000-000000000000"));
            each.take(Module::new(key, name, "eSpace"));
        }
        Ok(())
    }

    async fn module_versions(
        &self,
        _: &Credentials,
        _: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        self.world.answered().await;
        Ok(None)
    }

    async fn publish(&self, _: &Credentials, package: Package, _: bool) -> Result<Started, Obstacle> {
        self.world.answered().await;
        let content = package.into_pieces().try_fold(Vec::new(), |mut content, piece| async move {
            content.extend_from_slice(&piece);
            Ok(content)
        });
        let name = ib_env_sim::scenario::Application::from_package(&content.await.unwrap()).name;
        let item = self.world.catalogue.iter().find(|dependency| dependency.name() == name);
        Ok(self.start(item.map(|dependency| dependency.id)))
    }

    async fn republish(&self, _: &Credentials, _: &str, _: &[Module], _: bool) -> Result<Started, Obstacle> {
        self.world.answered().await;
        Ok(self.start(None))
    }

    async fn publish_messages(
        &self,
        _: &Credentials,
        _: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        self.world.lag.asked(self.number);
        self.world.answered().await;
        let (last, is_over) = self.said();
        let pace = self.place().kind.pace;
        // Who hears an endless publication for the first time hears its last message alone.
        let first = if matches!(pace, Pace::Endless(_)) { last } else { after + 1 };
        let messages = (first.max(after + 1)..=last).map(|id| message(pace, id)).collect();
        if is_over {
            self.end();
        }
        Ok(MessagePage::new(messages, after.max(last), is_over))
    }

    async fn publish_continue(&self, _: &Credentials, _: PublishId) -> Result<(), Obstacle> {
        self.world.answered().await;
        self.place().doing.lock().unwrap().step = (now(), true);
        Ok(())
    }

    async fn publish_abort(&self, _: &Credentials, _: PublishId) -> Result<(), Obstacle> {
        self.world.answered().await;
        Ok(())
    }

    async fn introduce(&self, _: &Introduction) -> Result<Introduced, Obstacle> {
        Err(Reason::ManagerAbsent.into())
    }
}
