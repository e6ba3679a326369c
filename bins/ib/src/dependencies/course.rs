//! The course of a command: what is asked for, and what is waited for. Written once, whoever publishes.

use std::collections::BTreeSet;

use ib_api::dependencies::DependenciesDocument;
use ib_api::problem::ProblemKind;
use ib_domain::dependency::DependencyId;
use ib_domain::reason::Reason;
use ib_setup::publication::Item;

use super::choice::{chosen, due, is_active, is_over, is_whole, missing};
use super::task::Task;
use super::teller::Teller;
use super::verdict::Ending;
use super::workshop::{Order, Workshop};
use crate::setup::entrance::{Entrance, Given, Halt};
use crate::setup::person::Person;

/// One command on its way.
pub(crate) struct Course<'w> {
    pub(crate) workshop: &'w dyn Workshop,
    pub(crate) entrance: Entrance<'w>,
    pub(crate) teller: Teller,
    /// How many events of the history were heard.
    heard: usize,
    /// What was there last.
    pub(crate) latest: Option<DependenciesDocument>,
}

type Result<T> = std::result::Result<T, Halt>;

impl<'w> Course<'w> {
    pub(crate) fn new(workshop: &'w dyn Workshop, given: Given, person: Person, teller: Teller) -> Self {
        let entrance = Entrance::new(workshop.desk(), given, person);
        Self { workshop, entrance, teller, heard: 0, latest: None }
    }

    /// Goes as far as possible. Whatever is done before a log-in is not done again after it.
    pub(crate) async fn run(&mut self, task: &Task) -> Result<Ending> {
        self.come_in().await?;
        loop {
            match self.walk(task).await {
                Err(halt) => self.log_in(halt).await?,
                end => return end,
            }
        }
    }

    /// By a set-up that is registered, or else through a log-in.
    pub(crate) async fn come_in(&mut self) -> Result<()> {
        match self.entrance.enter().await {
            Err(halt) => self.log_in(halt).await,
            entered => entered,
        }
    }

    pub(crate) async fn log_in(&mut self, halt: Halt) -> Result<()> {
        let teller = self.teller.of_log_in();
        self.entrance.log_in(halt, teller).await?;
        Ok(self.workshop.came_in(&self.entrance.setup).await?)
    }

    /// What the environment said before is not told.
    async fn listen(&mut self) -> Result<()> {
        while self.heard == 0 && self.teller.hears() {
            let before = self.heard;
            self.heard = self.workshop.messages(&self.entrance.setup, before).await?.next;
            if self.heard == before {
                break;
            }
        }
        Ok(())
    }

    async fn walk(&mut self, task: &Task) -> Result<Ending> {
        self.listen().await?;
        match task {
            Task::List { watches: false } | Task::Plan => self.look().await.map(|_| Ending::Reached),
            Task::List { watches: true } => {
                let document = self.look().await?;
                self.follow_if(is_active(&document), &[]).await
            }
            Task::Install { only, watches } => {
                self.publish(|document| missing(document, only), *watches).await
            }
            Task::Update { only, watches } => self.publish(|document| due(document, only), *watches).await,
            Task::Retry { items, watches } => self.retry(items, *watches).await,
            Task::Cancel { items, watches } => self.cancel(items, *watches).await,
        }
    }

    /// Sees what is there, unless a publication is under way.
    pub(crate) async fn look(&mut self) -> Result<DependenciesDocument> {
        self.teller.looks(self.entrance.host());
        let document = self.workshop.order(&self.entrance.setup, Order::Look).await?;
        self.looked(document).await
    }

    /// Waits for the look that is under way.
    pub(crate) async fn looked(
        &mut self,
        mut document: DependenciesDocument,
    ) -> Result<DependenciesDocument> {
        while document.is_looking {
            self.workshop.go_on(&self.entrance.setup).await?;
            document = self.workshop.dependencies(&self.entrance.setup).await?;
        }
        self.latest = Some(document.clone());
        let forgotten = Some(Reason::LoginForgotten.entry().code);
        let stop = document.stop.as_ref().and_then(|stop| stop.code.as_deref());
        if !is_active(&document) && stop == forgotten {
            return Err(Halt::LogIn);
        }
        self.teller.looked(&document);
        Ok(document)
    }

    /// Goes on with what the same user began, then does what is wanted, where anything is.
    async fn publish(
        &mut self,
        wanted: impl Fn(&DependenciesDocument) -> BTreeSet<DependencyId> + Send,
        watches: bool,
    ) -> Result<Ending> {
        let mut document = self.look().await?;
        let mut nothing = Ending::NothingToDo;
        if document.publication.as_ref().is_some_and(|known| known.is_active() && known.is_yours) {
            self.teller.goes_on(&document);
            let ending = self.follow_if(watches, &[]).await?;
            let is_whole = self.latest.as_ref().is_some_and(is_whole);
            if !watches || !is_whole {
                return Ok(ending);
            }
            document = self.look().await?;
            // What was left was what there was to do.
            nothing = Ending::Reached;
        }
        if document.stop.is_some() && !is_active(&document) {
            return Ok(Ending::Reached);
        }
        let only = wanted(&document);
        if only.is_empty() && !is_active(&document) {
            return Ok(nothing);
        }
        let start = Order::Start { edition: document.edition, only: &only };
        match self.workshop.order(&self.entrance.setup, start).await {
            Ok(document) => self.teller.begins(&document),
            Err(problem) if problem.is(ProblemKind::Unfit) && !is_active(&document) => return Ok(nothing),
            Err(problem) => return Err(problem.into()),
        }
        self.follow_if(watches, &[]).await
    }

    async fn retry(&mut self, named: &[Item], watches: bool) -> Result<Ending> {
        let document = self.known().await?;
        let items = chosen(&document, named, |item| item.can_retry)?;
        if items.is_empty() && !is_active(&document) {
            return Ok(Ending::NothingToDo);
        }
        for item in items {
            self.workshop.order(&self.entrance.setup, Order::Retry(&item)).await?;
        }
        self.follow_if(watches, &[]).await
    }

    async fn cancel(&mut self, named: &[Item], watches: bool) -> Result<Ending> {
        let document = self.known().await?;
        if !is_active(&document) {
            return Ok(Ending::NothingToDo);
        }
        if named.is_empty() {
            self.workshop.order(&self.entrance.setup, Order::Cancel(None)).await?;
        }
        for item in chosen(&document, named, |_| !named.is_empty())? {
            self.workshop.order(&self.entrance.setup, Order::Cancel(Some(&item))).await?;
        }
        self.follow_if(watches, named).await
    }

    pub(crate) async fn known(&mut self) -> Result<DependenciesDocument> {
        let document = self.workshop.dependencies(&self.entrance.setup).await?;
        self.latest = Some(document.clone());
        Ok(document)
    }

    /// Follows a publication to its end, or only until these items have come to theirs.
    pub(crate) async fn follow_if(&mut self, watches: bool, until: &[Item]) -> Result<Ending> {
        loop {
            let document = self.known().await?;
            self.hear().await?;
            self.teller.sees(&document);
            let Some(publication) = document.publication.as_ref().filter(|known| known.is_active()) else {
                return Ok(Ending::Reached);
            };
            let over = !until.is_empty() && until.iter().all(|item| is_over(publication, item));
            if !watches || over {
                return Ok(Ending::Reached);
            }
            if publication.status == "waiting_for_log_in" && publication.is_yours {
                return Err(Halt::LogIn);
            }
            self.workshop.go_on(&self.entrance.setup).await?;
        }
    }

    /// Tells what the environment said, where that is wanted.
    async fn hear(&mut self) -> Result<()> {
        while self.teller.hears() {
            let page = self.workshop.messages(&self.entrance.setup, self.heard).await?;
            self.teller.said(page.messages);
            if page.next == self.heard {
                break;
            }
            self.heard = page.next;
        }
        Ok(())
    }
}
