//! Calls to Service Center's services that list things.

use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::reason::Reason;

use super::dialect::{Dialect, Method};
use super::environment::HttpEnvironment;
use super::page::Page;
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
        if !reply.status.is_success() || reply.content_type.contains("html") {
            return Ok(None);
        }
        let mut xml = Xml::new(reply.body);
        reply.deadline.read(async { Schema::read(&mut xml).await }).await.map(Some)
    }
}

impl HttpEnvironment {
    /// How this environment calls its parameters; asked once.
    pub(super) async fn dialect(&self) -> Result<&Dialect, Obstacle> {
        self.dialect
            .get_or_try_init(|| async {
                match self.transport.schema(&self.address, Service::PlatformServices).await? {
                    None => Ok(Dialect::reference()),
                    Some(schema) => Dialect::bind(&schema).map_err(|unknown| {
                        Obstacle::new(Reason::UnknownDialect).observed(unknown.to_string())
                    }),
                }
            })
            .await
    }

    /// Makes one call of a method on behalf of a user, whose name and password are its first inputs.
    pub(super) async fn call(
        &self,
        method: Method,
        credentials: &Credentials,
        inputs: &[&str],
        limit: Duration,
    ) -> Result<Result<Outputs, UnexpectedAnswer>, Obstacle> {
        let dialect = self.dialect().await?;
        let mut texts = vec![credentials.username(), credentials.password().expose()];
        texts.extend(inputs);
        let question = Question {
            service: Service::PlatformServices,
            method: method.name(),
            inputs: dialect.inputs(method, &texts),
            limit,
            max_bytes: self.transport.settings.limits.list_bytes,
        };
        Ok(outputs(self.transport.soap(&self.address, &question).await?))
    }

    /// The same inside the ordinary limit, when anything but outputs is an obstacle.
    pub(super) async fn ask(
        &self,
        method: Method,
        credentials: &Credentials,
        inputs: &[&str],
    ) -> Result<Outputs, Obstacle> {
        let limit = self.transport.settings.limits.request;
        self.call(method, credentials, inputs, limit).await?.map_err(unanswered)
    }

    pub(super) async fn list_applications(
        &self,
        credentials: &Credentials,
    ) -> Result<Vec<Application>, Obstacle> {
        let outputs = self.ask(Method::ApplicationsGet, credentials, &["true", "true"]).await?;
        let list = self.dialect().await?.output(Method::ApplicationsGet, 0);
        let mut applications = Vec::new();
        outputs
            .each(list, |item| {
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
        mut each: Box<dyn ModuleSink + '_>,
    ) -> Result<(), Obstacle> {
        let outputs = self.ask(Method::ModulesGet, credentials, &[]).await?;
        let list = self.dialect().await?.output(Method::ModulesGet, 0);
        outputs.each(list, |item| each.take(module(&item))).await
    }

    pub(super) async fn list_versions(
        &self,
        credentials: &Credentials,
        key: &ModuleKey,
    ) -> Result<Option<ModuleVersions>, Obstacle> {
        let response = self.ask(Method::ModuleGetVersions, credentials, &[&key.0]).await?.all().await?;
        let dialect = self.dialect().await?;
        let output = |position| dialect.output(Method::ModuleGetVersions, position);
        if response.number_of(output(2)).unwrap_or(0) != 0 {
            return Ok(None);
        }
        let versions = response
            .child(output(0))
            .map(|list| list.children.iter().filter_map(|version| version.number_of("Version")).collect());
        let published = response.number_of(output(1)).filter(|number| *number > 0);
        Ok(Some(ModuleVersions { versions: versions.unwrap_or_default(), published }))
    }
}

fn module(item: &Element) -> Module {
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
