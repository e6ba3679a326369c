//! From what is written to settings that are usable.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use ib_domain::address::EnvironmentAddress;
use ib_setup::Disclaimer;
use ib_web::{Origin, Site};

use super::raw::{Raw, RawActivation, RawDisclaimer, RawLifeTime, RawLog, RawNetwork};
use super::{Activation, Config, Level, Log, LogForm, Network, StoreAt, reference};
use crate::authority::AuthorityAddress;
use crate::cli::Flags;
use crate::stop::Stop;

/// Reads the file, the variables and the flags.
pub(super) fn read(flags: &Flags) -> Result<Raw, Stop> {
    let text = |path: &Path| path.display().to_string();
    let mut builder = config::Config::builder();
    if let Some(path) = &flags.config {
        builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
    }
    let variables = Environment::with_prefix("IB_SERVER").prefix_separator("_").separator("__");
    let variables = variables.try_parsing(true).list_separator(",");
    let settings = reference::settings();
    let lists = settings.iter().filter(|setting| setting.is_list).map(|setting| setting.name.as_str());
    let variables = lists.fold(variables, Environment::with_list_parse_key);
    let read = builder
        .add_source(variables.source(Some(variables_of_settings())))
        .set_override_option("listen", flags.listen.clone())
        .and_then(|builder| builder.set_override_option("public_url", flags.public_url.clone()))
        .and_then(|builder| builder.set_override_option("data", flags.data.as_deref().map(text)))
        .and_then(|builder| builder.set_override_option("packages", flags.packages.as_deref().map(text)))
        .and_then(|builder| {
            let list = (!flags.connect_to.is_empty()).then(|| flags.connect_to.clone());
            builder.set_override_option("network.connect_to", list)
        })
        .and_then(|builder| {
            let list = flags.authorities.iter().map(|path| text(path)).collect::<Vec<_>>();
            builder.set_override_option("network.authorities", (!list.is_empty()).then_some(list))
        })
        .and_then(config::ConfigBuilder::<config::builder::DefaultState>::build)
        .and_then(config::Config::try_deserialize);
    read.map_err(|error| {
        let text = error.to_string();
        let form = form(&text);
        Stop::setting(format!("{text}{form}; look at docs/settings.md for the settings"))
    })
}

/// What a setting of that kind looks like, where the library's own words do not tell.
fn form(error: &str) -> &'static str {
    const FORMS: [(&str, &str); 3] = [
        ("socket address", ", such as 127.0.0.1:8080"),
        ("IP address", ", such as 10.0.0.0/8"),
        ("expected a duration", ", such as \"30m\""),
    ];
    FORMS.iter().find(|(kind, _)| error.contains(kind)).map_or("", |(_, form)| form)
}

/// The variables that may be settings. `IB_SERVER_CONFIG` names the file itself.
fn variables_of_settings() -> config::Map<String, String> {
    let text = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    text.filter(|(name, _)| name != "IB_SERVER_CONFIG").collect()
}

impl Raw {
    /// Makes each setting usable, or says which one is not.
    pub(super) fn judge(self) -> Result<Config, Stop> {
        let site = site(self.public_url.as_deref(), self.listen)?;
        let is_public = matches!(site, Site::Public(_));
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
        let session_absolute = lasting("session_absolute", self.session_absolute)?;
        let session_idle = self.session_idle.unwrap_or(Duration::from_mins(30).min(session_absolute));
        let session_idle = lasting("session_idle", session_idle)?;
        if session_idle > session_absolute {
            return Err(Stop::setting(
                "session_idle is longer than session_absolute, which ends every session",
            ));
        }
        Ok(Config {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            site,
            embed_origins: embed_origins(&self.embed_origins)?,
            trusted_proxies: self.trusted_proxies,
            key_file: self.key_file.unwrap_or_else(|| data.join("key")),
            makes_key,
            store,
            packages: self.packages,
            integrations: self.integrations.unwrap_or_else(|| data.join("integrations")),
            publication_pace: lasting("publication_pace", self.publication_pace)?,
            environments_every: lasting("environments_every", self.environments_every)?,
            integration_managers: self.integration_managers.unwrap_or(is_public),
            secrets_idle: lasting("secrets_idle", self.secrets_idle)?,
            session_idle,
            session_absolute,
            lease: lasting("lease", self.lease)?,
            changes_at_once: self.changes_at_once,
            changes_each_second: self.changes_each_second,
            activation: self.activation.map(RawActivation::judge).transpose()?,
            disclaimer: self.disclaimer.map_or_else(|| Ok(Disclaimer::default()), RawDisclaimer::judge)?,
            accept_unverified: self.accept_unverified,
            network: self.network.judge()?,
            lifetimes: lifetimes(self.lifetime)?,
            log: self.log.judge()?,
        })
    }
}

/// A duration that is not nothing.
fn lasting(name: &str, given: Duration) -> Result<Duration, Stop> {
    match given {
        Duration::ZERO => Err(Stop::setting(format!("{name} must be longer than nothing, such as 10m"))),
        duration => Ok(duration),
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

/// The pages that may show the Setup widget.
fn embed_origins(raw: &[String]) -> Result<Vec<Origin>, Stop> {
    let origin = |text: &String| {
        Origin::of_page(text).map_err(|error| Stop::setting(format!("embed_origins: {text}: {error}")))
    };
    raw.iter().map(origin).collect()
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

impl RawLog {
    fn judge(self) -> Result<Log, Stop> {
        let form = match self.form.as_str() {
            "json" => LogForm::Json,
            "text" => LogForm::Text,
            other => return Err(Stop::setting(format!("log.form: {other}: expected json or text"))),
        };
        let level = match self.level.as_str() {
            "error" => Level::Error,
            "warn" => Level::Warn,
            "info" => Level::Info,
            "debug" => Level::Debug,
            other => {
                return Err(Stop::setting(format!(
                    "log.level: {other}: expected error, warn, info or debug"
                )));
            }
        };
        Ok(Log { form, level })
    }
}

impl RawDisclaimer {
    fn judge(self) -> Result<Disclaimer, Stop> {
        let text = std::fs::read_to_string(&self.file).map_err(|error| {
            Stop::setting(format!("disclaimer.file: {} cannot be read ({error})", self.file.display()))
        })?;
        Disclaimer::new(&self.version, &text).map_err(|error| Stop::setting(format!("disclaimer: {error}")))
    }
}

impl RawActivation {
    fn judge(self) -> Result<Activation, Stop> {
        let address = AuthorityAddress::parse(&self.url)
            .map_err(|error| Stop::setting(format!("activation.url: {error}")))?;
        Ok(Activation { address, ca_file: self.ca_file })
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
            timeout: lasting("network.timeout", self.timeout)?,
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
