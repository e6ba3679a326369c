//! Where set-ups are kept, as the arguments say.

use std::path::PathBuf;
use std::sync::Arc;

use ib_api::exit::Exit;
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use ib_api::support::SupportDocument;
use ib_domain::address::{EnvironmentAddress, HTTPS_PORT};
use ib_domain::declaration::FileName;
use ib_env_client::http::ConnectTo;
use ib_setup::{SetupError, Timestamp};

use super::desk::{Desk, Refused};
use super::embedded::{self, Embedded, Means};
use super::folder::Folder;
use super::remote::Remote;
use super::sessions::Sessions;
use crate::asking::client;
use crate::asking::secret::Secrets;
use crate::cli::{LoginArguments, NetworkArguments, PlaceArguments};
use crate::dependencies;
use crate::dependencies::workshop::Workshop;
use crate::environments;
use crate::environments::watcher::Watcher;
use crate::report;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Where set-ups are kept.
pub(crate) enum Place {
    /// In a folder of this machine; with what has to be said to find it again.
    Folder(Folder, String),
    /// By a server; with the same.
    Server(Box<Remote>, String),
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
            return Ok(Self::Server(Box::new(remote), said.unwrap_or_default()));
        }
        let folder = Folder::of(arguments.data.as_ref(), surroundings)?;
        let said =
            arguments.data.as_ref().map(|path| format!(" --data {}", quoted(&path.display().to_string())));
        Ok(Self::Folder(folder, said.unwrap_or_default()))
    }

    /// Who keeps them.
    pub(crate) async fn desk(
        self,
        access: Access<'_>,
        secrets: &Secrets,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Desk>, Stop> {
        match self {
            Self::Folder(folder, _) => Ok(Box::new(embedded(&folder, access, secrets, surroundings).await?)),
            Self::Server(remote, _) => {
                refuse_what_a_server_decides(access)?;
                Ok(remote)
            }
        }
    }

    /// Who publishes dependencies and integrations there, the former from `packages`.
    pub(crate) async fn workshop(
        self,
        packages: Option<&PathBuf>,
        access: Access<'_>,
        secrets: &Secrets,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Workshop>, Stop> {
        match self {
            Self::Folder(folder, _) => {
                let packages = dependencies::embedded::packages(packages, surroundings)?;
                let desk = embedded(&folder, access, secrets, surroundings).await?;
                let depot = folder.depot()?;
                Ok(Box::new(dependencies::embedded::Embedded::new(desk, packages, depot, surroundings)))
            }
            Self::Server(remote, _) => {
                refuse_what_a_server_decides(access)?;
                if packages.is_some() {
                    return Err(decided_by_the_server("--packages"));
                }
                Ok(Box::new(dependencies::remote::Remote::new(*remote, surroundings.pace)))
            }
        }
    }

    /// Who watches environments there.
    pub(crate) async fn watcher(
        self,
        access: Access<'_>,
        secrets: &Secrets,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Watcher>, Stop> {
        match self {
            Self::Folder(folder, _) => {
                let desk = embedded(&folder, access, secrets, surroundings).await?;
                Ok(Box::new(environments::embedded::Embedded::new(desk)))
            }
            Self::Server(remote, _) => {
                refuse_what_a_server_decides(access)?;
                Ok(Box::new(environments::remote::Remote::new(*remote)))
            }
        }
    }

    /// Everything that a declared infrastructure needs there: what is done about environments is done for `file`.
    pub(crate) async fn everything(
        self,
        file: FileName,
        packages: Wanted<'_>,
        access: Access<'_>,
        secrets: &Secrets,
        surroundings: &Surroundings,
    ) -> Result<Everything, Stop> {
        match self {
            Self::Folder(folder, _) => {
                let packages = match packages {
                    Wanted::Nothing => None,
                    Wanted::From(given) => Some(dependencies::embedded::packages(given, surroundings)?),
                };
                let desk = embedded(&folder, access, secrets, surroundings).await?;
                let depot = folder.depot()?;
                let workshop = packages.map(|packages| {
                    dependencies::embedded::Embedded::new(desk.clone(), packages, depot, surroundings)
                });
                let watcher = environments::embedded::Embedded::new(desk.clone()).for_file(file);
                Ok(Everything {
                    desk: Box::new(desk),
                    workshop: workshop.map(|workshop| Box::new(workshop) as Box<dyn Workshop>),
                    watcher: Box::new(watcher),
                })
            }
            Self::Server(remote, _) => {
                refuse_what_a_server_decides(access)?;
                let pace = surroundings.pace;
                let workshop = match packages {
                    Wanted::From(Some(_)) => return Err(decided_by_the_server("--packages")),
                    Wanted::From(None) => Some(dependencies::remote::Remote::new((*remote).clone(), pace)),
                    Wanted::Nothing => None,
                };
                let watcher = environments::remote::Remote::new((*remote).clone()).for_file(file);
                Ok(Everything {
                    desk: remote,
                    workshop: workshop.map(|workshop| Box::new(workshop) as Box<dyn Workshop>),
                    watcher: Box::new(watcher),
                })
            }
        }
    }

    /// Whether somebody else works there too.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Server(..))
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

    /// A support report of what is known of an address there, without asking an environment.
    pub(crate) async fn report(
        &self,
        address: &EnvironmentAddress,
        now: Timestamp,
    ) -> Result<Result<Option<SupportDocument>, Refused>, Stop> {
        match self {
            Self::Folder(folder, _) if !folder.is_there() => Ok(Ok(None)),
            Self::Folder(folder, _) => report::embedded::made(folder, address, now).await,
            Self::Server(remote, _) => Ok(report::remote::made(remote, address).await),
        }
    }

    /// The command that does something about `host` there.
    pub(crate) fn command(&self, name: &str, host: &str) -> String {
        format!("ib {name} {host}{}", self.said())
    }

    /// What has to be said to find it again.
    pub(crate) fn said(&self) -> &str {
        match self {
            Self::Folder(_, said) | Self::Server(_, said) => said,
        }
    }
}

/// Whether dependencies are wanted, and from which folder of packages.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    Nothing,
    From(Option<&'a PathBuf>),
}

/// Who keeps set-ups, publishes and watches at one place.
pub(crate) struct Everything {
    pub(crate) desk: Box<dyn Desk>,
    /// `None` where no dependency is wanted.
    pub(crate) workshop: Option<Box<dyn Workshop>>,
    pub(crate) watcher: Box<dyn Watcher>,
}

/// How environments are reached, and under which rules.
#[derive(Clone, Copy)]
pub(crate) struct Access<'a> {
    pub(crate) network: &'a NetworkArguments,
    pub(crate) login: &'a LoginArguments,
    pub(crate) accept_unverified: bool,
}

async fn embedded(
    folder: &Folder,
    access: Access<'_>,
    secrets: &Secrets,
    surroundings: &Surroundings,
) -> Result<Embedded, Stop> {
    let means = Means {
        connect: Arc::new(client::client(access.network, surroundings)?),
        lifetime: client::lifetime(access.login.lifetime.as_ref(), secrets.token.as_ref())?,
        accept_unverified: access.accept_unverified,
        clock: Arc::clone(&surroundings.clock),
    };
    Embedded::open(folder, means).await
}

/// A server reaches environments its own way, under its operator's rules.
fn refuse_what_a_server_decides(access: Access<'_>) -> Result<(), Stop> {
    let Access { network, login, accept_unverified } = access;
    let given = [
        ("--accept-unverified", accept_unverified),
        ("--lifetime", login.lifetime.is_some()),
        ("--connect-to", !network.connect_to.is_empty()),
        ("--allow-private", !network.allow_private.is_empty()),
        ("--proxy", network.proxy.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(decided_by_the_server(name)),
        None => Ok(()),
    }
}

fn decided_by_the_server(name: &str) -> Stop {
    Stop::usage(format!(
        "{name} cannot be given to a server, whose operator decides on it; leave out {name} or --server"
    ))
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

/// The exit code with that number, as a document names it.
pub(crate) fn exit(code: u8) -> Exit {
    let named = Exit::ALL.iter().find(|exit| exit.code() == code);
    named.copied().unwrap_or(Exit::CouldNotTell)
}

/// A word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:\\".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
