//! From arguments to the engine that asks the environments.

use std::path::PathBuf;
use std::sync::Arc;

use ib_domain::address::EnvironmentAddress;
use ib_env_client::check::Checker;
use ib_env_client::http::{HttpClient, Limits, Settings, SettingsError};
use ib_env_client::policy::AddressPolicy;
use ib_env_client::{Credentials, Password, Token};
use secrecy::ExposeSecret as _;
use url::Url;

use super::input::unreadable;
use super::secret::Secrets;
use crate::cli::{CheckArguments, NetworkArguments};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// The engine as the arguments want it.
pub(crate) fn checker(
    arguments: &CheckArguments,
    secrets: &Secrets,
    surroundings: &Surroundings,
) -> Result<Checker, Stop> {
    let settings = settings(&arguments.network, surroundings)?;
    let client = HttpClient::new(settings).map_err(|error| refused(&error, &arguments.network.ca))?;
    let mut checker = Checker::new(Arc::new(client))
        .clock(Arc::clone(&surroundings.clock))
        .concurrency(usize::from(arguments.network.concurrency));
    if let (Some(user), Some(password)) = (&arguments.login.username, &secrets.password) {
        let password = Password::new(password.expose_secret().to_owned());
        let credentials = password.and_then(|password| Credentials::new(user, password));
        checker = checker
            .credentials(credentials.map_err(|error| Stop::usage(format!("{error}; give another one")))?);
    }
    if let (Some(host), Some(token)) = (&arguments.login.lifetime, &secrets.token) {
        let token = Token::new(token.expose_secret().to_owned())
            .map_err(|error| Stop::usage(format!("{error}; make a new one in LifeTime")))?;
        checker = checker.lifetime(lifetime(host)?, token);
    }
    Ok(checker)
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

/// LifeTime's address.
fn lifetime(typed: &str) -> Result<EnvironmentAddress, Stop> {
    EnvironmentAddress::parse(typed).map_err(|error| {
        Stop::usage(format!("--lifetime: {error}; give a host name such as lifetime.example.com"))
    })
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

fn authority(path: &PathBuf) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}
