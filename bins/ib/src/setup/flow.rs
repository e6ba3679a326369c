//! The way through the steps: what is asked of a person, what is taken from the arguments, and when it ends.
//! Written once, whoever keeps the set-ups.

mod steps;

use ib_api::problem::ProblemKind;
use ib_api::setup::SetupDocument;
use ib_domain::address::EnvironmentAddress;
use ib_domain::permission::user::Username;
use secrecy::SecretString;

use super::desk::{Act, Desk, Refused};
use super::person::Person;
use super::teller::Teller;

/// A person may answer a refused log-in, or a refused code, so often in one run. One answer is one attempt.
const ANSWERS: u32 = 3;

/// What was given on the command line and in variables.
pub(crate) struct Given {
    pub(crate) address: EnvironmentAddress,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) code: Option<SecretString>,
    /// The version of the disclaimer that is accepted.
    pub(crate) accepted: Option<String>,
    pub(crate) accept_unverified: bool,
    pub(crate) aim: Aim,
}

/// How far the way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// To a registered infrastructure.
    Register,
    /// In to one that is registered already: through a log-in, and no further.
    ComeIn,
}

/// One run through the steps.
pub(crate) struct Flow<'d> {
    desk: &'d dyn Desk,
    given: Given,
    person: Person,
    pub(crate) teller: Teller,
    /// Where the set-up stood last.
    pub(crate) latest: Option<SetupDocument>,
    did: Did,
}

/// What was done in this run, so that nothing is done twice.
#[derive(Default)]
struct Did {
    addresses: u32,
    checks: u32,
    log_ins: u32,
    codes: u32,
    sessions: u32,
    warnings: u32,
}

/// What follows.
enum Next {
    /// A person did something: wait for what comes of it.
    Wait(Box<SetupDocument>),
    /// Nothing more can be done now; with what was missing.
    End(Option<String>),
}

impl<'d> Flow<'d> {
    pub(crate) fn new(desk: &'d dyn Desk, given: Given, person: Person, teller: Teller) -> Self {
        Self { desk, given, person, teller, latest: None, did: Did::default() }
    }

    /// Goes as far as possible. What is missing then is named.
    pub(crate) async fn run(&mut self) -> Result<Option<String>, Refused> {
        loop {
            match self.walk().await {
                // A session that ended takes nothing along: the set-up goes on after the log-in.
                Err(problem) if problem.is(ProblemKind::NoSession) && self.did.sessions == 0 => {
                    self.desk.renew().await?;
                    self.did = Did { sessions: 1, ..Did::default() };
                }
                result => return result,
            }
        }
    }

    async fn walk(&mut self) -> Result<Option<String>, Refused> {
        let Some(mut document) = self.start().await? else { return Ok(None) };
        loop {
            self.teller.stands(&document);
            self.latest = Some(document.clone());
            document = self.desk.settled(&document.id).await?;
            self.reached(&document);
            match self.next(&document).await? {
                Next::Wait(after) => document = *after,
                Next::End(missing) => return Ok(missing),
            }
        }
    }

    /// The set-up to go on with; none where all is done.
    async fn start(&mut self) -> Result<Option<SetupDocument>, Refused> {
        if self.given.aim == Aim::ComeIn {
            return self.begin().await.map(Some);
        }
        let known = self.desk.find(&self.given.address).await?;
        let user = self.given.username.clone();
        match known {
            Some(document) if document.infrastructure.is_some() && user.is_none() => {
                self.teller.say("It is registered already; nothing was sent.");
                self.latest = Some(document);
                Ok(None)
            }
            Some(document) if document.infrastructure.is_none() && is_of(&document, user.as_deref()) => {
                self.teller.say("Going on where it was left.");
                Ok(Some(document))
            }
            _ => self.begin().await.map(Some),
        }
    }

    /// Begins a set-up with the address.
    async fn begin(&mut self) -> Result<SetupDocument, Refused> {
        let begun = self.desk.begin().await?;
        self.did.addresses += 1;
        self.desk.act(&begun.id, Act::Address(&self.given.address)).await
    }

    /// Remembers and tells where the set-up stands.
    fn reached(&mut self, document: &SetupDocument) {
        self.teller.stands(document);
        self.latest = Some(document.clone());
        let unverified = |document: &SetupDocument| {
            let findings = document.targets.iter().flat_map(|target| &target.findings);
            let mut of_user = findings.filter(|finding| finding.check.starts_with("user."));
            of_user.any(|finding| finding.status == "unknown")
        };
        let let_in = document.status("log-in") == "done";
        if self.given.accept_unverified && let_in && self.did.warnings == 0 && unverified(document) {
            self.did.warnings += 1;
            self.teller.say(
                "warning: the permissions could not be verified; they are accepted, because --accept-unverified was given",
            );
        }
    }

    async fn next(&mut self, document: &SetupDocument) -> Result<Next, Refused> {
        if document.is_running() || document.infrastructure.is_some() {
            return Ok(Next::End(None));
        }
        match document.step.as_str() {
            "address" if self.did.addresses == 0 => {
                self.did.addresses += 1;
                self.act(document, Act::Address(&self.given.address)).await
            }
            "log-in" => self.log_in(document).await,
            _ if self.given.aim == Aim::ComeIn => Ok(Next::End(None)),
            "welcome" => self.act(document, Act::Welcome).await,
            "disclaimer" => self.accept(document).await,
            // Whoever runs the command again wants to know whether it is better now.
            "check" if self.did.log_ins == 0 && self.did.checks == 0 => {
                self.did.checks += 1;
                self.act(document, Act::Check).await
            }
            // A platform that was raised meanwhile needs no code any more.
            "activation-code"
                if self.given.code.is_none() && self.did.log_ins == 0 && self.did.checks == 0 =>
            {
                self.did.checks += 1;
                self.act(document, Act::Check).await
            }
            "activation-code" => self.enter_code(document).await,
            _ => Ok(Next::End(None)),
        }
    }

    async fn act(&self, document: &SetupDocument, act: Act<'_>) -> Result<Next, Refused> {
        let after = self.desk.act(&document.id, act).await?;
        Ok(Next::Wait(Box::new(after)))
    }

    /// Whether the password that was given was sent.
    pub(crate) const fn has_logged_in(&self) -> bool {
        self.did.log_ins > 0
    }

    /// What was given and had no use.
    pub(crate) fn unused(&self) -> Vec<&'static str> {
        let mut unused = Vec::new();
        if self.given.password.is_some() && self.did.log_ins == 0 {
            unused.push("the password was not used, because no log-in was needed or possible");
        }
        if self.given.code.is_some() && self.did.codes == 0 {
            unused.push("the activation code was not used, because it was not asked for");
        }
        unused
    }
}

/// Whether a set-up is that of `user`, or nobody was named.
pub(crate) fn is_of(document: &SetupDocument, user: Option<&str>) -> bool {
    user.is_none_or(|user| Username::parse(user) == Username::parse(&document.typed.username))
}
