//! Reports made on this machine, from the database alone: no key, no packages and no environment are needed.

use ib_api::dependencies::{DependenciesDocument, MessagesDocument};
use ib_api::environments::EnvironmentsDocument;
use ib_api::integrations::IntegrationsDocument;
use ib_api::problem::Problem;
use ib_api::setup::SetupDocument;
use ib_api::support::{EVENTS, SupportDocument, SupportProgram, SupportSources};
use ib_domain::address::EnvironmentAddress;
use ib_setup::ports::{Store, StoreError};
use ib_setup::{
    Environments, EnvironmentsError, Identity, Publications, PublicationsError, Setup, SetupError, SetupId,
    Timestamp,
};
use ib_store::SqliteStore;

use crate::setup::clean::cleaned;
use crate::setup::desk::Refused;
use crate::setup::embedded::{document, refused};
use crate::setup::folder::Folder;
use crate::stop::Stop;

/// What a folder that is there already knows of an address; nothing where it knows nothing of it.
pub(crate) async fn made(
    folder: &Folder,
    address: &EnvironmentAddress,
    now: Timestamp,
) -> Result<Result<Option<SupportDocument>, Refused>, Stop> {
    let store = SqliteStore::open(folder.database()).await.map_err(|error| Stop::usage(error.to_string()))?;
    let report = of_address(&store, address, now).await;
    store.close().await;
    Ok(report)
}

async fn of_address(
    store: &SqliteStore,
    address: &EnvironmentAddress,
    now: Timestamp,
) -> Result<Option<SupportDocument>, Refused> {
    let failed = |error: StoreError| refused(&SetupError::Store(error));
    let identity = Identity { address: address.clone(), serial: None, names: [].into() };
    if let Some(infrastructure) = store.find(&identity).await.map_err(failed)? {
        let setups = store.registered(infrastructure, None).await.map_err(failed)?;
        return match setups.first() {
            Some(setup) => registered(store, *setup, now).await.map(Some),
            None => alone(&SetupDocument::registered(address, infrastructure), now).map(Some),
        };
    }
    match store.unfinished(address, None).await.map_err(failed)?.first() {
        Some(setup) => alone(&document(*setup, Setup::view_in(store, *setup).await)?, now).map(Some),
        None => Ok(None),
    }
}

/// A report of a set-up that leads to nothing yet.
fn alone(setup: &SetupDocument, now: Timestamp) -> Result<SupportDocument, Refused> {
    let sources =
        SupportSources { setup, environments: None, dependencies: None, integrations: None, messages: &[] };
    reported(&sources, now)
}

async fn registered(store: &SqliteStore, id: SetupId, now: Timestamp) -> Result<SupportDocument, Refused> {
    let of_environments = |error: EnvironmentsError| Box::new(Problem::of_environments(&error, ""));
    let of_publications = |error: PublicationsError| Box::new(Problem::of_publications(&error));
    let setup = document(id, Setup::view_in(store, id).await)?;
    let seen = Environments::view_in(store, id, now).await.map_err(of_environments)?;
    let (view, holder) = Publications::seen_in(store, id).await.map_err(of_publications)?;
    let said = Publications::newest_messages_in(store, id, EVENTS).await.map_err(of_publications)?;
    let sources = SupportSources {
        setup: &setup,
        environments: Some(&EnvironmentsDocument::new(&seen, false)),
        dependencies: Some(&DependenciesDocument::new(&view, &holder.username, now)),
        integrations: Some(&IntegrationsDocument::new(&view, &holder)),
        messages: &MessagesDocument::new(&said, 0).messages,
    };
    reported(&sources, now)
}

fn reported(sources: &SupportSources<'_>, now: Timestamp) -> Result<SupportDocument, Refused> {
    let program = SupportProgram {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    cleaned(SupportDocument::new(program, now, sources))
}
