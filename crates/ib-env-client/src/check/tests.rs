use std::time::SystemTime;

use ib_domain::environment::Purpose;
use ib_domain::finding::Vantage;
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::key::{ApplicationKey, EnvironmentKey, RoleKey, UserKey};
use ib_domain::permission::level::Level;
use ib_domain::permission::model::ModelParts;
use ib_domain::permission::role::{EnvironmentPermission, Role as PermissionRole, SpecificPermission};
use ib_domain::permission::user::{ItUser, Username};
use ib_domain::verdict::Verdict;
use ib_domain::version::PlatformVersion;

use super::*;
use crate::environment::MockEnvironment;
use crate::lifetime::MockLifeTime;
use crate::{Environment, ListedApplication, Password};

const DEV: &str = "dev.acme.example";
const QA: &str = "qa.acme.example";

/// Hands out prepared answers.
struct Prepared {
    environment: Box<dyn Fn(&EnvironmentAddress) -> MockEnvironment + Send + Sync>,
    lifetime: Box<dyn Fn() -> MockLifeTime + Send + Sync>,
}

impl Connect for Prepared {
    fn environment(&self, address: EnvironmentAddress) -> Arc<dyn Environment> {
        let mut mock = (self.environment)(&address);
        mock.expect_address().return_const(address);
        Arc::new(mock)
    }

    fn lifetime(&self, _: EnvironmentAddress, _: Token) -> Arc<dyn LifeTime> {
        Arc::new((self.lifetime)())
    }
}

fn checker(environment: impl Fn(&EnvironmentAddress) -> MockEnvironment + Send + Sync + 'static) -> Checker {
    with_lifetime(environment, MockLifeTime::new)
}

fn with_lifetime(
    environment: impl Fn(&EnvironmentAddress) -> MockEnvironment + Send + Sync + 'static,
    lifetime: impl Fn() -> MockLifeTime + Send + Sync + 'static,
) -> Checker {
    let prepared = Prepared { environment: Box::new(environment), lifetime: Box::new(lifetime) };
    Checker::new(Arc::new(prepared)).clock(Arc::new(|| SystemTime::UNIX_EPOCH))
}

fn asking_lifetime(checker: Checker) -> Checker {
    let address = EnvironmentAddress::parse("lifetime.acme.example").unwrap();
    checker.lifetime(address, Token::new("token".to_owned()).unwrap())
}

fn maria() -> Credentials {
    Credentials::new("maria", Password::new("secret".to_owned()).unwrap()).unwrap()
}

fn healthy() -> Diagnosis {
    diagnosis("11.23.1.40123")
}

fn diagnosis(version: &str) -> Diagnosis {
    let version = PlatformVersion::read(version);
    let passed = |check| Finding::new(check, Outcome::Passed, SystemTime::UNIX_EPOCH);
    let mut findings: Vec<_> = of_environment().skip(1).take(8).map(passed).collect();
    findings.push(passed(Check::EnvVersion));
    findings.push(passed(Check::EnvIdentity));
    findings.push(passed(Check::EnvCatalogs));
    Diagnosis {
        findings,
        recognised: true,
        is_lifetime: Some(false),
        version: Some(version),
        ..Diagnosis::default()
    }
}

fn unreachable() -> Diagnosis {
    let passed = |check| Finding::new(check, Outcome::Passed, SystemTime::UNIX_EPOCH);
    let refused = Obstacle::new(Reason::ConnectRefused).finding(SystemTime::UNIX_EPOCH);
    Diagnosis {
        findings: vec![passed(Check::NetName), passed(Check::NetPolicy), refused],
        ..Diagnosis::default()
    }
}

fn answering(diagnosis: Diagnosis) -> MockEnvironment {
    let mut mock = MockEnvironment::new();
    mock.expect_diagnose().return_once(|| diagnosis);
    mock
}

async fn report(checker: &Checker, addresses: &[&str]) -> Report {
    let addresses: Vec<_> = addresses.iter().map(|&address| address.to_owned()).collect();
    checker.check(&addresses, |_| {}).await
}

fn status(target: &TargetReport, check: Check) -> &'static str {
    target.findings.iter().find(|finding| finding.check == check).unwrap().outcome.status()
}

fn key(host: &str) -> EnvironmentKey {
    EnvironmentKey::parse(&host.replace('.', "-")).unwrap()
}

/// Why a check does not apply.
fn why(target: &TargetReport, check: Check) -> &'static str {
    let found = target.findings.iter().find(|finding| finding.check == check).unwrap();
    let Outcome::NotApplicable { why } = found.outcome else { panic!("{found:?}") };
    why
}

fn listed(host: &str, purpose: Purpose, version: &str) -> ListedEnvironment {
    ListedEnvironment {
        key: key(host),
        name: host.to_owned(),
        host: host.to_owned(),
        purpose,
        version: PlatformVersion::read(version),
        order: 1,
        is_cloud: false,
    }
}

fn lifetime(environments: &[ListedEnvironment]) -> MockLifeTime {
    let mut mock = MockLifeTime::new();
    let environments = environments.to_vec();
    mock.expect_diagnose().returning(Vec::new);
    mock.expect_environments().return_once(|| Ok(environments));
    mock.expect_applications().returning(|| Ok(Vec::new()));
    mock
}

#[tokio::test]
async fn every_check_has_a_finding_and_without_a_user_the_users_ones_do_not_apply() {
    let report = report(&checker(|_| answering(healthy())), &[DEV]).await;
    let checks: Vec<_> = report.targets[0].findings.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, of_environment().collect::<Vec<_>>());
    assert_eq!(report.verdict(), Verdict::Passed);
    assert_eq!(status(&report.targets[0], Check::UserLogin), "not_applicable");
}

#[tokio::test]
async fn what_an_obstacle_keeps_from_being_asked_names_it() {
    let report = report(&checker(|_| answering(unreachable())), &[DEV]).await;
    let target = &report.targets[0];
    let version = target.findings.iter().find(|finding| finding.check == Check::EnvVersion).unwrap();
    assert_eq!(version.outcome, Outcome::NotEvaluated { because: Check::NetTcp });
    assert_eq!(report.verdict(), Verdict::CouldNotTell);
}

#[tokio::test]
async fn a_log_in_is_tried_once_and_only_where_the_product_was_recognised() {
    let logging_in = checker(|address| {
        let mut mock = answering(if address.host() == DEV { healthy() } else { unreachable() });
        if address.host() == DEV {
            mock.expect_log_in().times(1).returning(|_| Err(Reason::LoginRefused.into()));
        }
        mock.expect_permissions().times(0);
        mock
    })
    .credentials(maria());
    let report = report(&logging_in, &[DEV, "other.acme.example"]).await;
    assert_eq!(status(&report.targets[0], Check::UserLogin), "failed");
    assert_eq!(status(&report.targets[0], Check::UserLevel), "not_evaluated");
    assert_eq!(status(&report.targets[1], Check::UserLogin), "not_evaluated");
    assert_eq!(report.verdict(), Verdict::LoginRejected);
}

#[tokio::test]
async fn both_missing_permissions_are_reported_at_once() {
    let denied = checker(|_| {
        let mut mock = answering(healthy());
        mock.expect_log_in().returning(|_| Ok(()));
        let level = Level::OpenAndDebug;
        let label = Some(level.label().to_owned());
        let answer = DirectAnswer { level, label, create_applications: false };
        mock.expect_permissions().return_once(|_| Ok(Some(answer)));
        mock
    })
    .credentials(maria());
    let report = report(&denied, &[DEV]).await;
    let reasons: Vec<_> =
        report.targets[0].findings.iter().filter_map(|finding| finding.outcome.reason()).collect();
    assert_eq!(reasons, [Reason::LevelMissing, Reason::CreateApplicationsMissing]);
}

#[tokio::test]
async fn lifetime_decides_on_permissions_and_the_environment_is_not_asked() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1")];
    let checker = with_lifetime(
        |_| {
            let mut mock = answering(healthy());
            mock.expect_log_in().returning(|_| Ok(()));
            mock.expect_permissions().times(0);
            mock
        },
        move || {
            let mut mock = lifetime(&environments);
            mock.expect_applications().returning(|| Ok(Vec::new()));
            mock.expect_permission_model().return_once(|_| Ok(model(&[])));
            mock
        },
    );
    let report = report(&asking_lifetime(checker.credentials(maria())), &[DEV]).await;
    assert_eq!(report.verdict(), Verdict::Passed, "{report:#?}");
    let level = report.targets[1].findings.iter().find(|finding| finding.check == Check::UserLevel).unwrap();
    assert!(level.evidence.observed.as_deref().unwrap().contains("default role Integrator"), "{level:?}");
}

/// Maria may do everything, but for what an application role takes from her.
fn model(application_roles: &[(&str, Level)]) -> PermissionModel {
    let role = |name: &str, level| {
        let granted = EnvironmentPermission::of(level).and(SpecificPermission::CreateApplications);
        PermissionRole::new(RoleKey::parse(name).unwrap(), name).with(key(DEV), granted)
    };
    let mut roles = vec![role("Integrator", Level::ChangeAndDeploy)];
    let mut user =
        ItUser::new(UserKey::parse("u").unwrap(), Username::parse("Maria").unwrap(), roles[0].key.clone());
    for (application, level) in application_roles {
        let lower = role(&format!("on {application}").replace(' ', "-"), *level);
        user.application_roles.insert(ApplicationKey::parse(application).unwrap(), lower.key.clone());
        roles.push(lower);
    }
    PermissionModel::new(ModelParts {
        labels: [(5, Level::ChangeAndDeploy.label().to_owned())].into(),
        environments: vec![key(DEV)],
        roles,
        users: vec![user],
        teams: Vec::new(),
    })
    .unwrap()
}

#[tokio::test]
async fn permissions_that_lifetime_does_not_show_are_not_told_and_never_sufficient() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1")];
    let checker = with_lifetime(
        |_| {
            let mut mock = answering(healthy());
            mock.expect_log_in().returning(|_| Ok(()));
            mock.expect_permissions().times(0);
            mock
        },
        move || {
            let mut mock = lifetime(&environments);
            mock.expect_permission_model().return_once(|_| Err(Reason::AccountForbidden.into()));
            mock
        },
    );
    let report = report(&asking_lifetime(checker.credentials(maria())), &[DEV]).await;
    assert_eq!(status(&report.targets[0], Check::LifeTimeAccess), "failed");
    let level = report.targets[1].findings.iter().find(|finding| finding.check == Check::UserLevel).unwrap();
    assert_eq!(level.outcome, Outcome::NotEvaluated { because: Check::LifeTimeAccess });
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[tokio::test]
async fn another_environment_may_be_unreachable_and_its_version_is_lifetimes_word() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1"), listed(QA, Purpose::Test, "11.23.1")];
    let checker = with_lifetime(
        |address| answering(if address.host() == DEV { healthy() } else { unreachable() }),
        move || lifetime(&environments),
    );
    let report = report(&asking_lifetime(checker), &[]).await;
    let quality = &report.targets[2];
    assert_eq!(quality.role, Role::Environment(Purpose::Test));
    assert_eq!(status(quality, Check::NetTcp), "warning");
    assert_eq!(status(quality, Check::EnvVersion), "passed");
    assert_eq!(why(quality, Check::EnvProduct), "the environment is not connected, which is allowed");
    assert_eq!(why(quality, Check::UserLogin), "users sign in to the development environment");
    assert_eq!(why(quality, Check::EnvActivation), "asked on the development environment only");
    assert_eq!(quality.verdict(), Verdict::Warnings);
    let tcp = quality.findings.iter().find(|finding| finding.check == Check::NetTcp).unwrap();
    assert_eq!(tcp.limits(&quality.role).len(), 3, "B8 to B10");
}

#[tokio::test]
async fn another_environment_that_is_too_old_fails_even_when_it_is_unreachable() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1"), listed(QA, Purpose::Test, "11.7.1")];
    let checker = with_lifetime(
        |address| answering(if address.host() == DEV { healthy() } else { unreachable() }),
        move || lifetime(&environments),
    );
    let report = report(&asking_lifetime(checker), &[]).await;
    assert_eq!(
        report.targets[2].decisive().and_then(|one| one.outcome.reason()),
        Some(Reason::VersionTooOld)
    );
}

#[tokio::test]
async fn an_environment_named_as_development_that_is_another_one_is_told_the_right_address() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1"), listed(QA, Purpose::Test, "11.23.1")];
    let checker = with_lifetime(|_| answering(healthy()), move || lifetime(&environments));
    let report = report(&asking_lifetime(checker), &[QA]).await;
    let quality = &report.targets[1];
    assert_eq!(quality.address, QA);
    let role = quality.findings.iter().find(|finding| finding.check == Check::EnvRole).unwrap();
    assert_eq!(role.outcome, Outcome::Failed(Reason::NotDevelopment));
    assert!(role.action(QA).unwrap().contains(DEV));
    assert_eq!(report.targets.len(), 3, "LifeTime, Quality once, Development");
}

#[tokio::test]
async fn no_password_goes_to_an_environment_that_lifetime_knows_as_another_one() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1"), listed(QA, Purpose::Test, "11.23.1")];
    let checker = with_lifetime(
        |address| {
            let mut mock = answering(healthy());
            mock.expect_log_in().times(usize::from(address.host() == DEV)).returning(|_| Ok(()));
            mock
        },
        move || {
            let mut mock = lifetime(&environments);
            mock.expect_permission_model().return_once(|_| Ok(model(&[])));
            mock
        },
    );
    let report = report(&asking_lifetime(checker.credentials(maria())), &[QA]).await;
    assert_eq!(status(&report.targets[1], Check::UserLogin), "not_evaluated");
    assert_eq!(status(&report.targets[2], Check::UserLogin), "passed");
}

#[tokio::test]
async fn old_versions_announce_the_activation_code_and_where_it_is() {
    let report = report(&checker(|_| answering(diagnosis("11.7.6.1"))), &[DEV]).await;
    let code =
        report.targets[0].findings.iter().find(|finding| finding.check == Check::EnvActivation).unwrap();
    assert_eq!(code.outcome, Outcome::Warning(Reason::ActivationCodeNeeded));
    let action = code.action(DEV).unwrap();
    assert!(action.contains("https://dev.acme.example/ServiceCenter, Administration, Licensing"), "{action}");
    assert_eq!(report.verdict(), Verdict::Warnings);
}

#[tokio::test]
async fn a_dependency_that_is_kept_from_the_user_is_a_warning() {
    let environments = [listed(DEV, Purpose::Development, "11.23.1")];
    let checker = with_lifetime(
        |_| {
            let mut mock = answering(healthy());
            mock.expect_log_in().returning(|_| Ok(()));
            mock
        },
        move || {
            let mut mock = MockLifeTime::new();
            let environments = environments.to_vec();
            mock.expect_diagnose().returning(Vec::new);
            mock.expect_environments().return_once(|| Ok(environments));
            mock.expect_permission_model().return_once(|_| Ok(model(&[("utils", Level::OpenAndDebug)])));
            let key = "utils".to_owned();
            let utils = ListedApplication { key, name: "Integration Builder Utils".to_owned() };
            let other = ListedApplication { key: "desk".to_owned(), name: "Service Desk".to_owned() };
            mock.expect_applications().return_once(|| Ok(vec![utils, other]));
            mock
        },
    );
    let report = report(&asking_lifetime(checker.credentials(maria())), &[DEV]).await;
    let kept = report.targets[1].findings.iter().find(|one| one.check == Check::UserDependencies).unwrap();
    assert_eq!(kept.outcome, Outcome::Warning(Reason::DependenciesKept), "{kept:?}");
    assert_eq!(kept.evidence.observed.as_deref(), Some("Integration Builder Utils"));
}

#[tokio::test]
async fn reports_keep_the_order_of_the_addresses_and_each_is_heard_of_once() {
    let checker = checker(|_| answering(healthy())).concurrency(3);
    let addresses: Vec<_> = (0..20).map(|number| format!("env{number:02}.acme.example")).collect();
    let mut heard = Vec::new();
    let report = checker.check(&addresses, |examined| heard.push(examined.report.address.clone())).await;
    let order: Vec<_> = report.targets.iter().map(|target| target.address.clone()).collect();
    heard.sort();
    assert_eq!((&order, &heard), (&addresses, &addresses));
}

#[tokio::test]
async fn a_check_that_breaks_down_is_a_finding_and_harms_no_other() {
    let checker = checker(|address| match address.host() {
        DEV => answering(healthy()),
        _ => MockEnvironment::new(),
    });
    let report = report(&checker, &["broken.acme.example", DEV]).await;
    let broken = report.targets[0].decisive().and_then(|finding| finding.outcome.reason());
    assert_eq!(broken, Some(Reason::CheckCrashed));
    assert_eq!(report.targets[1].verdict(), Verdict::Passed);
}

#[test]
fn a_check_can_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let checker = checker(|_| answering(healthy()));
    is_send(checker.check(&[], |_| {}));
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_named_without_what_must_not_be_repeated() {
    let unreadable = [
        ("", "(empty)", Reason::AddressEmpty),
        (
            "https://maria:planted@dev.acme.example",
            "(an address with credentials in it)",
            Reason::AddressUserInfo,
        ),
        ("dev acme\u{1b}", "dev acme", Reason::AddressMalformed),
        ("ftp://dev.acme.example", "ftp://dev.acme.example", Reason::AddressScheme),
    ];
    for (typed, shown, reason) in unreadable {
        let report = report(&checker(|_| MockEnvironment::new()), &[typed]).await;
        let target = &report.targets[0];
        assert_eq!(target.address, shown);
        assert_eq!(target.decisive().and_then(|finding| finding.outcome.reason()), Some(reason));
        assert!(!format!("{report:?}").contains("planted"));
    }
}

/// The role that is seen under a name, where the host itself says this much about LifeTime.
async fn role_of(host: &'static str, is_lifetime: Option<bool>) -> Outcome {
    let checker = checker(move |_| answering(Diagnosis { is_lifetime, ..healthy() }));
    let report = report(&checker, &[host]).await;
    report.targets[0].findings.iter().find(|finding| finding.check == Check::EnvRole).unwrap().outcome.clone()
}

#[tokio::test]
async fn a_name_is_a_hint_only_where_the_host_leaves_the_question_open() {
    let lifetime = "acme-lt.outsystemsenterprise.com";
    assert_eq!(role_of(lifetime, None).await, Outcome::Warning(Reason::LooksLikeLifeTime));
    assert_eq!(role_of(lifetime, Some(false)).await, Outcome::Passed);
    assert_eq!(
        role_of("prod.acme.example", Some(false)).await,
        Outcome::Warning(Reason::LooksLikeProduction)
    );
    assert_eq!(role_of(DEV, None).await, Outcome::Passed);
}

#[tokio::test]
async fn an_environment_that_lifetime_lists_is_not_judged_by_its_name() {
    const PROD: &str = "prod.acme.example";
    let environments = [listed(PROD, Purpose::Development, "11.23.1")];
    let checker = with_lifetime(|_| answering(healthy()), move || lifetime(&environments));
    let report = report(&asking_lifetime(checker), &[PROD]).await;
    assert_eq!(report.verdict(), Verdict::Passed, "{report:#?}");
    let version = report.targets[1].findings.iter().find(|one| one.check == Check::EnvVersion).unwrap();
    assert_eq!(version.evidence.details.get("lifetime_version").map(String::as_str), Some("11.23.1"));
}

#[tokio::test]
async fn what_was_changed_in_an_address_is_told() {
    let checker = checker(|_| answering(healthy()));
    let report = report(&checker, &["http://dev.acme.example/Orders?a=b#c"]).await;
    let syntax = &report.targets[0].findings[0];
    let note = syntax.evidence.details.get("note").map(String::as_str);
    let told = "http:// was changed to https://; the path was left out; the part after ? was left out; the part \
                after # was left out";
    assert_eq!((report.targets[0].address.as_str(), note), (DEV, Some(told)));
}

#[tokio::test]
async fn an_activation_code_is_not_needed_by_later_versions_and_not_judged_for_refused_ones() {
    let later = report(&checker(|_| answering(healthy())), &[DEV]).await;
    assert_eq!(status(&later.targets[0], Check::EnvActivation), "passed");
    let refused = checker(|_| {
        let mut old = diagnosis("11.7.1.1");
        let version = old.version.clone().unwrap();
        old.findings.retain(|finding| finding.check != Check::EnvVersion);
        old.findings.push(crate::version::version_finding(
            &version,
            Vantage::Outbound,
            SystemTime::UNIX_EPOCH,
        ));
        answering(old)
    });
    let refused = report(&refused, &[DEV]).await;
    let activation =
        refused.targets[0].findings.iter().find(|one| one.check == Check::EnvActivation).unwrap();
    assert_eq!(activation.outcome, Outcome::NotEvaluated { because: Check::EnvVersion });
}
