//! The course of a command: what is asked for, and what is waited for. Written once, whoever publishes.

use ib_api::dependencies::{DependenciesDocument, PublicationDocument};
use ib_api::integrations::{IntegrationRow, IntegrationsDocument};
use ib_api::problem::Problem;
use ib_domain::integration::IntegrationName;
use ib_setup::PublicationsError;
use ib_setup::publication::Rejection;

use super::target::Target;
use super::task::Task;
use crate::dependencies::choice::is_active;
use crate::dependencies::course as way;
use crate::dependencies::page::text;
use crate::dependencies::teller::Teller;
use crate::dependencies::workshop::{Wish, Workshop};
use crate::setup::entrance::{Given, Halt};
use crate::setup::person::Person;

/// One command on its way.
pub(crate) struct Course<'w> {
    /// The way that looks and publications take, whatever is published.
    pub(crate) way: way::Course<'w>,
    /// Whether what was wanted is recorded: it is not asked for again.
    is_recorded: bool,
    /// What was there last.
    pub(crate) latest: Option<IntegrationsDocument>,
}

/// How a command came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As far as possible.
    Reached,
    /// The package is where it was wanted; there is nothing to show.
    Downloaded,
    /// Nothing was changed, because the person did not confirm it.
    NotConfirmed,
}

type Result<T> = std::result::Result<T, Halt>;

impl<'w> Course<'w> {
    pub(crate) fn new(workshop: &'w dyn Workshop, given: Given, person: Person, teller: Teller) -> Self {
        let way = way::Course::new(workshop, given, person, teller);
        Self { way, is_recorded: false, latest: None }
    }

    /// Goes as far as possible. Whatever is done before a log-in is not done again after it.
    pub(crate) async fn run(&mut self, task: &Task) -> Result<Ending> {
        self.way.come_in().await?;
        loop {
            match self.walk(task).await {
                Err(halt) => self.way.log_in(halt).await?,
                end => return end,
            }
        }
    }

    async fn walk(&mut self, task: &Task) -> Result<Ending> {
        match task {
            Task::List => {
                let looked = self.way.look().await;
                self.known().await?;
                looked.map(|_| Ending::Reached)
            }
            Task::Upload { source, kind } => {
                let upload = source.upload(*kind)?;
                self.way.teller.say(&format!(
                    "Uploading {} ({}) ...",
                    text(&upload.file),
                    bytes(upload.size)
                ));
                let document = self.way.workshop.upload(&self.way.entrance.setup, upload).await?;
                self.keep(document);
                Ok(Ending::Reached)
            }
            Task::Publish { name, watches } => self.publish(name, *watches).await,
            Task::Download { name, target } => self.download(name, target).await,
            Task::Mark(name) => self.mark(name).await,
            Task::Remove { name, is_confirmed } => self.remove(name, *is_confirmed).await,
        }
    }

    fn keep(&mut self, document: IntegrationsDocument) {
        self.latest = Some(document);
    }

    async fn known(&mut self) -> Result<IntegrationsDocument> {
        let document = self.way.workshop.integrations(&self.way.entrance.setup).await?;
        self.keep(document.clone());
        Ok(document)
    }

    async fn wish(&mut self, name: &IntegrationName, wish: Wish) -> Result<()> {
        let document = self.way.workshop.wish(&self.way.entrance.setup, name, wish).await?;
        self.keep(document);
        self.is_recorded = true;
        Ok(())
    }

    /// Goes on with what the same user began, then publishes it, unless that was just done.
    async fn publish(&mut self, name: &IntegrationName, watches: bool) -> Result<Ending> {
        if !self.is_recorded {
            let before = self.way.look().await?;
            self.known().await?;
            if before.stop.is_some() && !is_active(&before) {
                return Ok(Ending::Reached);
            }
            if !self.has_gone_on(&before, name, watches).await? {
                let edition = self.known().await?.edition;
                self.wish(name, Wish::Publish { edition }).await?;
                let begun = self.way.known().await?;
                self.way.teller.begins(&begun);
            }
        }
        self.way.follow_if(watches, &[]).await?;
        let published = self.way.known().await?;
        if watches {
            // Only what is read back afterwards tells how it stands.
            self.way.looked(published).await?;
        }
        self.known().await?;
        Ok(Ending::Reached)
    }

    /// Follows what the same user began before; whether that publishes the integration too.
    async fn has_gone_on(
        &mut self,
        before: &DependenciesDocument,
        name: &IntegrationName,
        watches: bool,
    ) -> Result<bool> {
        let is_own = |known: &&PublicationDocument| known.is_active() && known.is_yours;
        let Some(publication) = before.publication.as_ref().filter(is_own) else { return Ok(false) };
        let is_in_it = publication.items.iter().any(|item| item.item == name.as_str());
        if is_in_it || watches {
            self.way.teller.goes_on(before);
            self.way.follow_if(watches, &[]).await?;
        }
        if watches && !is_in_it {
            self.way.look().await?;
        }
        Ok(is_in_it)
    }

    async fn download(&mut self, name: &IntegrationName, target: &Target) -> Result<Ending> {
        let setup = &self.way.entrance.setup;
        let document = self.way.workshop.integrations(setup).await?;
        let path = target.file(named(&document, name)?)?;
        let package = self.way.workshop.download(setup, name).await?;
        let size = package.size();
        target.write(path.as_deref(), package).await?;
        if let Some(path) = path {
            self.way.teller.say(&format!("Saved as {} ({}).", path.display(), bytes(size)));
        }
        Ok(Ending::Downloaded)
    }

    async fn mark(&mut self, name: &IntegrationName) -> Result<Ending> {
        self.wish(name, Wish::Mark).await?;
        let document = self.way.known().await?;
        let host = self.way.entrance.host();
        self.way.teller.looks(host);
        let looked = self.way.looked(document).await;
        self.known().await?;
        looked.map(|_| Ending::Reached)
    }

    async fn remove(&mut self, name: &IntegrationName, is_confirmed: bool) -> Result<Ending> {
        if !is_confirmed {
            let document = self.way.workshop.integrations(&self.way.entrance.setup).await?;
            let known = named(&document, name)?;
            let file = known.package.as_ref().map_or("its package", |package| &package.file);
            let question = format!("Type yes to remove {} of {name}; what is published stays: ", text(file));
            let answer = self.way.entrance.person.ask(&question).await;
            if !answer.is_some_and(|answer| answer.eq_ignore_ascii_case("yes")) {
                return Ok(Ending::NotConfirmed);
            }
        }
        self.wish(name, Wish::Forget).await?;
        Ok(Ending::Reached)
    }
}

/// The integration of that name.
fn named<'d>(document: &'d IntegrationsDocument, name: &IntegrationName) -> Result<&'d IntegrationRow> {
    document.integration(name.as_str()).ok_or_else(|| {
        let error = PublicationsError::Rejected(Rejection::NoSuchIntegration(name.clone()));
        Halt::Refused(Box::new(Problem::of_publications(&error)))
    })
}

/// A length as a person reads it.
pub(super) fn bytes(length: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = length.saturating_mul(10) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match length {
        0..1_024 => format!("{length} B"),
        1_024..1_048_576 => format!("{} KiB", tenths(1_024)),
        _ => format!("{} MiB", tenths(1_048_576)),
    }
}
