//! Set-ups that a server keeps and works on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ib_api::client::{Client, ClientError, ServerUrl};
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::DisclaimerDocument;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use secrecy::SecretString;

use super::clean::cleaned;
use super::desk::{Act, Desk, Entry, Refused};
use super::flow::is_of;
use super::sessions::Sessions;
use crate::asking::client::authority;
use crate::stop::{Stop, file_name};

/// A server, and the session there. Clones share it.
#[derive(Clone)]
pub(crate) struct Remote {
    server: ServerUrl,
    /// Without a session.
    client: Client,
    sessions: Sessions,
    token: Arc<Mutex<Option<SecretString>>>,
}

impl Remote {
    /// The server at `url`, with the session that is kept for it.
    pub(crate) fn open(url: &str, authorities: &[PathBuf], sessions: Sessions) -> Result<Self, Stop> {
        let server = ServerUrl::parse(url).map_err(|error| Stop::usage(format!("--server: {error}")))?;
        let read = authorities.iter().map(authority).collect::<Result<Vec<_>, _>>()?;
        let client = Client::new(server.clone(), &read).map_err(|error| match error {
            ClientError::Authority { number } => Stop::usage(format!(
                "{} holds no certificate in PEM form that can be read; give another file to --ca",
                authorities.get(number - 1).map(|path| file_name(path)).unwrap_or_default()
            )),
            error => Stop::broken("the HTTP client cannot be made", &error),
        })?;
        let token = Arc::new(Mutex::new(sessions.token(&server)?));
        Ok(Self { server, client, sessions, token })
    }

    /// The server's address.
    pub(crate) fn address(&self) -> &str {
        self.server.as_str()
    }

    /// What is known there of an address. No session is begun for it.
    pub(crate) async fn look(&self, address: &EnvironmentAddress) -> Result<Option<SetupDocument>, Refused> {
        let Some(client) = self.in_session() else { return Ok(None) };
        let setups = self.taken(client.setups().await)?;
        Ok(setups.into_iter().find(|document| is_at(document, address)))
    }

    /// Ends the session, and forgets it even where the server no longer knows it. `false` where there was none.
    pub(crate) async fn end(&self) -> Result<Result<bool, Refused>, Stop> {
        let Some(client) = self.in_session() else { return Ok(Ok(false)) };
        match client.end_session().await {
            Err(ClientError::Problem(problem)) if problem.is(ProblemKind::NoSession) => {}
            Err(error) => return Ok(Err(self.refused(error))),
            Ok(()) => {}
        }
        self.sessions.forget(&self.server)?;
        Ok(Ok(true))
    }

    pub(crate) fn in_session(&self) -> Option<Client> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        token.map(|token| self.client.clone().with_token(token))
    }

    /// The client in a session, which is begun where there is none.
    pub(crate) async fn session(&self) -> Result<Client, Refused> {
        if let Some(client) = self.in_session() {
            return Ok(client);
        }
        let session = self.client.begin_session().await.map_err(|error| self.refused(error))?;
        let token = SecretString::from(session.token);
        self.sessions.keep(&self.server, &token).map_err(|stop| unavailable(stop.to_string()))?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(self.client.clone().with_token(token))
    }

    /// What the server answered, harmless to show.
    pub(crate) fn taken<T>(&self, answer: Result<T, ClientError>) -> Result<T, Refused>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        cleaned(answer.map_err(|error| self.refused(error))?)
    }

    pub(crate) fn refused(&self, error: ClientError) -> Refused {
        match error {
            ClientError::Problem(problem) => match cleaned(*problem) {
                Ok(problem) => Box::new(problem),
                Err(problem) => problem,
            },
            error => {
                let error = harmless(&error.to_string(), REMOTE_TEXT_LIMIT);
                unavailable(format!("{}: {error}. Nothing more was sent.", self.address()))
            }
        }
    }
}

#[async_trait]
impl Desk for Remote {
    async fn find(&self, address: &EnvironmentAddress) -> Result<Option<SetupDocument>, Refused> {
        self.look(address).await
    }

    async fn entry(&self, address: &EnvironmentAddress, username: Option<&str>) -> Result<Entry, Refused> {
        let Some(client) = self.in_session() else { return Ok(Entry::LogIn) };
        let setups = self.taken(client.setups().await)?;
        let mut known = setups.into_iter().filter(|document| {
            document.infrastructure.is_some() && is_at(document, address) && is_of(document, username)
        });
        Ok(known.next().map_or(Entry::LogIn, |document| Entry::Through(Box::new(document))))
    }

    async fn begin(&self) -> Result<SetupDocument, Refused> {
        let document = self.session().await?.begin_setup().await;
        self.taken(document)
    }

    async fn act(&self, id: &str, act: Act<'_>) -> Result<SetupDocument, Refused> {
        let client = self.session().await?;
        let document = match act {
            Act::Address(address) => client.enter_address(id, address.typed()).await,
            Act::LogIn { username, password } => client.log_in(id, username, password).await,
            Act::Welcome => client.choose_set_up(id).await,
            Act::Disclaimer(version) => client.accept_disclaimer(id, version).await,
            Act::Check => client.check_again(id).await,
            Act::Code(code) => client.enter_code(id, code).await,
        };
        self.taken(document)
    }

    async fn settled(&self, id: &str) -> Result<SetupDocument, Refused> {
        let client = self.session().await?;
        let mut id = id.to_owned();
        loop {
            let document = self.taken(client.setup(&id).await)?;
            if !document.is_running() {
                return Ok(document);
            }
            id = document.id;
        }
    }

    async fn disclaimer(&self) -> Result<DisclaimerDocument, Refused> {
        self.client.disclaimer().await.map_err(|error| self.refused(error))
    }

    async fn renew(&self) -> Result<(), Refused> {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.session().await.map(drop)
    }
}

fn unavailable(detail: String) -> Refused {
    Box::new(Problem::new(ProblemKind::Unavailable, detail))
}

/// Whether a set-up is about an address.
fn is_at(document: &SetupDocument, address: &EnvironmentAddress) -> bool {
    let named = document.environment.as_ref().map(|environment| environment.address.as_str());
    let named = named.unwrap_or(&document.typed.address);
    EnvironmentAddress::parse(named).as_ref() == Ok(address)
}
