//! Introduces this service to the environments' Integration Managers.

use futures_util::StreamExt as _;
use futures_util::stream;
use ib_env_client::Introduction;
use secrecy::SecretString;

use super::perform::{AT_ONCE, BATCH, recorded};
use super::{Environments, Result};
use crate::environment::{Command, Introducing, Number, State, introductions};
use crate::found::Found;
use crate::id::InfrastructureId;
use crate::link::{CHALLENGE_LIMIT, LinkId};
use crate::ports::Lease;

/// What came of one introduction.
type Answer = (Number, u32, std::result::Result<String, Box<Found>>);

impl Environments {
    /// Whether somebody has to be introduced to.
    pub(super) fn has_introductions(&self, state: &State) -> bool {
        self.links.is_some() && !introductions(state, self.every).is_empty()
    }

    /// Introduces this service wherever that is due, several at a time. That it begins is recorded first: a proof
    /// may come before the answer.
    pub(super) async fn introduce(
        &self,
        infrastructure: InfrastructureId,
        (state, sequence): (State, usize),
        lease: Lease,
    ) -> Result<(State, usize)> {
        let Some(keys) = self.links.clone().filter(|_| self.has_introductions(&state)) else {
            return Ok((state, sequence));
        };
        let key = keys.current();
        let due: Vec<_> = introductions(&state, self.every).into_iter().take(BATCH).collect();
        let begin = Command::Introducing(due.iter().map(|one| one.number).collect(), key);
        let expires = self.now().plus(CHALLENGE_LIMIT);
        let known = self.settle(infrastructure, (state, sequence), begin, lease).await?;
        // Where an environment was given another address meanwhile, its turn is another one too: what is sent to the
        // former address proves nothing, and its answer tells nothing.
        let challenged = due.into_iter().filter_map(|one| {
            let link = LinkId::new(infrastructure, one.number);
            let challenge = keys.challenge(key, link, one.turn).ok()?;
            let challenge = SecretString::from(challenge.expose().as_str());
            Some((one, Introduction::new(link.to_string(), challenge, expires.into())))
        });
        let answers =
            stream::iter(challenged).map(|(one, introduction)| self.introduce_to(one, introduction));
        let answers: Vec<Answer> = answers.buffer_unordered(AT_ONCE).collect().await;
        self.settle(infrastructure, known, Command::Answered(answers), lease).await
    }

    async fn introduce_to(&self, one: Introducing, introduction: Introduction) -> Answer {
        let Introducing { number, turn, address } = one;
        let host = address.authority();
        let answer = self.setup.ports.connect.environment(address).introduce(&introduction).await;
        let found = |obstacle| Box::new(recorded(obstacle, &host, self.now()));
        (number, turn, answer.map(|introduced| introduced.version).map_err(found))
    }
}
