//! The settings as they are written, before anything is known to be usable.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ib_setup::Pace;
use ib_web::Settings;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

/// What can be set. The comments, titles and defaults are the reference ([`super::reference`]).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Raw {
    /// Where to listen; port 0 is any free one. Without `public_url`, on this machine alone
    #[schemars(with = "String", title = "address and port")]
    pub(super) listen: SocketAddr,
    /// Where to tell metrics, in Prometheus' form at `/metrics`; it has no log-in
    #[schemars(with = "String", title = "address and port")]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// The address under which people reach the service; requests to another name are refused
    #[schemars(title = "`https` address without a path")]
    pub(super) public_url: Option<String>,
    /// Origins of pages that may show the Setup widget
    #[schemars(title = "list of origins: `https`, or `http` on this machine")]
    pub(super) embed_origins: Vec<String>,
    /// The reverse proxies that are believed about the client's address
    #[schemars(with = "Vec<String>", title = "list of networks")]
    pub(super) trusted_proxies: Vec<IpNet>,
    /// Where everything is kept that has no place of its own
    #[schemars(
        title = "folder",
        extend("otherwise" = "`ib-server` where your programs keep data, mostly `~/.local/share`")
    )]
    pub(super) data: Option<PathBuf>,
    /// Keep everything in PostgreSQL, whose URL this file holds
    #[schemars(title = "file with a URL", extend("otherwise" = "SQLite: `setups.db` in `data`"))]
    pub(super) database_url_file: Option<PathBuf>,
    /// The keys that secrets are sealed under, the current one first; must be given for PostgreSQL
    #[schemars(title = "file with keys", extend("otherwise" = "`key` in `data`"))]
    pub(super) key_file: Option<PathBuf>,
    /// The packages of dependencies, and the `catalogue.toml` that describes them; without it, none is installed
    #[schemars(title = "folder")]
    pub(super) packages: Option<PathBuf>,
    /// Where uploaded packages of integrations are kept; several servers share one
    #[schemars(title = "folder", extend("otherwise" = "`integrations` in `data`"))]
    pub(super) integrations: Option<PathBuf>,
    /// How soon a publication is asked about again; up to 5 times as long where nothing is new
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) publication_pace: Duration,
    /// How often an environment is looked at again
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) environments_every: Duration,
    /// Whether environments' Integration Managers are linked, which have to reach this service
    #[schemars(title = "true or false", extend("otherwise" = "`true` with a `public_url`, `false` without"))]
    pub(super) integration_managers: Option<bool>,
    /// Whether permissions that cannot be verified are accepted
    #[schemars(title = "true or false")]
    pub(super) accept_unverified: bool,
    /// How long a password or an activation code is kept that nobody uses
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) secrets_idle: Duration,
    /// How long a session lives that nobody uses
    #[serde(with = "humantime_serde::option")]
    #[schemars(
        with = "String",
        title = "duration",
        extend("otherwise" = "`30m`, or `session_absolute` where that is shorter")
    )]
    pub(super) session_idle: Option<Duration>,
    /// How long a session lives at most
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) session_absolute: Duration,
    /// How long a process may hold work before another one goes on with it
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) lease: Duration,
    /// How many changes one client may ask for at once
    #[schemars(title = "number above 0")]
    pub(super) changes_at_once: NonZeroU32,
    /// How many changes one client may ask for in each second after that
    #[schemars(title = "number above 0")]
    pub(super) changes_each_second: NonZeroU32,
    /// The disclaimer that people accept
    #[schemars(extend("otherwise" = "one that is built in"))]
    pub(super) disclaimer: Option<RawDisclaimer>,
    /// The authority that verifies activation codes
    #[schemars(extend("otherwise" = "codes are accepted, and recorded as unverified"))]
    pub(super) activation: Option<RawActivation>,
    /// How environments are reached
    pub(super) network: RawNetwork,
    /// The LifeTime of a development environment, one table for each
    pub(super) lifetime: Vec<RawLifeTime>,
    /// The log, on standard error
    pub(super) log: RawLog,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDisclaimer {
    /// What tells this text from earlier ones; whoever accepted another one is asked again
    #[schemars(title = "up to 40 letters, digits, dots, dashes")]
    pub(super) version: String,
    /// The text; a blank line between paragraphs
    #[schemars(title = "text file")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawActivation {
    /// Where codes are sent
    #[schemars(title = "`https` address, or `http` on this machine")]
    pub(super) url: String,
    /// Certificate authorities that are trusted there too
    #[schemars(title = "PEM file")]
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawNetwork {
    /// Connect to other addresses than the hosts' own, as curl does
    #[schemars(title = "list of `HOST:443:ADDRESS:PORT`")]
    pub(super) connect_to: Vec<String>,
    /// Certificate authorities that are trusted beside the system's
    #[schemars(title = "list of PEM files")]
    pub(super) authorities: Vec<PathBuf>,
    /// Private networks that may be connected to
    #[schemars(with = "Vec<String>", title = "list of networks")]
    pub(super) allow_private: Vec<IpNet>,
    /// The proxy that every question to an environment goes through
    #[schemars(with = "String", title = "`http://HOST:PORT`")]
    pub(super) proxy: Option<Url>,
    /// How long one question to an environment may take
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String", title = "duration")]
    pub(super) timeout: Duration,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLifeTime {
    /// The development environment
    #[schemars(title = "host name")]
    pub(super) development: String,
    /// Its LifeTime
    #[schemars(title = "host name")]
    pub(super) address: String,
    /// The token of a service account there
    #[schemars(title = "file with a token")]
    pub(super) token_file: PathBuf,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLog {
    /// What its lines look like
    #[schemars(title = "`json` or `text`")]
    pub(super) form: String,
    /// How much is written
    #[schemars(title = "`error`, `warn`, `info` or `debug`")]
    pub(super) level: String,
}

impl Default for Raw {
    fn default() -> Self {
        let face = Settings::default();
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: None,
            public_url: None,
            embed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            data: None,
            database_url_file: None,
            key_file: None,
            packages: None,
            integrations: None,
            publication_pace: Pace::default().shortest(),
            environments_every: face.environments_every,
            integration_managers: None,
            accept_unverified: false,
            secrets_idle: Duration::from_mins(15),
            session_idle: None,
            session_absolute: Duration::from_hours(12),
            lease: Duration::from_mins(1),
            changes_at_once: face.changes_at_once,
            changes_each_second: face.changes_each_second,
            disclaimer: None,
            activation: None,
            network: RawNetwork::default(),
            lifetime: Vec::new(),
            log: RawLog::default(),
        }
    }
}

impl Default for RawNetwork {
    fn default() -> Self {
        Self {
            connect_to: Vec::new(),
            authorities: Vec::new(),
            allow_private: Vec::new(),
            proxy: None,
            timeout: Duration::from_secs(10),
        }
    }
}

impl Default for RawLog {
    fn default() -> Self {
        Self { form: "json".to_owned(), level: "info".to_owned() }
    }
}
