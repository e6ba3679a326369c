//! Values as rows hold them, the same in both databases: ids as 32 hexadecimal digits, times in milliseconds,
//! addresses and user names in the form in which they are compared.

use std::error::Error;

use ib_domain::address::{AddressRules, EnvironmentAddress};
use ib_domain::permission::user::Username;
use ib_setup::ports::{Kept, Lease, Record, Standing, StoreError};
use ib_setup::registration::Event;
use ib_setup::{Identity, Infrastructure, Serial, SetupId, Timestamp};

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

/// What an append enters into the row of its set-up.
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) expected: i64,
    pub(crate) sequence: i64,
    pub(crate) due: Option<i64>,
    pub(crate) address: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) infrastructure: Option<String>,
}

impl Entry {
    pub(crate) fn new(setup: SetupId, expected: usize, events: &[Event], standing: &Standing) -> Self {
        let signed = standing.signed.as_ref();
        Self {
            id: setup.to_string(),
            expected: number(expected),
            sequence: number(expected.saturating_add(events.len())),
            due: standing.due.map(millis),
            address: signed.map(|signed| signed.address.authority()),
            username: signed.map(|signed| folded(&signed.username)),
            infrastructure: standing.infrastructure.map(|id| id.to_string()),
        }
    }
}

pub(crate) fn write_events(events: &[Event]) -> Result<Vec<String>, StoreError> {
    events.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(unavailable)
}

pub(crate) fn kept((sequence, snapshot): (i64, String)) -> sqlx::Result<Kept> {
    let sequence = usize::try_from(sequence).map_err(unreadable)?;
    Ok(Kept { sequence, snapshot: snapshot.into() })
}

pub(crate) fn event(text: &str) -> sqlx::Result<Event> {
    serde_json::from_str(text).map_err(unreadable)
}

pub(crate) fn setup(id: &str) -> sqlx::Result<SetupId> {
    id.parse().map_err(unreadable)
}

pub(crate) fn lease((id, token): (String, i64)) -> sqlx::Result<Lease> {
    Ok(Lease { setup: setup(&id)?, token: u64::try_from(token).map_err(unreadable)? })
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
