use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::{Purpose, Role};
use ib_domain::permission::evaluation::DirectAnswer;
use ib_domain::permission::key::{ApplicationKey, EnvironmentKey, RoleKey, TeamKey, UserKey};
use ib_domain::permission::model::{ModelParts, PermissionModel};
use ib_domain::permission::role::{EnvironmentPermission, Role as PermissionRole};
use ib_domain::permission::unverified::PermissionSource;
use ib_domain::permission::user::ItUser;
use ib_domain::report::TargetReport;
use ib_domain::version::PlatformVersion;
use rstest::rstest;

use super::*;
use crate::environment::MockEnvironment;
use crate::{ListedEnvironment, Password};

const AT: SystemTime = SystemTime::UNIX_EPOCH;
const DEV: &str = "dev.acme.example";

fn dev() -> EnvironmentKey {
    EnvironmentKey::parse("dev").unwrap()
}

fn maria() -> Username {
    Username::parse("maria").unwrap()
}

#[rstest]
#[case(UnverifiedReason::UserNotListed { username: maria() }, Reason::UserNotListed, Reason::UserNotListed)]
#[case(UnverifiedReason::SeveralUsers { username: maria() }, Reason::UserNotListed, Reason::UserNotListed)]
#[case(
    UnverifiedReason::RoleNotListed { role: RoleKey::parse("r").unwrap() },
    Reason::RoleNotListed,
    Reason::RoleNotListed
)]
#[case(
    UnverifiedReason::TeamNotListed { team: TeamKey::parse("t").unwrap() },
    Reason::RoleNotListed,
    Reason::RoleNotListed
)]
#[case(
    UnverifiedReason::EnvironmentNotListed { environment: dev() },
    Reason::EnvironmentNotListed,
    Reason::EnvironmentNotListed
)]
#[case(UnverifiedReason::NoRoute, Reason::PermissionsNoRoute, Reason::PermissionsNoRoute)]
#[case(
    UnverifiedReason::ReadRefused { what: PermissionSource::Roles },
    Reason::AccountForbidden,
    Reason::AccountForbidden
)]
#[case(
    UnverifiedReason::LevelsNotUnderstood { label: None },
    Reason::PermissionModelUnknown,
    Reason::PermissionsNotUnderstood
)]
#[case(
    UnverifiedReason::UnknownLevel { number: 9 },
    Reason::LifeTimeNotUnderstood,
    Reason::PermissionsNotUnderstood
)]
fn what_could_not_be_told_names_its_cause(
    #[case] why: UnverifiedReason,
    #[case] by_lifetime: Reason,
    #[case] directly: Reason,
) {
    assert_eq!(unverified(&why, Vantage::LifeTime).reason, by_lifetime);
    assert_eq!(unverified(&why, Vantage::Outbound).reason, directly);
    let findings = verdicts(&Evaluation::Unverified { reason: why }, Vantage::Outbound, AT);
    assert_eq!(findings[0].check, Check::UserLevel);
    assert_eq!(findings[0].outcome.reason(), Some(directly));
}

#[test]
fn a_user_who_cannot_come_in_is_told_apart_from_one_who_lacks_something() {
    let blocked = |reason| verdicts(&Evaluation::Blocked { reason }, Vantage::LifeTime, AT);
    let no_access = blocked(BlockReason::NoAccess);
    assert_eq!(no_access[0].outcome.reason(), Some(Reason::LevelMissing));
    assert_eq!(no_access[0].evidence.observed.as_deref(), Some("No Access"));
    assert_eq!(no_access[0].evidence.vantage, Vantage::LifeTime);
    assert_eq!(blocked(BlockReason::Inactive)[0].outcome.reason(), Some(Reason::UserInactive));
}

#[tokio::test]
async fn without_the_level_the_rest_is_not_evaluated() {
    let mut environment = MockEnvironment::new();
    environment.expect_log_in().returning(|_| Ok(()));
    let answer = DirectAnswer { level: Level::NoAccess, label: None, create_applications: true };
    environment.expect_permissions().return_once(|_| Ok(Some(answer)));
    let credentials = Credentials::new("maria", Password::new("secret".to_owned()).unwrap()).unwrap();
    let now: Arc<dyn Fn() -> SystemTime + Send + Sync> = Arc::new(|| AT);
    let findings = examine(&environment, &credentials, &Inventory::default(), &now).await;
    let checks: Vec<_> = findings.iter().map(|finding| (finding.check, finding.outcome.status())).collect();
    let not_evaluated = |check| (check, "not_evaluated");
    assert_eq!(
        checks,
        [
            (Check::UserLogin, "passed"),
            (Check::UserLevel, "failed"),
            not_evaluated(Check::UserCreate),
            not_evaluated(Check::UserDependencies)
        ]
    );
}

/// What LifeTime knows, where maria's role on one dependency is listed or not.
fn known(application_role: Option<&str>) -> Inventory {
    let role = RoleKey::parse("r").unwrap();
    let mut user = ItUser::new(UserKey::parse("u").unwrap(), maria(), role.clone());
    let utils = ApplicationKey::parse("utils").unwrap();
    if let Some(given) = application_role {
        user.application_roles.insert(utils.clone(), RoleKey::parse(given).unwrap());
    }
    let granted = EnvironmentPermission::of(Level::ChangeAndDeploy);
    let model = PermissionModel::new(ModelParts {
        labels: [(5, Level::ChangeAndDeploy.label().to_owned())].into(),
        environments: vec![dev()],
        roles: vec![PermissionRole::new(role, "Integrator").with(dev(), granted)],
        users: vec![user],
        teams: Vec::new(),
    });
    let listed = ListedEnvironment {
        key: dev(),
        name: "Development".to_owned(),
        host: DEV.to_owned(),
        purpose: Purpose::Development,
        version: PlatformVersion::read("11.23.1"),
        order: 1,
        is_cloud: false,
    };
    Inventory(Some(Known {
        report: TargetReport::new("lifetime.acme.example", Role::LifeTime, Vec::new()),
        environments: vec![listed],
        model: Some(model.unwrap()),
        applications: vec![Application { key: utils, name: "Integration Builder Utils".into() }],
    }))
}

fn dependency_finding(application_role: Option<&str>) -> Finding {
    let mut environment = MockEnvironment::new();
    environment.expect_address().return_const(EnvironmentAddress::parse(DEV).unwrap());
    let credentials = Credentials::new("maria", Password::new("secret".to_owned()).unwrap()).unwrap();
    dependencies(&known(application_role), &environment, &credentials, &[], AT)
}

#[test]
fn dependencies_are_granted_by_the_default_role_and_unknown_where_a_role_is_not_listed() {
    let granted = dependency_finding(None);
    assert_eq!(granted.outcome, Outcome::Passed);
    assert_eq!(granted.evidence.observed.as_deref(), Some("all 1 that are there"));
    let unknown = dependency_finding(Some("no-such-role"));
    assert_eq!(unknown.check, Check::UserDependencies);
    assert_eq!(unknown.outcome.reason(), Some(Reason::RoleNotListed));
}
