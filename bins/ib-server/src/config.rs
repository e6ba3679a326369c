//! The settings: defaults, then a TOML file, then variables, then flags.

mod judge;
mod raw;
pub mod reference;
mod tell;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_env_client::http::ConnectTo;
use ib_setup::Disclaimer;
use ib_web::{Origin, Site};
use ipnet::IpNet;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

use crate::authority::AuthorityAddress;
use crate::cli::Flags;
use crate::stop::Stop;

/// The settings, each of them usable.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to tell metrics, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Under which name the service is reached.
    pub site: Site,
    /// The origins of other pages that may show the Setup widget.
    pub embed_origins: Vec<Origin>,
    /// The proxies in front of it.
    pub trusted_proxies: Vec<IpNet>,
    /// Where everything is kept.
    pub store: StoreAt,
    /// The file with the keys.
    pub key_file: PathBuf,
    /// Whether a key may be made: only where nobody could have one already.
    pub makes_key: bool,
    /// The folder with the packages of dependencies and the catalogue that describes them, if there is one.
    pub packages: Option<PathBuf>,
    /// The folder where the packages of integrations are kept.
    pub integrations: PathBuf,
    /// How soon an environment is asked again what became of a publication.
    pub publication_pace: Duration,
    /// How often an environment is looked at again.
    pub environments_every: Duration,
    /// Whether environments' Integration Managers are linked.
    pub integration_managers: bool,
    /// How long a secret is kept that nobody uses.
    pub secrets_idle: Duration,
    /// How long a session lives when nobody uses it.
    pub session_idle: Duration,
    /// How long a session lives at most.
    pub session_absolute: Duration,
    /// How long a process may hold work before another one goes on with it.
    pub lease: Duration,
    /// How many changes one client may ask for at once.
    pub changes_at_once: NonZeroU32,
    /// How many changes one client may ask for in each second after that.
    pub changes_each_second: NonZeroU32,
    /// The disclaimer.
    pub disclaimer: Disclaimer,
    /// Who verifies activation codes, if anybody.
    pub activation: Option<Activation>,
    /// Whether permissions that cannot be verified are accepted.
    pub accept_unverified: bool,
    /// How environments are reached.
    pub network: Network,
    /// By development environment: its LifeTime, and the file with the token.
    pub lifetimes: BTreeMap<EnvironmentAddress, (EnvironmentAddress, PathBuf)>,
    /// The log.
    pub log: Log,
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreAt {
    /// In an SQLite file.
    Sqlite(PathBuf),
    /// In PostgreSQL; the file holds the URL, for it may hold a password.
    Postgres(PathBuf),
}

/// Who verifies activation codes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activation {
    /// Where they are asked.
    pub address: AuthorityAddress,
    /// A file with certificate authorities that are trusted there too.
    pub ca_file: Option<PathBuf>,
}

/// How environments are reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Network {
    /// Hosts that are connected to at given addresses.
    pub connect_to: Vec<ConnectTo>,
    /// Files with certificate authorities that are trusted too.
    pub authorities: Vec<PathBuf>,
    /// Private networks that may be connected to.
    pub allow_private: Vec<IpNet>,
    /// The proxy that everything goes through.
    pub proxy: Option<Url>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// The log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log {
    /// What its lines look like.
    pub form: LogForm,
    /// How much is written.
    pub level: Level,
}

/// What the lines of the log look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogForm {
    /// One JSON object for each.
    Json,
    /// For people.
    Text,
}

/// How much is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// What is broken.
    Error,
    /// And what may break.
    Warn,
    /// And what happens.
    Info,
    /// And why.
    Debug,
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
        }
    }
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// [`Stop::Setting`], which names the setting and says what it expects.
    pub fn read(flags: &Flags) -> Result<Self, Stop> {
        judge::read(flags)?.judge()
    }

    /// What the settings come to, as lines. Nothing in them is a secret: secrets are in files, and the
    /// files are named.
    pub fn tell(&self) -> String {
        tell::lines(self)
    }
}
