//! What tells one infrastructure from another.

use std::collections::BTreeSet;
use std::fmt;

use ib_domain::address::EnvironmentAddress;

use crate::id::InfrastructureId;

/// The serial number that an environment tells about itself (`recognising-an-environment.md` 3). It belongs
/// into no log, so its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Serial(String);

impl Serial {
    /// Reads a serial number; blanks around it and case do not count. `None` for an empty one.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_ascii_uppercase()))
    }

    /// The serial number itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Serial {
    fn from(text: String) -> Self {
        Self(text.trim().to_ascii_uppercase())
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.0
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Serial(redacted)")
    }
}

/// What is known of a development environment that tells its infrastructure from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The address that was entered.
    pub address: EnvironmentAddress,
    /// The serial number, where the environment told it.
    pub serial: Option<Serial>,
}

/// A registered infrastructure, as a [`Store`](crate::ports::Store) keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infrastructure {
    /// Its id.
    pub id: InfrastructureId,
    /// The serial number of its development environment, once told.
    pub serial: Option<Serial>,
    /// Every address under which its development environment was registered.
    pub addresses: BTreeSet<EnvironmentAddress>,
}

impl Infrastructure {
    /// The infrastructure of `identity`, newly registered.
    pub fn new(id: InfrastructureId, identity: &Identity) -> Self {
        Self { id, serial: identity.serial.clone(), addresses: [identity.address.clone()].into() }
    }

    /// Whether `identity` belongs to this infrastructure: the serial number decides where both sides have
    /// one, otherwise the address does.
    ///
    /// This recognises, and proves nothing: an environment tells its serial number to everybody, and a
    /// hostile host could repeat it. Whoever grants anything to the users of an infrastructure must not take
    /// an address that is new to it for a member on the serial number's word alone.
    ///
    /// ```
    /// use ib_domain::address::EnvironmentAddress;
    /// use ib_setup::{Identity, Infrastructure, InfrastructureId, Serial};
    ///
    /// let seen = |host: &str, serial: &str| {
    ///     let address = EnvironmentAddress::parse(host)?;
    ///     Ok::<_, ib_domain::address::AddressError>(Identity { address, serial: Serial::read(serial) })
    /// };
    /// let acme = Infrastructure::new(InfrastructureId::new(1), &seen("dev.acme.example", "SERIAL-1")?);
    /// assert!(acme.holds(&seen("www.dev.acme.example", "SERIAL-1")?));
    /// assert!(!acme.holds(&seen("dev.acme.example", "SERIAL-2")?));
    /// assert!(acme.holds(&seen("dev.acme.example", "")?));
    /// # Ok::<(), ib_domain::address::AddressError>(())
    /// ```
    pub fn holds(&self, identity: &Identity) -> bool {
        match (&self.serial, &identity.serial) {
            (Some(known), Some(told)) => known == told,
            _ => self.addresses.contains(&identity.address),
        }
    }

    /// Learns what `identity` tells in addition.
    pub fn learn(&mut self, identity: &Identity) {
        self.addresses.insert(identity.address.clone());
        if self.serial.is_none() {
            self.serial.clone_from(&identity.serial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_number_decides_where_both_sides_have_one() {
        let seen = |host, serial| {
            let address = EnvironmentAddress::parse(host).unwrap();
            Identity { address, serial: Serial::read(serial) }
        };
        let mut acme = Infrastructure::new(InfrastructureId::new(1), &seen("dev.acme.example", ""));
        assert!(!acme.holds(&seen("www.acme.example", "s-1")));
        acme.learn(&seen("dev.acme.example", "s-1"));
        assert!(acme.holds(&seen("www.acme.example", " S-1 ")));
        assert!(!acme.holds(&seen("dev.acme.example", "S-2")));
        assert!(acme.holds(&seen("dev.acme.example", "")));
    }
}
