//! What environments' Integration Managers ask of this service: proofs, configurations, reports.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ib_domain::environment::EnvironmentName;
use ib_domain::integration::{IntegrationKind, IntegrationName};

use super::{Environments, EnvironmentsError};
use crate::environment::{Command, ManagerVersion, ProofRefusal, Report, State, View, decide};
use crate::history;
use crate::id::{HistoryId, SetupId};
use crate::link::{
    Authorization, Challenge, LinkId, LinkKeyId, LinkKeys, LinkSecret, NONCE_LIMIT, SignedRequest,
    is_in_time, verify,
};
use crate::ports::StoreError;
use crate::publication;
use crate::publications::PublicationsError;
use crate::setup::SetupError;

/// Why an Integration Manager is not answered.
///
/// The message tells nothing that could be probed for; the source says what was wrong, and is for the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It is no proof: 403 on the wire, whatever was wrong.
    #[error("the proof was refused")]
    Refused(#[source] ProofRefusal),
    /// It is not signed: 401 on the wire, whatever was wrong.
    #[error("the request is not signed as it should be")]
    Unsigned(#[source] SignatureRefusal),
    /// It says something else than a moment ago.
    #[error("the last report is too young")]
    TooSoon,
    /// What lies behind it failed.
    #[error(transparent)]
    Environments(#[from] EnvironmentsError),
    /// The integrations could not be read.
    #[error(transparent)]
    Publications(#[from] PublicationsError),
}

impl From<StoreError> for LinkError {
    fn from(error: StoreError) -> Self {
        Self::Environments(error.into())
    }
}

/// Why a request counts as not signed. For the log: whoever sent it hears nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureRefusal {
    /// The header cannot be read.
    #[error("the Authorization header has another form")]
    Header,
    /// There is no such link, or this service links to nobody.
    #[error("the link is not known")]
    Unknown,
    /// The time is too far from this service's.
    #[error("the time is too far off")]
    Time,
    /// The secret does not hold, or not any more.
    #[error("the generation does not hold")]
    Generation,
    /// The signature is another one.
    #[error("the signature is wrong")]
    Signature,
    /// The nonce was taken before.
    #[error("the nonce was taken before")]
    Replay,
}

/// How long after a report another one has to wait that says something else.
pub const REPORT_PAUSE: Duration = Duration::from_secs(10);

/// What an environment proves by.
#[derive(Debug, Clone, Copy)]
pub struct LinkProof<'a> {
    /// The challenge, as it was sent.
    pub challenge: &'a str,
    /// The version of Integration Manager, as it was sent.
    pub version: &'a str,
    /// The address that it came from, where that is known: evidence, never identity.
    pub from: Option<IpAddr>,
}

/// A secret that was just issued. It is told in one answer, and goes nowhere else.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedSecret {
    /// The secret.
    pub secret: LinkSecret,
    /// Its generation.
    pub generation: u32,
}

/// An environment's Integration Manager whose request [is signed](Environments::authorise). There is no other way to
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkCaller(LinkId);

impl LinkCaller {
    /// The link that the request is signed for.
    pub const fn link(self) -> LinkId {
        self.0
    }
}

/// What an Integration Manager is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkConfiguration {
    /// What the environment is called.
    pub environment: EnvironmentName,
    /// The integrations of the infrastructure, as far as they are known, each with the system that it leads to where
    /// somebody said so.
    pub integrations: Vec<(IntegrationName, Option<IntegrationKind>)>,
    /// How often it is to report.
    pub report_every: Duration,
}

type Result<T> = std::result::Result<T, LinkError>;

impl Environments {
    /// Links to the environments' Integration Managers, with challenges and secrets from `keys`. Without it, nobody is
    /// introduced to, and nothing is proved.
    ///
    /// It belongs where this service can be called: the environments call it back.
    #[must_use]
    pub fn linking(self, keys: Arc<dyn LinkKeys>) -> Self {
        Self { links: Some(keys), ..self }
    }

    /// An environment proves that it was introduced to this service. The first right proof uses the challenge up; at
    /// the same time one wins.
    ///
    /// # Errors
    ///
    /// [`LinkError::Refused`], [`LinkError::Environments`].
    pub async fn prove(&self, link: &str, proof: LinkProof<'_>) -> Result<IssuedSecret> {
        let keys = self.keys().ok_or(LinkError::Refused(ProofRefusal::Unknown))?;
        let link: LinkId = link.parse().map_err(|_| LinkError::Refused(ProofRefusal::Unknown))?;
        loop {
            let (state, sequence) = self.load(link.infrastructure()).await?;
            let (turn, key) = state.challenge(link.number(), self.now()).map_err(LinkError::Refused)?;
            let is_right = is_right(&**keys, link, (turn, key), proof.challenge);
            let command = if is_right {
                let version = ManagerVersion::new(proof.version);
                let (number, key) = (link.number(), keys.current());
                Command::Proved { number, turn, key, version, from: proof.from }
            } else {
                Command::ProofRefused(link.number(), turn)
            };
            match self.append_link(link, (state, sequence), command).await {
                Ok(Some(state)) if is_right => return issued(&**keys, link, &state),
                Ok(None) if is_right => return Err(LinkError::Refused(ProofRefusal::Late)),
                Ok(_) => return Err(LinkError::Refused(ProofRefusal::Wrong)),
                Err(EnvironmentsError::Setup(SetupError::Store(StoreError::Conflict))) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whose request it is, by its signature. The first one with the newest secret makes the one before void.
    ///
    /// # Errors
    ///
    /// [`LinkError::Unsigned`], [`LinkError::Environments`].
    pub async fn authorise(
        &self,
        link: &str,
        request: &SignedRequest<'_>,
        authorization: &str,
    ) -> Result<LinkCaller> {
        let now = self.now();
        let keys = self.keys().ok_or(LinkError::Unsigned(SignatureRefusal::Unknown))?;
        let link: LinkId = link.parse().map_err(|_| LinkError::Unsigned(SignatureRefusal::Unknown))?;
        let signed: Authorization =
            authorization.parse().map_err(|_| LinkError::Unsigned(SignatureRefusal::Header))?;
        if !is_in_time(signed.time, now) {
            return Err(LinkError::Unsigned(SignatureRefusal::Time));
        }
        let (state, _) = self.load(link.infrastructure()).await?;
        let key = state.link_key(link.number(), signed.generation);
        let secret = key.and_then(|key| keys.secret(key, link, signed.generation).ok());
        let secret = secret.ok_or(LinkError::Unsigned(SignatureRefusal::Generation))?;
        if !verify(&secret, request, &signed) {
            return Err(LinkError::Unsigned(SignatureRefusal::Signature));
        }
        self.take_nonce(link, &signed).await?;
        let command = Command::Signed(link.number(), signed.generation);
        self.record(link.infrastructure(), command, None).await?;
        Ok(LinkCaller(link))
    }

    /// What an Integration Manager is to know.
    ///
    /// # Errors
    ///
    /// [`LinkError::Unsigned`] where the environment was removed since, [`LinkError::Environments`],
    /// [`LinkError::Publications`].
    pub async fn configuration(&self, caller: LinkCaller) -> Result<LinkConfiguration> {
        let infrastructure = caller.0.infrastructure();
        let (state, _) = self.load(infrastructure).await?;
        let environment = state.name_of(caller.0.number()).cloned();
        let environment = environment.ok_or(LinkError::Unsigned(SignatureRefusal::Unknown))?;
        let (store, history) = (&*self.setup.ports.store, HistoryId::Publications(infrastructure));
        let published = match store.load(history).await? {
            Some(kept) => {
                history::restore::<publication::State, PublicationsError>(store, history, &kept).await?.0
            }
            None => publication::State::default(),
        };
        let integrations = published.survey().map(|survey| &survey.integrations).into_iter().flatten();
        let kind = |name| published.upload(name).map(|upload| upload.package.kind);
        let integrations = integrations.map(|known| (known.name.clone(), kind(&known.name))).collect();
        Ok(LinkConfiguration { environment, integrations, report_every: self.every })
    }

    /// An Integration Manager reports. What says nothing new only shows that the report is current; something new is
    /// taken [once in a while](REPORT_PAUSE), so that nobody fills a history.
    ///
    /// # Errors
    ///
    /// [`LinkError::TooSoon`], [`LinkError::Environments`].
    pub async fn report(&self, caller: LinkCaller, report: Report) -> Result<()> {
        let (state, _) = self.load(caller.0.infrastructure()).await?;
        let is_new = |since: crate::time::Timestamp| since.plus(REPORT_PAUSE) > self.now();
        if state.reported(caller.0.number(), &report).is_some_and(is_new) {
            return Err(LinkError::TooSoon);
        }
        let command = Command::Reported(caller.0.number(), report);
        self.record(caller.0.infrastructure(), command, None).await?;
        Ok(())
    }

    /// A person wants an environment's Integration Manager to have a new secret. The one before holds until the new
    /// one is used.
    ///
    /// # Errors
    ///
    /// [`EnvironmentsError`]; [`Rejection::NoSuchEnvironment`](crate::environment::Rejection::NoSuchEnvironment),
    /// [`Rejection::NotLinked`](crate::environment::Rejection::NotLinked).
    pub async fn rotate(
        &self,
        setup: SetupId,
        name: EnvironmentName,
    ) -> std::result::Result<View, EnvironmentsError> {
        self.command(setup, |by| Command::RotateSecret { name, by }).await
    }

    const fn keys(&self) -> Option<&Arc<dyn LinkKeys>> {
        self.links.as_ref()
    }

    /// A nonce is taken once. It is looked at last, so that only whoever knows the secret leaves anything behind.
    async fn take_nonce(&self, link: LinkId, signed: &Authorization) -> Result<()> {
        let now = self.now();
        let key = format!("link:{link}:{}", signed.nonce);
        match self.setup.ports.shelf.put(&key, None, "", now.plus(NONCE_LIMIT), now).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict) => Err(LinkError::Unsigned(SignatureRefusal::Replay)),
            Err(error) => Err(error.into()),
        }
    }

    /// Decides on a command that was thought of in `state`, and records what follows from it there alone; `None`
    /// where nothing does.
    async fn append_link(
        &self,
        link: LinkId,
        (state, sequence): (State, usize),
        command: Command,
    ) -> std::result::Result<Option<State>, EnvironmentsError> {
        let ground = self.ground(link.infrastructure()).await?;
        let events = decide(&state, command, &ground, self.now())?;
        if events.is_empty() {
            return Ok(None);
        }
        self.append(link.infrastructure(), sequence, state, &events, None).await.map(Some)
    }
}

fn is_right(keys: &dyn LinkKeys, link: LinkId, (turn, key): (u32, LinkKeyId), challenge: &str) -> bool {
    match (keys.challenge(key, link, turn), challenge.parse::<Challenge>()) {
        (Ok(right), Ok(given)) => right.is_same(&given),
        _ => false,
    }
}

/// The secret that a proof just brought.
fn issued(keys: &dyn LinkKeys, link: LinkId, state: &State) -> Result<IssuedSecret> {
    let refused = || LinkError::Refused(ProofRefusal::Late);
    let (generation, key) = state.issued(link.number()).ok_or_else(refused)?;
    let secret = keys.secret(key, link, generation).map_err(|_| refused())?;
    Ok(IssuedSecret { secret, generation })
}
