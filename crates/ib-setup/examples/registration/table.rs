//! All rows of the store, and the rules that concern more than one.

use std::collections::BTreeMap;

use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Lease, Leased, Signer, Standing};
use ib_setup::{HistoryId, SetupId, Timestamp as Time};

use crate::registered::Registered;
use crate::row::{Answer, Row};

#[derive(Default)]
pub(crate) struct Table {
    pub(crate) rows: BTreeMap<HistoryId, Row>,
    pub(crate) registered: Registered,
    appends: u64,
}

impl Table {
    pub(crate) fn append(&mut self, id: HistoryId, seen: usize, new: &Addition<'_>) -> Answer<()> {
        self.rows.get(&id).unwrap_or(&Row::default()).admits(seen, new)?;
        self.appends += 1;
        self.rows.entry(id).or_default().append(new, self.appends);
        Ok(())
    }

    /// The wanted set-ups in which `who` (or anybody) was let in, the one that changed last first.
    pub(crate) fn signed(
        &self,
        who: Option<&Username>,
        wanted: impl Fn(&Standing, &Signer) -> bool,
    ) -> Vec<SetupId> {
        let mut found = BTreeMap::new();
        for (id, row) in &self.rows {
            let (HistoryId::Setup(setup), Some(by)) = (id, &row.standing.signed) else { continue };
            if who.is_none_or(|who| by.username == *who) && wanted(&row.standing, by) {
                found.insert(row.changed, *setup);
            }
        }
        found.into_values().rev().collect()
    }

    /// What waited longest comes first.
    pub(crate) fn lease(&mut self, now: Time, to: Time, most: usize, id: Option<HistoryId>) -> Vec<Leased> {
        let wanted = |of: &HistoryId, row: &Row| id.is_none_or(|id| id == *of) && row.is_free(now);
        let mut free: Vec<_> = self.rows.iter_mut().filter(|(id, row)| wanted(id, row)).collect();
        free.sort_by_key(|(_, row)| row.standing.due);
        free.into_iter().take(most).map(|(id, row)| row.lease(*id, to)).collect()
    }

    /// The row, while its last lease is this one.
    pub(crate) fn held(&mut self, lease: Lease) -> Option<&mut Row> {
        self.rows.get_mut(&lease.history).filter(|row| row.token == lease.token)
    }
}
