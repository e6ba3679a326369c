//! How the state follows from what was recorded.

use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose};

use super::event::{Event, Fact};
use super::link::Link;
use super::waiver::Waiver;
use super::{DEVELOPMENT, Environment, Import, Number, Refused, Sight, State};
use crate::time::Timestamp;

/// An event that cannot have happened in the state before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the history has an event that does not follow from those before: {fact:?}")]
#[non_exhaustive]
pub struct IllegalEvent {
    /// What is said to have happened.
    pub fact: Box<Fact>,
}

/// The state that a whole history leads to.
///
/// # Errors
///
/// [`IllegalEvent`] where the history is damaged.
pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<State, IllegalEvent> {
    events.into_iter().try_fold(State::default(), State::apply)
}

impl State {
    /// Applies one recorded event, whether it is new or replayed.
    ///
    /// # Errors
    ///
    /// [`IllegalEvent`] where the event cannot have happened in this state.
    pub fn apply(mut self, event: &Event) -> Result<Self, IllegalEvent> {
        match self.advance(event) {
            Some(()) => Ok(self),
            None => Err(IllegalEvent { fact: Box::new(event.fact.clone()) }),
        }
    }

    /// The table of legal transitions: `None` for everything that is not in it.
    fn advance(&mut self, event: &Event) -> Option<()> {
        let at = event.at;
        match &event.fact {
            Fact::Began { address, by } => {
                let name: EnvironmentName = DEVELOPMENT.parse().ok()?;
                self.add(Environment {
                    belongs: true,
                    ..Environment::new(1, name, address.clone(), Purpose::Development, by.clone(), at)
                })?;
            }
            Fact::Added { number, name, address, purpose, by } if self.has_begun() => {
                self.refused = None;
                let (address, purpose) = (address.clone(), purpose.clone());
                self.add(Environment::new(*number, name.clone(), address, purpose, by.clone(), at))?;
            }
            Fact::Edited { number, name, address, .. } => self.edit(*number, name, address)?,
            Fact::Removed { number, .. } => drop(self.take(*number)?),
            Fact::LookRequested { numbers, .. } => {
                for number in numbers {
                    self.find(*number)?.is_wanted = true;
                }
            }
            Fact::Published => self.environments.first_mut()?.is_wanted = true,
            Fact::Seen { number, seen } => {
                let environment = self.find(*number)?;
                environment.sight = Some(Sight::after(environment.sight.as_ref(), seen, at));
                // There is one that users sign in to, and everybody knows which.
                let is_fitting =
                    |purpose: &&Purpose| (**purpose == Purpose::Development) == environment.is_development();
                if let Some(purpose) = seen.purpose.as_ref().filter(is_fitting) {
                    environment.purpose = purpose.clone();
                }
                environment.settle();
            }
            Fact::Unchanged { numbers } => {
                for number in numbers {
                    let environment = self.find(*number)?;
                    environment.sight.as_mut()?.at = at;
                    environment.settle();
                }
            }
            Fact::Refused { number, found } => {
                let Environment { name, address, .. } = self.take(*number)?;
                self.refused = Some(Refused { name, address, found: found.clone() });
            }
            Fact::Waived { number, reason, owner, why, until, by, file } => {
                let (reason, until, file) = (*reason, *until, file.clone());
                let (owner, why, by) = (owner.clone(), why.clone(), by.clone());
                self.find(*number)?.keep(Waiver { reason, owner, why, until, by, at, file });
            }
            Fact::Declared { number, file, .. } => self.find(*number)?.declare(file.as_ref()),
            Fact::WaiverEnded { number, reason, .. } => drop(self.find(*number)?.unwaive(*reason)?),
            Fact::ImportRequested { by } if self.has_begun() => self.import = Import::Wanted(by.clone()),
            Fact::Imported if matches!(self.import, Import::Wanted(_)) => self.import = Import::Idle,
            Fact::ImportStopped { found } if matches!(self.import, Import::Wanted(_)) => {
                self.import = Import::Stopped(found.clone());
            }
            fact => return self.advance_link(fact, at),
        }
        Some(())
    }

    fn add(&mut self, environment: Environment) -> Option<()> {
        let is_free = self.named(&environment.name).is_none() && self.at(&environment.address).is_none();
        if !is_free || environment.number <= self.last {
            return None;
        }
        self.last = environment.number;
        self.environments.push(environment);
        Some(())
    }

    /// What was seen at another address does not count any more.
    fn edit(
        &mut self,
        number: Number,
        name: &EnvironmentName,
        address: &ib_domain::address::EnvironmentAddress,
    ) -> Option<()> {
        let environment = self.find(number).filter(|known| !known.is_development())?;
        environment.name = name.clone();
        if environment.address != *address {
            environment.address = address.clone();
            environment.sight = None;
            environment.belongs = false;
            environment.is_wanted = true;
            environment.turn += 1;
            environment.link.leave();
        }
        self.refused = None;
        Some(())
    }

    pub(super) fn find(&mut self, number: Number) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|environment| environment.number == number)
    }

    /// Takes an environment out; development stays.
    fn take(&mut self, number: Number) -> Option<Environment> {
        let index = self.environments.iter().position(|known| known.number == number && number != 1)?;
        Some(self.environments.remove(index))
    }
}

impl Environment {
    fn new(
        number: Number,
        name: EnvironmentName,
        address: ib_domain::address::EnvironmentAddress,
        purpose: Purpose,
        by: ib_domain::permission::user::Username,
        added: Timestamp,
    ) -> Self {
        Self {
            number,
            name,
            address,
            purpose,
            added,
            by,
            turn: 0,
            is_wanted: true,
            belongs: false,
            sight: None,
            link: Link::default(),
            waivers: Vec::new(),
            file: None,
        }
    }

    /// A file declares it; or none does any more, nor any waiver of it.
    fn declare(&mut self, file: Option<&FileName>) {
        self.file = file.cloned();
        if file.is_none() {
            self.waivers.iter_mut().for_each(|waiver| waiver.file = None);
        }
    }

    /// It was looked at.
    const fn settle(&mut self) {
        self.is_wanted = false;
        self.belongs = true;
    }
}
