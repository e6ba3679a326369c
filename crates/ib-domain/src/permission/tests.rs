use std::collections::BTreeMap;

use rstest::rstest;

use super::assignment::{Assignment, CreateScope, effective};
use super::evaluation::{BlockReason, DirectAnswer, Evaluation, Missing, NEEDED_LEVEL, evaluate};
use super::key::{ApplicationKey, EnvironmentKey, RoleKey, TeamKey, UserKey};
use super::level::Level;
use super::model::{ModelParts, PermissionModel};
use super::role::{EnvironmentPermission, Role};
use super::unverified::UnverifiedReason;
use super::update::{UpdateRight, dependency_updates};
use super::user::{Application, ItUser, Team, Username};

mod properties;

fn dev() -> EnvironmentKey {
    EnvironmentKey::parse("DEV").unwrap()
}

fn test() -> EnvironmentKey {
    EnvironmentKey::parse("test").unwrap()
}

fn maria() -> Username {
    Username::parse("maria").unwrap()
}

fn utils() -> Application {
    Application { key: ApplicationKey::parse("utils").unwrap(), name: "Utils".into() }
}

fn manager() -> Application {
    Application { key: ApplicationKey::parse("manager").unwrap(), name: "Manager".into() }
}

fn level(number: u8) -> Level {
    Level::try_from(number).unwrap()
}

fn granting(number: u8, create_applications: bool) -> EnvironmentPermission {
    EnvironmentPermission { create_applications, ..EnvironmentPermission::of(level(number)) }
}

/// What maria has: a default role, perhaps a role in the team that owns Utils, perhaps one on Utils.
#[derive(Debug, Clone, Copy)]
struct Grants {
    default: Option<EnvironmentPermission>,
    team: Option<EnvironmentPermission>,
    application: Option<EnvironmentPermission>,
}

impl Grants {
    fn default(default: Option<EnvironmentPermission>) -> Self {
        Self { default, team: None, application: None }
    }

    fn parts(self) -> ModelParts {
        let role = |name: &str, granted: Option<EnvironmentPermission>| {
            let role = Role::new(RoleKey::parse(name).unwrap(), name).with(test(), granting(5, true));
            match granted {
                Some(granted) => role.with(dev(), granted),
                None => role,
            }
        };
        let key = |name| RoleKey::parse(name).unwrap();
        let team = TeamKey::parse("owners").unwrap();
        let mut user =
            ItUser::new(UserKey::parse("u1").unwrap(), Username::parse("Maria").unwrap(), key("Basic"));
        user.team_roles.extend(self.team.map(|_| (team.clone(), key("TeamRole"))));
        user.application_roles.extend(self.application.map(|_| (utils().key, key("AppRole"))));
        ModelParts {
            labels: labels(),
            environments: vec![dev(), test()],
            roles: vec![
                role("Basic", self.default),
                role("TeamRole", self.team),
                role("AppRole", self.application),
            ],
            users: vec![user],
            teams: vec![Team { key: team, name: "Owners".into(), applications: vec![utils()] }],
        }
    }

    fn model(self) -> PermissionModel {
        PermissionModel::new(self.parts()).unwrap()
    }

    fn evaluation(self) -> Evaluation {
        evaluate(&self.model(), &maria(), &dev())
    }

    fn effective(self) -> super::assignment::Effective {
        let model = self.model();
        effective(&model, model.user(&maria()).unwrap(), &utils(), &dev()).unwrap()
    }

    /// May maria update Utils, and Manager, which no override concerns?
    fn updates(self) -> [UpdateRight; 2] {
        let updates = dependency_updates(&self.model(), &maria(), &dev(), &[utils(), manager()]);
        let rights: Vec<_> = updates.into_iter().map(|update| update.right).collect();
        rights.try_into().unwrap()
    }
}

fn labels() -> BTreeMap<u8, String> {
    Level::ALL.map(|level| (level.number(), level.label().to_owned())).into()
}

fn basic() -> Assignment {
    Assignment::Default { role: "Basic".into() }
}

fn allowed(number: u8) -> Evaluation {
    Evaluation::Allowed { level: level(number), decided_by: basic() }
}

fn denied(missing: &[Missing]) -> Evaluation {
    Evaluation::Denied { missing: missing.to_vec(), decided_by: basic() }
}

fn lacks_level(has: u8) -> Missing {
    Missing::Level { has: level(has), needs: NEEDED_LEVEL }
}

const NO_ACCESS: Evaluation = Evaluation::Blocked { reason: BlockReason::NoAccess };

/// The table of `it-user-permissions.md` 3: default role on dev, team role, application role on a
/// dependency, result, may update all dependencies. The last rows go beyond it.
#[rstest]
#[case::full_control(Some((6, true)), None, None, allowed(6), true)]
#[case::change_and_deploy(Some((5, true)), None, None, allowed(5), true)]
#[case::no_create(Some((5, false)), None, None, denied(&[Missing::CreateApplications]), true)]
#[case::low_level(Some((4, true)), None, None, denied(&[lacks_level(4)]), false)]
#[case::team_does_not_help(Some((4, true)), Some((6, true)), None, denied(&[lacks_level(4)]), false)]
#[case::kept_from_one_dependency(Some((5, true)), None, Some((4, true)), allowed(5), false)]
#[case::no_entry(None, None, None, denied(&[lacks_level(0), Missing::CreateApplications]), false)]
#[case::no_access(Some((0, false)), None, None, NO_ACCESS, false)]
#[case::no_access_despite_overrides(Some((0, true)), Some((6, true)), Some((6, true)), NO_ACCESS, false)]
#[case::full_control_without_create(Some((6, false)), None, None, denied(&[Missing::CreateApplications]), true)]
#[case::both(Some((1, false)), None, None, denied(&[lacks_level(1), Missing::CreateApplications]), false)]
#[case::create_in_a_team(Some((5, false)), Some((5, true)), None, denied(&[Missing::CreateApplications]), true)]
#[case::kept_through_a_team(Some((5, true)), Some((4, true)), None, allowed(5), false)]
#[case::application_beats_team(Some((5, true)), Some((4, true)), Some((5, true)), allowed(5), true)]
fn table(
    #[case] default: Option<(u8, bool)>,
    #[case] team: Option<(u8, bool)>,
    #[case] application: Option<(u8, bool)>,
    #[case] result: Evaluation,
    #[case] may_update: bool,
) {
    let granted = |grant: Option<(u8, bool)>| grant.map(|(level, create)| granting(level, create));
    let grants = Grants { default: granted(default), team: granted(team), application: granted(application) };
    assert_eq!(grants.evaluation(), result);
    assert_eq!(grants.updates().iter().all(UpdateRight::is_granted), may_update);
}

#[test]
fn the_fixed_administrator_role_is_judged_like_any_other() {
    let mut parts = Grants::default(Some(granting(6, true))).parts();
    parts.roles[0].name = "Administrator".into();
    let model = PermissionModel::new(parts).unwrap();
    assert!(evaluate(&model, &Username::parse(" MARIA").unwrap(), &dev()).is_allowed());
}

#[test]
fn who_is_kept_from_a_dependency_learns_by_what() {
    let grants = Grants { application: Some(granting(4, true)), ..Grants::default(Some(granting(5, true))) };
    let [of_utils, of_manager] = grants.updates();
    let decided_by = Assignment::Application { application: "Utils".into(), role: "AppRole".into() };
    assert_eq!(of_utils, UpdateRight::Kept { level: level(4), decided_by });
    assert_eq!(of_manager, UpdateRight::Granted { decided_by: basic() });

    let grants = Grants { team: Some(granting(3, true)), ..Grants::default(Some(granting(5, true))) };
    let decided_by = Assignment::Team { team: "Owners".into(), role: "TeamRole".into() };
    assert_eq!(grants.updates()[0], UpdateRight::Kept { level: level(3), decided_by });
}

#[test]
fn an_override_cannot_grant_an_update_that_the_default_role_does_not() {
    let grants = Grants { application: Some(granting(6, true)), ..Grants::default(Some(granting(4, true))) };
    assert_eq!(grants.effective().level, Level::ChangeAndDeploy);
    assert_eq!(grants.updates()[0], UpdateRight::Kept { level: level(4), decided_by: basic() });
}

#[test]
fn full_control_and_create_applications_mean_less_through_an_override() {
    let full = Some(granting(6, true));
    assert_eq!(Grants::default(Some(granting(6, false))).effective().create_applications, None);
    let plain = Grants::default(full).effective();
    assert_eq!((plain.level, plain.create_applications), (Level::FullControl, Some(CreateScope::Anywhere)));
    let team = Grants { team: full, ..Grants::default(full) }.effective();
    assert_eq!((team.level, team.create_applications), (NEEDED_LEVEL, Some(CreateScope::LifeTimeForTeam)));
    let application = Grants { application: full, ..Grants::default(full) }.effective();
    assert_eq!((application.level, application.create_applications), (NEEDED_LEVEL, None));
}

#[test]
fn of_several_teams_the_least_role_counts() {
    let mut parts =
        Grants { team: Some(granting(5, true)), ..Grants::default(Some(granting(5, true))) }.parts();
    let strict = TeamKey::parse("strict").unwrap();
    let weak = Role::new(RoleKey::parse("weak").unwrap(), "Weak").with(dev(), granting(2, false));
    parts.users[0].team_roles.insert(strict.clone(), weak.key.clone());
    parts.roles.push(weak);
    parts.teams.push(Team { key: strict, name: "Strict".into(), applications: vec![utils()] });
    let model = PermissionModel::new(parts).unwrap();
    let decided = effective(&model, model.user(&maria()).unwrap(), &utils(), &dev()).unwrap();
    assert_eq!(decided.decided_by, Assignment::Team { team: "Strict".into(), role: "Weak".into() });
}

fn unverified(spoil: fn(&mut ModelParts)) -> UnverifiedReason {
    let mut parts = Grants::default(Some(granting(5, true))).parts();
    spoil(&mut parts);
    let model = PermissionModel::new(parts).unwrap();
    let update = dependency_updates(&model, &maria(), &dev(), &[utils()]).remove(0).right;
    match evaluate(&model, &maria(), &dev()) {
        Evaluation::Unverified { reason } => {
            assert_eq!(update, UpdateRight::Unverified { reason: reason.clone() });
            reason
        }
        evaluation => panic!("{evaluation:?}"),
    }
}

#[test]
fn what_cannot_be_told_is_never_allowed() {
    use UnverifiedReason as Reason;
    assert_eq!(unverified(|parts| parts.users.clear()), Reason::UserNotListed { username: maria() });
    assert_eq!(
        unverified(|parts| parts.roles.clear()),
        Reason::RoleNotListed { role: RoleKey::parse("basic").unwrap() }
    );
    assert_eq!(
        unverified(|parts| parts.environments.clear()),
        Reason::EnvironmentNotListed { environment: dev() }
    );
    assert_eq!(unverified(|parts| parts.labels.clear()), Reason::LevelsNotUnderstood { label: None });
    let shifted = |parts: &mut ModelParts| {
        parts.labels = Level::ALL.map(|level| (level.number() + 1, level.label().to_owned())).into();
    };
    let label = Some("Open and Debug Applications".to_owned());
    assert_eq!(unverified(shifted), Reason::LevelsNotUnderstood { label });
}

#[test]
fn a_team_that_is_not_listed_leaves_updates_open_but_not_the_log_in() {
    let mut parts =
        Grants { team: Some(granting(5, true)), ..Grants::default(Some(granting(5, true))) }.parts();
    parts.teams.clear();
    let model = PermissionModel::new(parts).unwrap();
    assert!(evaluate(&model, &maria(), &dev()).is_allowed());
    let update = dependency_updates(&model, &maria(), &dev(), &[utils()]).remove(0).right;
    let reason = UnverifiedReason::TeamNotListed { team: TeamKey::parse("owners").unwrap() };
    assert_eq!(update, UpdateRight::Unverified { reason });
}

#[test]
fn an_inactive_user_is_blocked_whatever_else_is_known() {
    let mut parts = Grants::default(Some(granting(6, true))).parts();
    parts.users[0].active = false;
    parts.labels.clear();
    let model = PermissionModel::new(parts).unwrap();
    let reason = BlockReason::Inactive;
    assert_eq!(evaluate(&model, &maria(), &dev()), Evaluation::Blocked { reason });
    let update = dependency_updates(&model, &maria(), &dev(), &[utils()]).remove(0).right;
    assert_eq!(update, UpdateRight::Blocked { reason });
}

/// The environment's own answer: level, label, flag; what comes of it.
#[rstest]
#[case(5, Some("Change and Deploy Applications"), true, "allowed")]
#[case(5, Some("change & DEPLOY"), true, "allowed")]
#[case(6, Some("Full Control"), true, "allowed")]
#[case(6, None, true, "allowed")]
#[case(5, Some("Change and Deploy Applications"), false, "denied: permission Create Applications")]
#[case(4, None, true, "denied: level Change and Deploy Applications (has Open and Debug Applications)")]
#[case(
    2,
    Some("List Applications"),
    false,
    "denied: level Change and Deploy Applications (has List Applications), permission Create Applications"
)]
#[case(0, Some("No Access"), true, "blocked")]
#[case(5, Some("Open and Debug Applications"), true, "unverified")]
#[case(5, None, true, "unverified")]
#[case(4, Some("Change and Deploy Applications"), true, "unverified")]
#[case(6, Some("Change and Deploy Applications"), true, "unverified")]
fn direct(#[case] number: u8, #[case] label: Option<&str>, #[case] create: bool, #[case] expected: &str) {
    let answer =
        DirectAnswer { level: level(number), label: label.map(str::to_owned), create_applications: create };
    let result = match answer.evaluate() {
        Evaluation::Allowed { decided_by: Assignment::Direct, .. } => "allowed".to_owned(),
        Evaluation::Denied { missing, decided_by: Assignment::Direct } => {
            let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
            format!("denied: {}", missing.join(", "))
        }
        Evaluation::Blocked { .. } => "blocked".to_owned(),
        Evaluation::Unverified { .. } => "unverified".to_owned(),
        evaluation => panic!("{evaluation:?}"),
    };
    assert_eq!(result, expected);
}

#[test]
fn names_are_harmless_in_what_is_shown() {
    let mut parts = Grants::default(Some(granting(4, true))).parts();
    parts.roles[0].name = "Ba\x1b[31m\nsic\u{202e}".into();
    let model = PermissionModel::new(parts).unwrap();
    let Evaluation::Denied { decided_by, .. } = evaluate(&model, &maria(), &dev()) else { panic!() };
    assert_eq!(decided_by.to_string(), "default role Ba[31m sic");
}

#[cfg(feature = "serde")]
#[test]
fn an_evaluation_survives_a_round_trip() {
    let results = [
        Grants::default(Some(granting(1, false))).evaluation(),
        Grants::default(Some(granting(0, false))).evaluation(),
        Grants::default(Some(granting(5, true))).evaluation(),
        UnverifiedReason::UserNotListed { username: maria() }.into(),
        UnverifiedReason::NoRoute.into(),
    ];
    for result in results {
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Evaluation>(&text).unwrap(), result, "{text}");
    }
}

#[test]
fn of_two_teams_that_grant_the_same_the_first_is_named() {
    let granted = Some(granting(4, false));
    let mut parts = Grants { default: granted, team: granted, application: None }.parts();
    let second = TeamKey::parse("second").unwrap();
    parts.users[0].team_roles.insert(second.clone(), RoleKey::parse("TeamRole").unwrap());
    parts.teams.push(Team { key: second, name: "Second".into(), applications: vec![utils()] });
    let model = PermissionModel::new(parts).unwrap();
    let decided = effective(&model, model.user(&maria()).unwrap(), &utils(), &dev()).unwrap().decided_by;
    assert_eq!(decided, Assignment::Team { team: "Owners".into(), role: "TeamRole".into() });
}
