//! What has to be looked at, and when.

use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::environment::Purpose;

use super::{Environment, Import, Number, State};
use crate::time::Timestamp;

/// Work that the world owes. All of it only reads, so a crash between doing it and recording what came of it does
/// no harm: it is done again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Ask LifeTime which environments there are.
    List,
    /// Look at an environment.
    Look {
        /// Its number.
        number: Number,
        /// Tells this look from those at what it was before.
        turn: u32,
        /// Its address.
        address: EnvironmentAddress,
        /// What it is for.
        purpose: Purpose,
    },
}

/// After how many intervals without a look what was seen is stale.
pub(super) const STALE: u32 = 3;

/// Due at once.
const NOW: Timestamp = Timestamp::from_millis(0);

/// Everything that is due at `now`, where each environment is looked at again after `every`: first what somebody
/// waits for.
#[must_use]
pub fn due(state: &State, every: Duration, now: Timestamp) -> Vec<Effect> {
    let list = matches!(state.import, Import::Wanted(_)).then_some(Effect::List);
    let mut looks: Vec<_> = state.environments.iter().filter(|known| known.due(every) <= now).collect();
    looks.sort_by_key(|known| (!known.is_wanted, known.due(every), known.number));
    list.into_iter().chain(looks.into_iter().map(Environment::look)).collect()
}

/// When there is next work; `None` before anybody came in.
#[must_use]
pub fn later(state: &State, every: Duration) -> Option<Timestamp> {
    if matches!(state.import, Import::Wanted(_)) {
        return Some(NOW);
    }
    state.environments.iter().map(|known| known.due(every)).min()
}

impl Environment {
    /// When it is to be looked at.
    fn due(&self, every: Duration) -> Timestamp {
        match &self.sight {
            Some(sight) if !self.is_wanted => sight.at.plus(every),
            _ => NOW,
        }
    }

    fn look(&self) -> Effect {
        let (number, turn) = (self.number, self.turn);
        Effect::Look { number, turn, address: self.address.clone(), purpose: self.purpose.clone() }
    }
}
