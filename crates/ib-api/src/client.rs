//! A client of `/api/v1`, the service's own interface.
//!
//! It is for our own service alone and knows no address policy: environments are reached through
//! `ib-env-client`. Redirects are not followed, proxies that variables name are not used, and every answer is
//! bounded in time and size; a file may take as long as it takes, provided that it moves.
//!
//! ```no_run
//! use ib_api::client::{Client, ServerUrl};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(ServerUrl::parse("https://ib.example.com")?, &[])?;
//! let session = client.begin_session().await?;
//! let client = client.with_token(session.token.into());
//! let setup = client.begin_setup().await?;
//! println!("{}", setup.step);
//! # Ok(())
//! # }
//! ```

mod audit;
mod dependencies;
mod environments;
mod integrations;
mod trust;
mod url;
mod wire;

use ib_domain::declaration::FileName;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::wire::{bearer, done, http, http_of_files, read, unreachable};
use crate::problem::Problem;
use crate::request::{
    AcceptDisclaimer, DisclaimerDocument, EnterAddress, EnterCode, LogIn, SessionDocument, SetupList,
};
use crate::setup::SetupDocument;
use crate::support::SupportDocument;

pub use self::integrations::Download;
pub use self::url::{ServerUrl, ServerUrlError};

/// How long the service is asked to wait for news, in seconds.
const WAIT: u8 = 20;

/// Why the service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// It says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// It does not answer.
    #[error("the server does not answer: {0}")]
    Unreachable(String),
    /// Something else answers there, or another version of it.
    #[error("what answers there is not this service (HTTP {status}); check its address")]
    Foreign {
        /// The status of the answer.
        status: u16,
    },
    /// A certificate authority cannot be read; counted from 1.
    #[error("certificate authority {number} holds no certificate in PEM form that can be read")]
    Authority {
        /// Which one.
        number: usize,
    },
    /// The client cannot be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
}

/// Asks one service, in a session where it has one.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// For files, which may take long.
    files: reqwest::Client,
    server: ServerUrl,
    token: Option<SecretString>,
    /// The file that declares what is sent.
    file: Option<FileName>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("server", &self.server.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of `server`, which trusts the system's authorities and those in `authorities`, in PEM.
    ///
    /// # Errors
    ///
    /// [`ClientError::Authority`], [`ClientError::Client`].
    pub fn new(server: ServerUrl, authorities: &[Vec<u8>]) -> Result<Self, ClientError> {
        let config = trust::config(authorities)?;
        let (http, files) = (http(config.clone())?, http_of_files(config)?);
        Ok(Self { http, files, server, token: None, file: None })
    }

    /// The same client in a session.
    #[must_use]
    pub fn with_token(self, token: SecretString) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The same client for a file that declares environments and waivers: what it changes of them is changed for that
    /// file alone from then on, until the environment is [released](Self::release_environment).
    #[must_use]
    pub fn for_file(&self, file: &FileName) -> Self {
        Self { file: Some(file.clone()), ..self.clone() }
    }

    /// Begins a session.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as for every request.
    pub async fn begin_session(&self) -> Result<SessionDocument, ClientError> {
        self.json(Method::POST, "sessions", NOTHING).await
    }

    /// Ends the session.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn end_session(&self) -> Result<(), ClientError> {
        self.send(Method::DELETE, "sessions/current", NOTHING).await.map(drop)
    }

    /// The disclaimer.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn disclaimer(&self) -> Result<DisclaimerDocument, ClientError> {
        self.json(Method::GET, "disclaimer", NOTHING).await
    }

    /// Begins a set-up.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn begin_setup(&self) -> Result<SetupDocument, ClientError> {
        self.json(Method::POST, "setups", Some(&serde_json::json!({}))).await
    }

    /// The session's set-ups, the latest first.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn setups(&self) -> Result<Vec<SetupDocument>, ClientError> {
        self.json(Method::GET, "setups", NOTHING).await.map(|list: SetupList| list.setups)
    }

    /// Where a set-up stands, as soon as the open step is not running, or some seconds have passed. Its id may
    /// be another one: an earlier set-up of the same user goes on.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn setup(&self, id: &str) -> Result<SetupDocument, ClientError> {
        self.json(Method::GET, &format!("setups/{}?wait={WAIT}", plain(id)), NOTHING).await
    }

    /// A support report of a set-up and of what it leads to: redacted, to be handed on.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn report(&self, id: &str) -> Result<SupportDocument, ClientError> {
        self.json(Method::GET, &format!("setups/{}/report", plain(id)), NOTHING).await
    }

    /// A person enters the address.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn enter_address(&self, id: &str, address: &str) -> Result<SetupDocument, ClientError> {
        self.command(id, "address", &EnterAddress { address: address.to_owned() }).await
    }

    /// A person logs in: one request is at most one attempt.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn log_in(
        &self,
        id: &str,
        username: &str,
        password: &SecretString,
    ) -> Result<SetupDocument, ClientError> {
        let password = password.expose_secret().to_owned();
        self.command(id, "log-in", &LogIn { username: username.to_owned(), password }).await
    }

    /// A person goes on from the welcome page.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn choose_set_up(&self, id: &str) -> Result<SetupDocument, ClientError> {
        self.command(id, "welcome", &serde_json::json!({})).await
    }

    /// A person accepts the disclaimer in the version that they read.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn accept_disclaimer(&self, id: &str, version: &str) -> Result<SetupDocument, ClientError> {
        self.command(id, "disclaimer", &AcceptDisclaimer { version: version.to_owned() }).await
    }

    /// A person wants the check made again.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn check_again(&self, id: &str) -> Result<SetupDocument, ClientError> {
        self.command(id, "check", &serde_json::json!({})).await
    }

    /// A person enters the activation code.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn enter_code(&self, id: &str, code: &SecretString) -> Result<SetupDocument, ClientError> {
        self.command(id, "activation-code", &EnterCode { code: code.expose_secret().to_owned() }).await
    }

    async fn command(
        &self,
        id: &str,
        name: &str,
        body: &impl Serialize,
    ) -> Result<SetupDocument, ClientError> {
        self.json(Method::POST, &format!("setups/{}/{name}", plain(id)), Some(body)).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        let (status, bytes) = self.send(method, path, body).await?;
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Foreign { status })
    }

    /// Sends a request once, and reads the whole answer to one that was done.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(u16, Vec<u8>), ClientError> {
        let mut request = self.request(&self.http, method, path)?;
        if let Some(body) = body {
            let bytes = serde_json::to_vec(body).map_err(|error| ClientError::Client(error.to_string()))?;
            request = request.header(CONTENT_TYPE, "application/json").body(bytes);
        }
        let response = done(request.send().await.map_err(unreachable)?).await?;
        Ok((response.status().as_u16(), read(response).await?))
    }

    /// A request in the session, where there is one.
    fn request(
        &self,
        http: &reqwest::Client,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, ClientError> {
        let request = http.request(method, self.server.join(path));
        Ok(match &self.token {
            Some(token) => request.header(AUTHORIZATION, bearer(token)?),
            None => request,
        })
    }
}

/// A request without a body.
const NOTHING: Option<&()> = None;

/// An id as part of a path. Ids are hexadecimal; whatever else a server calls one cannot leave its place.
fn plain(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A name as one part of a path, whatever is in it.
fn segment(name: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    name.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_place() {
        assert_eq!(segment("integration-manager"), "integration-manager");
        assert_eq!(segment("Größe_1"), "Gr%C3%B6%C3%9Fe_1");
        assert_eq!(segment("../x?"), "%2E%2E%2Fx%3F");
    }
}
