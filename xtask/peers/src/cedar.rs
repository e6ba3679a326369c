//! The same model for Cedar. Users carry their roles as tags, by application and by team; roles carry what they grant
//! as tags, by environment; an application knows the team that owns it.

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use ib_domain::permission::role::Role;
use ib_domain::permission::user::{Application, ItUser};

use crate::infrastructure::{Act, Infrastructure, Question};

/// The application role beats the team role, which beats the default role; through the first two, Full Control acts
/// as Change and Deploy. A default role with No Access keeps everybody out.
const POLICIES: &str = r#"
forbid (principal, action, resource) unless {
    principal.role.hasTag(context.environment) && principal.role.getTag(context.environment).level > 0
};
permit (principal, action == Action::"act", resource) when {
    principal.hasTag(resource.key) && principal.getTag(resource.key).hasTag(context.environment)
        && principal.getTag(resource.key).getTag(context.environment).level >= context.level && context.level <= 5
};
permit (principal, action == Action::"act", resource) when {
    !principal.hasTag(resource.key) && resource has team && principal.hasTag(resource.team)
        && principal.getTag(resource.team).hasTag(context.environment)
        && principal.getTag(resource.team).getTag(context.environment).level >= context.level && context.level <= 5
};
permit (principal, action == Action::"act", resource) when {
    !principal.hasTag(resource.key) && !(resource has team && principal.hasTag(resource.team))
        && principal.role.getTag(context.environment).level >= context.level
};
permit (principal, action == Action::"setUp", resource) when {
    principal.active && principal.role.getTag(context.environment).level >= 5
        && principal.role.getTag(context.environment).create
};
"#;

type Pair = (String, RestrictedExpression);

/// Asks every question.
pub(crate) fn asker(infrastructure: &Infrastructure) -> impl FnMut() -> Vec<bool> + use<> {
    let policies: PolicySet = POLICIES.parse().expect("these are policies");
    let entities = entities(infrastructure);
    let requests: Vec<_> = infrastructure.questions.iter().map(request).collect();
    let authorizer = Authorizer::new();
    let answer = move |request: &Request| {
        authorizer.is_authorized(request, &policies, &entities).decision() == Decision::Allow
    };
    move || requests.iter().map(&answer).collect()
}

fn uid(kind: &str, key: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("it is one word");
    EntityUid::from_type_name_and_id(kind, key.parse().expect("every text is an id"))
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn reference(kind: &str, key: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(kind, key))
}

fn entities(infrastructure: &Infrastructure) -> Entities {
    let owners: HashMap<_, _> = infrastructure
        .teams
        .iter()
        .flat_map(|team| team.applications.iter().map(|owned| (&owned.key, team.key.as_str())))
        .collect();
    let roles = infrastructure.roles.iter().map(role);
    let users = infrastructure.users.iter().map(user);
    let asked = infrastructure.questions.iter().filter_map(|question| match &question.act {
        Act::With(one, _) => Some((one.key.clone(), one)),
        Act::SetUp => None,
    });
    let asked: HashMap<_, _> = asked.collect();
    let applications = asked.values().map(|one| application(one, owners.get(&one.key).copied()));
    Entities::from_entities(roles.chain(users).chain(applications), None).expect("every entity is there once")
}

fn entity(uid: EntityUid, attributes: Vec<Pair>, tags: Vec<Pair>) -> Entity {
    Entity::new_with_tags(uid, attributes, [], tags).expect("the values are plain")
}

fn role(role: &Role) -> Entity {
    let tags = role.permissions.iter().map(|(environment, granted)| {
        let level = RestrictedExpression::new_long(granted.level.number().into());
        let create = RestrictedExpression::new_bool(granted.create_applications);
        let fields = [("level".to_owned(), level), ("create".to_owned(), create)];
        (environment.to_string(), RestrictedExpression::new_record(fields).expect("its names differ"))
    });
    entity(uid("Role", role.key.as_str()), Vec::new(), tags.collect())
}

fn user(user: &ItUser) -> Entity {
    let attributes = vec![
        ("active".to_owned(), RestrictedExpression::new_bool(user.active)),
        ("role".to_owned(), reference("Role", user.default_role.as_str())),
    ];
    let of_teams = user.team_roles.iter().map(|(team, role)| (team.to_string(), role));
    let of_applications =
        user.application_roles.iter().map(|(application, role)| (application.to_string(), role));
    let tags = of_teams.chain(of_applications).map(|(key, role)| (key, reference("Role", role.as_str())));
    entity(uid("User", user.username.as_str()), attributes, tags.collect())
}

fn application(application: &Application, owner: Option<&str>) -> Entity {
    let key = ("key".to_owned(), text(application.key.as_str()));
    let team = owner.map(|owner| ("team".to_owned(), text(owner)));
    let attributes = std::iter::once(key).chain(team).collect();
    entity(uid("Application", application.key.as_str()), attributes, Vec::new())
}

fn request(question: &Question) -> Request {
    let environment = ("environment".to_owned(), text(question.environment.as_str()));
    let (action, resource, level) = match &question.act {
        Act::With(application, level) => {
            ("act", uid("Application", application.key.as_str()), level.number())
        }
        Act::SetUp => ("setUp", uid("Environment", question.environment.as_str()), 5),
    };
    let level = ("level".to_owned(), RestrictedExpression::new_long(level.into()));
    let context = Context::from_pairs([environment, level]).expect("its names differ");
    let user = uid("User", question.username.as_str());
    Request::new(user, uid("Action", action), resource, context, None).expect("there is no schema to offend")
}
