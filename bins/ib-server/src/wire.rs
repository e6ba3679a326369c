//! From settings to the libraries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ib_env_client::Token;
use ib_env_client::http::{HttpClient, Limits, Settings as HttpSettings};
use ib_env_client::policy::AddressPolicy;
use ib_setup::ports::{Clock as _, LifeTimes, Shelf, Store};
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::{AcceptUnverified, ActivationAuthority, Dependencies, Pace, Ports};
use ib_store::{DepotFolder, Keys, PackageFolder, PostgresStore, SealedVault, SqliteStore};
use ib_web::{Settings, Web};
use tracing::{error, info};

use crate::authority::HttpAuthority;
use crate::config::{Activation, Config, Network, StoreAt};
use crate::stop::Stop;

/// How often what has run out is deleted.
const SWEEP: Duration = Duration::from_mins(1);

/// Everything that is open.
pub(crate) struct Wired {
    pub(crate) ports: Ports,
    /// What can be installed, where the operator gave a folder of packages.
    pub(crate) dependencies: Option<Dependencies>,
    vault: Arc<SealedVault>,
    database: Database,
}

enum Database {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// Opens everything that the settings name.
pub(crate) async fn open(config: &Config) -> Result<Wired, Stop> {
    let dependencies = config.packages.as_deref().map(|folder| dependencies(folder, config)).transpose()?;
    let (database, vault) = database(config).await?;
    let (store, shelf): (Arc<dyn Store>, Arc<dyn Shelf>) = match &database {
        Database::Sqlite(store) => (Arc::new(store.clone()), Arc::new(store.clone())),
        Database::Postgres(store) => (Arc::new(store.clone()), Arc::new(store.clone())),
    };
    let vault = Arc::new(vault);
    let ports = Ports {
        connect: Arc::new(client(&config.network)?),
        store,
        shelf,
        vault: vault.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        authority: authority(config.activation.as_ref())?,
        lifetimes: lifetimes(config)?,
    };
    Ok(Wired { ports, dependencies, vault, database })
}

/// What the settings mean for the HTTP face.
fn face(config: &Config) -> Settings {
    let mut settings = Settings::default();
    settings.site = config.site.clone();
    settings.disclaimer = config.disclaimer.clone();
    settings.accept_unverified = config.accept_unverified;
    settings.embedders.clone_from(&config.embed_origins);
    settings.proxies.clone_from(&config.trusted_proxies);
    settings.idle = config.session_idle;
    settings.absolute = config.session_absolute;
    settings.changes_at_once = config.changes_at_once;
    settings.changes_each_second = config.changes_each_second;
    settings.lease = config.lease;
    settings.pace = pace(config.publication_pace);
    settings.environments_every = config.environments_every;
    settings
}

/// A publication that says nothing new is asked ever more seldom, up to these times as long.
fn pace(soon: Duration) -> Pace {
    Pace::default().soon(soon).long(soon * 5).longest(soon * 30)
}

impl Wired {
    /// The HTTP face.
    pub(crate) fn web(&self, config: &Config) -> Web {
        let (ports, dependencies, settings) = (self.ports.clone(), self.dependencies.clone(), face(config));
        if config.integration_managers {
            Web::linking(ports, dependencies, settings, self.vault.clone())
        } else {
            Web::new(ports, dependencies, settings)
        }
    }

    /// Deletes what has run out, now and then, for as long as it is polled.
    pub(crate) async fn sweep(&self) {
        loop {
            tokio::time::sleep(SWEEP).await;
            let now = SystemClock.now();
            if let Err(failed) = self.vault.sweep(now).await {
                error!(error = &failed as &dyn std::error::Error, "secrets that ran out cannot be deleted");
            }
            if let Err(failed) = self.ports.shelf.sweep(now).await {
                error!(error = &failed as &dyn std::error::Error, "records that ran out cannot be deleted");
            }
        }
    }

    pub(crate) async fn close(self) {
        match self.database {
            Database::Sqlite(store) => store.close().await,
            Database::Postgres(store) => store.close().await,
        }
    }
}

/// Copies the database into a new file.
pub(crate) async fn back_up(config: &Config, file: &Path) -> Result<(), Stop> {
    match &config.store {
        StoreAt::Sqlite(path) => {
            SqliteStore::back_up(path, file).await.map_err(|error| Stop::failed("no backup was made", error))
        }
        StoreAt::Postgres(_) => Err(Stop::setting(
            "the database is in PostgreSQL: back it up with pg_dump, which copies one moment of it while the service runs",
        )),
    }
}

/// Seals every secret anew under the current key, and says how many.
pub(crate) async fn rotate_key(config: &Config) -> Result<String, Stop> {
    let (_, vault) = database(config).await?;
    let count = vault.rotate().await.map_err(|error| Stop::failed("nothing was sealed anew", error))?;
    Ok(format!("sealed anew under the first key: {count}; no secret needs an older one\n"))
}

/// What can be published: dependencies from a folder of packages, integrations from where people's uploads are kept.
fn dependencies(folder: &Path, config: &Config) -> Result<Dependencies, Stop> {
    let packages = PackageFolder::open(folder).map_err(|error| Stop::failed("packages", error))?;
    make_folder(&config.integrations)?;
    let depot =
        DepotFolder::open(&config.integrations).map_err(|error| Stop::failed("integrations", error))?;
    Ok(Dependencies {
        catalogue: Arc::new(packages.catalogue().clone()),
        packages: Arc::new(packages),
        depot: Some(Arc::new(depot)),
    })
}

async fn database(config: &Config) -> Result<(Database, SealedVault), Stop> {
    let clock = Arc::new(SystemClock);
    let idle = config.secrets_idle;
    match &config.store {
        StoreAt::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                make_folder(folder)?;
            }
            let keys = keys(config)?;
            let store = SqliteStore::open(path).await.map_err(unopened)?;
            let vault = store.vault(keys, clock, idle).await.map_err(unopened)?;
            Ok((Database::Sqlite(store), vault))
        }
        StoreAt::Postgres(file) => {
            let url = line(file)?;
            let store = PostgresStore::open(&url).await.map_err(unopened)?;
            let vault = store.vault(keys(config)?, clock, idle).await.map_err(unopened)?;
            Ok((Database::Postgres(store), vault))
        }
    }
}

fn unopened(error: ib_store::OpenError) -> Stop {
    Stop::failed("the store cannot be opened", error)
}

fn keys(config: &Config) -> Result<Keys, Stop> {
    let path = &config.key_file;
    // A database without its key is not given another one: what is in it would be lost without a word.
    let database = match &config.store {
        StoreAt::Sqlite(database) if config.makes_key && !path.exists() => database,
        _ => return Keys::read(path).map_err(|error| Stop::failed("the keys cannot be used", error)),
    };
    if database.exists() {
        return Keys::read(path)
            .map_err(|error| Stop::failed(format!("{} has lost its key", database.display()), error));
    }
    info!(file = %path.display(), "a key is made; without it, nobody reads the secrets in a backup");
    Keys::create(path).map_err(|error| Stop::failed("no key can be made", error))
}

/// Makes a folder for its owner alone.
fn make_folder(folder: &Path) -> Result<(), Stop> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Stop::failed(format!("{} cannot be made", folder.display()), error))
}

fn client(network: &Network) -> Result<HttpClient, Stop> {
    let mut settings = HttpSettings::default();
    settings.limits = Limits::scaled(network.timeout);
    settings.policy =
        network.allow_private.iter().fold(AddressPolicy::default(), |policy, net| policy.allow_private(*net));
    settings.connect_to.clone_from(&network.connect_to);
    settings.authorities = network.authorities.iter().map(bytes).collect::<Result<_, _>>()?;
    settings.proxy.clone_from(&network.proxy);
    settings.clock = Arc::new(SystemTime::now);
    HttpClient::new(settings).map_err(|error| Stop::failed("network", error))
}

fn authority(activation: Option<&Activation>) -> Result<Arc<dyn ActivationAuthority>, Stop> {
    let Some(activation) = activation else { return Ok(Arc::new(AcceptUnverified)) };
    let pem = activation.ca_file.as_ref().map(bytes).transpose()?;
    let authority = HttpAuthority::new(activation.address.clone(), pem.as_deref());
    Ok(Arc::new(authority.map_err(|error| Stop::failed("activation", error))?))
}

fn lifetimes(config: &Config) -> Result<Arc<dyn LifeTimes>, Stop> {
    let mut known = BTreeMap::new();
    for (development, (lifetime, file)) in &config.lifetimes {
        let token =
            Token::new(line(file)?).map_err(|error| Stop::failed(file.display().to_string(), error))?;
        known.insert(development.clone(), (lifetime.clone(), token));
    }
    Ok(Arc::new(known))
}

fn bytes(path: &PathBuf) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| Stop::setting(format!("{} cannot be read ({error})", path.display())))
}

/// The line that a file holds.
fn line(path: &PathBuf) -> Result<String, Stop> {
    let text = String::from_utf8(bytes(path)?);
    let text = text.map_err(|_| Stop::setting(format!("{} is not UTF-8 text", path.display())))?;
    Ok(text.trim().to_owned())
}
