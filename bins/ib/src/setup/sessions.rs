//! The sessions at servers, in a file for its owner alone.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;

use ib_api::client::ServerUrl;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::folder::{Kind, make_private, usual};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Where the sessions are kept.
#[derive(Debug, Clone)]
pub(crate) struct Sessions(PathBuf);

/// The file.
#[derive(Default, Serialize, Deserialize)]
struct File {
    #[serde(default)]
    servers: BTreeMap<String, Session>,
}

#[derive(Serialize, Deserialize)]
struct Session {
    token: String,
}

impl Sessions {
    /// The file in the usual place for a user's settings.
    pub(crate) fn of(surroundings: &Surroundings) -> Result<Self, Stop> {
        let folder = usual(Kind::Settings, surroundings).ok_or_else(|| {
            Stop::usage("there is no usual place for settings here; set HOME or XDG_CONFIG_HOME")
        })?;
        Ok(Self(folder.join("servers.toml")))
    }

    /// The token of the session at a server.
    pub(crate) fn token(&self, server: &ServerUrl) -> Result<Option<SecretString>, Stop> {
        Ok(self.read()?.servers.remove(server.as_str()).map(|session| session.token.into()))
    }

    /// Keeps a token, in place of an earlier one.
    pub(crate) fn keep(&self, server: &ServerUrl, token: &SecretString) -> Result<(), Stop> {
        let mut file = self.read()?;
        let session = Session { token: token.expose_secret().to_owned() };
        file.servers.insert(server.as_str().to_owned(), session);
        self.write(&file)
    }

    /// Forgets the token of a server.
    pub(crate) fn forget(&self, server: &ServerUrl) -> Result<(), Stop> {
        let mut file = self.read()?;
        file.servers.remove(server.as_str());
        self.write(&file)
    }

    fn read(&self) -> Result<File, Stop> {
        let text = match std::fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(File::default()),
            Err(error) => return Err(Stop::unreadable(&self.0, &error)),
        };
        // What is wrong is not repeated: it could be a token.
        toml::from_str(&text)
            .map_err(|_| Stop::usage(format!("{} is damaged; remove it and log in again", self.0.display())))
    }

    /// Written beside it first, so that a crash leaves the old or the new file, and never half of one.
    fn write(&self, file: &File) -> Result<(), Stop> {
        let failed = |error: &dyn std::fmt::Display| {
            Stop::usage(format!("{} cannot be written ({error}); check its folder", self.0.display()))
        };
        let text = SecretString::from(toml::to_string(file).map_err(|error| failed(&error))?);
        let folder = self.0.parent().unwrap_or(&self.0);
        make_private(folder)?;
        let mut beside = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        beside.write_all(text.expose_secret().as_bytes()).map_err(|error| failed(&error))?;
        beside.as_file().sync_all().map_err(|error| failed(&error))?;
        beside.persist(&self.0).map(drop).map_err(|error| failed(&error.error))
    }
}
