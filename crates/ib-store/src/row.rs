//! Values as rows hold them, the same in both databases: ids as 32 hexadecimal digits, times in milliseconds,
//! addresses and user names in the form in which they are compared.

use std::error::Error;

use ib_domain::address::{AddressRules, EnvironmentAddress};
use ib_domain::permission::user::Username;
use ib_setup::ports::{Addition, Kept, Lease, Leased, Record, Release, StoreError};
use ib_setup::{HistoryId, Identity, Infrastructure, Serial, SetupId, Timestamp};

pub(crate) fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable(error.into())
}

/// A row that this program did not write.
fn unreadable(error: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

/// Milliseconds; the far end of time where a row cannot hold them.
pub(crate) fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn folded(username: &Username) -> String {
    username.as_str().to_lowercase()
}

/// What an append enters into the row of its history.
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) expected: i64,
    pub(crate) sequence: i64,
    pub(crate) due: Option<i64>,
    pub(crate) address: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) infrastructure: Option<String>,
    /// Of the lease under which it is appended.
    pub(crate) token: Option<i64>,
}

impl Entry {
    pub(crate) fn new(history: HistoryId, expected: usize, addition: Addition<'_>) -> Self {
        let standing = addition.standing;
        let signed = standing.signed.as_ref();
        Self {
            id: history.to_string(),
            expected: number(expected),
            sequence: number(expected.saturating_add(addition.events.len())),
            due: standing.due.map(millis),
            address: signed.map(|signed| signed.address.authority()),
            username: signed.map(|signed| folded(&signed.username)),
            infrastructure: standing.infrastructure.map(|id| id.to_string()),
            token: addition.lease.map(token),
        }
    }

    /// Whether it may be what a history begins with: nobody leases one that is not there.
    pub(crate) const fn may_begin(&self) -> bool {
        self.expected == 0 && self.token.is_none()
    }
}

/// A lease's token. One that no row can hold was never given, and becomes one that none has.
pub(crate) fn token(lease: Lease) -> i64 {
    i64::try_from(lease.token).unwrap_or(-1)
}

pub(crate) fn kept((sequence, snapshot): (i64, String)) -> sqlx::Result<Kept> {
    let sequence = usize::try_from(sequence).map_err(unreadable)?;
    Ok(Kept { sequence, snapshot: snapshot.into() })
}

/// The set-ups among histories.
pub(crate) fn setups(ids: Vec<String>) -> sqlx::Result<Vec<SetupId>> {
    let setup = |id: String| match history(&id) {
        Ok(HistoryId::Setup(setup)) => Some(Ok(setup)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    ids.into_iter().filter_map(setup).collect()
}

fn history(id: &str) -> sqlx::Result<HistoryId> {
    id.parse().map_err(unreadable)
}

/// When a history is due, its id, the token of its new lease, and what it came to.
pub(crate) type LeasedRow = (i64, String, i64, i64, String);

/// What was leased, by due time: neither database returns rows in an order.
pub(crate) fn leased(mut rows: Vec<LeasedRow>) -> sqlx::Result<Vec<Leased>> {
    rows.sort_unstable();
    let leased = rows.into_iter().map(|(_, id, token, sequence, snapshot)| {
        let lease = Lease { history: history(&id)?, token: u64::try_from(token).map_err(unreadable)? };
        Ok(Leased { lease, kept: kept((sequence, snapshot))? })
    });
    leased.collect()
}

/// A history, the token of the lease that is given back, and for how many events it is due when.
pub(crate) type ReleasedRow = (String, i64, i64, Option<i64>);

pub(crate) fn released(releases: &[Release]) -> impl Iterator<Item = ReleasedRow> {
    releases.iter().map(|Release { lease, sequence, due }| {
        (lease.history.to_string(), token(*lease), number(*sequence), due.map(millis))
    })
}

pub(crate) fn record((value, version): (String, i64)) -> sqlx::Result<Record> {
    Ok(Record { value: value.into(), version: self::version(version)? })
}

/// A record, and when its time has passed.
pub(crate) fn shelved((value, version, until): (String, i64, i64)) -> sqlx::Result<(Record, Timestamp)> {
    let until = u64::try_from(until).map_err(unreadable)?;
    Ok((record((value, version))?, Timestamp::from_millis(until)))
}

pub(crate) fn version(version: i64) -> sqlx::Result<u64> {
    u64::try_from(version).map_err(unreadable)
}

/// A version that somebody read. One that no row can hold was never given.
pub(crate) fn expected(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|_| StoreError::Conflict)
}

/// An infrastructure's id, serial number and one of its addresses; rows of the same one follow each other.
pub(crate) type AddressRow = (String, Option<String>, String);

pub(crate) fn infrastructures(rows: Vec<AddressRow>) -> sqlx::Result<Vec<Infrastructure>> {
    let mut read: Vec<Infrastructure> = Vec::new();
    for (id, serial, address) in rows {
        let (id, address) = (id.parse().map_err(unreadable)?, stored_address(&address)?);
        match read.last_mut().filter(|last| last.id == id) {
            Some(last) => {
                last.addresses.insert(address);
            }
            None => read.push(Infrastructure {
                id,
                serial: serial.map(Serial::from),
                addresses: [address].into(),
            }),
        }
    }
    Ok(read)
}

/// Reads an address that the operator's rules accepted when it was entered.
fn stored_address(text: &str) -> sqlx::Result<EnvironmentAddress> {
    let port = text.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let rules = AddressRules { allowed_ports: port.into_iter().collect(), allow_single_label: true };
    EnvironmentAddress::parse_with(text, &rules).map_err(unreadable)
}

/// Every address that could lead to the infrastructure of `identity`.
pub(crate) fn leads(identity: &Identity) -> Vec<String> {
    [&identity.address].into_iter().chain(&identity.names).map(EnvironmentAddress::authority).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_port_that_was_allowed_once_stays_readable() {
        let row = |address: &str| ("0".repeat(32), None, address.to_owned());
        let read = infrastructures(vec![row("dev.acme.example:8443"), row("intranet")]).unwrap();
        let addresses: Vec<_> = read[0].addresses.iter().map(EnvironmentAddress::authority).collect();
        assert_eq!(addresses, ["dev.acme.example:8443", "intranet"]);
        assert!(infrastructures(vec![row("no address")]).is_err());
    }

    #[test]
    fn a_time_that_no_row_can_hold_is_the_far_end() {
        assert_eq!(millis(Timestamp::from_millis(u64::MAX)), i64::MAX);
    }
}
