//! A face to talk to, with its driver at work.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use ib_setup::ports::{Clock, Record, SecretKind, Shelf, StoreError};
use ib_setup::testing::{KnownLinkKey, MemoryStore, Scripted, dependencies, ports};
use ib_setup::{Dependencies, Ports, SetupId, Timestamp};
use ib_web::{Origin, Settings, Web};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower::ServiceExt as _;

pub(crate) const HOST: &str = "127.0.0.1:8080";

/// Where a page is that may show the Setup widget.
pub(crate) const PORTAL: &str = "https://portal.example.com";

/// A face over an environment that is scripted; everything is kept in memory.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) scripted: Scripted,
    pub(crate) ports: Ports,
    pub(crate) store: Arc<MemoryStore>,
    router: axum::Router,
    /// Everything that was answered, to be searched for what must not be there.
    pub(crate) answered: Arc<Mutex<String>>,
    stop: Arc<Notify>,
    driving: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// The runtime's own time, which stands still while a test works and goes on while it waits.
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000).plus(self.0.elapsed())
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let scripted = Scripted::default();
        let store = Arc::new(MemoryStore::default());
        let (connect, shelf) = (Arc::new(scripted.clone()), store.clone());
        let ports = Ports { store: store.clone(), shelf, ..ports(connect) };
        Self::over(scripted, ports, store, None, settings)
    }

    /// A face that installs dependencies in version 2.4.0, where the runtime's time is paused.
    pub(crate) fn installing() -> Self {
        Self::new().wanting("2.4.0")
    }

    /// The same, linked to Integration Managers.
    pub(crate) fn linked() -> Self {
        let (place, settings) = (Self::new(), Settings::default());
        let ports = Ports { clock: Arc::new(Paused(Instant::now())), ..place.ports.clone() };
        let dependencies = dependencies("2.4.0".parse().unwrap()).unwrap();
        let keys = Arc::new(KnownLinkKey(1));
        let web = Web::linking(ports.clone(), Some(dependencies), settings, keys);
        Self::around(web, place.scripted.clone(), ports, Arc::clone(&place.store))
    }

    /// Another face over the same store, which installs dependencies in that version.
    pub(crate) fn wanting(&self, version: &str) -> Self {
        let clock = Arc::new(Paused(Instant::now()));
        let ports = Ports { clock, ..self.ports.clone() };
        let dependencies = dependencies(version.parse().unwrap()).unwrap();
        let store = Arc::clone(&self.store);
        let mut settings = Settings::default();
        settings.embedders = vec![Origin::of_page(PORTAL).unwrap()];
        Self::over(self.scripted.clone(), ports, store, Some(dependencies), settings)
    }

    /// Whatever log-in was kept is forgotten, as after a long time.
    pub(crate) async fn forget_credentials(&self) {
        // The ids of a test count from 1.
        for id in 1..2_000 {
            self.ports.vault.forget(SetupId::new(id), SecretKind::Credentials).await.unwrap();
        }
    }

    /// The driver stops; what it began is ended.
    pub(crate) async fn stop(&self) {
        self.stop.notify_one();
        let driving = self.driving.lock().unwrap().take();
        driving.unwrap().await.unwrap();
    }

    /// Another face over the same store, as after a restart or in a second process.
    pub(crate) fn beside(&self) -> Self {
        let store = Arc::clone(&self.store);
        Self::over(self.scripted.clone(), self.ports.clone(), store, None, Settings::default())
    }

    /// A face over a shelf that cannot be used.
    pub(crate) fn without_shelf() -> Self {
        let scripted = Scripted::default();
        let ports = Ports { shelf: Arc::new(Broken), ..ports(Arc::new(scripted.clone())) };
        Self::over(scripted, ports, Arc::default(), None, Settings::default())
    }

    fn over(
        scripted: Scripted,
        ports: Ports,
        store: Arc<MemoryStore>,
        dependencies: Option<Dependencies>,
        settings: Settings,
    ) -> Self {
        let web = Web::new(ports.clone(), dependencies, settings);
        Self::around(web, scripted, ports, store)
    }

    fn around(web: Web, scripted: Scripted, ports: Ports, store: Arc<MemoryStore>) -> Self {
        let router = web.router();
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let driving = tokio::spawn(async move { web.drive(stopped.notified()).await });
        let driving = Arc::new(Mutex::new(Some(driving)));
        Self { scripted, ports, store, router, answered: Arc::default(), stop, driving }
    }

    /// Asks for an answer that does not end by itself.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (Response<()>, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut answered = self.answered.lock().unwrap();
        writeln!(answered, "{:?}\n{text}", parts.headers).unwrap();
        (Response::from_parts(parts, ()), text)
    }
}

struct Broken;

fn broken<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("planted cause".into()))
}

#[async_trait]
impl Shelf for Broken {
    async fn get(&self, _: &str, _: Timestamp) -> Result<Option<Record>, StoreError> {
        broken()
    }

    async fn put(
        &self,
        _: &str,
        _: Option<u64>,
        _: &str,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<u64, StoreError> {
        broken()
    }

    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        broken()
    }

    async fn sweep(&self, _: Timestamp) -> Result<u64, StoreError> {
        broken()
    }
}
