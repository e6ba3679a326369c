//! Set-ups to measure with.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ib_setup::registration::Rules;
use ib_setup::system::{RandomIds, SystemClock};
use ib_setup::testing::{Scripted, ports};
use ib_setup::throttle::{Limit, Scopes};
use ib_setup::{Credentials, Limits, Password, Ports, Setup, SetupId};
use ib_store::{Keys, SqliteStore};

/// Ports over an SQLite file in `folder`, to an environment in which everything is as it should be.
pub(crate) async fn over(folder: &Path) -> (SqliteStore, Ports) {
    let store = SqliteStore::open(folder.join("setups.db")).await.unwrap();
    let key = folder.join("key");
    let keys = if key.exists() { Keys::read(key) } else { Keys::create(key) };
    let vault = store.vault(keys.unwrap(), Arc::new(SystemClock), Duration::from_mins(15)).await.unwrap();
    let shared = Arc::new(store.clone());
    let ports = Ports {
        store: shared.clone(),
        shelf: shared,
        vault: Arc::new(vault),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        ..ports(Arc::new(Scripted::default()))
    };
    (store, ports)
}

/// A set-up that counts attempts, as always, and refuses none.
pub(crate) fn unlimited(ports: Ports) -> Setup {
    let none =
        Limit { free: u32::MAX, first: Duration::ZERO, longest: Duration::ZERO, window: Duration::ZERO };
    let scopes = Scopes { client: none, environment: none, everybody: none };
    let mut limits = Limits::default();
    (limits.user, limits.log_ins, limits.addresses, limits.codes) = (none, scopes, scopes, scopes);
    Setup::new(ports, Rules::new("built-in-1")).limits(limits)
}

/// A set-up whose user was just let in.
pub(crate) async fn let_in(setup: &Setup, user: usize) -> SetupId {
    let id = setup.begin().await.unwrap();
    setup.enter_address(id, &format!("dev{user}.acme.example")).await.unwrap();
    setup.drive(id).await.unwrap();
    let password = Password::new("correct horse".to_owned()).unwrap();
    setup.log_in(id, Credentials::new(&format!("user{user}"), password).unwrap()).await.unwrap();
    setup.drive(id).await.unwrap();
    id
}
