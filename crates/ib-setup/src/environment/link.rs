//! The link between an environment's Integration Manager and this service: what is known of it.
//!
//! The service introduces itself after a look that reached the environment. Only a proof shows that the environment
//! reaches the service too, and a report that is signed with the secret which that proof brought.

mod decide;
#[cfg(test)]
mod explore;
mod report;
#[cfg(test)]
mod tests;
mod view;

use std::net::IpAddr;
use std::time::Duration;

use ib_domain::check::Check;
use ib_domain::feature::Impact;
use serde::{Deserialize, Serialize};

use super::event::Fact;
use super::{Environment, Number, State};
use crate::found::Found;
use crate::link::{CHALLENGE_LIMIT, LinkKeyId, WRONG_PROOFS};
use crate::time::Timestamp;

pub(super) use decide::{answered, introducing, proof_refused, proved, reported, rotate, signed};
pub use report::{ManagerVersion, Report, ReportError, ReportedIntegration};
pub(super) use view::view;
pub use view::{Inbound, LinkView, ReportView};

/// How long an Integration Manager that took an introduction on may take to prove it.
const PROOF_WAIT: Duration = Duration::from_mins(2);
/// A report that says nothing new is recorded as heard once in this time.
const HEARD_AGAIN: Duration = Duration::from_mins(10);
/// After so many intervals without a word the service introduces itself again.
const QUIET: u32 = 2;

/// What is known of one environment's link.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) struct Link {
    /// Counts the introductions; a challenge belongs to one.
    turn: u32,
    /// Counts the secrets that were issued.
    issued: u32,
    introduction: Option<Introduction>,
    version: Option<ManagerVersion>,
    secret: Option<Issued>,
    /// The secret before, until the newer one is used.
    former: Option<Issued>,
    proved: Option<Proof>,
    /// When there was last a proof or a report.
    heard: Option<Timestamp>,
    /// Somebody wants a new secret.
    is_rotating: bool,
    report: Option<Reported>,
}

/// The last introduction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Introduction {
    /// When it began.
    at: Timestamp,
    /// The look that it followed. Times are compared for being the same alone: a clock may go back.
    look: Timestamp,
    /// The key that its challenge is derived from.
    key: LinkKeyId,
    /// How many wrong proofs there were.
    wrong: u8,
    earlier: Earlier,
    outcome: Outcome,
}

/// What came of the introduction before, until it is known what comes of this one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Earlier {
    /// There was none, or it was proved.
    Nothing,
    /// It was taken on and never proved.
    Silent,
    /// It was not taken on.
    NotTaken(Box<Found>),
}

/// What came of an introduction so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Outcome {
    /// It is under way, or this service ended in the middle of it.
    Sent,
    /// Integration Manager took it on.
    Taken(Timestamp),
    /// It was not taken on.
    NotTaken(Box<Found>),
    /// It was proved.
    Proved,
}

/// A secret that was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Issued {
    generation: u32,
    /// The key that it is derived from.
    key: LinkKeyId,
    /// Whether a request was signed with it.
    is_used: bool,
}

/// A right proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Proof {
    at: Timestamp,
    from: Option<IpAddr>,
}

/// The last report.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Reported {
    at: Timestamp,
    /// Since when it says this.
    since: Timestamp,
    report: Report,
}

/// An environment that this service has to introduce itself to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Introducing {
    /// Its number.
    pub number: Number,
    /// The turn that the challenge belongs to.
    pub turn: u32,
    /// Its address.
    pub address: ib_domain::address::EnvironmentAddress,
}

/// Why a proof is none. For the log: whoever sent it hears nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProofRefusal {
    /// There is no such link, or this service links to nobody.
    #[error("the link is not known")]
    Unknown,
    /// The environment was not introduced to this service.
    #[error("there is no introduction to prove")]
    NotIntroduced,
    /// It was proved already.
    #[error("the challenge was used")]
    Used,
    /// There were too many wrong proofs.
    #[error("the challenge is void after too many wrong proofs")]
    Void,
    /// It comes too late.
    #[error("the challenge is over")]
    Late,
    /// It is another challenge, or none.
    #[error("the challenge is wrong")]
    Wrong,
}

/// Everybody whom this service has to introduce itself to, where each environment is looked at again after `every`.
///
/// The record of [beginning](super::Command::Introducing) settles it, before anything is sent: a proof may come before
/// the answer. Where this service ends in between, the next look leads to the next introduction.
#[must_use]
pub fn introductions(state: &State, every: Duration) -> Vec<Introducing> {
    let due = state.environments.iter().filter(|known| known.wants_introduction(every));
    due.map(|known| Introducing {
        number: known.number,
        turn: known.link.turn + 1,
        address: known.address.clone(),
    })
    .collect()
}

impl Environment {
    /// Once for each look that reached it, while there is something to be had.
    fn wants_introduction(&self, every: Duration) -> bool {
        let Some(sight) = self.sight.as_ref().filter(|_| self.belongs) else { return false };
        let stands_in_the_way = |found: &Found| {
            let is_harmless = |reason: ib_domain::reason::Reason| reason.entry().impact == Impact::Nothing;
            found.check <= Check::EnvRole && !found.reason.is_some_and(is_harmless)
        };
        let is_new = self.link.introduction.as_ref().is_none_or(|last| last.look != sight.at);
        let was_reached = !sight.troubles.iter().any(stands_in_the_way);
        is_new && was_reached && self.link.is_wanting(sight.at, every)
    }
}

impl Link {
    /// Whether an introduction would bring something.
    fn is_wanting(&self, at: Timestamp, every: Duration) -> bool {
        let is_used = self.secret.is_some_and(|secret| secret.is_used);
        let is_quiet = self.heard.is_none_or(|heard| heard.plus(every * QUIET) <= at);
        !is_used || self.is_rotating || is_quiet
    }

    /// The environment has another address: what was proved by the one at the former address does not hold. Nothing
    /// is counted anew, so that no secret comes twice; and an introduction that is on its way to the former address
    /// belongs to a turn that is over.
    pub(super) fn leave(&mut self) {
        *self = Self { turn: self.turn + 1, issued: self.issued, ..Self::default() };
    }

    /// The challenge that may be proved now: its turn and the key that it is derived from.
    fn challenge(&self, now: Timestamp) -> Result<(u32, LinkKeyId), ProofRefusal> {
        let introduction = self.introduction.as_ref().ok_or(ProofRefusal::NotIntroduced)?;
        match &introduction.outcome {
            Outcome::Proved => Err(ProofRefusal::Used),
            Outcome::NotTaken(_) => Err(ProofRefusal::NotIntroduced),
            Outcome::Sent | Outcome::Taken(_) if introduction.wrong >= WRONG_PROOFS => {
                Err(ProofRefusal::Void)
            }
            Outcome::Sent | Outcome::Taken(_) if introduction.at.plus(CHALLENGE_LIMIT) < now => {
                Err(ProofRefusal::Late)
            }
            Outcome::Sent | Outcome::Taken(_) => Ok((self.turn, introduction.key)),
        }
    }

    /// Whether that turn's introduction is the last one.
    fn is_at(&self, turn: u32) -> bool {
        self.turn == turn && self.introduction.is_some()
    }

    /// The secret of a generation, where it holds.
    fn holding(&self, generation: u32) -> Option<Issued> {
        [self.secret, self.former].into_iter().flatten().find(|issued| issued.generation == generation)
    }
}

impl State {
    /// The challenge that the environment with that number may prove now.
    pub(crate) fn challenge(&self, number: Number, now: Timestamp) -> Result<(u32, LinkKeyId), ProofRefusal> {
        self.environment(number).ok_or(ProofRefusal::Unknown)?.link.challenge(now)
    }

    /// The key that a generation of secrets is derived from, where that generation holds.
    pub(crate) fn link_key(&self, number: Number, generation: u32) -> Option<LinkKeyId> {
        Some(self.environment(number)?.link.holding(generation)?.key)
    }

    /// The last secret that was issued: its generation and the key that it is derived from.
    pub(crate) fn issued(&self, number: Number) -> Option<(u32, LinkKeyId)> {
        self.environment(number)?.link.secret.map(|secret| (secret.generation, secret.key))
    }

    /// Since when the environment with that number says something else than `report`.
    pub(crate) fn reported(&self, number: Number, report: &Report) -> Option<Timestamp> {
        let known = self.environment(number)?.link.report.as_ref()?;
        (known.report != *report).then_some(known.since)
    }

    /// The name of the environment with that number.
    pub(crate) fn name_of(&self, number: Number) -> Option<&ib_domain::environment::EnvironmentName> {
        self.environment(number).map(|known| &known.name)
    }

    /// The table of legal transitions of links: `None` for everything that is not in it.
    pub(super) fn advance_link(&mut self, fact: &Fact, at: Timestamp) -> Option<()> {
        match fact {
            Fact::Introducing { numbers, key } => {
                for number in numbers {
                    let known = self.find(*number)?;
                    let look = known.sight.as_ref().map_or(at, |sight| sight.at);
                    known.link.begin(*key, at, look);
                }
            }
            Fact::Introduced { number, turn, version } => {
                let link = self.link_at(*number, *turn)?;
                link.version = Some(version.clone());
                link.settle(Outcome::Taken(at));
            }
            Fact::NotIntroduced { number, turn, found } => {
                self.link_at(*number, *turn)?.settle(Outcome::NotTaken(found.clone()));
            }
            Fact::Proved { number, turn, generation, key, version, from } => {
                let link = self.link_at(*number, *turn)?;
                link.version = Some(version.clone());
                link.issue(*generation, *key)?;
                link.proved = Some(Proof { at, from: *from });
                link.heard = Some(at);
            }
            Fact::ProofRefused { number, turn } => {
                self.link_at(*number, *turn)?.introduction.as_mut()?.wrong += 1;
            }
            Fact::SecretUsed { number, generation } => self.find(*number)?.link.take_over(*generation, at)?,
            Fact::SecretWanted { number, .. } => {
                let known = self.find(*number)?;
                known.link.is_rotating = true;
                known.is_wanted = true;
            }
            Fact::Reported { number, report } => {
                let link = &mut self.find(*number)?.link;
                link.version = Some(report.version.clone());
                link.report = Some(Reported { at, since: at, report: (**report).clone() });
                link.heard = Some(at);
            }
            Fact::Heard { number } => {
                let link = &mut self.find(*number)?.link;
                link.report.as_mut()?.at = at;
                link.heard = Some(at);
            }
            _ => return None,
        }
        Some(())
    }

    fn link_at(&mut self, number: Number, turn: u32) -> Option<&mut Link> {
        Some(&mut self.find(number)?.link).filter(|link| link.is_at(turn))
    }
}

impl Link {
    fn begin(&mut self, key: LinkKeyId, at: Timestamp, look: Timestamp) {
        let earlier = match self.introduction.take() {
            Some(Introduction { outcome: Outcome::Taken(_), .. }) => Earlier::Silent,
            Some(Introduction { outcome: Outcome::NotTaken(found), .. }) => Earlier::NotTaken(found),
            Some(Introduction { outcome: Outcome::Sent, earlier, .. }) => earlier,
            Some(Introduction { outcome: Outcome::Proved, .. }) | None => Earlier::Nothing,
        };
        self.turn += 1;
        self.introduction = Some(Introduction { at, look, key, wrong: 0, earlier, outcome: Outcome::Sent });
    }

    /// What came of an introduction, unless the proof was faster than the answer.
    fn settle(&mut self, outcome: Outcome) {
        if let Some(introduction) = self.introduction.as_mut().filter(|last| last.outcome != Outcome::Proved)
        {
            introduction.outcome = outcome;
        }
    }

    /// A right proof brings the next generation. One that was never used gives way at once.
    fn issue(&mut self, generation: u32, key: LinkKeyId) -> Option<()> {
        if generation != self.issued + 1 {
            return None;
        }
        self.introduction.as_mut()?.outcome = Outcome::Proved;
        self.issued = generation;
        self.former = self.secret.filter(|secret| secret.is_used).or(self.former);
        self.secret = Some(Issued { generation, key, is_used: false });
        self.is_rotating = false;
        Some(())
    }

    /// The newest secret is in use, so the former one holds no longer.
    fn take_over(&mut self, generation: u32, at: Timestamp) -> Option<()> {
        let secret = self.secret.as_mut().filter(|secret| secret.generation == generation)?;
        secret.is_used = true;
        self.former = None;
        self.heard = Some(at);
        Some(())
    }
}
