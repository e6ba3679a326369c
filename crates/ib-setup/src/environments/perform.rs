//! Does what is due for the environments of an infrastructure, through the traits.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use ib_domain::environment::{Purpose, Role};
use ib_env_client::Obstacle;
use ib_env_client::check::{Checker, Examined, Inventory, Target};

use super::{Environments, EnvironmentsError, Result};
use crate::environment::{Command, Effect, Listed, Number, Seen, State, decide, due, later};
use crate::found::Found;
use crate::id::InfrastructureId;
use crate::infrastructure::Serial;
use crate::ports::{Lease, Leased, Release, StoreError};
use crate::setup::SetupError;
use crate::time::Timestamp;

/// How many environments of one infrastructure are looked at side by side.
pub(super) const AT_ONCE: usize = 8;
/// How many are looked at under one lease, so that nobody's others wait for all of them.
pub(super) const BATCH: usize = 32;

impl Environments {
    /// Looks at what is due.
    pub(crate) async fn work(&self, leased: Leased, infrastructure: InfrastructureId) -> Result<Release> {
        let lease = leased.lease;
        let (state, sequence) = self.restore(lease.history, &leased.kept).await?;
        let effects = due(&state, self.every, self.now());
        if effects.is_empty() && !self.has_introductions(&state) {
            return Ok(Release { lease, sequence, due: self.next(&state) });
        }
        let mut commands = Vec::new();
        if effects.contains(&Effect::List) {
            commands.push(self.list(&state).await?);
        }
        let seen = self.look_at(&state, effects).await;
        commands.push(Command::Sighted(seen));
        let mut known = (state, sequence);
        for command in commands {
            known = self.settle(infrastructure, known, command, lease).await?;
        }
        let (state, sequence) = self.introduce(infrastructure, known, lease).await?;
        Ok(Release { lease, sequence, due: self.next(&state) })
    }

    /// Decides on what the world answered, and records what follows; the state afterwards.
    pub(super) async fn settle(
        &self,
        infrastructure: InfrastructureId,
        (mut state, mut sequence): (State, usize),
        command: Command,
        lease: Lease,
    ) -> Result<(State, usize)> {
        let ground = self.ground(infrastructure).await?;
        loop {
            let events = decide(&state, command.clone(), &ground, self.now())?;
            if events.is_empty() {
                return Ok((state, sequence));
            }
            match self.append(infrastructure, sequence, state.clone(), &events, Some(lease)).await {
                Ok(next) => return Ok((next, sequence + events.len())),
                // A person asked for something meanwhile.
                Err(EnvironmentsError::Setup(SetupError::Store(StoreError::Conflict))) => {
                    (state, sequence) = self.load(infrastructure).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// When there is next work, a little later than the others that were looked at together.
    pub(super) fn next(&self, state: &State) -> Option<Timestamp> {
        if self.has_introductions(state) {
            return Some(self.now());
        }
        let due = later(state, self.every)?;
        let spread = u32::try_from(self.setup.ports.ids.next() % 200).unwrap_or(0);
        let pause = if due > self.now() { self.every * spread / 1_000 } else { Duration::ZERO };
        Some(due.plus(pause))
    }

    /// A checker that may ask LifeTime, and what that says.
    async fn checker(&self, state: &State) -> (Checker, Inventory) {
        let development = state.development();
        let checker = self.setup.checker();
        let checker = match development {
            Some(address) => self.setup.with_lifetime(checker, address),
            None => checker,
        };
        let inventory = checker.inventory().await;
        (checker, inventory)
    }

    async fn list(&self, state: &State) -> Result<Command> {
        let access = state.development().and_then(|address| self.setup.ports.lifetimes.access(address));
        let Some((address, token)) = access else { return Ok(Command::Listed(Vec::new())) };
        let listed = self.setup.ports.connect.lifetime(address.clone(), token).environments().await;
        Ok(match listed {
            Ok(listed) => Command::Listed(listed.into_iter().filter_map(readable).collect()),
            Err(obstacle) => {
                Command::NotListed(Box::new(recorded(obstacle, &address.authority(), self.now())))
            }
        })
    }

    /// Looks at what is due, several at a time.
    async fn look_at(&self, state: &State, effects: Vec<Effect>) -> Vec<(Number, u32, Seen)> {
        let looks: Vec<_> = effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Look { number, turn, address, purpose } => Some((number, turn, address, purpose)),
                Effect::List => None,
            })
            .take(BATCH)
            .collect();
        if looks.is_empty() {
            return Vec::new();
        }
        let (checker, inventory) = self.checker(state).await;
        let (checker, inventory) = (&checker, &inventory);
        let seen = stream::iter(looks).map(|(number, turn, address, purpose)| async move {
            let target = match purpose {
                Purpose::Development => Target::development(address.authority()),
                purpose => Target::other(address.authority(), purpose),
            };
            (number, turn, seen(checker.examine(&target, inventory).await))
        });
        seen.buffer_unordered(AT_ONCE).collect().await
    }
}

/// What of a look is worth keeping.
fn seen(examined: Examined) -> Seen {
    let Examined { report, told, .. } = examined;
    let findings = report.findings.iter().map(|finding| Found::record(finding, &report.address)).collect();
    let purpose = match report.role {
        Role::Environment(purpose) => Some(purpose),
        _ => None,
    };
    let serial = told.as_ref().and_then(|told| Serial::read(told.serial.as_deref()?));
    Seen::new(findings, purpose, told.map(|told| told.version), serial)
}

/// An environment that LifeTime lists under an address that can be read.
fn readable(listed: ib_env_client::ListedEnvironment) -> Option<Listed> {
    let address = ib_domain::address::EnvironmentAddress::parse(&listed.host).ok()?;
    Some(Listed { name: listed.name, address, purpose: listed.purpose })
}

pub(super) fn recorded(obstacle: Obstacle, host: &str, at: Timestamp) -> Found {
    Found::record(&obstacle.finding(at.into()), host)
}
