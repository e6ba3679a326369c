//! Who may do what in a made-up infrastructure, and what is asked about it.

use ib_domain::permission::key::{ApplicationKey, EnvironmentKey, RoleKey, TeamKey, UserKey};
use ib_domain::permission::level::Level;
use ib_domain::permission::role::{EnvironmentPermission, Role};
use ib_domain::permission::user::{Application, ItUser, Team, Username};

const ENVIRONMENTS: usize = 4;
const ROLES: usize = 10;
const TEAMS: usize = 8;
const APPLICATIONS: usize = 60;
const USERS: usize = 200;
const QUESTIONS: usize = 1_000;

/// The facts, and the questions.
pub(crate) struct Infrastructure {
    pub(crate) environments: Vec<EnvironmentKey>,
    pub(crate) roles: Vec<Role>,
    pub(crate) teams: Vec<Team>,
    pub(crate) users: Vec<ItUser>,
    pub(crate) questions: Vec<Question>,
}

/// May this user do that on this environment?
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) username: Username,
    pub(crate) environment: EnvironmentKey,
    pub(crate) act: Act,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Act {
    /// What needs a level on an application.
    With(Application, Level),
    /// Set up Integration Builder.
    SetUp,
}

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    fn guid(&mut self) -> String {
        let mut part = |digits: usize| format!("{:0digits$x}", self.below(1 << (4 * digits.min(7))));
        [8, 4, 4, 4, 12].map(&mut part).join("-")
    }
}

impl Infrastructure {
    pub(crate) fn new() -> Self {
        let chance = &mut Chance(42);
        let key = |chance: &mut Chance| EnvironmentKey::parse(&chance.guid()).expect("a GUID is a key");
        let environments: Vec<_> = (0..ENVIRONMENTS).map(|_| key(chance)).collect();
        let roles: Vec<_> = (0..ROLES).map(|number| role(chance, number, &environments)).collect();
        let applications: Vec<_> = (0..APPLICATIONS).map(|number| application(chance, number)).collect();
        let teams: Vec<_> = (0..TEAMS).map(|number| team(chance, number, &applications)).collect();
        let users: Vec<_> =
            (0..USERS).map(|number| user(chance, number, &roles, &teams, &applications)).collect();
        let question = |number: usize| Question {
            username: chance.of(&users).username.clone(),
            environment: chance.of(&environments).clone(),
            act: if number % 2 == 0 {
                Act::With(chance.of(&applications).clone(), Level::ALL[1 + chance.below(6)])
            } else {
                Act::SetUp
            },
        };
        let questions = (0..QUESTIONS).map(question).collect();
        Self { environments, roles, teams, users, questions }
    }
}

/// Now and then a role has no entry for an environment, or *No Access*.
fn role(chance: &mut Chance, number: usize, environments: &[EnvironmentKey]) -> Role {
    let key = RoleKey::parse(&chance.guid()).expect("a GUID is a key");
    let mut role = Role::new(key, format!("Role {number}"));
    for environment in environments {
        if !chance.once_in(10) {
            let level = if chance.once_in(2) { 5 + chance.below(2) } else { chance.below(5) };
            let create_applications = !chance.once_in(4);
            let permission =
                EnvironmentPermission { create_applications, ..EnvironmentPermission::of(Level::ALL[level]) };
            role = role.with(environment.clone(), permission);
        }
    }
    role
}

fn application(chance: &mut Chance, number: usize) -> Application {
    let key = ApplicationKey::parse(&chance.guid()).expect("a GUID is a key");
    Application { key, name: format!("Application {number}").into() }
}

/// An application has one owner, and a few have none.
fn team(chance: &mut Chance, number: usize, applications: &[Application]) -> Team {
    let owned = applications.iter().skip(number).step_by(TEAMS + 1).cloned().collect();
    let key = TeamKey::parse(&chance.guid()).expect("a GUID is a key");
    Team { key, name: format!("Team {number}").into(), applications: owned }
}

fn user(
    chance: &mut Chance,
    number: usize,
    roles: &[Role],
    teams: &[Team],
    applications: &[Application],
) -> ItUser {
    let key = UserKey::parse(&chance.guid()).expect("a GUID is a key");
    let username = Username::parse(&format!("user{number}")).expect("it is one word");
    let mut user = ItUser::new(key, username, chance.of(roles).key.clone());
    user.active = !chance.once_in(20);
    for _ in 0..chance.below(4) {
        user.team_roles.insert(chance.of(teams).key.clone(), chance.of(roles).key.clone());
    }
    for _ in 0..chance.below(10) {
        user.application_roles.insert(chance.of(applications).key.clone(), chance.of(roles).key.clone());
    }
    user
}
