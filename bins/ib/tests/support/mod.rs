//! Reports to print, all of them at the same time of day and with fixed durations.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use std::time::{Duration, SystemTime};

use ib_domain::check::Check;
use ib_domain::environment::Purpose;
use ib_domain::environment::Role;
use ib_domain::finding::{Evidence, Finding, Outcome};
use ib_domain::reason::Reason;
use ib_domain::report::{Report, TargetReport};

pub(crate) fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

fn finding(check: Check, outcome: Outcome, milliseconds: u64) -> Finding {
    Finding::new(check, outcome, at()).took(Duration::from_millis(milliseconds))
}

fn passed(check: Check, observed: &str, milliseconds: u64) -> Finding {
    finding(check, Outcome::Passed, milliseconds).with(Evidence::new().observed(observed))
}

/// The layers that pass before the product is known.
fn network(host: &str) -> Vec<Finding> {
    vec![
        passed(Check::AddressSyntax, host, 0),
        passed(Check::NetName, "203.0.113.20", 8),
        passed(Check::NetPolicy, "a public address", 0),
        passed(Check::NetTcp, "203.0.113.20:443", 21),
        passed(Check::NetTls, "TLS 1.3, certificate until 2027-03-01", 43),
        passed(Check::NetHttp, "200", 57),
        passed(Check::EnvOpen, "its services answer", 0),
        passed(Check::EnvProduct, "OutSystems 11", 0),
    ]
}

fn not_evaluated(checks: &[Check], because: Check) -> impl Iterator<Item = Finding> {
    checks.iter().map(move |check| finding(*check, Outcome::NotEvaluated { because }, 0))
}

const USER: &[Check] = &[Check::UserLogin, Check::UserLevel, Check::UserCreate, Check::UserDependencies];

fn without_user() -> impl Iterator<Item = Finding> {
    USER.iter().map(|check| finding(*check, Outcome::NotApplicable { why: "no IT user was given" }, 0))
}

fn target(host: &str, purpose: Purpose, findings: Vec<Finding>) -> TargetReport {
    TargetReport::new(host, Role::Environment(purpose), findings)
}

/// Everything passes, log-in and permissions too.
pub(crate) fn passed_with_user() -> TargetReport {
    let mut findings = network("dev.acme.example");
    let note = "http:// was changed to https://";
    findings[0].evidence = Evidence::new().observed("dev.acme.example").detail("note", note);
    findings.extend([
        passed(Check::EnvRole, "no LifeTime", 31),
        passed(Check::EnvVersion, "11.23.1.40123", 0),
        passed(Check::EnvActivation, "not needed", 0),
        passed(Check::EnvIdentity, "the platform itself", 29),
        passed(Check::EnvCatalogs, "one", 12),
        passed(Check::UserLogin, "accepted and proven", 1_204),
        passed(Check::UserLevel, "Change and Deploy Applications, by the default role Developer", 65),
        passed(Check::UserCreate, "granted by the default role Developer", 0),
        passed(Check::UserDependencies, "all five", 0),
    ]);
    target("dev.acme.example", Purpose::Development, findings)
}

/// Nothing in the way, two things worth knowing.
pub(crate) fn warnings() -> TargetReport {
    let mut findings = network("prod.acme.example");
    findings.extend([
        finding(Check::EnvRole, Outcome::of(Reason::LooksLikeProduction), 0),
        passed(Check::EnvVersion, "11.7.4.1011", 0),
        finding(Check::EnvActivation, Outcome::of(Reason::ActivationCodeNeeded), 0)
            .with(Evidence::new().observed("11.7.4.1011")),
        passed(Check::EnvIdentity, "the platform itself", 29),
        passed(Check::EnvCatalogs, "one", 12),
    ]);
    findings.extend(without_user());
    target("prod.acme.example", Purpose::Development, findings)
}

/// A certificate that ended, and everything after it left open.
pub(crate) fn failed() -> TargetReport {
    let mut findings = network("qa.acme.example");
    findings.truncate(4);
    let evidence = Evidence::new()
        .observed("2026-01-31")
        .address("203.0.113.21".parse().unwrap())
        .detail("issuer", "Acme Issuing CA 2")
        .detail("presented", "qa.acme.example, *.qa.acme.example");
    findings.push(finding(Check::NetTls, Outcome::of(Reason::TlsExpired), 38).with(evidence));
    let later = [
        Check::NetHttp,
        Check::EnvOpen,
        Check::EnvProduct,
        Check::EnvRole,
        Check::EnvVersion,
        Check::EnvActivation,
        Check::EnvIdentity,
        Check::EnvCatalogs,
    ];
    findings.extend(not_evaluated(&later, Check::NetTls));
    findings.extend(not_evaluated(USER, Check::NetTls));
    target("qa.acme.example", Purpose::Test, findings)
}

/// An environment that does not answer in time.
pub(crate) fn could_not_tell() -> TargetReport {
    let mut findings = network("slow.acme.example");
    findings.truncate(5);
    let evidence = Evidence::new().expected("30s").address("203.0.113.22".parse().unwrap());
    findings.push(finding(Check::NetHttp, Outcome::of(Reason::HttpNoAnswer), 30_004).with(evidence).tried(2));
    let later = [Check::EnvOpen, Check::EnvProduct, Check::EnvRole, Check::EnvVersion];
    findings.extend(not_evaluated(&later, Check::NetHttp));
    target("slow.acme.example", Purpose::Other("Sandbox".to_owned()), findings)
}

/// A password that is not accepted.
pub(crate) fn login_rejected() -> TargetReport {
    let mut report = passed_with_user();
    report.findings.retain(|finding| finding.check < Check::UserLogin);
    report.findings.push(finding(Check::UserLogin, Outcome::of(Reason::LoginRefused), 310));
    report.findings.extend(not_evaluated(&USER[1..], Check::UserLogin));
    report
}

/// Somebody decided to live with it.
pub(crate) fn waived() -> TargetReport {
    let mut report = Report::new(vec![warnings()]);
    let waivers = [
        "SETUP-ENV-011@prod.acme.example=It is our only environment".parse().unwrap(),
        "SETUP-INFRA-004@prod.acme.example=The code is at hand".parse().unwrap(),
    ];
    assert!(report.waive(&waivers).is_empty());
    report.targets.remove(0)
}

/// Text that cannot be an address, with an escape sequence in it.
pub(crate) fn not_an_address() -> TargetReport {
    let observed = Evidence::new().observed("dev acme\u{1b}[2J example");
    let syntax = finding(Check::AddressSyntax, Outcome::of(Reason::AddressMalformed), 0).with(observed);
    let mut findings = vec![syntax];
    findings.extend(not_evaluated(&[Check::NetName, Check::NetPolicy, Check::NetTcp], Check::AddressSyntax));
    target("dev acme[2J example", Purpose::Development, findings)
}

/// LifeTime itself.
pub(crate) fn lifetime() -> TargetReport {
    let findings = vec![
        passed(Check::LifeTimeAccess, "the token is accepted", 80),
        passed(Check::LifeTimeInventory, "3 environments", 12),
    ];
    TargetReport::new("lifetime.acme.example", Role::LifeTime, findings)
}

/// One report for each fixture, and one with several addresses.
pub(crate) fn reports() -> Vec<(&'static str, Report)> {
    let alone = |target: TargetReport| Report::new(vec![target]);
    vec![
        ("passed", alone(passed_with_user())),
        ("warnings", alone(warnings())),
        ("failed", alone(failed())),
        ("could_not_tell", alone(could_not_tell())),
        ("login_rejected", alone(login_rejected())),
        ("waived", alone(waived())),
        ("not_an_address", alone(not_an_address())),
        ("several", Report::new(vec![lifetime(), passed_with_user(), failed(), could_not_tell()])),
    ]
}
