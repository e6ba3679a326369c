//! The environments of an infrastructure: which there are, and what was last seen of each (E1 to E6, B7).
//!
//! One history for each infrastructure. Development is there from the beginning and stays; people add, edit and
//! remove the others, one by one or all that LifeTime lists. What is added is looked at before it belongs: LifeTime,
//! and an environment that is there under another name already, are refused. One that cannot be reached may stay: a
//! connection is mandatory to development alone.
//!
//! Each is looked at again from time to time. What was seen long ago tells nothing about now: it is *stale*, and
//! stale is unknown.
//!
//! A file may declare environments and waivers (F6). What it declares is changed for that file alone, until it is
//! released.
//!
//! People may decide to live with a finding for a while: they waive it. That limits as much as before, and is said.
//!
//! `decide` says what follows from a command, `apply` is the table of legal transitions, [`due`] derives what has
//! to be looked at, [`view`] what a person sees.

mod apply;
mod command;
mod decide;
mod due;
mod event;
#[cfg(test)]
mod explore;
mod link;
mod sight;
#[cfg(test)]
mod tests;
mod view;
mod waiver;

use ib_domain::address::EnvironmentAddress;
use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose};
use ib_domain::permission::user::Username;
use ib_domain::reason::Reason;
use serde::{Deserialize, Serialize};

use crate::found::Found;
use crate::infrastructure::Serial;
use crate::time::Timestamp;

pub use apply::{IllegalEvent, replay};
pub use command::{Command, Ground, Listed, Rejection};
pub use decide::decide;
pub use due::{Effect, due, later};
pub use event::{Event, Fact};
pub use link::{
    Inbound, Introducing, LinkView, ManagerVersion, ProofRefusal, Report, ReportError, ReportView,
    ReportedIntegration, introductions,
};
pub use sight::{Earlier, Seen, Sight};
pub use view::{EnvironmentView, Standing, View, view};
pub use waiver::{LONGEST, Trouble, Waiver, WaiverEffect, WaiverView};

/// How many environments an infrastructure may have. Nobody has as many; a list that names more is not believed.
pub const ENVIRONMENTS: usize = 1_000;

/// What development is called.
pub const DEVELOPMENT: &str = "Development";

/// Counts the environments of an infrastructure; a number never comes twice.
pub type Number = u32;

/// What is known of an infrastructure's environments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct State {
    /// The greatest number so far.
    last: Number,
    environments: Vec<Environment>,
    /// The last one that was refused, until another one is added.
    refused: Option<Refused>,
    import: Import,
}

/// Whether the environments that LifeTime lists are being added.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
enum Import {
    #[default]
    Idle,
    /// Somebody wants it.
    Wanted(Username),
    /// It came to nothing.
    Stopped(Box<Found>),
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Environment {
    number: Number,
    name: EnvironmentName,
    address: EnvironmentAddress,
    purpose: Purpose,
    added: Timestamp,
    by: Username,
    /// Counts what makes an earlier look worthless.
    turn: u32,
    /// Somebody waits for it to be looked at.
    is_wanted: bool,
    /// Whether it belongs: it was looked at, and not refused.
    belongs: bool,
    sight: Option<Sight>,
    link: link::Link,
    /// What people decided to live with, one for each reason, expired or not.
    waivers: Vec<Waiver>,
    /// The file that declares it.
    file: Option<FileName>,
}

/// An environment that was not added, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refused {
    /// What it was to be called.
    pub name: EnvironmentName,
    /// Its address.
    pub address: EnvironmentAddress,
    /// Why.
    pub found: Box<Found>,
}

/// The version of a snapshot's form. It counts up with every change of [`State`] or of anything in it; a snapshot
/// in another form is not read, and the history is replayed instead.
const SNAPSHOT: u8 = 5;

impl State {
    /// The state as a text, for a [`Store`](crate::ports::Store) to keep beside the history.
    pub fn snapshot(&self) -> String {
        // What cannot be written is read as no snapshot, and the history has everything.
        serde_json::to_string(&(SNAPSHOT, self)).unwrap_or_default()
    }

    /// The state of a snapshot; `None` for one in another form, or none at all.
    pub fn from_snapshot(text: &str) -> Option<Self> {
        let (version, state) = serde_json::from_str::<(u8, Self)>(text).ok()?;
        (version == SNAPSHOT).then_some(state)
    }

    /// Whether development is there, and so everything else can be.
    pub const fn has_begun(&self) -> bool {
        !self.environments.is_empty()
    }

    /// The address of development.
    pub(crate) fn development(&self) -> Option<&EnvironmentAddress> {
        self.environments.first().map(|environment| &environment.address)
    }

    fn environment(&self, number: Number) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.number == number)
    }

    /// What an environment is called, its address, and who added it.
    pub(crate) fn known(&self, number: Number) -> Option<(&EnvironmentName, &EnvironmentAddress, &Username)> {
        self.environment(number).map(|known| (&known.name, &known.address, &known.by))
    }

    /// The file that declares an environment.
    pub(crate) fn file_of(&self, number: Number) -> Option<&FileName> {
        self.environment(number)?.file.as_ref()
    }

    /// What somebody decided about a reason at an environment.
    pub(crate) fn waiver(&self, number: Number, reason: Reason) -> Option<&Waiver> {
        self.environment(number)?.waiver(reason)
    }

    /// Who wants the environments that LifeTime lists.
    pub(crate) const fn importer(&self) -> Option<&Username> {
        match &self.import {
            Import::Wanted(by) => Some(by),
            _ => None,
        }
    }

    fn named(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.is_same(name))
    }

    fn at(&self, address: &EnvironmentAddress) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.address == *address)
    }

    /// The environment that told that serial number, other than `number`.
    fn with_serial(&self, serial: &Serial, number: Number) -> Option<&Environment> {
        let told = |environment: &&Environment| {
            environment.number != number
                && environment.sight.as_ref().is_some_and(|sight| sight.serial.as_ref() == Some(serial))
        };
        self.environments.iter().find(told)
    }
}

impl Environment {
    /// Development has the first number.
    const fn is_development(&self) -> bool {
        self.number == 1
    }
}
