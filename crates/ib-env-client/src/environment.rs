//! One environment, as something that can be asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use ib_domain::address::EnvironmentAddress;
use ib_domain::finding::Finding;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::version::VersionReading;

use crate::{Credentials, Introduced, Introduction, LifeTime, Obstacle, Package, Token};

/// Leads from an address to something that can be asked. The HTTP client is one.
pub trait Connect: Send + Sync {
    /// The environment at `address`. Nothing is sent yet.
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment>;

    /// The LifeTime at `address`, asked with a service account's `token`. Nothing is sent yet.
    fn lifetime(&self, address: EnvironmentAddress, token: Token) -> Arc<dyn LifeTime>;
}

/// What is known about an environment without credentials.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Diagnosis {
    /// One finding per layer that was reached, in order; the last one may be an obstacle.
    pub findings: Vec<Finding>,
    /// Whether it was recognised as an OutSystems environment that lets this service in.
    pub recognised: bool,
    /// Whether it answered as LifeTime does; `None` where that was left open.
    pub is_lifetime: Option<bool>,
    /// Its Platform Server version, where the environment was recognised.
    pub version: Option<VersionReading>,
    /// Its serial number, which tells one environment from another. Not for logs.
    pub serial: Option<String>,
    /// The other host names that the certificate is literally issued for under which it told the serial
    /// number: verified, wildcards left out, each with the port that was asked; the name that was asked is not
    /// among them. It proves that whoever asked for the certificate controls these names too, because the
    /// authority checked them. At most 64.
    pub names: BTreeSet<EnvironmentAddress>,
    /// Who checks passwords there, where it was told.
    pub identity_provider: Option<IdentityProvider>,
}

/// Who checks the passwords of IT users (`it-user-permissions.md` 7).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityProvider {
    /// The platform itself.
    BuiltIn,
    /// An external one, by the key that the platform gives it.
    External(String),
}

/// An application as the environment lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Application {
    /// Its key, a GUID.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its description; a dependency's holds its version (`service-center-soap.md` 4.2).
    pub description: String,
}

/// The key of a module, a GUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModuleKey(pub String);

/// A module as the environment lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Module {
    /// Its key.
    pub key: ModuleKey,
    /// Its name.
    pub name: String,
    /// `eSpace` or `Extension`.
    pub kind: String,
    /// What is the matter with it: 6 is outdated references, 13 is not published since the last
    /// platform upgrade, nothing is consistent.
    pub status_ids: Vec<i64>,
}

impl Module {
    /// A module with nothing the matter.
    pub fn new(key: ModuleKey, name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { key, name: name.into(), kind: kind.into(), status_ids: Vec::new() }
    }
}

/// Takes modules over one at a time, so that a long list is never held as a whole. Every closure that
/// takes a [`Module`] is one.
pub trait ModuleSink: Send {
    /// Takes one module over.
    fn take(&mut self, module: Module);
}

impl<F: FnMut(Module) + Send> ModuleSink for F {
    fn take(&mut self, module: Module) {
        self(module);
    }
}

/// The versions of one module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModuleVersions {
    /// The numbers of all versions.
    pub versions: Vec<i64>,
    /// The one that is published.
    pub published: Option<i64>,
}

/// The environment's own number for a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublishId(pub i64);

/// How grave a publication message is. A value that is not known is information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// For information.
    Info,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// The end of step 1: validated, and nothing deployed yet.
    PublishStop,
}

/// What an environment says about a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicationMessage {
    /// Its number within the publication, where there is one.
    pub id: Option<i64>,
    /// How grave it is.
    pub kind: MessageKind,
    /// What it says. Untrusted text.
    pub message: String,
    /// More of it. Untrusted text.
    pub detail: String,
}

impl PublicationMessage {
    /// A message with nothing more to say.
    pub fn new(id: Option<i64>, kind: MessageKind, message: impl Into<String>) -> Self {
        Self { id, kind, message: message.into(), detail: String::new() }
    }
}

/// How a publication began.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Started {
    /// The environment works on it.
    Running(PublishId, Vec<PublicationMessage>),
    /// It was not taken on, for the reasons given.
    NotStarted(Vec<PublicationMessage>),
}

/// What happened in a publication since it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessagePage {
    /// The new messages.
    pub messages: Vec<PublicationMessage>,
    /// The number to ask on from.
    pub last_id: i64,
    /// Whether the publication has ended.
    pub finished: bool,
}

impl MessagePage {
    /// What is new, the number to ask on from, and whether the publication has ended.
    pub const fn new(messages: Vec<PublicationMessage>, last_id: i64, finished: bool) -> Self {
        Self { messages, last_id, finished }
    }
}

/// One environment. Every method that takes credentials sends them once, and only to the host that
/// was judged, connected and verified.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Environment: Send + Sync {
    /// The address that is asked.
    fn address(&self) -> &EnvironmentAddress;

    /// Looks at the environment layer by layer, without credentials. Never fails: what stands in the
    /// way is the last finding.
    async fn diagnose(&self) -> Diagnosis;

    /// Has the environment check the credentials, with positive proof (`service-center-soap.md` 4.4).
    /// One attempt: a refused log-in is never repeated.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`], such as refused, locked or unproven.
    async fn log_in(&self, credentials: &Credentials) -> Result<(), Obstacle>;

    /// Asks the direct route for the user's own permissions (`it-user-permissions.md` 5); `None` where
    /// the environment does not offer it. The credentials must have been accepted before.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`], such as an answer that is not understood.
    async fn permissions(&self, credentials: &Credentials) -> Result<Option<DirectAnswer>, Obstacle>;

    /// Whether several database catalogs are in use (B12); `None` where the environment does not tell.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn has_several_catalogs(&self) -> Result<Option<bool>, Obstacle>;

    /// Lists the applications.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn applications(&self, credentials: &Credentials) -> Result<Vec<Application>, Obstacle>;

    /// Hands each module to `each`, one at a time; the list is never held as a whole.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn modules<'s>(
        &self,
        credentials: &Credentials,
        each: Box<dyn ModuleSink + 's>,
    ) -> Result<(), Obstacle>;

    /// The versions of one module; `None` where there is no such module.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn module_versions(
        &self,
        credentials: &Credentials,
        module: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle>;

    /// Hands a package over for publication, in two steps or in one. It is sent once, piece by piece.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way. Whether the environment took the package is then not
    /// known, unless the package [could not be read](ib_domain::reason::Reason::PackageUnreadable): then it did
    /// not.
    async fn publish(
        &self,
        credentials: &Credentials,
        package: Package,
        two_step: bool,
    ) -> Result<Started, Obstacle>;

    /// Publishes modules that are in the environment already, after a dependency changed.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn republish(
        &self,
        credentials: &Credentials,
        name: &str,
        modules: &[Module],
        two_step: bool,
    ) -> Result<Started, Obstacle>;

    /// What a publication said after the message `after`: at most 1,000 messages, the rest when asked again,
    /// each text at most 4,000 characters long.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way; asking again with the same `after` is safe.
    async fn publish_messages(
        &self,
        credentials: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle>;

    /// Lets a validated publication go on to step 2.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn publish_continue(
        &self,
        credentials: &Credentials,
        publication: PublishId,
    ) -> Result<(), Obstacle>;

    /// Ends a validated publication without deploying anything.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way.
    async fn publish_abort(&self, credentials: &Credentials, publication: PublishId) -> Result<(), Obstacle>;

    /// Introduces this service to the environment's Integration Manager, without credentials. It is sent once.
    ///
    /// # Errors
    ///
    /// The [`Obstacle`] that stood in the way, such as that there is
    /// [no Integration Manager](ib_domain::reason::Reason::ManagerAbsent).
    async fn introduce(&self, introduction: &Introduction) -> Result<Introduced, Obstacle>;
}
