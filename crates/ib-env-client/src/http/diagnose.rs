//! Looking at an environment layer by layer (`recognising-an-environment.md` 3).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check;
use ib_domain::finding::{Evidence, Finding, Outcome, Vantage};
use ib_domain::reason::Reason;
use ib_domain::version::{PlatformVersion, VersionReading};
use reqwest::StatusCode;

use super::environment::HttpEnvironment;
use super::findings::{Findings, first};
use super::page::Page;
use super::service_center::{
    PlatformInfo, UnexpectedAnswer, anonymous, identity_provider, outputs, platform_info, several_catalogs,
};
use super::soap::{Answer, Service};
use crate::Obstacle;
use crate::environment::{Diagnosis, IdentityProvider};
use crate::version::version_finding;

/// Namespace by which the WSDL of the version service is recognised.
const PLATFORM_NAMESPACE: &str = "http://ServiceCenter/OutSystemsPlatform/";
/// Any module's information; the name does not matter to Developer Cloud.
const MODULE_INFO: &str = "/OutSystemsUI/moduleservices/moduleinfo";
/// The end of an entry that only Developer Cloud's module information has.
const DEVELOPER_CLOUD_MARK: &str = "_RedirectLogin";
/// The LifeTime API's list of environments, which asks for a token.
const LIFETIME_PROBE: &str = "/lifetimeapi/rest/v2/environments/";

/// What answers under an environment's address.
enum Answers {
    /// The platform, and the other names of the certificate that it answered under.
    Platform(PlatformInfo, BTreeSet<EnvironmentAddress>),
    /// The platform, but its version service does not say what it should.
    VersionUnknown(String),
    Obstacle(Obstacle),
}

impl HttpEnvironment {
    /// All layers, without credentials.
    pub(super) async fn look(&self) -> Diagnosis {
        let mut findings = Findings::new(&self.transport);
        let mut diagnosis = Diagnosis::default();
        if let Some(route) = findings.route(&self.address).await {
            self.look_inside(route, &mut findings, &mut diagnosis).await;
        }
        diagnosis.findings = findings.all;
        diagnosis
    }

    async fn look_inside(&self, route: SocketAddr, findings: &mut Findings<'_>, diagnosis: &mut Diagnosis) {
        let first = first(&self.transport, route, || self.ask_platform_info()).await;
        let Some(answer) = findings.first_request(&self.address, first).await else { return };
        let begun = Instant::now();
        match self.recognise(answer).await {
            Answers::Obstacle(obstacle) => findings.obstacle(obstacle, begun.elapsed()),
            Answers::Platform(info, names) => {
                findings.recognised(begun.elapsed());
                diagnosis.serial = info.serial;
                diagnosis.names = names;
                self.look_closer(findings, diagnosis, PlatformVersion::read(&info.version)).await;
            }
            Answers::VersionUnknown(what) => {
                findings.recognised(begun.elapsed());
                self.look_closer(findings, diagnosis, PlatformVersion::read(&what)).await;
            }
        }
    }

    async fn ask_platform_info(&self) -> Result<Answer, Obstacle> {
        let limits = &self.transport.settings.limits;
        let limit = self.transport.first_limit(&self.address);
        let question = anonymous(Service::OutSystemsPlatform, "GetPlatformInfo", limit, limits.probe_bytes);
        self.transport.soap(&self.address, &question).await
    }

    /// From the first answer, or from further signs where that one is none.
    async fn recognise(&self, first: Answer) -> Answers {
        let page = match outputs(first) {
            Ok(mut outputs) => {
                let certificate = outputs.certificate.take();
                let names = certificate.map(|seen| seen.other_names(&self.address)).unwrap_or_default();
                return match outputs.all().await {
                    Ok(response) => Answers::Platform(platform_info(&response), names),
                    Err(obstacle) => Answers::Obstacle(obstacle),
                };
            }
            Err(UnexpectedAnswer::Fault(text)) => {
                return Answers::VersionUnknown(format!("fault: {text}"));
            }
            Err(UnexpectedAnswer::Page(page)) => page,
        };
        self.further_signs(page).await.unwrap_or_else(Answers::Obstacle)
    }

    /// The WSDL and the console's own page; then what else it may be.
    async fn further_signs(&self, first: Page) -> Result<Answers, Obstacle> {
        if first.says_closed {
            return Ok(Answers::Obstacle(Obstacle::new(Reason::ClosedToUs).observed(first.describe())));
        }
        let schema = self.transport.schema(&self.address, Service::OutSystemsPlatform).await.ok().flatten();
        if schema.is_some_and(|schema| schema.target_namespace == PLATFORM_NAMESPACE) {
            return Ok(Answers::VersionUnknown(first.describe()));
        }
        let console = self.transport.page(&self.address, "/ServiceCenter/").await?;
        let shut = |page: &Page| matches!(page.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if console.says_closed {
            return Ok(Answers::Obstacle(Obstacle::new(Reason::ClosedToUs).observed(console.describe())));
        }
        if console.status == StatusCode::OK && console.text.contains("Service Center") {
            return Ok(Answers::VersionUnknown(first.describe()));
        }
        if (shut(&first) || shut(&console)) && self.identity_component_answers().await {
            return Ok(Answers::Obstacle(Obstacle::new(Reason::ClosedToUs).observed(first.describe())));
        }
        Ok(Answers::Obstacle(self.something_else(&first, &console).await))
    }

    async fn identity_component_answers(&self) -> bool {
        let page = self.transport.page(&self.address, "/server.identity/v1/health").await;
        page.is_ok_and(|page| page.status == StatusCode::OK)
    }

    /// What it is, when it is no OutSystems 11 environment.
    async fn something_else(&self, first: &Page, console: &Page) -> Obstacle {
        if let Some(host) = first.elsewhere.as_ref().or(console.elsewhere.as_ref()) {
            return Obstacle::new(Reason::HttpRedirectsElsewhere).observed(host);
        }
        if first.status.is_server_error() {
            return Obstacle::new(Reason::HttpServerError).observed(first.describe());
        }
        let info = self.transport.page(&self.address, MODULE_INFO).await;
        if info.is_ok_and(|page| page.status == StatusCode::OK && page.text.contains(DEVELOPER_CLOUD_MARK)) {
            return Reason::OtherGeneration.into();
        }
        Obstacle::new(Reason::NotOutSystems).observed(first.describe())
    }

    /// Role, version and identity provider of a recognised environment.
    async fn look_closer(
        &self,
        findings: &mut Findings<'_>,
        diagnosis: &mut Diagnosis,
        version: VersionReading,
    ) {
        diagnosis.recognised = true;
        let begun = Instant::now();
        diagnosis.is_lifetime = self.asks_for_lifetime_token().await;
        if diagnosis.is_lifetime == Some(true) {
            // LifeTime has a version series of its own, to which no rule applies.
            findings.obstacle(Reason::IsLifeTime.into(), begun.elapsed());
            return;
        }
        let role =
            if diagnosis.is_lifetime.is_none() { "left open whether it is LifeTime" } else { "not LifeTime" };
        findings.passed(Check::EnvRole, Evidence::new().observed(role), begun.elapsed());
        findings.add(version_finding(&version, Vantage::Outbound, (self.transport.settings.clock)()));
        diagnosis.version = Some(version);
        let begun = Instant::now();
        diagnosis.identity_provider = self.ask_identity_provider().await;
        self.add_identity(findings, diagnosis.identity_provider.as_ref(), begun.elapsed());
        let begun = Instant::now();
        // A failure is no obstacle here: who publishes asks again.
        let catalogs = self.ask_catalogs().await.ok().flatten();
        self.add_catalogs(findings, catalogs, begun.elapsed());
    }

    fn add_catalogs(&self, findings: &mut Findings<'_>, several: Option<bool>, took: Duration) {
        match several {
            Some(true) => findings.obstacle(Reason::SeveralCatalogs.into(), took),
            Some(false) => findings.passed(Check::EnvCatalogs, Evidence::new().observed("one"), took),
            None => {
                let why = "the environment does not tell how many database catalogs it uses";
                let at = (self.transport.settings.clock)();
                findings.add(Finding::new(Check::EnvCatalogs, Outcome::NotApplicable { why }, at).took(took));
            }
        }
    }

    fn add_identity(&self, findings: &mut Findings<'_>, provider: Option<&IdentityProvider>, took: Duration) {
        match provider {
            Some(IdentityProvider::External(key)) => {
                findings.obstacle(Obstacle::new(Reason::ExternalIdentityProvider).observed(key), took);
            }
            Some(IdentityProvider::BuiltIn) => {
                findings.passed(Check::EnvIdentity, Evidence::new().observed("the platform itself"), took);
            }
            None => {
                let why = "the environment does not tell who checks passwords";
                let at = (self.transport.settings.clock)();
                findings.add(Finding::new(Check::EnvIdentity, Outcome::NotApplicable { why }, at).took(took));
            }
        }
        if let Some(provider) = provider {
            self.learn_identity_provider(provider.clone());
        }
    }

    /// Whether the LifeTime API is there and asks for a token; `None` leaves the question open.
    async fn asks_for_lifetime_token(&self) -> Option<bool> {
        let page = self.transport.page(&self.address, LIFETIME_PROBE).await.ok()?;
        match page.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !page.says_closed => Some(true),
            StatusCode::NOT_FOUND => Some(false),
            _ => None,
        }
    }

    /// Whether several database catalogs are in use; `None` where the environment does not tell.
    pub(super) async fn ask_catalogs(&self) -> Result<Option<bool>, Obstacle> {
        let limits = &self.transport.settings.limits;
        let question =
            anonymous(Service::PlatformServices, "Capabilities_Get", limits.request, limits.probe_bytes);
        match outputs(self.transport.soap(&self.address, &question).await?) {
            Ok(outputs) => Ok(several_catalogs(&outputs.all().await?)),
            Err(_) => Ok(None),
        }
    }

    /// Who checks passwords. A failure is no obstacle.
    async fn ask_identity_provider(&self) -> Option<IdentityProvider> {
        let limits = &self.transport.settings.limits;
        let question = anonymous(
            Service::PlatformServices,
            "ExternalAuthentication_IsActive",
            limits.request,
            limits.probe_bytes,
        );
        let answer = self.transport.soap(&self.address, &question).await.ok()?;
        identity_provider(&outputs(answer).ok()?.all().await.ok()?)
    }
}
