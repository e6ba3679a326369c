//! The settings as they are written, before anything is known to be usable.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use ib_domain::address::EnvironmentAddress;
use ib_setup::Disclaimer;
use ib_web::{Origin, Site};
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::{Config, Level, Log, LogForm, Network, StoreAt};
use crate::cli::Flags;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    #[serde(default = "listen")]
    listen: SocketAddr,
    metrics_listen: Option<SocketAddr>,
    public_url: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<IpNet>,
    data: Option<PathBuf>,
    database_url_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    #[serde(default)]
    accept_unverified: bool,
    #[serde(default, with = "humantime_serde::option")]
    secrets_idle: Option<Duration>,
    #[serde(default, with = "humantime_serde::option")]
    session_idle: Option<Duration>,
    #[serde(default, with = "humantime_serde::option")]
    session_absolute: Option<Duration>,
    disclaimer: Option<RawDisclaimer>,
    #[serde(default)]
    network: RawNetwork,
    #[serde(default)]
    lifetime: Vec<RawLifeTime>,
    #[serde(default)]
    log: RawLog,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDisclaimer {
    version: String,
    file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawNetwork {
    connect_to: Vec<String>,
    authorities: Vec<PathBuf>,
    allow_private: Vec<IpNet>,
    proxy: Option<Url>,
    #[serde(with = "humantime_serde::option")]
    timeout: Option<Duration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLifeTime {
    development: String,
    address: String,
    token_file: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawLog {
    form: Option<LogForm>,
    level: Option<Level>,
}

const fn listen() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080)
}

/// Reads the file, the variables and the flags.
pub(super) fn read(flags: &Flags) -> Result<Raw, Stop> {
    let text = |path: &Path| path.display().to_string();
    let mut builder = config::Config::builder();
    if let Some(path) = &flags.config {
        builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
    }
    let variables = Environment::with_prefix("IB_SERVER").prefix_separator("_").separator("__");
    let variables = variables.try_parsing(true).list_separator(",");
    let lists = ["trusted_proxies", "network.connect_to", "network.authorities", "network.allow_private"];
    let variables = lists.into_iter().fold(variables, Environment::with_list_parse_key);
    let read = builder
        .add_source(variables.source(Some(variables_of_settings())))
        .set_override_option("listen", flags.listen.clone())
        .and_then(|builder| builder.set_override_option("public_url", flags.public_url.clone()))
        .and_then(|builder| builder.set_override_option("data", flags.data.as_deref().map(text)))
        .and_then(|builder| {
            let list = (!flags.connect_to.is_empty()).then(|| flags.connect_to.clone());
            builder.set_override_option("network.connect_to", list)
        })
        .and_then(|builder| {
            let list = flags.ca.iter().map(|path| text(path)).collect::<Vec<_>>();
            builder.set_override_option("network.authorities", (!list.is_empty()).then_some(list))
        })
        .and_then(|builder| builder.build())
        .and_then(config::Config::try_deserialize);
    read.map_err(|error| Stop::setting(format!("{error}; look at docs/guide/server.md for the settings")))
}

/// The variables that are settings. `IB_SERVER_CONFIG` names the file itself.
fn variables_of_settings() -> config::Map<String, String> {
    std::env::vars().filter(|(name, _)| name != "IB_SERVER_CONFIG").collect()
}

impl Raw {
    /// Makes each setting usable, or says which one is not.
    pub(super) fn judge(self) -> Result<Config, Stop> {
        let site = site(self.public_url.as_deref(), self.listen)?;
        let data = self.data.map_or_else(default_data, Ok)?;
        let store = match self.database_url_file {
            Some(file) => StoreAt::Postgres(file),
            None => StoreAt::Sqlite(data.join("setups.db")),
        };
        let makes_key = self.key_file.is_none() && matches!(store, StoreAt::Sqlite(_));
        if matches!(store, StoreAt::Postgres(_)) && self.key_file.is_none() {
            return Err(Stop::setting(
                "key_file is missing: several servers share PostgreSQL, and each needs the same keys",
            ));
        }
        Ok(Config {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            site,
            trusted_proxies: self.trusted_proxies,
            key_file: self.key_file.unwrap_or_else(|| data.join("key")),
            makes_key,
            store,
            secrets_idle: self.secrets_idle.unwrap_or(Duration::from_mins(15)),
            session_idle: self.session_idle.unwrap_or(Duration::from_mins(30)),
            session_absolute: self.session_absolute.unwrap_or(Duration::from_hours(12)),
            disclaimer: self.disclaimer.map_or_else(|| Ok(Disclaimer::default()), RawDisclaimer::judge)?,
            accept_unverified: self.accept_unverified,
            network: self.network.judge()?,
            lifetimes: lifetimes(self.lifetime)?,
            log: Log {
                form: self.log.form.unwrap_or(LogForm::Json),
                level: self.log.level.unwrap_or(Level::Info),
            },
        })
    }
}

/// Plain HTTP leaves this machine under no circumstances.
fn site(public: Option<&str>, listen: SocketAddr) -> Result<Site, Stop> {
    match public {
        Some(url) => {
            let origin = Origin::parse(url).map_err(|error| Stop::setting(format!("public_url: {error}")))?;
            Ok(Site::Public(origin))
        }
        None if listen.ip().is_loopback() => Ok(Site::Loopback),
        None => Err(Stop::setting(format!(
            "listen is {listen}, which others can reach, and public_url is missing: give the https address under \
             which people reach the service, or listen at 127.0.0.1"
        ))),
    }
}

/// Where a user's programs keep their data (the XDG base directories).
fn default_data() -> Result<PathBuf, Stop> {
    let base = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = base("XDG_DATA_HOME")
        .or_else(|| base("LOCALAPPDATA"))
        .or_else(|| base("HOME").map(|home| home.join(".local/share")));
    let missing = || Stop::setting("data is missing, and there is no home directory: give --data DIR");
    base.map(|base| base.join("ib-server")).ok_or_else(missing)
}

impl RawDisclaimer {
    fn judge(self) -> Result<Disclaimer, Stop> {
        let text = std::fs::read_to_string(&self.file).map_err(|error| {
            Stop::setting(format!("disclaimer.file: {} cannot be read ({error})", self.file.display()))
        })?;
        Disclaimer::new(&self.version, &text).map_err(|error| Stop::setting(format!("disclaimer: {error}")))
    }
}

impl RawNetwork {
    fn judge(self) -> Result<Network, Stop> {
        let connect_to = self.connect_to.iter().map(|text| {
            text.parse().map_err(|error| Stop::setting(format!("network.connect_to: {text}: {error}")))
        });
        Ok(Network {
            connect_to: connect_to.collect::<Result<_, _>>()?,
            authorities: self.authorities,
            allow_private: self.allow_private,
            proxy: self.proxy,
            timeout: self.timeout.unwrap_or(Duration::from_secs(10)),
        })
    }
}

type LifeTimes = BTreeMap<EnvironmentAddress, (EnvironmentAddress, PathBuf)>;

fn lifetimes(raw: Vec<RawLifeTime>) -> Result<LifeTimes, Stop> {
    let address = |name: &str, text: &str| {
        EnvironmentAddress::parse(text)
            .map_err(|error| Stop::setting(format!("lifetime.{name}: {text}: {error}")))
    };
    raw.into_iter()
        .map(|raw| {
            let development = address("development", &raw.development)?;
            Ok((development, (address("address", &raw.address)?, raw.token_file)))
        })
        .collect()
}
