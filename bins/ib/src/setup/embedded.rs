//! Set-ups on this machine: the library itself, over a database in a folder.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::DisclaimerDocument;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use ib_env_client::{Connect, Credentials, Password, Token};
use ib_setup::ports::{Clock, LifeTimes, Store};
use ib_setup::registration::{Rules, View};
use ib_setup::system::RandomIds;
use ib_setup::{
    AcceptUnverified, ActivationCode, Disclaimer, Face, Identity, Ports, RequestSource, Setup, SetupError,
    SetupId, Timestamp,
};
use ib_store::{Keys, SqliteStore};
use secrecy::{ExposeSecret as _, SecretString};

use super::desk::{Act, Desk, Entry, Refused};
use super::folder::Folder;
use crate::stop::Stop;

/// A secret that nobody uses for so long is forgotten.
const IDLE_LIMIT: Duration = Duration::from_mins(15);

/// What a run may do, beyond what is in the folder.
pub(crate) struct Means {
    /// Leads to environments.
    pub(crate) connect: Arc<dyn Connect>,
    /// The one LifeTime that may be asked.
    pub(crate) lifetime: Option<(EnvironmentAddress, Token)>,
    /// Whether permissions that cannot be verified do.
    pub(crate) accept_unverified: bool,
    /// What time it is.
    pub(crate) clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

/// Set-ups on this machine. Whoever may read the folder is trusted. Clones share everything.
#[derive(Clone)]
pub(crate) struct Embedded {
    pub(crate) setup: Setup,
    pub(crate) store: SqliteStore,
    disclaimer: Disclaimer,
}

/// The time as the surroundings tell it.
struct ClockOf(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock for ClockOf {
    fn now(&self) -> Timestamp {
        (self.0)().into()
    }
}

/// The LifeTime that was named on the command line: it is that of the one infrastructure in hand.
struct Named(Option<(EnvironmentAddress, Token)>);

impl LifeTimes for Named {
    fn access(&self, _: &EnvironmentAddress) -> Option<(EnvironmentAddress, Token)> {
        self.0.clone()
    }
}

impl Embedded {
    /// Opens what is in `folder`, which is made where it is missing.
    pub(crate) async fn open(folder: &Folder, means: Means) -> Result<Self, Stop> {
        let keys: Keys = folder.keys()?;
        let refused = |error: ib_store::OpenError| Stop::usage(error.to_string());
        let store = SqliteStore::open(folder.database()).await.map_err(refused)?;
        let clock: Arc<dyn Clock> = Arc::new(ClockOf(means.clock));
        let vault = store.vault(keys, Arc::clone(&clock), IDLE_LIMIT).await.map_err(refused)?;
        let disclaimer = Disclaimer::default();
        let rules = Rules::new(disclaimer.version());
        let rules = if means.accept_unverified { rules.accept_unverified() } else { rules };
        let ports = Ports {
            connect: means.connect,
            store: Arc::new(store.clone()),
            shelf: Arc::new(store.clone()),
            vault: Arc::new(vault),
            clock,
            ids: Arc::new(RandomIds),
            authority: Arc::new(AcceptUnverified),
            lifetimes: Arc::new(Named(means.lifetime)),
        };
        let setup = Setup::new(ports, rules).acting_from(RequestSource { face: Face::Program, client: None });
        Ok(Self { setup, store, disclaimer })
    }
}

/// What a folder that is there already knows of an address, for whoever only looks: no key is needed.
pub(crate) async fn look(
    folder: &Folder,
    address: &EnvironmentAddress,
) -> Result<Result<Option<SetupDocument>, Refused>, Stop> {
    let store = SqliteStore::open(folder.database()).await.map_err(|error| Stop::usage(error.to_string()))?;
    let known = known(&store, address).await;
    store.close().await;
    Ok(known)
}

async fn known(store: &SqliteStore, address: &EnvironmentAddress) -> Result<Option<SetupDocument>, Refused> {
    let failed = |error| refused(&SetupError::Store(error));
    let identity = Identity { address: address.clone(), serial: None, names: [].into() };
    if let Some(infrastructure) = store.find(&identity).await.map_err(failed)? {
        return Ok(Some(SetupDocument::registered(address, infrastructure)));
    }
    match store.unfinished(address, None).await.map_err(failed)?.first() {
        Some(id) => document(*id, Setup::view_in(store, *id).await).map(Some),
        None => Ok(None),
    }
}

#[async_trait]
impl Desk for Embedded {
    async fn find(&self, address: &EnvironmentAddress) -> Result<Option<SetupDocument>, Refused> {
        known(&self.store, address).await
    }

    async fn entry(&self, address: &EnvironmentAddress, username: Option<&str>) -> Result<Entry, Refused> {
        let failed = |error| refused(&SetupError::Store(error));
        let identity = Identity { address: address.clone(), serial: None, names: [].into() };
        let Some(infrastructure) = self.store.find(&identity).await.map_err(failed)? else {
            return Ok(Entry::Closed);
        };
        let username = username.map(Username::parse).transpose();
        let username = username.map_err(|error| refused(&SetupError::Username(error)))?;
        let known = self.store.registered(infrastructure, username.as_ref()).await.map_err(failed)?;
        let Some(id) = known.first() else { return Ok(Entry::LogIn) };
        Ok(Entry::Through(Box::new(document(*id, self.setup.view(*id).await)?)))
    }

    async fn begin(&self) -> Result<SetupDocument, Refused> {
        let id = self.setup.begin().await.map_err(|error| refused(&error))?;
        document(id, self.setup.view(id).await)
    }

    async fn act(&self, id: &str, act: Act<'_>) -> Result<SetupDocument, Refused> {
        let (id, setup) = (read(id)?, &self.setup);
        let view = match act {
            Act::Address(address) => setup.enter_address(id, address.typed()).await,
            Act::LogIn { username, password } => setup.log_in(id, credentials(username, password)?).await,
            Act::Welcome => setup.choose_set_up(id).await,
            Act::Disclaimer(version) => setup.accept_disclaimer(id, version).await,
            Act::Check => setup.check_again(id).await,
            Act::Code(code) => setup.enter_code(id, activation_code(code)?).await,
        };
        document(id, view)
    }

    async fn settled(&self, id: &str) -> Result<SetupDocument, Refused> {
        let id = read(id)?;
        let reached = document(id, self.setup.drive(id).await)?;
        let current = self.setup.resume(id).await.map_err(|error| refused(&error))?;
        if current == id { Ok(reached) } else { document(current, self.setup.drive(current).await) }
    }

    async fn disclaimer(&self) -> Result<DisclaimerDocument, Refused> {
        let (version, text) = (self.disclaimer.version(), self.disclaimer.text());
        Ok(DisclaimerDocument { version: version.to_owned(), text: text.to_owned() })
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

pub(crate) fn document(id: SetupId, view: Result<View, SetupError>) -> Result<SetupDocument, Refused> {
    view.map(|view| SetupDocument::new(id, &view)).map_err(|error| refused(&error))
}

pub(crate) fn refused(error: &SetupError) -> Refused {
    Box::new(Problem::of_setup(error, ""))
}

pub(crate) fn read(id: &str) -> Result<SetupId, Refused> {
    id.parse().map_err(|_| refused(&SetupError::Unknown))
}

fn credentials(username: &str, password: &SecretString) -> Result<Credentials, Refused> {
    Password::new(password.expose_secret().to_owned())
        .and_then(|password| Credentials::new(username, password))
        .map_err(|error| unusable(&error, "password"))
}

fn activation_code(code: &SecretString) -> Result<ActivationCode, Refused> {
    ActivationCode::parse(code.expose_secret()).map_err(|error| unusable(&error, "code"))
}

fn unusable(error: &dyn std::fmt::Display, field: &str) -> Refused {
    Box::new(Problem::new(ProblemKind::Unusable, format!("{error}; enter another one.")).field(field))
}
