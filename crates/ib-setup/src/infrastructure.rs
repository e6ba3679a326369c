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
    /// The other addresses that the environment's certificate is issued for: who was given it controls
    /// them too.
    pub names: BTreeSet<EnvironmentAddress>,
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

    /// Whether `identity` belongs to this infrastructure.
    ///
    /// It has to have an address that is known here, or a certificate that is issued for one, together with
    /// the serial number. The serial number alone proves nothing: an environment tells it to everybody, and
    /// a hostile host could repeat it. Where both sides have one and they differ, it is another
    /// infrastructure at the same address.
    ///
    /// ```
    /// use ib_domain::address::EnvironmentAddress;
    /// use ib_setup::{Identity, Infrastructure, InfrastructureId, Serial};
    ///
    /// let address = EnvironmentAddress::parse;
    /// let seen = |host: &str, serial: &str| {
    ///     let (address, serial) = (address(host)?, Serial::read(serial));
    ///     Ok::<_, ib_domain::address::AddressError>(Identity { address, serial, names: [].into() })
    /// };
    /// let acme = Infrastructure::new(InfrastructureId::new(1), &seen("dev.acme.example", "SERIAL-1")?);
    /// assert!(acme.holds(&seen("dev.acme.example", "SERIAL-1")?));
    /// assert!(!acme.holds(&seen("dev.acme.example", "SERIAL-2")?));
    ///
    /// let mut other_name = seen("www.acme.example", "SERIAL-1")?;
    /// assert!(!acme.holds(&other_name), "anybody can repeat a serial number");
    /// other_name.names.insert(address("dev.acme.example")?);
    /// assert!(acme.holds(&other_name), "an authority vouched for both names");
    /// # Ok::<(), ib_domain::address::AddressError>(())
    /// ```
    pub fn holds(&self, identity: &Identity) -> bool {
        let known = self.addresses.contains(&identity.address);
        match (&self.serial, &identity.serial) {
            (Some(known), Some(told)) if known != told => false,
            (Some(_), Some(_)) => known || !self.addresses.is_disjoint(&identity.names),
            _ => known,
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

    fn seen(host: &str, serial: &str, names: &[&str]) -> Identity {
        let address = |host: &str| EnvironmentAddress::parse(host).unwrap();
        let names = names.iter().map(|name| address(name)).collect();
        Identity { address: address(host), serial: Serial::read(serial), names }
    }

    #[test]
    fn an_address_is_known_unless_the_serial_number_is_another_one() {
        let mut acme = Infrastructure::new(InfrastructureId::new(1), &seen("dev.acme.example", "", &[]));
        assert!(acme.holds(&seen("dev.acme.example", "s-1", &[])));
        acme.learn(&seen("dev.acme.example", "s-1", &[]));
        assert!(acme.holds(&seen("dev.acme.example", " S-1 ", &[])));
        assert!(acme.holds(&seen("dev.acme.example", "", &[])));
        assert!(!acme.holds(&seen("dev.acme.example", "S-2", &[])));
    }

    #[test]
    fn another_address_needs_the_serial_number_and_the_certificate() {
        let acme = Infrastructure::new(InfrastructureId::new(1), &seen("dev.acme.example", "S-1", &[]));
        let names = ["dev.acme.example"];
        assert!(acme.holds(&seen("www.acme.example", "S-1", &names)));
        assert!(!acme.holds(&seen("www.acme.example", "S-1", &["www.acme.example"])));
        assert!(!acme.holds(&seen("www.acme.example", "", &names)));
        assert!(!acme.holds(&seen("www.acme.example", "S-2", &names)));
    }
}
