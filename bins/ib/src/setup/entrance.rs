//! The way in to an infrastructure that is registered: by a set-up, or else through a log-in.

use ib_api::problem::ProblemKind;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use secrecy::SecretString;

use super::desk::{Desk, Entry, Refused};
use super::flow::{self, Aim, Flow};
use super::person::Person;
use super::teller::Teller;

/// What was given on the command line and in variables.
pub(crate) struct Given {
    pub(crate) address: EnvironmentAddress,
    pub(crate) username: Option<String>,
    /// Sent once at most.
    pub(crate) password: Option<SecretString>,
    pub(crate) accept_unverified: bool,
}

/// The way in.
pub(crate) struct Entrance<'d> {
    desk: &'d dyn Desk,
    given: Given,
    pub(crate) person: Person,
    /// The set-up by which the user came in.
    pub(crate) setup: String,
    sessions: u32,
}

/// Why a command goes no further.
pub(crate) enum Halt {
    /// Something was not done.
    Refused(Refused),
    /// Its infrastructure is not registered.
    Unregistered,
    /// Nobody got in; with what was missing.
    NotIn(Box<SetupDocument>, Option<String>),
    /// Somebody has to log in, again.
    LogIn,
}

impl From<Refused> for Halt {
    fn from(problem: Refused) -> Self {
        Self::Refused(problem)
    }
}

type Result<T> = std::result::Result<T, Halt>;

impl<'d> Entrance<'d> {
    pub(crate) const fn new(desk: &'d dyn Desk, given: Given, person: Person) -> Self {
        Self { desk, given, person, setup: String::new(), sessions: 0 }
    }

    /// The environment's host.
    pub(crate) fn host(&self) -> &str {
        self.given.address.host()
    }

    /// Whether the password that was given had no use.
    pub(crate) const fn has_unused_password(&self) -> bool {
        self.given.password.is_some()
    }

    /// By a set-up that is registered, where there is one.
    pub(crate) async fn enter(&mut self) -> Result<()> {
        match self.desk.entry(&self.given.address, self.given.username.as_deref()).await? {
            Entry::Closed => Err(Halt::Unregistered),
            Entry::LogIn => Err(Halt::LogIn),
            Entry::Through(document) => {
                self.came_in(*document);
                Ok(())
            }
        }
    }

    /// Through a log-in, where that mends what brought a command to a halt; a session that ended is begun anew, once.
    pub(crate) async fn log_in(&mut self, halt: Halt, teller: Teller) -> Result<()> {
        match halt {
            Halt::LogIn => {}
            Halt::Refused(problem) if problem.is(ProblemKind::NoSession) && self.sessions == 0 => {
                self.sessions += 1;
                self.desk.renew().await?;
            }
            halt => return Err(halt),
        }
        let given = flow::Given {
            address: self.given.address.clone(),
            username: self.given.username.clone(),
            password: self.given.password.clone(),
            code: None,
            accepted: None,
            accept_unverified: self.given.accept_unverified,
            aim: Aim::ComeIn,
        };
        let mut flow = Flow::new(self.desk, given, self.person.clone(), teller);
        let missing = flow.run().await?;
        if flow.has_logged_in() {
            self.given.password = None;
        }
        match flow.latest.take() {
            Some(document) if document.infrastructure.is_some() => {
                self.came_in(document);
                Ok(())
            }
            Some(document) if ["address", "log-in"].contains(&document.step.as_str()) => {
                Err(Halt::NotIn(Box::new(document), missing))
            }
            _ => Err(Halt::Unregistered),
        }
    }

    fn came_in(&mut self, document: SetupDocument) {
        self.given.username = Some(document.typed.username);
        self.setup = document.id;
    }
}
