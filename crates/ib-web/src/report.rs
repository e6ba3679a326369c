//! The support report of a set-up and of what it leads to, for the API and the pages alike.

use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::environments::EnvironmentsDocument;
use ib_api::integrations::IntegrationsDocument;
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use ib_api::support::{EVENTS, SupportDocument, SupportProgram, SupportSources};
use ib_setup::{Publications, SetupId, environment};

use crate::app::{Answer, App};

/// What is published.
type Published = (DependenciesDocument, IntegrationsDocument, MessagesDocument);

impl App {
    /// Everything that helps whoever is asked for help. Making it changes nothing; before registration it holds the
    /// set-up alone.
    pub(crate) async fn report(&self, setup: SetupId) -> Answer<SupportDocument> {
        let view = self.setup.view(setup).await.map_err(|error| self.refuse(&error, ""))?;
        let document = SetupDocument::new(setup, &view);
        let mut sources = SupportSources {
            setup: &document,
            environments: None,
            dependencies: None,
            integrations: None,
            messages: &[],
        };
        if view.infrastructure.is_none() {
            return Ok(self.reported(&sources));
        }
        let seen = self.environments.view(setup).await;
        let seen = seen.map_err(|error| self.told(Problem::of_environments(&error, ""), &error))?;
        let environments = EnvironmentsDocument::new(&seen, false);
        sources.environments = Some(&environments);
        let Some(publications) = &self.publications else { return Ok(self.reported(&sources)) };
        let (dependencies, integrations, said) = self.published(publications, setup, &seen).await?;
        sources.dependencies = Some(&dependencies);
        sources.integrations = Some(&integrations);
        sources.messages = &said.messages;
        Ok(self.reported(&sources))
    }

    async fn published(
        &self,
        publications: &Publications,
        setup: SetupId,
        seen: &environment::View,
    ) -> Answer<Published> {
        let refused = |error| self.refuse_publication(&error);
        let (view, holder) = publications.seen_by(setup).await.map_err(refused)?;
        let said = publications.newest_messages(setup, EVENTS).await.map_err(refused)?;
        let dependencies = DependenciesDocument::new(&view, &holder.username, self.sessions.clock.now());
        let integrations = IntegrationsDocument::new(&view, &holder).with_reports(seen);
        Ok((dependencies, integrations, MessagesDocument::new(&said, 0)))
    }

    fn reported(&self, sources: &SupportSources<'_>) -> SupportDocument {
        let program = SupportProgram {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        SupportDocument::new(program, self.sessions.clock.now(), sources)
    }
}
