//! A face to talk to, with its driver at work.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use ib_setup::ports::{Record, Shelf, StoreError};
use ib_setup::testing::{MemoryStore, Scripted, ports};
use ib_setup::{Ports, Timestamp};
use ib_web::{Settings, Web};
use tower::ServiceExt as _;

pub(crate) const HOST: &str = "127.0.0.1:8080";

/// A face over an environment that is scripted; everything is kept in memory.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) scripted: Scripted,
    pub(crate) ports: Ports,
    pub(crate) store: Arc<MemoryStore>,
    router: axum::Router,
    /// Everything that was answered, to be searched for what must not be there.
    pub(crate) answered: Arc<Mutex<String>>,
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
        Self::over(scripted, ports, store, settings)
    }

    /// Another face over the same store, as after a restart or in a second process.
    pub(crate) fn beside(&self) -> Self {
        let store = Arc::clone(&self.store);
        Self::over(self.scripted.clone(), self.ports.clone(), store, Settings::default())
    }

    /// A face over a shelf that cannot be used.
    pub(crate) fn without_shelf() -> Self {
        let scripted = Scripted::default();
        let ports = Ports { shelf: Arc::new(Broken), ..ports(Arc::new(scripted.clone())) };
        Self::over(scripted, ports, Arc::default(), Settings::default())
    }

    fn over(scripted: Scripted, ports: Ports, store: Arc<MemoryStore>, settings: Settings) -> Self {
        let web = Web::new(ports.clone(), None, settings);
        let router = web.router();
        tokio::spawn(async move { web.drive(std::future::pending()).await });
        Self { scripted, ports, store, router, answered: Arc::default() }
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
