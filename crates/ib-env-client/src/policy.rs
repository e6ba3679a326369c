//! The address policy: where this service connects to, and where never.
//!
//! A host name comes from a person, and its addresses from a name service that anybody may control. So
//! every address is judged before a socket is opened, and the connection goes to exactly the address
//! that was judged. There are three tiers:
//!
//! | tier | examples | can be opened |
//! | --- | --- | --- |
//! | metadata | `169.254.169.254` | never |
//! | forbidden | loopback, link-local, multicast, reserved | by naming the exact host *and* address |
//! | private | `10.0.0.0/8`, `fc00::/7` | by network or host |
//!
//! An IPv6 address that carries an IPv4 address is judged as both. **All** addresses of a name are
//! judged; if one is refused, the name is.
//!
//! ```
//! use ib_env_client::policy::{AddressPolicy, Tier};
//!
//! let policy = AddressPolicy::default();
//! let public = "8.8.8.8".parse()?;
//! let inside = "::ffff:10.0.0.1".parse()?;
//! assert_eq!(policy.judge("dev.acme.example", &[public])?.ip(), public);
//! let refusal = policy.judge("dev.acme.example", &[public, inside]).unwrap_err();
//! assert_eq!((refusal.tier, refusal.mixed), (Tier::Private, true));
//!
//! let policy = policy.allow_private("10.0.0.0/8".parse()?);
//! assert!(policy.judge("dev.acme.example", &[inside]).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ranges;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ib_domain::reason::Reason;
use ipnet::IpNet;

use crate::Obstacle;
use ranges::{carried, range_of};

/// How firmly an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// Private networks: can be allowed by network or host.
    Private,
    /// No destination of an environment: can be allowed only by exact host and address.
    Forbidden,
    /// A cloud provider's metadata service: can never be allowed.
    Metadata,
}

/// An address that the policy let pass. Only [`AddressPolicy::judge`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged(IpAddr);

impl Judged {
    /// The address itself.
    pub const fn ip(self) -> IpAddr {
        self.0
    }
}

/// Why a name's addresses were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} is refused: {range}")]
#[non_exhaustive]
pub struct Refusal {
    /// The worst of the refused addresses.
    pub address: IpAddr,
    /// How firmly it is refused.
    pub tier: Tier,
    /// The range that it lies in, in words.
    pub range: &'static str,
    /// Whether other addresses of the same name would have passed.
    pub mixed: bool,
}

impl Refusal {
    /// The obstacle that it is for a person.
    pub fn obstacle(&self) -> Obstacle {
        let reason = match (self.tier, self.mixed) {
            (Tier::Metadata, _) => Reason::AddressMetadata,
            (_, true) => Reason::AddressMixed,
            (Tier::Forbidden, false) => Reason::AddressForbidden,
            (Tier::Private, false) => Reason::AddressPrivate,
        };
        let mut obstacle = Obstacle::new(reason).observed(self.range).expected("a public address");
        obstacle.evidence = obstacle.evidence.address(self.address);
        obstacle.detail("network", IpNet::from(self.address).to_string())
    }
}

/// Where this service may connect to. The default is: to public addresses only.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    networks: Vec<IpNet>,
    hosts: BTreeSet<String>,
    exact: BTreeSet<(String, IpAddr)>,
}

impl AddressPolicy {
    /// Allows the private addresses of a network. What is forbidden in it stays forbidden.
    #[must_use]
    pub fn allow_private(mut self, network: IpNet) -> Self {
        self.networks.push(network);
        self
    }

    /// Allows private addresses for one host name (lower case, ASCII).
    #[must_use]
    pub fn allow_private_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.insert(host.into());
        self
    }

    /// Allows one address that would otherwise be forbidden, for one host name. A metadata address
    /// stays refused.
    #[must_use]
    pub fn danger_allow_address(mut self, host: impl Into<String>, address: IpAddr) -> Self {
        self.exact.insert((host.into(), address));
        self
    }

    /// Judges every address of a host name, and chooses the first.
    ///
    /// # Errors
    ///
    /// The worst [`Refusal`] if any address is refused. A name without addresses is refused too.
    pub fn judge(&self, host: &str, addresses: &[IpAddr]) -> Result<Judged, Refusal> {
        let refused: Vec<_> = addresses.iter().filter_map(|address| self.refuse(host, *address)).collect();
        let worst = refused.iter().max_by_key(|(_, tier, _)| *tier);
        match (worst, addresses.first()) {
            (Some(&(address, tier, range)), _) => {
                Err(Refusal { address, tier, range, mixed: refused.len() < addresses.len() })
            }
            (None, Some(first)) => Ok(Judged(*first)),
            (None, None) => Err(Refusal {
                address: IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
                tier: Tier::Forbidden,
                range: "no address at all",
                mixed: false,
            }),
        }
    }

    /// Why one address is refused for a host, if it is.
    fn refuse(&self, host: &str, address: IpAddr) -> Option<(IpAddr, Tier, &'static str)> {
        let (tier, range) = std::iter::once(address).chain(carried(address)).filter_map(range_of).max()?;
        let allowed = match tier {
            Tier::Metadata => false,
            Tier::Forbidden => self.exact.contains(&(host.to_owned(), address)),
            Tier::Private => {
                self.hosts.contains(host)
                    || self.exact.contains(&(host.to_owned(), address))
                    || self.is_in_allowed_network(address)
            }
        };
        (!allowed).then_some((address, tier, range))
    }

    /// Whether every private face of the address lies in an allowed network.
    fn is_in_allowed_network(&self, address: IpAddr) -> bool {
        let allowed = |face: IpAddr| self.networks.iter().any(|network| network.contains(&face));
        allowed(address)
            || std::iter::once(address)
                .chain(carried(address))
                .filter(|face| range_of(*face).is_some())
                .all(allowed)
    }
}

#[cfg(test)]
mod tests;
