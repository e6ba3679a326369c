//! Findings about the way to one host, made one after the other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use backon::{ConstantBuilder, Retryable};
use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::{Reason, Retry};

use super::probe::Resolved;
use super::tls::Presented;
use super::transport::Transport;
use crate::Obstacle;

/// Findings of one host, made one after the other.
pub(super) struct Findings<'t> {
    transport: &'t Transport,
    pub(super) all: Vec<Finding>,
}

impl<'t> Findings<'t> {
    pub(super) const fn new(transport: &'t Transport) -> Self {
        Self { transport, all: Vec::new() }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.all.push(finding);
    }

    pub(super) fn passed(&mut self, check: Check, evidence: Evidence, took: Duration) {
        let at = (self.transport.settings.clock)();
        self.add(Finding::new(check, Outcome::Passed, at).with(evidence).took(took));
    }

    pub(super) fn obstacle(&mut self, obstacle: Obstacle, took: Duration) {
        let at = (self.transport.settings.clock)();
        self.add(obstacle.finding(at).took(took));
    }

    /// Resolves and judges. `None` where one of them is in the way.
    pub(super) async fn route(&mut self, address: &EnvironmentAddress) -> Option<SocketAddr> {
        let transport = self.transport;
        let resolved = self.step(Check::NetName, transport.resolve(address), described).await?;
        self.step(Check::NetPolicy, async { transport.judge(address, &resolved) }, |route| {
            let text = match resolved {
                Resolved::Mapped(_) => "allowed, as mapped",
                Resolved::Addresses(_) => "allowed",
            };
            Evidence::new().observed(text).address(route.ip())
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
    pub(super) fn recognised(&mut self, took: Duration) {
        let evidence = |text| Evidence::new().observed(text);
        self.passed(Check::EnvOpen, evidence("lets this service in"), took);
        self.passed(Check::EnvProduct, evidence("an OutSystems environment"), took);
    }

    /// TLS worked; the certificate may have to be replaced all the same.
    fn certificate(&mut self, presented: Option<&Presented>, took: Duration) {
        let now = (self.transport.settings.clock)();
        if let Some(warning) = presented.and_then(|seen| seen.warning(now)) {
            return self.obstacle(warning, took);
        }
        let until = presented.map(|seen| format!("certificate valid until {}", seen.ends));
        self.passed(Check::NetTls, Evidence::new().observed(until.unwrap_or_default()), took);
    }

    /// TCP, TLS and HTTP, from what came of the first request. A connection is made once, as for every other
    /// request; only where it failed without saying at which layer, TCP is tried alone.
    pub(super) async fn first_request<T>(
        &mut self,
        address: &EnvironmentAddress,
        first: First<T>,
    ) -> Option<T> {
        let (answer, obstacle) = match first.answer {
            Ok(answer) => (Some(answer), None),
            Err(obstacle) if is_unclear(&obstacle) => {
                let alone = self.transport.connect(address, first.route).await;
                (None, Some(alone.err().unwrap_or(obstacle)))
            }
            Err(obstacle) => (None, Some(obstacle)),
        };
        let failed = obstacle.as_ref().map(|obstacle| obstacle.reason.entry().check);
        let took = first.begun.elapsed();
        let presented = self.transport.witness.presented(address.host());
        let verified = presented.as_ref().and_then(|seen| seen.at).unwrap_or(first.begun);
        let tls_took = verified.saturating_duration_since(first.begun);
        if failed != Some(Check::NetTcp) {
            let text = format!("port {} accepts connections", first.route.port());
            self.passed(
                Check::NetTcp,
                Evidence::new().observed(text).address(first.route.ip()),
                Duration::ZERO,
            );
        }
        if failed.is_none_or(|check| check == Check::NetHttp) {
            self.certificate(presented.as_ref(), tls_took);
        }
        match obstacle {
            None => self.passed(
                Check::NetHttp,
                Evidence::new().observed("answers"),
                took.saturating_sub(tls_took),
            ),
            Some(obstacle) => self.obstacle(obstacle, took),
        }
        if let Some(last) = self.all.last_mut() {
            last.attempts = first.attempts;
        }
        answer
    }
}

/// What came of the first request to a host.
pub(super) struct First<T> {
    pub(super) route: SocketAddr,
    pub(super) begun: Instant,
    pub(super) attempts: u32,
    pub(super) answer: Result<T, Obstacle>,
}

/// Whether a connection failed without saying at which layer: it timed out, or it was broken off.
const fn is_unclear(obstacle: &Obstacle) -> bool {
    matches!(obstacle.reason, Reason::TlsTimedOut | Reason::TlsBrokenOff)
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

/// Makes the first request to a host; what may pass by itself is tried once more, after a delay with jitter.
pub(super) async fn first<T, F>(
    transport: &Transport,
    route: SocketAddr,
    mut attempt: impl FnMut() -> F,
) -> First<T>
where
    F: Future<Output = Result<T, Obstacle>>,
{
    let begun = Instant::now();
    let mut attempts = 0;
    let counted = || {
        attempts += 1;
        attempt()
    };
    let answer = with_retry(transport.settings.limits.retry_delay, counted).await;
    First { route, begun, attempts, answer }
}

/// Repeats what may pass by itself, once, after a delay with jitter.
pub(super) async fn with_retry<T, F>(delay: Duration, attempt: impl FnMut() -> F) -> Result<T, Obstacle>
where
    F: Future<Output = Result<T, Obstacle>>,
{
    let once_more = ConstantBuilder::default().with_delay(delay).with_max_times(1).with_jitter();
    let passing = |obstacle: &Obstacle| {
        obstacle.reason.entry().retry == Retry::Retryable
            // A host that is this slow, or that says no at once, is not asked twice.
            && !matches!(
                obstacle.reason,
                Reason::HttpNoAnswer
                    | Reason::HttpTooSlow
                    | Reason::TlsTimedOut
                    | Reason::ConnectRefused
                    | Reason::ConnectUnreachable
            )
    };
    attempt.retry(once_more).when(passing).await
}
