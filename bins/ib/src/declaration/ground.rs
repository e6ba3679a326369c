//! Where a declared infrastructure is looked at and changed: the same ways as by the other commands.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ib_api::check::timestamp;
use ib_api::dependencies::DependenciesDocument;
use ib_api::environments::EnvironmentsDocument;
use ib_api::exit::Exit;
use ib_api::plan::present;
use ib_api::setup::{FindingDocument, SetupDocument};
use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::DependencyId;
use ib_domain::text::{REMOTE_TEXT_LIMIT, harmless};
use ib_setup::declaration::{DeclaredWaiver, Present, Site, Step};

use crate::asking::secret::Secrets;
use crate::dependencies::{self, verdict};
use crate::environments::{self, task::Task, task::Waive};
use crate::look::Look;
use crate::setup::entrance::{self, Halt};
use crate::setup::flow::{Aim, Flow, Given};
use crate::setup::page;
use crate::setup::person::Person;
use crate::setup::place::{self, Everything};
use crate::setup::teller::Teller;
use crate::surroundings::Output;

/// Where a plan is made and applied.
pub(crate) struct Ground {
    pub(crate) place: Everything,
    pub(crate) address: EnvironmentAddress,
    pub(crate) username: Option<String>,
    pub(crate) secrets: Secrets,
    /// The version of the disclaimer that is accepted.
    pub(crate) accepted: Option<String>,
    pub(crate) accept_unverified: bool,
    pub(crate) person: Person,
    pub(crate) stderr: Output,
    pub(crate) look: Look,
}

/// Why something was not done.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    /// What there is to say about it.
    pub(crate) why: String,
    /// How a command ends that stops there.
    pub(crate) exit: Exit,
}

impl Trouble {
    fn new(why: impl Into<String>, exit: Exit) -> Self {
        Self { why: why.into(), exit }
    }
}

impl From<Halt> for Trouble {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Refused(problem) => {
                let detail = || harmless(&problem.detail, 4 * REMOTE_TEXT_LIMIT);
                Self::new(problem.finding.as_ref().map_or_else(detail, found), problem.exit())
            }
            Halt::Unregistered => Self::new("the infrastructure is not registered", Exit::UserAction),
            Halt::NotIn(document, missing) => {
                let said = missing.unwrap_or_else(|| stopped(&document));
                Self::new(said, place::exit(document.exit))
            }
            Halt::LogIn => Self::new("somebody has to log in", Exit::Login),
        }
    }
}

/// Why a set-up goes no further.
fn stopped(document: &SetupDocument) -> String {
    let cause = document.stop.as_ref().and_then(|stop| stop.finding.as_ref());
    let all = document.targets.iter().flat_map(|target| &target.findings);
    let all = cause.into_iter().chain(all.filter(|finding| finding.is_trouble()));
    let said: Vec<_> = all.map(found).collect();
    let step = page::title(&document.step);
    if said.is_empty() { format!("it waits for you at: {step}") } else { said.join("; ") }
}

/// What to write into the file where the disclaimer is what is missing.
fn unaccepted(document: &SetupDocument) -> Option<String> {
    let version = harmless(&document.disclaimer, 60);
    (document.step == "disclaimer").then(|| {
        format!("the disclaimer has to be accepted: read it, write disclaimer = \"{version}\" into the file, and plan again")
    })
}

/// What was found, its code, and what to do.
fn found(finding: &FindingDocument) -> String {
    let code = finding.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let action = finding.action.as_ref().map(|action| format!(" {action}")).unwrap_or_default();
    harmless(&format!("{}{code}{action}", finding.message), 4 * REMOTE_TEXT_LIMIT)
}

impl Ground {
    fn given(&self) -> entrance::Given {
        entrance::Given {
            address: self.address.clone(),
            username: self.username.clone(),
            password: self.secrets.password.clone(),
            accept_unverified: self.accept_unverified,
        }
    }

    async fn register(&self) -> Result<(), Trouble> {
        let given = Given {
            address: self.address.clone(),
            username: self.username.clone(),
            password: self.secrets.password.clone(),
            code: self.secrets.code.clone(),
            accepted: self.accepted.clone(),
            accept_unverified: self.accept_unverified,
            aim: Aim::Register,
        };
        let teller = Teller::new(self.stderr.clone(), self.look, None);
        let mut flow = Flow::new(self.place.desk.as_ref(), given, self.person.clone(), teller);
        let missing = flow.run().await.map_err(|problem| Trouble::from(Halt::Refused(problem)))?;
        match flow.latest {
            Some(document) if document.infrastructure.is_some() => Ok(()),
            Some(document) => {
                let exit = place::exit(document.exit);
                let missing = missing.map(|missing| unaccepted(&document).unwrap_or(missing));
                Err(Trouble::new(missing.unwrap_or_else(|| stopped(&document)), exit))
            }
            None => Err(Trouble::new("nothing could be begun", Exit::CouldNotTell)),
        }
    }

    async fn environments(&self, task: &Task) -> Result<EnvironmentsDocument, Trouble> {
        let (watcher, stderr) = (self.place.watcher.as_ref(), self.stderr.clone());
        let mut course =
            environments::course::Course::new(watcher, self.given(), self.person.clone(), stderr, self.look);
        course.run(task).await?;
        course.latest.ok_or_else(|| Trouble::new("nothing was answered", Exit::CouldNotTell))
    }

    /// What came of the task, with its exit code; `None` where there is nobody to publish anything.
    async fn dependencies(
        &self,
        task: &dependencies::task::Task,
    ) -> Result<Option<(DependenciesDocument, Exit)>, Trouble> {
        let Some(workshop) = self.place.workshop.as_deref() else { return Ok(None) };
        let teller = dependencies::teller::Teller::new(self.stderr.clone(), self.look, None);
        let mut course =
            dependencies::course::Course::new(workshop, self.given(), self.person.clone(), teller);
        let ending = course.run(task).await;
        course.teller.settle();
        let ending = ending?;
        let document =
            course.latest.ok_or_else(|| Trouble::new("nothing was answered", Exit::CouldNotTell))?;
        let exit = verdict::exit(task, ending, &document);
        Ok(Some((document, exit)))
    }

    async fn install(&self, only: BTreeSet<DependencyId>) -> Result<(), Trouble> {
        let task = dependencies::task::Task::Update { only, watches: true };
        match self.dependencies(&task).await? {
            Some((_, Exit::Passed)) => Ok(()),
            Some((document, exit)) => Err(Trouble::new(failures(&document), exit)),
            None => Err(Trouble::new("nobody here publishes dependencies", Exit::Failed)),
        }
    }

    async fn put(&self, task: &Task, name: &str) -> Result<(), Trouble> {
        let document = self.environments(task).await?;
        match &document.refused {
            Some(refused) if document.environment(name).is_none() => {
                Err(Trouble::new(found(&refused.finding), Exit::Failed))
            }
            _ => Ok(()),
        }
    }
}

/// What failed of a publication, or why there was none.
fn failures(document: &DependenciesDocument) -> String {
    let items = document.publication.iter().flat_map(|publication| &publication.items);
    let failed = items.filter(|item| item.status == "failed").map(|item| {
        let why = item.finding.as_ref().map(found).unwrap_or_default();
        format!("{}: {why}", harmless(&item.name, REMOTE_TEXT_LIMIT))
    });
    let failed: Vec<_> = failed.collect();
    let stop = document.publication.as_ref().and_then(|publication| publication.stop.as_ref());
    let stop = stop.or(document.stop.as_ref()).map(found);
    match stop {
        Some(stop) if failed.is_empty() => stop,
        _ if failed.is_empty() => "not everything was published".to_owned(),
        _ => failed.join("; "),
    }
}

#[async_trait]
impl Site for Ground {
    type Trouble = Trouble;

    async fn present(&mut self) -> Result<Present, Trouble> {
        let (watcher, stderr) = (self.place.watcher.as_ref(), self.stderr.clone());
        let mut course =
            environments::course::Course::new(watcher, self.given(), self.person.clone(), stderr, self.look);
        match course.run(&Task::List).await {
            Ok(_) => {}
            Err(Halt::Unregistered) => return Ok(Present::default()),
            Err(halt) => return Err(halt.into()),
        }
        let environments =
            course.latest.ok_or_else(|| Trouble::new("nothing was answered", Exit::CouldNotTell))?;
        let known = self.dependencies(&dependencies::task::Task::Plan).await?;
        match known {
            Some((document, Exit::Passed | Exit::UserAction)) => Ok(present(&environments, Some(&document))),
            Some((document, exit)) => Err(Trouble::new(failures(&document), exit)),
            None => Ok(present(&environments, None)),
        }
    }

    async fn take(&mut self, step: &Step) -> Result<(), Trouble> {
        match step.clone() {
            Step::Register { .. } => self.register().await,
            Step::Install { dependencies } => self.install(dependencies).await,
            Step::Remove { environment } => {
                let task = Task::Remove { name: environment.name, is_confirmed: true };
                self.environments(&task).await.map(drop)
            }
            Step::Put { environment, was } => {
                let (name, address) = (environment.name, environment.address.authority());
                let called = name.to_string();
                let task = match was {
                    None => Task::Add { name, address },
                    Some(was) => {
                        Task::Edit { name: was.name, new_name: Some(name), new_address: Some(address) }
                    }
                };
                self.put(&task, &called).await
            }
            Step::EndWaiver { environment, reason } => {
                self.environments(&Task::EndWaiver { name: environment, reason }).await.map(drop)
            }
            Step::Waive { waiver: DeclaredWaiver { environment, reason, owner, why, until } } => {
                let unreadable = |_| Trouble::new("its end cannot be said", Exit::Internal);
                let until = timestamp(until.into()).parse().map_err(unreadable)?;
                let task = Task::Waive { name: environment, waiver: Waive { reason, owner, why, until } };
                self.environments(&task).await.map(drop)
            }
        }
    }

    /// Nobody who did not get in, or found nobody there, gets further with another step.
    fn goes_on(&self, trouble: &Trouble) -> bool {
        !matches!(trouble.exit, Exit::Login | Exit::Internal)
    }
}
