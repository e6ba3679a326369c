//! Dependencies of the infrastructure that a set-up leads to, for the API and the pages alike.

use std::time::Duration;

use ib_api::dependencies::{DependenciesDocument, MessageDocument, MessagesDocument, PublicationDocument};
use ib_api::problem::{Problem, ProblemKind};
use ib_setup::publication::{Item, View};
use ib_setup::{Publications, PublicationsError, RequestSource, SetupId};

use crate::app::{Answer, App};
use crate::session::Session;

/// What a person asks of the dependencies.
pub(crate) enum Wish {
    /// See what is there.
    Look,
    /// Have done what the plan of that edition names.
    Start {
        edition: u32,
        /// The ids of the dependencies; all where there is none.
        only: Vec<String>,
    },
    /// Try an item again.
    Retry(String),
    /// Cancel an item, or everything.
    Cancel(Option<String>),
}

impl Wish {
    /// What tells it from others under an idempotency key.
    fn name(&self) -> String {
        match self {
            Self::Look => "look".to_owned(),
            Self::Start { edition, only } => format!("start {edition} {}", only.join(" ")),
            Self::Retry(item) => format!("retry {item}"),
            Self::Cancel(item) => format!("cancel {}", item.as_deref().unwrap_or_default()),
        }
    }
}

impl App {
    /// The publications; nothing where the operator gave no catalogue of dependencies.
    pub(crate) fn publications(&self) -> Answer<&Publications> {
        let detail = "This service installs no dependencies and publishes no integrations.";
        Ok(self.publications.as_ref().ok_or_else(|| Problem::new(ProblemKind::NotFound, detail))?)
    }

    /// What there is, as whoever came in by `setup` sees it.
    pub(crate) async fn dependencies(&self, setup: SetupId) -> Answer<(View, DependenciesDocument)> {
        let seen = self.publications()?.seen_by(setup).await;
        let (view, holder) = seen.map_err(|error| self.refuse_publication(&error))?;
        let document = DependenciesDocument::new(&view, &holder.username, self.sessions.clock.now());
        Ok((view, document))
    }

    /// The same once it is known and nothing is under way, or when `limit` has passed.
    pub(crate) async fn settled_dependencies(
        &self,
        setup: SetupId,
        limit: Duration,
    ) -> Answer<DependenciesDocument> {
        let look = || async {
            let (view, document) = self.dependencies(setup).await?;
            let is_settled = view.has_been_looked_at() && !is_under_way(&document);
            Ok((document, is_settled))
        };
        self.driver.until(limit, look).await
    }

    /// Asks what a person wants, once for each key.
    pub(crate) async fn wish(
        &self,
        from: RequestSource,
        session: &Session,
        key: Option<&str>,
        setup: SetupId,
        wish: Wish,
    ) -> Answer<()> {
        let request = format!("{setup} dependencies {}", wish.name());
        self.once(session, key, &request, setup, self.grant(from, setup, wish)).await.map(drop)
    }

    async fn grant(&self, from: RequestSource, setup: SetupId, wish: Wish) -> Answer<()> {
        let publications = self.publications_for(from)?;
        let done = match wish {
            Wish::Look => publications.look(setup).await,
            Wish::Start { edition, only } => {
                let only = only.iter().map(|id| id.parse()).collect::<Result<_, _>>();
                let only = only.map_err(|_| {
                    let detail = "Name dependencies by their ids, as they are listed.";
                    Problem::new(ProblemKind::Unusable, detail).field("only")
                })?;
                publications.start(setup, edition, only).await
            }
            Wish::Retry(item) => publications.retry(setup, named(&item)?).await,
            Wish::Cancel(item) => {
                let item = item.as_deref().map(named).transpose()?;
                publications.cancel(setup, item).await
            }
        };
        done.map_err(|error| self.refuse_publication(&error))?;
        Ok(())
    }

    /// What the environment said about the last publication, after so many events.
    pub(crate) async fn messages(&self, setup: SetupId, after: usize) -> Answer<MessagesDocument> {
        let said = self.publications()?.messages(setup, after).await;
        let (said, next) = said.map_err(|error| self.refuse_publication(&error))?;
        Ok(MessagesDocument::new(&said, next))
    }

    /// The same of the last `events` alone.
    pub(crate) async fn newest_messages(
        &self,
        setup: SetupId,
        events: usize,
    ) -> Answer<Vec<MessageDocument>> {
        let said = self.publications()?.newest_messages(setup, events).await;
        let said = said.map_err(|error| self.refuse_publication(&error))?;
        Ok(MessagesDocument::new(&said, 0).messages)
    }

    pub(crate) fn refuse_publication(&self, error: &PublicationsError) -> Problem {
        self.told(Problem::of_publications(error), error)
    }
}

/// Whether something goes on by itself, so that asking again soon tells more.
pub(crate) fn is_under_way(document: &DependenciesDocument) -> bool {
    let is_active = document.publication.as_ref().is_some_and(PublicationDocument::is_active);
    document.is_looking || is_active
}

/// The item of that name. A name that none can have is no item's.
fn named(item: &str) -> Answer<Item> {
    let detail = "The last publication has no such item.";
    Ok(item.parse().map_err(|_| Problem::new(ProblemKind::NotFound, detail))?)
}
