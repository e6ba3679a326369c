//! The same model for Casbin. A policy is what a role grants on an environment; roles are given to users per domain,
//! which is an application, a team or `default`.

use std::collections::HashMap;

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use ib_domain::permission::level::Level;

use crate::infrastructure::{Act, Infrastructure, Question};

/// The application role beats the team role, which beats the default role; through the first two, Full Control acts
/// as Change and Deploy. `g` also says where a user has a role at all, and `g2` what is known beforehand: who is active,
/// and whose default role lets them into an environment. What is cheap to compare comes first.
const MODEL: &str = r#"
[request_definition]
r = user, application, team, environment, level, create
[policy_definition]
p = role, environment, level, create
[role_definition]
g = _, _, _
g2 = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.environment == p.environment && r.level <= p.level && (r.create == "no" || p.create == "yes" && g2(r.user, "active", "everywhere")) && g2(r.user, "admitted", r.environment) && (r.level <= "5" && g(r.user, p.role, r.application) || !g(r.user, "any", r.application) && (r.level <= "5" && g(r.user, p.role, r.team) || !g(r.user, "any", r.team) && g(r.user, p.role, "default")))
"#;

/// Asks every question.
pub(crate) fn asker(infrastructure: &Infrastructure) -> impl FnMut() -> Vec<bool> + use<> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it needs nothing");
    let enforcer = runtime.block_on(enforcer(infrastructure)).expect("this is a model");
    let requests = requests(infrastructure);
    let answer = move |[user, application, team, environment, level, create]: &[String; 6]| {
        let request = (&**user, &**application, &**team, &**environment, &**level, &**create);
        enforcer.enforce(request).expect("the request fits the model")
    };
    move || requests.iter().map(&answer).collect()
}

async fn enforcer(infrastructure: &Infrastructure) -> casbin::Result<Enforcer> {
    let mut enforcer = Enforcer::new(DefaultModel::from_str(MODEL).await?, MemoryAdapter::default()).await?;
    let granted = infrastructure.roles.iter().flat_map(|role| {
        role.permissions.iter().map(|(environment, granted)| {
            let level = granted.level.number().to_string();
            vec![role.key.to_string(), environment.to_string(), level, yes(granted.create_applications)]
        })
    });
    enforcer.add_policies(granted.collect()).await?;
    enforcer.add_named_grouping_policies("g", given(infrastructure)).await?;
    enforcer.add_named_grouping_policies("g2", known(infrastructure)).await?;
    Ok(enforcer)
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn triple(user: &str, role: &str, domain: &str) -> Vec<String> {
    [user, role, domain].map(str::to_owned).to_vec()
}

/// Which roles users have, and where they have one.
fn given(infrastructure: &Infrastructure) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for user in &infrastructure.users {
        let name = user.username.as_str();
        all.push(triple(name, user.default_role.as_str(), "default"));
        let of_teams = user.team_roles.iter().map(|(team, role)| (team.as_str(), role));
        let of_applications = user.application_roles.iter().map(|(key, role)| (key.as_str(), role));
        for (domain, role) in of_teams.chain(of_applications) {
            all.push(triple(name, role.as_str(), domain));
            all.push(triple(name, "any", domain));
        }
    }
    all
}

/// Who is active, and who is let in where.
fn known(infrastructure: &Infrastructure) -> Vec<Vec<String>> {
    let roles: HashMap<_, _> = infrastructure.roles.iter().map(|role| (&role.key, role)).collect();
    let mut all = Vec::new();
    for user in &infrastructure.users {
        let name = user.username.as_str();
        all.extend(user.active.then(|| triple(name, "active", "everywhere")));
        let admitted = roles[&user.default_role].permissions.iter();
        let admitted = admitted.filter(|(_, granted)| granted.level > Level::NoAccess);
        all.extend(admitted.map(|(environment, _)| triple(name, "admitted", environment.as_str())));
    }
    all
}

fn requests(infrastructure: &Infrastructure) -> Vec<[String; 6]> {
    let owners: HashMap<_, _> = infrastructure
        .teams
        .iter()
        .flat_map(|team| team.applications.iter().map(|owned| (&owned.key, team.key.to_string())))
        .collect();
    let request = |question: &Question| {
        let (user, environment) = (question.username.to_string(), question.environment.to_string());
        match &question.act {
            Act::With(application, level) => {
                let team = owners.get(&application.key).cloned().unwrap_or_default();
                let level = level.number().to_string();
                [user, application.key.to_string(), team, environment, level, yes(false)]
            }
            Act::SetUp => [user, String::new(), String::new(), environment, "5".to_owned(), yes(true)],
        }
    };
    infrastructure.questions.iter().map(request).collect()
}
