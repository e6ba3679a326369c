//! The course of a command: what is asked for, and what is waited for. Written once, whoever watches.

use ib_api::environments::{EnvironmentRow, EnvironmentsDocument};
use ib_domain::environment::EnvironmentName;
use ib_setup::environment::Rejection;

use super::page::text;
use super::task::Task;
use super::watcher::{Order, Watcher, rejected};
use crate::format::enumeration;
use crate::look::Look;
use crate::setup::entrance::{Entrance, Given, Halt};
use crate::setup::person::Person;
use crate::setup::teller::Teller;
use crate::surroundings::Output;

/// One command on its way.
pub(crate) struct Course<'w> {
    watcher: &'w dyn Watcher,
    pub(crate) entrance: Entrance<'w>,
    stderr: Output,
    look: Look,
    /// What was told last.
    told: String,
    /// What was there last.
    pub(crate) latest: Option<EnvironmentsDocument>,
}

/// How a command came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As far as possible.
    Reached,
    /// Nothing was changed, because the person did not confirm it.
    NotConfirmed,
}

type Result<T> = std::result::Result<T, Halt>;

impl<'w> Course<'w> {
    pub(crate) fn new(
        watcher: &'w dyn Watcher,
        given: Given,
        person: Person,
        stderr: Output,
        look: Look,
    ) -> Self {
        let entrance = Entrance::new(watcher.desk(), given, person);
        Self { watcher, entrance, stderr, look, told: String::new(), latest: None }
    }

    /// Goes as far as possible.
    pub(crate) async fn run(&mut self, task: &Task) -> Result<Ending> {
        if let Err(halt) = self.entrance.enter().await {
            self.log_in(halt).await?;
        }
        loop {
            match self.walk(task).await {
                Err(halt) => self.log_in(halt).await?,
                end => return end,
            }
        }
    }

    async fn log_in(&mut self, halt: Halt) -> Result<()> {
        let teller = Teller::new(self.stderr.clone(), self.look, None);
        self.entrance.log_in(halt, teller).await
    }

    async fn walk(&mut self, task: &Task) -> Result<Ending> {
        self.watcher.came_in(&self.entrance.setup).await?;
        match task {
            Task::List | Task::Features(None) => self.known().await.map(|_| Ending::Reached),
            Task::Features(Some(name)) => self.narrow(name).await,
            Task::Add { name, address } => self.order(Order::Add { name, address }).await,
            Task::Edit { name, new_name, new_address } => {
                self.edit(name, new_name.as_ref(), new_address.as_deref()).await
            }
            Task::Remove { name, is_confirmed } => self.remove(name, *is_confirmed).await,
            Task::Release(name) => self.order(Order::Release(name)).await,
            Task::Check(name) => self.order(Order::Look(name.as_ref())).await,
            Task::Waive { name, waiver } => self.order(Order::Waive { name, waiver }).await,
            Task::EndWaiver { name, reason } => self.order(Order::EndWaiver { name, reason: *reason }).await,
            Task::Import => self.order(Order::Import).await,
        }
    }

    async fn known(&mut self) -> Result<EnvironmentsDocument> {
        let document = self.watcher.environments(&self.entrance.setup).await?;
        self.latest = Some(document.clone());
        Ok(document)
    }

    /// Leaves out every other environment.
    async fn narrow(&mut self, name: &EnvironmentName) -> Result<Ending> {
        let mut document = self.known().await?;
        let wanted = named(&document, name)?.name.clone();
        document.environments.retain(|environment| environment.name == wanted);
        self.latest = Some(document);
        Ok(Ending::Reached)
    }

    /// What is not named stays as it is.
    async fn edit(
        &mut self,
        name: &EnvironmentName,
        new_name: Option<&EnvironmentName>,
        new_address: Option<&str>,
    ) -> Result<Ending> {
        let document = self.watcher.environments(&self.entrance.setup).await?;
        let known = named(&document, name)?;
        let same_name = known.name.parse().unwrap_or_else(|_| name.clone());
        let new_name = new_name.unwrap_or(&same_name);
        let address = new_address.unwrap_or(&known.address);
        self.order(Order::Edit { name, new_name, address }).await
    }

    async fn remove(&mut self, name: &EnvironmentName, is_confirmed: bool) -> Result<Ending> {
        if !is_confirmed {
            let document = self.watcher.environments(&self.entrance.setup).await?;
            let known = named(&document, name)?;
            let question = format!("Type yes to remove {} ({}): ", text(&known.name), text(&known.address));
            let answer = self.entrance.person.ask(&question).await;
            if !answer.is_some_and(|answer| answer.eq_ignore_ascii_case("yes")) {
                return Ok(Ending::NotConfirmed);
            }
        }
        let document = self.watcher.order(&self.entrance.setup, Order::Remove(name)).await?;
        self.latest = Some(document);
        Ok(Ending::Reached)
    }

    /// Records what is wanted, and waits until every look has ended.
    async fn order(&mut self, order: Order<'_>) -> Result<Ending> {
        let mut document = self.watcher.order(&self.entrance.setup, order).await?;
        while document.is_under_way() {
            self.tell(&document);
            self.latest = Some(document);
            document = self.watcher.go_on(&self.entrance.setup).await?;
        }
        self.latest = Some(document);
        Ok(Ending::Reached)
    }

    /// What is waited for: a line where that is something else.
    fn tell(&mut self, document: &EnvironmentsDocument) {
        let looked_at = document.environments.iter().filter(|environment| environment.is_looking);
        let hosts: Vec<_> = looked_at.map(|environment| text(&environment.address)).collect();
        let hosts: Vec<_> = hosts.iter().map(String::as_str).collect();
        let line = if document.is_importing {
            "Asking LifeTime which environments there are ...".to_owned()
        } else {
            format!("Looking at {} ...", enumeration(&hosts))
        };
        if line != self.told {
            self.stderr.say(&line);
            self.told = line;
        }
    }
}

/// The environment of that name.
fn named<'d>(document: &'d EnvironmentsDocument, name: &EnvironmentName) -> Result<&'d EnvironmentRow> {
    let known = document.environment(name.as_str());
    known.ok_or_else(|| rejected(Rejection::NoSuchEnvironment(name.clone())).into())
}
