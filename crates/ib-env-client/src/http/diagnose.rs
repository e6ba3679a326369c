//! Looking at an environment layer by layer (`recognising-an-environment.md` 3).

use std::time::{Duration, Instant};

use backon::{ConstantBuilder, Retryable};
use ib_domain::check::Check;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::{Reason, Retry};
use ib_domain::version::{PlatformVersion, VersionReading, VersionVerdict, judge};
use reqwest::StatusCode;

use super::environment::HttpEnvironment;
use super::probe::Resolved;
use super::service_center::{PlatformInfo, anonymous, identity_provider, outputs, platform_info};
use super::soap::{Answer, Page, Service};
use super::transport::Transport;
use crate::Obstacle;
use crate::environment::{Diagnosis, IdentityProvider};

/// Namespace by which the WSDL of the version service is recognised.
const PLATFORM_NAMESPACE: &str = "http://ServiceCenter/OutSystemsPlatform/";
/// Any module's information; the name does not matter to Developer Cloud.
const MODULE_INFO: &str = "/OutSystemsUI/moduleservices/moduleinfo";
/// The end of an entry that only Developer Cloud's module information has.
const DEVELOPER_CLOUD_MARK: &str = "_RedirectLogin";
/// The LifeTime API's list of environments, which asks for a token.
const LIFETIME_PROBE: &str = "/lifetimeapi/rest/v2/environments/";

/// Findings of one host, made one after the other.
pub(super) struct Findings<'t> {
    transport: &'t Transport,
    pub(super) all: Vec<Finding>,
}

impl<'t> Findings<'t> {
    pub(super) const fn new(transport: &'t Transport) -> Self {
        Self { transport, all: Vec::new() }
    }

    fn add(&mut self, finding: Finding) {
        self.all.push(finding);
    }

    fn passed(&mut self, check: Check, evidence: Evidence, took: Duration) {
        let at = (self.transport.settings.clock)();
        self.add(Finding::new(check, Outcome::Passed, at).with(evidence).took(took));
    }

    pub(super) fn obstacle(&mut self, obstacle: Obstacle, took: Duration) {
        let at = (self.transport.settings.clock)();
        self.add(obstacle.finding(at).took(took));
    }

    /// The layers up to TCP. `None` where one of them is in the way.
    pub(super) async fn reach(&mut self, address: &ib_domain::address::EnvironmentAddress) -> Option<()> {
        let transport = self.transport;
        let resolved = self.step(Check::NetName, transport.resolve(address), described).await?;
        let route = self
            .step(Check::NetPolicy, async { transport.judge(address, &resolved) }, |route| {
                let text = match resolved {
                    Resolved::Mapped(_) => "allowed, as mapped",
                    Resolved::Addresses(_) => "allowed",
                };
                Evidence::new().observed(text).address(route.ip())
            })
            .await?;
        self.step(Check::NetTcp, transport.connect(address, route), |()| {
            Evidence::new().observed(format!("port {} accepts connections", route.port())).address(route.ip())
        })
        .await
    }

    /// Makes one layer's finding.
    async fn step<T>(
        &mut self,
        check: Check,
        work: impl Future<Output = Result<T, Obstacle>>,
        evidence: impl FnOnce(&T) -> Evidence,
    ) -> Option<T> {
        let begun = Instant::now();
        match work.await {
            Ok(value) => {
                self.passed(check, evidence(&value), begun.elapsed());
                Some(value)
            }
            Err(obstacle) => {
                self.obstacle(obstacle, begun.elapsed());
                None
            }
        }
    }

    /// It is the platform, and it lets this service in.
    fn recognised(&mut self, took: Duration) {
        let evidence = |text| Evidence::new().observed(text);
        self.passed(Check::EnvOpen, evidence("lets this service in"), took);
        self.passed(Check::EnvProduct, evidence("an OutSystems environment"), took);
    }

    /// TLS and HTTP, from what came of the first request.
    pub(super) fn first_request<T>(
        &mut self,
        host: &str,
        begun: Instant,
        attempts: u32,
        answer: &Result<T, Obstacle>,
    ) {
        let presented = self.transport.witness.presented(host);
        let verified = presented.as_ref().and_then(|seen| seen.at).unwrap_or(begun);
        let tls_took = verified.saturating_duration_since(begun);
        match answer {
            Err(obstacle) if obstacle.reason.entry().check != Check::NetHttp => {
                let at = (self.transport.settings.clock)();
                self.add(obstacle.clone().finding(at).took(begun.elapsed()).tried(attempts));
                return;
            }
            _ => {}
        }
        let until = presented.map(|seen| format!("certificate valid until {}", seen.ends));
        self.passed(Check::NetTls, Evidence::new().observed(until.unwrap_or_default()), tls_took);
        let http_took = begun.elapsed().saturating_sub(tls_took);
        let at = (self.transport.settings.clock)();
        let http = match answer {
            Ok(_) => {
                Finding::new(Check::NetHttp, Outcome::Passed, at).with(Evidence::new().observed("answers"))
            }
            Err(obstacle) => obstacle.clone().finding(at),
        };
        self.add(http.took(http_took).tried(attempts));
    }
}

/// What the name service said, in words.
fn described(resolved: &Resolved) -> Evidence {
    match resolved {
        Resolved::Mapped(route) => Evidence::new().observed(format!("mapped to {route}")).address(route.ip()),
        Resolved::Addresses(addresses) => {
            let all: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            Evidence::new().observed(all.join(", "))
        }
    }
}

/// Repeats what may pass by itself, once, after a delay with jitter.
pub(super) async fn with_retry<T, F>(
    delay: Duration,
    mut attempt: impl FnMut() -> F,
) -> (Result<T, Obstacle>, u32)
where
    F: Future<Output = Result<T, Obstacle>>,
{
    let mut attempts = 0;
    let once_more = ConstantBuilder::default().with_delay(delay).with_max_times(1).with_jitter();
    let counted = || {
        attempts += 1;
        attempt()
    };
    let passing = |obstacle: &Obstacle| {
        obstacle.reason.entry().retry == Retry::Retryable
            // A host that is this slow is not asked to be slow twice.
            && !matches!(obstacle.reason, Reason::HttpNoAnswer | Reason::HttpTooSlow | Reason::TlsTimedOut)
    };
    let result = counted.retry(once_more).when(passing).await;
    (result, attempts)
}

/// What answers under an environment's address.
enum Answers {
    Platform(PlatformInfo),
    /// The platform, but its version service does not say what it should.
    VersionUnknown(String),
    Obstacle(Obstacle),
}

impl HttpEnvironment {
    /// All layers, without credentials.
    pub(super) async fn look(&self) -> Diagnosis {
        let mut findings = Findings::new(&self.transport);
        let mut diagnosis = Diagnosis::default();
        if findings.reach(&self.address).await.is_some() {
            self.look_inside(&mut findings, &mut diagnosis).await;
        }
        diagnosis.findings = findings.all;
        diagnosis
    }

    async fn look_inside(&self, findings: &mut Findings<'_>, diagnosis: &mut Diagnosis) {
        let begun = Instant::now();
        let (first, attempts) =
            with_retry(self.transport.settings.limits.retry_delay, || self.ask_platform_info()).await;
        findings.first_request(self.address.host(), begun, attempts, &first);
        let Ok(first) = first else { return };
        let begun = Instant::now();
        match self.recognise(first).await {
            Answers::Obstacle(obstacle) => findings.obstacle(obstacle, begun.elapsed()),
            Answers::Platform(info) => {
                findings.recognised(begun.elapsed());
                diagnosis.serial.clone_from(&info.serial);
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
            Ok(outputs) => match outputs.all().await {
                Ok(response) => return Answers::Platform(platform_info(&response)),
                Err(obstacle) => return Answers::Obstacle(obstacle),
            },
            Err(super::service_center::UnexpectedAnswer::Fault(text)) => {
                return Answers::VersionUnknown(format!("fault: {text}"));
            }
            Err(super::service_center::UnexpectedAnswer::Page(page)) => page,
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
        findings.add(version_finding(&version, (self.transport.settings.clock)()));
        diagnosis.version = Some(version);
        let begun = Instant::now();
        diagnosis.identity_provider = self.ask_identity_provider().await;
        self.add_identity(findings, diagnosis.identity_provider.as_ref(), begun.elapsed());
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

/// What a version means for set-up.
pub(super) fn version_finding(version: &VersionReading, at: std::time::SystemTime) -> Finding {
    let text = match version {
        VersionReading::Known(version) => version.to_string(),
        VersionReading::Unknown(text) => text.text().to_owned(),
        _ => String::new(),
    };
    let wanted = format!("{} or later", PlatformVersion::MINIMUM);
    let outcome = match judge(version) {
        VersionVerdict::Supported { known_trouble: false, .. } => Outcome::Passed,
        VersionVerdict::Supported { known_trouble: true, .. } => Outcome::of(Reason::VersionKnownTrouble),
        VersionVerdict::TooOld { .. } => Outcome::of(Reason::VersionTooOld),
        VersionVerdict::EarlierGeneration => Outcome::of(Reason::VersionEarlierGeneration),
        VersionVerdict::LaterGeneration => Outcome::of(Reason::VersionLaterGeneration),
        _ => Outcome::of(Reason::VersionUnreadable),
    };
    Finding::new(Check::EnvVersion, outcome, at).with(Evidence::new().observed(text).expected(wanted))
}
