//! Everything in memory, for tests and examples: a store with a shelf, a vault, a clock and ids that a test
//! sets, and an environment that answers as it is told. And [what a store of your own must keep to](conformance).

pub mod conformance;
mod depot;
mod failing;
mod keys;
mod memory;
mod packages;
mod published;
mod scripted;

use std::collections::BTreeMap;
use std::sync::Arc;

use ib_env_client::Connect;

use crate::activation::AcceptUnverified;
use crate::setup::Ports;

pub use depot::{MemoryDepot, ReadModules};
pub use failing::FailingStore;
pub use keys::KnownLinkKey;
pub use memory::{MemoryStore, MemoryVault, SequentialIds, SetClock};
pub use packages::{MemoryPackages, dependencies};
pub use published::Published;
pub use scripted::{Script, Scripted};

/// Ports that keep everything in memory, and connect through `connect`.
pub fn ports(connect: Arc<dyn Connect>) -> Ports {
    let store = Arc::new(MemoryStore::default());
    Ports {
        connect,
        store: store.clone(),
        shelf: store,
        vault: Arc::new(MemoryVault::default()),
        clock: Arc::new(SetClock::default()),
        ids: Arc::new(SequentialIds::default()),
        authority: Arc::new(AcceptUnverified),
        lifetimes: Arc::new(BTreeMap::new()),
    }
}
