//! From arguments to the client that asks the environments.

use std::path::PathBuf;
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_env_client::http::{HttpClient, Limits, Settings, SettingsError};
use ib_env_client::policy::AddressPolicy;
use ib_env_client::{Credentials, Password, Token};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::cli::NetworkArguments;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Variables by which other programs choose a proxy.
const PROXY_VARIABLES: &[&str] = &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The client as the arguments want it.
pub(crate) fn client(arguments: &NetworkArguments, surroundings: &Surroundings) -> Result<HttpClient, Stop> {
    HttpClient::new(settings(arguments, surroundings)?).map_err(|error| refused(&error, &arguments.ca))
}

/// A user name and a password that can be sent.
pub(crate) fn credentials(user: &str, password: &SecretString) -> Result<Credentials, Stop> {
    Password::new(password.expose_secret().to_owned())
        .and_then(|password| Credentials::new(user, password))
        .map_err(|error| Stop::usage(format!("{error}; give another one")))
}

/// LifeTime's address, and the token of its service account.
pub(crate) fn lifetime(
    host: Option<&String>,
    token: Option<&SecretString>,
) -> Result<Option<(EnvironmentAddress, Token)>, Stop> {
    let (Some(host), Some(token)) = (host, token) else {
        return Ok(None);
    };
    let token = Token::new(token.expose_secret().to_owned())
        .map_err(|error| Stop::usage(format!("{error}; make a new one in LifeTime")))?;
    let address = EnvironmentAddress::parse(host).map_err(|error| {
        Stop::usage(format!("--lifetime: {error}; give a host name such as lifetime.example.com"))
    })?;
    Ok(Some((address, token)))
}

/// Why there can be no client, with what to do.
fn refused(error: &SettingsError, files: &[PathBuf]) -> Stop {
    match error {
        SettingsError::Authority { number } => {
            let name = files.get(number - 1).map(|path| path.display().to_string()).unwrap_or_default();
            Stop::usage(format!(
                "{name} holds no certificate in PEM form that can be read; give another file to --ca"
            ))
        }
        SettingsError::NoAuthorities => Stop::usage(format!("{error}; give one with --ca FILE")),
        SettingsError::Client(cause) => Stop::broken("the HTTP client cannot be made", cause),
        other => Stop::usage(format!("{other}; correct the argument")),
    }
}

fn settings(arguments: &NetworkArguments, surroundings: &Surroundings) -> Result<Settings, Stop> {
    let mut settings = Settings::default();
    settings.limits = Limits::scaled(arguments.timeout);
    settings.policy = arguments
        .allow_private
        .iter()
        .fold(AddressPolicy::default(), |policy, net| policy.allow_private(*net));
    settings.connect_to.clone_from(&arguments.connect_to);
    settings.authorities = arguments.ca.iter().map(authority).collect::<Result<_, _>>()?;
    settings.proxy = arguments.proxy.as_deref().map(proxy).transpose()?;
    settings.resolver = Arc::clone(&surroundings.resolver);
    settings.clock = Arc::clone(&surroundings.clock);
    Ok(settings)
}

/// Reads a proxy's address. Credentials have no place on a command line, where others can read them.
fn proxy(text: &str) -> Result<Url, Stop> {
    let example = "give an address such as http://proxy.example.com:3128";
    let url = Url::parse(text).map_err(|_| Stop::usage(format!("--proxy is not an address; {example}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Stop::usage(
            "--proxy holds a user name or password, which others could read; leave them out",
        ));
    }
    Ok(url)
}

/// The bytes of a file with certificates.
pub(crate) fn authority(path: &PathBuf) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| Stop::unreadable(path, &error))
}

/// Says whether a proxy is used, and why.
pub(crate) fn explain_proxy(proxy: Option<&String>, surroundings: &mut Surroundings) {
    let set = PROXY_VARIABLES.iter().find(|name| surroundings.variable(name).is_some()).copied();
    match (proxy, set) {
        (Some(proxy), _) => {
            let proxy = proxy.trim_end_matches('/');
            surroundings
                .stderr
                .say(format_args!("note: everything goes through {proxy}, because --proxy was given"));
        }
        (None, Some(name)) => surroundings.stderr.say(format_args!(
            "note: {name} is set and not used; environments are asked directly unless --proxy URL is given"
        )),
        (None, None) => {}
    }
}
