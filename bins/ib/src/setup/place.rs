//! Where set-ups are kept, as the arguments say.

use std::path::PathBuf;
use std::sync::Arc;

use ib_api::exit::Exit;
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use ib_domain::address::{EnvironmentAddress, HTTPS_PORT};
use ib_env_client::http::ConnectTo;
use ib_setup::SetupError;

use super::desk::{Desk, Refused};
use super::embedded::{self, Embedded, Means};
use super::folder::Folder;
use super::remote::Remote;
use super::sessions::Sessions;
use crate::asking::client;
use crate::asking::secret::Secrets;
use crate::cli::{NetworkArguments, PlaceArguments, SetupArguments};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Where set-ups are kept.
pub(crate) enum Place {
    /// In a folder of this machine; with what has to be said to find it again.
    Folder(Folder, String),
    /// By a server; with the same.
    Server(Remote, String),
}

impl Place {
    /// Where the arguments say, or else the variables. `authorities` are trusted for a server.
    pub(crate) fn of(
        arguments: &PlaceArguments,
        authorities: &[PathBuf],
        surroundings: &Surroundings,
    ) -> Result<Self, Stop> {
        let by_variable = surroundings.variable("IB_SERVER").filter(|_| arguments.data.is_none());
        if let Some(url) = arguments.server.as_deref().or(by_variable) {
            let remote = Remote::open(url, authorities, Sessions::of(surroundings)?)?;
            let said = arguments.server.as_ref().map(|_| format!(" --server {}", remote.address()));
            return Ok(Self::Server(remote, said.unwrap_or_default()));
        }
        let folder = Folder::of(arguments.data.as_ref(), surroundings)?;
        let said =
            arguments.data.as_ref().map(|path| format!(" --data {}", quoted(&path.display().to_string())));
        Ok(Self::Folder(folder, said.unwrap_or_default()))
    }

    /// Who keeps them.
    pub(crate) async fn desk(
        self,
        arguments: &SetupArguments,
        secrets: &Secrets,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Desk>, Stop> {
        match self {
            Self::Folder(folder, _) => {
                let means = Means {
                    connect: Arc::new(client::client(&arguments.network, surroundings)?),
                    lifetime: client::lifetime(arguments.login.lifetime.as_ref(), secrets.token.as_ref())?,
                    accept_unverified: arguments.accept_unverified,
                    clock: Arc::clone(&surroundings.clock),
                };
                Ok(Box::new(Embedded::open(&folder, means).await?))
            }
            Self::Server(remote, _) => {
                refuse_what_a_server_decides(arguments)?;
                Ok(Box::new(remote))
            }
        }
    }

    /// What is known of an address there, without asking an environment.
    pub(crate) async fn look(
        &self,
        address: &EnvironmentAddress,
    ) -> Result<Result<Option<SetupDocument>, Refused>, Stop> {
        match self {
            Self::Folder(folder, _) if !folder.is_there() => Ok(Ok(None)),
            Self::Folder(folder, _) => embedded::look(folder, address).await,
            Self::Server(remote, _) => Ok(remote.look(address).await),
        }
    }

    /// The command that does something about `host` there.
    pub(crate) fn command(&self, name: &str, host: &str) -> String {
        match self {
            Self::Folder(_, said) | Self::Server(_, said) => format!("ib {name} {host}{said}"),
        }
    }
}

/// A server reaches environments its own way, under its operator's rules.
fn refuse_what_a_server_decides(arguments: &SetupArguments) -> Result<(), Stop> {
    let (network, login) = (&arguments.network, &arguments.login);
    let given = [
        ("--accept-unverified", arguments.accept_unverified),
        ("--lifetime", login.lifetime.is_some()),
        ("--connect-to", !network.connect_to.is_empty()),
        ("--allow-private", !network.allow_private.is_empty()),
        ("--proxy", network.proxy.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Stop::usage(format!(
            "{name} cannot be given to a server, whose operator decides on it; leave out {name} or --server"
        ))),
        None => Ok(()),
    }
}

/// The arguments that lead to the environment, for the command that goes on.
pub(crate) fn way(network: &NetworkArguments) -> String {
    let file = |path: &PathBuf| format!("--ca {}", quoted(&path.display().to_string()));
    let mapping = |to: &ConnectTo| format!("--connect-to {}:{HTTPS_PORT}:{}", to.host(), to.address());
    let files = network.ca.iter().map(file);
    let mappings = network.connect_to.iter().map(mapping);
    let networks = network.allow_private.iter().map(|network| format!("--allow-private {network}"));
    let proxy = network.proxy.iter().map(|url| format!("--proxy {}", quoted(url)));
    files
        .chain(mappings)
        .chain(networks)
        .chain(proxy)
        .fold(String::new(), |all, word| format!("{all} {word}"))
}

/// Reads the address; what is wrong with it is the same problem as anywhere else.
pub(crate) fn address(typed: &str) -> Result<EnvironmentAddress, Refused> {
    EnvironmentAddress::parse(typed)
        .map_err(|error| Box::new(Problem::of_setup(&SetupError::Address(error), typed)))
}

/// The exit code that a document names.
pub(crate) fn exit(document: &SetupDocument) -> Exit {
    let named = Exit::ALL.iter().find(|exit| exit.code() == document.exit);
    named.copied().unwrap_or(Exit::CouldNotTell)
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:\\".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
