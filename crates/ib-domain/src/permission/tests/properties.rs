use proptest::prelude::*;

use super::*;

fn permission() -> impl Strategy<Value = EnvironmentPermission> {
    (0u8..=6, any::<bool>()).prop_map(|(level, create)| granting(level, create))
}

fn grants() -> impl Strategy<Value = Grants> {
    let some = || prop::option::of(permission());
    (some(), some(), some()).prop_map(|(default, team, application)| Grants { default, team, application })
}

/// How far a user gets: blocked, denied, allowed.
fn rank(evaluation: &Evaluation) -> u8 {
    match evaluation {
        Evaluation::Blocked { .. } => 0,
        Evaluation::Denied { .. } => 1,
        Evaluation::Allowed { .. } => 2,
        other => panic!("{other:?}"),
    }
}

fn missing(evaluation: &Evaluation) -> Vec<bool> {
    let Evaluation::Denied { missing, .. } = evaluation else {
        return vec![false, false];
    };
    let lacks_create = missing.contains(&Missing::CreateApplications);
    let lacks_level = missing.iter().any(|missing| matches!(missing, Missing::Level { .. }));
    vec![lacks_level, lacks_create]
}

proptest! {
    #[test]
    fn raising_a_default_role_never_removes_a_right(grants in grants(), raise in 0u8..=6) {
        let Some(before) = grants.default else { return Ok(()) };
        let number = (before.level.number() + raise).min(6);
        let raised = Grants { default: Some(granting(number, before.create_applications)), ..grants };

        prop_assert!(rank(&raised.evaluation()) >= rank(&grants.evaluation()));
        let overridden = grants.team.is_some() || grants.application.is_some();
        let (old, new) = (grants.effective().level, raised.effective().level);
        // An override that says so may take away what a log-in opens up; nothing else may.
        prop_assert!(new >= old || overridden);
        if overridden && before.level > Level::NoAccess {
            prop_assert_eq!(new, old);
        }
        for (old, new) in grants.updates().iter().zip(raised.updates()) {
            prop_assert!(new.is_granted() || !old.is_granted());
        }
    }

    #[test]
    fn application_beats_team_beats_default(grants in grants()) {
        let decided = grants.effective();
        let of = |granted: Option<EnvironmentPermission>| granted.map_or(Level::NoAccess, |granted| granted.level);
        let (expected, by_whom) = match (of(grants.default), grants.application, grants.team) {
            (Level::NoAccess, ..) => (Level::NoAccess, "default"),
            (_, Some(application), _) => (application.level.min(NEEDED_LEVEL), "application"),
            (_, None, Some(team)) => (team.level.min(NEEDED_LEVEL), "team"),
            (default, None, None) => (default, "default"),
        };
        let decided_by = match decided.decided_by {
            Assignment::Application { .. } => "application",
            Assignment::Team { .. } => "team",
            Assignment::Default { .. } | Assignment::Direct => "default",
        };
        prop_assert_eq!((decided.level, decided_by), (expected, by_whom));
    }

    #[test]
    fn denied_lists_everything_missing_and_nothing_else(grants in grants()) {
        let evaluation = grants.evaluation();
        let granted = grants.default.unwrap_or(EnvironmentPermission::NOTHING);
        if grants.default.is_some_and(|granted| granted.level == Level::NoAccess) {
            prop_assert_eq!(evaluation, NO_ACCESS);
        } else {
            let expected = [granted.level < NEEDED_LEVEL, !granted.create_applications];
            prop_assert_eq!(missing(&evaluation), expected);
            prop_assert_eq!(evaluation.is_allowed(), expected == [false, false]);
        }
    }

    #[test]
    fn overrides_never_change_who_may_log_in(grants in grants()) {
        prop_assert_eq!(grants.evaluation(), Grants::default(grants.default).evaluation());
    }

    #[test]
    fn no_model_makes_it_panic(
        roles in prop::collection::btree_map("[a-d]", permission(), 0..5),
        default in "[a-e]",
        teams in prop::collection::btree_map("[a-d]", "[a-e]", 0..4),
        applications in prop::collection::btree_map("[a-d]", "[a-e]", 0..4),
        owning in prop::collection::btree_set("[a-d]", 0..4),
        label in ".*",
        environments in prop::collection::vec("[a-c]", 0..3),
        active in any::<bool>(),
    ) {
        let environment = EnvironmentKey::parse("a").unwrap();
        let role_key = |text: &str| RoleKey::parse(text).unwrap();
        let mut user = ItUser::new(UserKey::parse("u").unwrap(), maria(), role_key(&default));
        user.active = active;
        user.team_roles = teams.iter().map(|(k, r)| (TeamKey::parse(k).unwrap(), role_key(r))).collect();
        user.application_roles =
            applications.iter().map(|(k, r)| (ApplicationKey::parse(k).unwrap(), role_key(r))).collect();
        let team = |key: &String| Team {
            key: TeamKey::parse(key).unwrap(),
            name: key.as_str().into(),
            applications: vec![utils()],
        };
        let model = PermissionModel::new(ModelParts {
            labels: [(5, label)].into(),
            environments: environments.iter().map(|key| EnvironmentKey::parse(key).unwrap()).collect(),
            roles: roles.iter().map(|(k, p)| Role::new(role_key(k), k.as_str()).with(environment.clone(), *p)).collect(),
            users: vec![user],
            teams: owning.iter().map(team).collect(),
        }).unwrap();
        let _ = evaluate(&model, &maria(), &environment);
        let updates = dependency_updates(&model, &maria(), &environment, &[utils(), manager()]);
        prop_assert_eq!(updates.len(), 2);
    }
}
