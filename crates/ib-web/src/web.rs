//! The door: what it is made of, and where requests go.

use std::sync::Arc;

use axum::Router;
use ib_setup::link::LinkKeys;
use ib_setup::registration::Rules;
use ib_setup::{Dependencies, Environments, Ports, Publications, Setup};

use crate::app::App;
use crate::driver::Driver;
use crate::flood::Flood;
use crate::once::Once;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::watchers::Watchers;
use crate::{api, guard, operate, pages};

/// The HTTP face. Clones share everything.
#[derive(Clone)]
pub struct Web(Arc<App>);

impl Web {
    /// A face for the set-ups behind `ports`, which installs `dependencies` where there are any to be installed. It
    /// links to no Integration Manager.
    pub fn new(ports: Ports, dependencies: Option<Dependencies>, settings: Settings) -> Self {
        Self::over(ports, dependencies, settings, None)
    }

    /// The same, linked to the Integration Managers of environments, with challenges and secrets from `keys`. It
    /// belongs where they can call: under a name that environments reach.
    pub fn linking(
        ports: Ports,
        dependencies: Option<Dependencies>,
        settings: Settings,
        keys: Arc<dyn LinkKeys>,
    ) -> Self {
        Self::over(ports, dependencies, settings, Some(keys))
    }

    fn over(
        ports: Ports,
        dependencies: Option<Dependencies>,
        settings: Settings,
        keys: Option<Arc<dyn LinkKeys>>,
    ) -> Self {
        let mut rules = Rules::new(settings.disclaimer.version());
        if settings.accept_unverified {
            rules = rules.accept_unverified();
        }
        let (shelf, clock, ids) = (&ports.shelf, &ports.clock, &ports.ids);
        let sessions = Sessions {
            shelf: Arc::clone(shelf),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            idle: settings.idle,
            absolute: settings.absolute,
        };
        let once = Once { shelf: Arc::clone(shelf), clock: Arc::clone(clock) };
        let ids = Arc::clone(ids);
        let setup = Setup::new(ports, rules);
        let publications = dependencies
            .map(|dependencies| Publications::new(setup.clone(), dependencies).pace(settings.pace));
        let environments = Environments::new(setup.clone()).every(settings.environments_every);
        let environments = match keys {
            Some(keys) => environments.linking(keys),
            None => environments,
        };
        let driver = ib_setup::Driver::new(setup.clone(), publications.clone()).lease_for(settings.lease);
        let driver = driver.watching(environments.clone());
        let driver = Arc::new(Driver::new(setup.clone(), driver, settings.drivers));
        let flood = Flood::new(&settings);
        let watchers = Watchers::default();
        Self(Arc::new(App {
            settings,
            setup,
            sessions,
            once,
            ids,
            flood,
            publications,
            environments,
            driver,
            watchers,
        }))
    }

    /// Everything under one router: pages, API, health. Serve it with the connections' addresses
    /// (`into_make_service_with_connect_info`), for attempts are counted by client.
    pub fn router(&self) -> Router {
        let own = pages::router().merge(api::router()).merge(operate::router());
        guard::around(own, api::shared(), &self.0).with_state(Arc::clone(&self.0))
    }

    /// Does the work that is due until `stop` completes, then ends what was begun.
    pub async fn drive(&self, stop: impl Future<Output = ()>) {
        Arc::clone(&self.0.driver).run(stop).await;
    }
}
