//! The settings in lines, for `ib-server config check`.

use std::fmt::{Display, Write as _};

use humantime::format_duration;
use ib_web::{Origin, Site};
use url::Position;

use super::{Config, Network, StoreAt};

/// Says a setting under its name.
type Say<'s> = dyn FnMut(&str, &dyn Display) + 's;

pub(super) fn lines(config: &Config) -> String {
    let mut told = String::new();
    let mut say = |name: &str, value: &dyn Display| {
        // Writing into a text does not fail.
        let _ = writeln!(told, "{name:<22} {value}");
    };
    reached(config, &mut say);
    kept(config, &mut say);
    decided(config, &mut say);
    network(&config.network, &mut say);
    let log = &config.log;
    say("log", &format_args!("{}, {}", word(log.form), word(log.level)));
    told
}

/// How the service is reached.
fn reached(config: &Config, say: &mut Say<'_>) {
    say("listen", &config.listen);
    if let Some(metrics) = &config.metrics_listen {
        say("metrics_listen", metrics);
    }
    match &config.site {
        Site::Public(origin) => say("public_url", &origin.as_str()),
        _ => say("public_url", &"none: this machine alone, over plain HTTP"),
    }
    let embed_origins: Vec<_> = config.embed_origins.iter().map(Origin::as_str).collect();
    list("embed_origins", &embed_origins, say);
    list("trusted_proxies", &config.trusted_proxies, say);
}

/// What is kept, where, and for how long.
fn kept(config: &Config, say: &mut Say<'_>) {
    match &config.store {
        StoreAt::Sqlite(path) => say("database", &format_args!("SQLite, {}", path.display())),
        StoreAt::Postgres(path) => say("database", &format_args!("PostgreSQL, URL in {}", path.display())),
    }
    let made = if config.makes_key && !config.key_file.exists() { " (made where there is none)" } else { "" };
    say("key_file", &format_args!("{}{made}", config.key_file.display()));
    say("secrets_idle", &format_duration(config.secrets_idle));
    say("session_idle", &format_duration(config.session_idle));
    say("session_absolute", &format_duration(config.session_absolute));
    say("lease", &format_duration(config.lease));
    say("changes_at_once", &config.changes_at_once);
    say("changes_each_second", &config.changes_each_second);
}

/// What the operator decides about set-ups.
fn decided(config: &Config, say: &mut Say<'_>) {
    say("disclaimer", &format_args!("version {}", config.disclaimer.version()));
    say("accept_unverified", &config.accept_unverified);
    match &config.activation {
        Some(activation) => say("activation", &format_args!("asked at {}", activation.address.as_str())),
        None => say("activation", &"codes are accepted without being verified"),
    }
    match &config.packages {
        Some(folder) => say("packages", &folder.display()),
        None => say("packages", &"none: dependencies are not installed from here"),
    }
    if config.packages.is_some() {
        say("integrations", &config.integrations.display());
    }
    say("publication_pace", &format_duration(config.publication_pace));
    say("environments_every", &format_duration(config.environments_every));
    say("integration_managers", &config.integration_managers);
    for (development, (lifetime, file)) in &config.lifetimes {
        let (development, lifetime) = (development.authority(), lifetime.authority());
        say("lifetime", &format_args!("{lifetime} for {development}, token in {}", file.display()));
    }
}

fn network(network: &Network, say: &mut Say<'_>) {
    let mapped: Vec<_> =
        network.connect_to.iter().map(|to| format!("{}:443:{}", to.host(), to.address())).collect();
    list("network.connect_to", &mapped, say);
    list(
        "network.authorities",
        &network.authorities.iter().map(|path| path.display()).collect::<Vec<_>>(),
        say,
    );
    list("network.allow_private", &network.allow_private, say);
    if let Some(proxy) = &network.proxy {
        // Before the host there may be a password.
        say("network.proxy", &&proxy[Position::BeforeHost..Position::AfterPort]);
    }
    say("network.timeout", &format_duration(network.timeout));
}

/// Says a list that is not empty.
fn list(name: &str, values: &[impl ToString], say: &mut Say<'_>) {
    if !values.is_empty() {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        say(name, &values.join(", "));
    }
}

/// The word that the settings have for it.
fn word(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}
