//! Who asks.

use std::net::{IpAddr, Ipv6Addr};

/// Somebody who asks, as far as that can be told: by their address.
///
/// ```
/// use ib_setup::throttle::Client;
///
/// let client = |address: &str| address.parse().map(Client::new);
/// assert_eq!(client("2001:db8:0:1::5"), client("2001:db8:0:1:ffff::"), "one connection has a whole /64");
/// assert_ne!(client("2001:db8:0:1::5"), client("2001:db8:0:2::5"));
/// assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl Client {
    /// The client at `address`. Take it from a proxy's header only where that proxy is trusted.
    pub fn new(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            address @ IpAddr::V4(_) => address,
        })
    }

    pub(super) fn key(self) -> String {
        self.0.to_string()
    }
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self::new(address)
    }
}
