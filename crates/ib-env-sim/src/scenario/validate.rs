//! Contradictions that types alone cannot exclude, each named by its place.

use std::collections::HashSet;

use url::{Host, Url};

use super::people::{ADMINISTRATOR, EVERYWHERE};
use super::{Scenario, ScenarioError};

/// How many integrations an environment has at most; they are kept, not made anew for each request.
const MAX_INTEGRATIONS: u32 = 10_000;

impl Scenario {
    /// The scenario itself if nothing in it contradicts something else.
    pub(super) fn validated(self) -> Result<Self, ScenarioError> {
        self.check_environments()?;
        self.check_roles()?;
        self.check_users()?;
        self.check_lifetime()?;
        self.check_service()?;
        Ok(self)
    }

    fn check_environments(&self) -> Result<(), ScenarioError> {
        unique(
            "environments",
            self.environments.iter().map(|environment| environment.host.to_ascii_lowercase()),
        )?;
        for environment in &self.environments {
            let place = format!("environments.{}", environment.host);
            require(
                environment.host.contains('.'),
                &place,
                "host must be a full name such as dev.acme.example",
            )?;
            let generated = &environment.generated;
            let enough = generated.modules == 0 || generated.applications > 0;
            require(enough, &place, "generated modules need at least one generated application")?;
            let few = environment.integrations <= MAX_INTEGRATIONS;
            require(few, &place, "at most 10,000 integrations are possible")?;
            for rule in &environment.publish_rules {
                let place = format!("{place}.publish_rules.{}", rule.application);
                require(rule.polls_per_message > 0, &place, "polls_per_message must be at least 1")?;
            }
        }
        Ok(())
    }

    fn check_roles(&self) -> Result<(), ScenarioError> {
        let names = self.roles.iter().map(|role| role.name.clone()).chain([ADMINISTRATOR.to_owned()]);
        unique("roles", names)?;
        unique("teams", self.teams.iter().map(|team| team.name.clone()))?;
        for role in &self.roles {
            for (host, permission) in &role.permissions {
                let place = format!("roles.{}.permissions.{host}", role.name);
                let known = host == EVERYWHERE || self.environment(host).is_some();
                require(known, &place, "no environment has this host")?;
                require(permission.level <= 6, &place, "level must be 0 to 6")?;
            }
        }
        Ok(())
    }

    fn check_users(&self) -> Result<(), ScenarioError> {
        unique("users", self.users.iter().map(|user| user.username.trim().to_lowercase()))?;
        for user in &self.users {
            let place = format!("users.{}", user.username);
            require(!user.password.reveal().is_empty(), &place, "password must not be empty")?;
            self.require_role(&user.role, &format!("{place}.role"))?;
            for given in &user.application_roles {
                self.require_role(&given.role, &format!("{place}.application_roles"))?;
            }
            for given in &user.teams {
                let place = format!("{place}.teams.{}", given.team);
                let known = self.teams.iter().any(|team| team.name == given.team);
                require(known, &place, "no team has this name")?;
                self.require_role(&given.role, &place)?;
            }
        }
        Ok(())
    }

    fn check_lifetime(&self) -> Result<(), ScenarioError> {
        self.require_role(&self.lifetime.service_account_role, "lifetime.service_account_role")?;
        for role in self.lifetime.tokens.iter().filter_map(|token| token.role.as_ref()) {
            self.require_role(role, "lifetime.tokens.role")?;
        }
        Ok(())
    }

    fn check_service(&self) -> Result<(), ScenarioError> {
        let holds = self.service.is_empty() || Url::parse(&self.service).is_ok_and(|url| is_service(&url));
        require(holds, "service", "it must be https://, or http:// on loopback, without a query")
    }

    fn require_role(&self, name: &str, place: &str) -> Result<(), ScenarioError> {
        require(self.role(name).is_some(), place, &format!("no role is called {name:?}"))
    }
}

fn is_service(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    is_safe && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
}

fn require(holds: bool, place: &str, problem: &str) -> Result<(), ScenarioError> {
    if holds {
        return Ok(());
    }
    Err(ScenarioError::Contradiction { place: place.to_owned(), problem: problem.to_owned() })
}

fn unique(place: &str, names: impl Iterator<Item = String>) -> Result<(), ScenarioError> {
    let mut seen = HashSet::new();
    for name in names {
        require(!seen.contains(&name), place, &format!("{name:?} appears twice"))?;
        seen.insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("[[users]]\nusername='ann'\npassword='x'\nrole='Nobody'", "users.ann.role")]
    #[case("[[users]]\nusername='ann'\npassword=''", "password must not be empty")]
    #[case(
        "[[users]]\nusername='ann'\npassword='x'\n[[users]]\nusername=' Ann'\npassword='x'",
        "appears twice"
    )]
    #[case("[[roles]]\nname='R'\npermissions={'a.example'={level=5}}", "roles.R.permissions.a.example")]
    #[case("[[roles]]\nname='R'\npermissions={'*'={level=7}}", "level must be 0 to 6")]
    #[case("[[environments]]\nhost='dev'", "full name")]
    #[case("[[environments]]\nhost='a.b'\n[[environments]]\nhost='A.b'", "appears twice")]
    #[case(
        "[[environments]]\nhost='a.b'\nintegrations=10001",
        "environments.a.b: at most 10,000 integrations"
    )]
    #[case(
        "[[environments]]\nhost='a.b'\npublish_rules=[{application='Orders', polls_per_message=0}]",
        "environments.a.b.publish_rules.Orders: polls_per_message"
    )]
    #[case("service='http://192.0.2.1'", "service: it must be https://")]
    #[case("service='ftp://127.0.0.1'", "service: it must be https://")]
    #[case("service='here'", "service: it must be https://")]
    #[case("[lifetime]\nservice_account_role='X'", "lifetime.service_account_role")]
    fn contradictions_are_named(#[case] text: &str, #[case] expected: &str) {
        let refusal = Scenario::from_toml_str(text).unwrap_err().to_string();
        assert!(refusal.contains(expected), "{refusal}");
    }
}
