//! The registered infrastructures: one for each identity, whoever comes first.

use ib_setup::{Identity, Infrastructure, InfrastructureId};

#[derive(Default)]
pub(crate) struct Registered(Vec<Infrastructure>);

impl Registered {
    pub(crate) fn find(&self, wanted: impl Fn(&Infrastructure) -> bool) -> Option<Infrastructure> {
        self.0.iter().find(|known| wanted(known)).cloned()
    }

    pub(crate) fn claim(&mut self, identity: &Identity, proposed: InfrastructureId) -> InfrastructureId {
        if let Some(known) = self.0.iter_mut().find(|known| known.holds(identity)) {
            known.learn(identity);
            return known.id;
        }
        self.0.push(Infrastructure::new(proposed, identity));
        proposed
    }
}
