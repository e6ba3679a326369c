//! Calls to Service Center's services that list things.

use std::sync::Arc;
use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;

use super::dialect::{Dialect, Input, Method};
use super::environment::HttpEnvironment;
use super::page::{self, Page};
use super::soap::{Answer, FaultMeaning, Outputs, Question, Service};
use super::transport::{Call, Transport};
use super::wsdl::Schema;
use super::xml::{Element, Xml};
use crate::environment::{Application, IdentityProvider, Module, ModuleKey, ModuleSink, ModuleVersions};
use crate::{Credentials, Obstacle};

/// What `GetPlatformInfo` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlatformInfo {
    pub(super) version: String,
    pub(super) serial: Option<String>,
}

/// What came back in place of outputs, in the words of the catalogue, for a call after the log-in.
pub(super) fn unanswered(answer: UnexpectedAnswer) -> Obstacle {
    match answer {
        UnexpectedAnswer::Fault(text) => {
            let reason = match FaultMeaning::of(&text) {
                FaultMeaning::Locked => Reason::LoginLocked,
                FaultMeaning::BadCredentials => Reason::LoginRefused,
                FaultMeaning::Forbidden => Reason::LoginForbidden,
                FaultMeaning::Other => Reason::LoginTrouble,
            };
            Obstacle::new(reason).observed(text)
        }
        UnexpectedAnswer::Page(page) if page.says_closed => {
            Obstacle::new(Reason::ClosedToUs).observed(page.describe())
        }
        UnexpectedAnswer::Page(page) => Obstacle::new(Reason::LoginTrouble).observed(page.describe()),
    }
}

/// A fault or a page where outputs were due.
pub(super) enum UnexpectedAnswer {
    Fault(String),
    Page(Page),
}

/// Separates outputs from everything else.
pub(super) fn outputs(answer: Answer) -> Result<Outputs, UnexpectedAnswer> {
    match answer {
        Answer::Outputs(outputs) => Ok(outputs),
        Answer::Fault(text) => Err(UnexpectedAnswer::Fault(text)),
        Answer::Page(page) => Err(UnexpectedAnswer::Page(page)),
    }
}

/// A question without inputs.
pub(super) fn anonymous(
    service: Service,
    method: &'static str,
    limit: Duration,
    max_bytes: u64,
) -> Question<'static> {
    Question { service, method, inputs: Vec::new(), limit, max_bytes }
}

/// What an environment calls its version and serial.
pub(super) fn platform_info(response: &Element) -> PlatformInfo {
    let serial = response.text_of("Serial");
    PlatformInfo {
        version: response.text_of("Version").to_owned(),
        serial: (!serial.is_empty()).then(|| serial.to_owned()),
    }
}

/// Who checks passwords. The outputs are read by position: their names are not public.
pub(super) fn identity_provider(response: &Element) -> Option<IdentityProvider> {
    let active = boolean(&response.children.first()?.text)?;
    let key = response.children.get(1).map_or("", |child| child.text.trim());
    let key = if key.is_empty() { "no name given" } else { key };
    Some(if active { IdentityProvider::External(key.to_owned()) } else { IdentityProvider::BuiltIn })
}

/// The capability that tells of several database catalogs. The names of capabilities are not public: this one is the
/// project's choice, and where it is not told nothing is known.
const CATALOGS: &str = "MultipleDatabaseCatalogs";

/// Whether several database catalogs are in use. The list is the only output, of `Properties` with `Name` and
/// `Value` (`service-center-soap.md` 3).
pub(super) fn several_catalogs(response: &Element) -> Option<bool> {
    let properties = &response.children.first()?.children;
    let known = properties.iter().find(|property| property.text_of("Name").eq_ignore_ascii_case(CATALOGS))?;
    boolean(known.text_of("Value"))
}

/// `true`, `false`, `1` or `0`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        text => text.to_ascii_lowercase().parse().ok(),
    }
}

impl Transport {
    /// The schema of a service's WSDL; `None` where the environment does not give it.
    pub(super) async fn schema(
        &self,
        address: &EnvironmentAddress,
        service: Service,
    ) -> Result<Option<Schema>, Obstacle> {
        let path = format!("{}?WSDL", service.path());
        let limits = &self.settings.limits;
        let reply = self.send(address, Call::get(&path, limits.request, limits.wsdl_bytes)).await?;
        page::refuse_stand_ins(reply.status)?;
        if !reply.status.is_success() || reply.content_type.contains("html") {
            return Ok(None);
        }
        let mut xml = Xml::new(reply.body);
        reply.deadline.read(async { Schema::read(&mut xml).await }).await.map(Some)
    }
}

impl HttpEnvironment {
    /// How this environment calls its parameters; asked once in a while, whoever asks.
    pub(super) async fn dialect(&self) -> Result<Arc<Dialect>, Obstacle> {
        let read = async {
            match self.transport.schema(&self.address, Service::PlatformServices).await? {
                None => Ok(Dialect::reference()),
                Some(schema) => Dialect::bind(&schema)
                    .map_err(|unknown| Obstacle::new(Reason::UnknownDialect).observed(unknown.to_string())),
            }
        };
        self.learnt.dialect(self.now(), read).await
    }

    /// What a call of a method on behalf of a user says: user name and password are its first inputs.
    pub(super) fn question<'a>(
        &self,
        dialect: &'a Dialect,
        method: Method,
        credentials: &'a Credentials,
        inputs: &[Input<'a>],
        limit: Duration,
    ) -> Question<'a> {
        let mut all = vec![Input::Text(credentials.username()), Input::Text(credentials.password().expose())];
        all.extend(inputs);
        Question {
            service: Service::PlatformServices,
            method: method.name(),
            inputs: dialect.inputs(method, &all),
            limit,
            max_bytes: self.transport.settings.limits.list_bytes,
        }
    }

    /// Makes one call of a method on behalf of a user.
    pub(super) async fn call(
        &self,
        dialect: &Arc<Dialect>,
        method: Method,
        credentials: &Credentials,
        inputs: &[&str],
        limit: Duration,
    ) -> Result<Result<Outputs, UnexpectedAnswer>, Obstacle> {
        let inputs: Vec<_> = inputs.iter().copied().map(Input::Text).collect();
        let question = self.question(dialect, method, credentials, &inputs, limit);
        let answer = self.transport.soap(&self.address, &question).await?;
        Ok(self.heard(dialect, answer).await)
    }

    /// Separates outputs from everything else, which may come of an upgrade: one that renames parameters finds
    /// none of those it knows in a call, and takes the user for unknown.
    pub(super) async fn heard(
        &self,
        dialect: &Arc<Dialect>,
        answer: Answer,
    ) -> Result<Outputs, UnexpectedAnswer> {
        let answer = outputs(answer);
        if answer.is_err() {
            self.learnt.forget_dialect(dialect).await;
        }
        answer
    }

    /// The same inside the ordinary limit, when anything but outputs is an obstacle.
    pub(super) async fn ask(
        &self,
        dialect: &Arc<Dialect>,
        method: Method,
        credentials: &Credentials,
        inputs: &[&str],
    ) -> Result<Outputs, Obstacle> {
        let limit = self.transport.settings.limits.request;
        self.call(dialect, method, credentials, inputs, limit).await?.map_err(unanswered)
    }

    pub(super) async fn list_applications(
        &self,
        credentials: &Credentials,
    ) -> Result<Vec<Application>, Obstacle> {
        let dialect = self.dialect().await?;
        let outputs = self.ask(&dialect, Method::ApplicationsGet, credentials, &["true", "true"]).await?;
        let list = dialect.output(Method::ApplicationsGet, 0);
        let mut applications = Vec::new();
        outputs
            .each(list, &["Key", "Name", "Description"], |item| {
                applications.push(Application {
                    key: item.text_of("Key").to_owned(),
                    name: item.text_of("Name").to_owned(),
                    description: item.text_of("Description").to_owned(),
                });
            })
            .await?;
        Ok(applications)
    }

    pub(super) async fn list_modules(
        &self,
        credentials: &Credentials,
        each: Box<dyn ModuleSink + '_>,
    ) -> Result<(), Obstacle> {
        let dialect = self.dialect().await?;
        let outputs = self.ask(&dialect, Method::ModulesGet, credentials, &[]).await?;
        modules(outputs, dialect.output(Method::ModulesGet, 0), each).await
    }

    pub(super) async fn list_versions(
        &self,
        credentials: &Credentials,
        key: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        let dialect = self.dialect().await?;
        let asked = self.ask(&dialect, Method::ModuleGetVersions, credentials, &[&key.0]).await?;
        let response = asked.all().await?;
        let output = |position| dialect.output(Method::ModuleGetVersions, position);
        let error = response.number_of(output(2));
        if error.is_none() {
            self.learnt.forget_dialect(&dialect).await;
        }
        if error.unwrap_or(0) != 0 {
            return Ok(None);
        }
        let versions = response
            .child(output(0))
            .map(|list| list.children.iter().filter_map(|version| version.number_of("Version")).collect());
        let published = response.number_of(output(1)).filter(|number| *number > 0);
        Ok(Some(ModuleVersions { versions: versions.unwrap_or_default(), published }))
    }
}

/// Hands over the modules of the list `name`.
pub(super) async fn modules(
    outputs: Outputs,
    name: &str,
    mut each: Box<dyn ModuleSink + '_>,
) -> Result<(), Obstacle> {
    outputs.each(name, OF_A_MODULE, |item| each.take(module(item))).await.map(drop)
}

/// What [`module`] reads of one.
pub(super) const OF_A_MODULE: &[&str] = &["Key", "Name", "Kind", "StatusMessages"];

/// A module of the list.
pub(super) fn module(item: &Element) -> Module {
    let statuses = item.child("StatusMessages");
    Module {
        key: ModuleKey(item.text_of("Key").to_owned()),
        name: item.text_of("Name").to_owned(),
        kind: item.text_of("Kind").to_owned(),
        status_ids: statuses
            .map(|list| list.children.iter().filter_map(|status| status.number_of("Id")).collect())
            .unwrap_or_default(),
    }
}
