//! The ranges that are no public destination, and the IPv4 addresses inside IPv6 ones.
//!
//! The standard library's own `is_global` is not stable, and `to_canonical` unwraps one form only, so
//! both tables are ours (IANA special-purpose address registries; `ux-and-security.md` 4.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Tier;

type Range = (Tier, &'static str);

/// Metadata addresses of cloud providers. They lie in other ranges too, and win over them.
const METADATA_V4: &[Ipv4Addr] =
    &[Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Network, prefix length, tier, name.
const V4: &[(Ipv4Addr, u32, Tier, &str)] = &[
    (Ipv4Addr::UNSPECIFIED, 8, Tier::Forbidden, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Tier::Private, "private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Tier::Private, "carrier's shared network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Tier::Forbidden, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Tier::Forbidden, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Tier::Private, "private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Tier::Forbidden, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Tier::Forbidden, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Tier::Forbidden, "former 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Tier::Private, "private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Tier::Forbidden, "benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Tier::Forbidden, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Tier::Forbidden, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Tier::Forbidden, "multicast"),
    (Ipv4Addr::BROADCAST, 32, Tier::Forbidden, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Tier::Forbidden, "reserved"),
];

/// As above. What lies outside `2000::/3` and is not named here is reserved.
const V6: &[(Ipv6Addr, u32, Tier, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, Tier::Forbidden, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, Tier::Forbidden, "loopback"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, Tier::Forbidden, "discard"),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Tier::Forbidden, "benchmarks"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Tier::Forbidden, "documentation"),
    (Ipv6Addr::new(0x2001, 0x10, 0, 0, 0, 0, 0, 0), 28, Tier::Forbidden, "identifiers, not addresses"),
    (Ipv6Addr::new(0x2001, 0x20, 0, 0, 0, 0, 0, 0), 28, Tier::Forbidden, "identifiers, not addresses"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Tier::Forbidden, "documentation"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Tier::Private, "unique local network"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Tier::Forbidden, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Tier::Private, "former site-local network"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Tier::Forbidden, "multicast"),
];

/// Prefixes whose addresses carry an IPv4 address and are judged by it.
const MAPPED: (Ipv6Addr, u32) = (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
const COMPATIBLE: (Ipv6Addr, u32) = (Ipv6Addr::UNSPECIFIED, 96);
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
const NAT64_LOCAL: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48);
const SIX_TO_FOUR: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);
const TEREDO: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32);
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

fn v4_within(address: Ipv4Addr, network: Ipv4Addr, length: u32) -> bool {
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    u32::from(address) & mask == u32::from(network) & mask
}

fn v6_within(address: Ipv6Addr, (network, length): (Ipv6Addr, u32)) -> bool {
    let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
    u128::from(address) & mask == u128::from(network) & mask
}

/// The range that keeps an address from being a public destination, if there is one.
pub(super) fn range_of(address: IpAddr) -> Option<Range> {
    match address {
        IpAddr::V4(address) if METADATA_V4.contains(&address) => Some((Tier::Metadata, "cloud metadata")),
        IpAddr::V4(address) => V4
            .iter()
            .find(|(network, length, ..)| v4_within(address, *network, *length))
            .map(|(.., tier, name)| (*tier, *name)),
        IpAddr::V6(address) => range_of_v6(address),
    }
}

fn range_of_v6(address: Ipv6Addr) -> Option<Range> {
    if address == METADATA_V6 {
        return Some((Tier::Metadata, "cloud metadata"));
    }
    let named = V6
        .iter()
        .find(|(network, length, ..)| v6_within(address, (*network, *length)))
        .map(|(.., tier, name)| (*tier, *name));
    // A translated address is no place of its own: what it carries decides.
    let translated =
        [MAPPED, COMPATIBLE, NAT64, NAT64_LOCAL].iter().any(|prefix| v6_within(address, *prefix));
    named.or((!translated && !v6_within(address, GLOBAL_UNICAST)).then_some((Tier::Forbidden, "reserved")))
}

/// The IPv4 addresses that an IPv6 address carries, in every layout that its prefix allows.
pub(super) fn carried(address: IpAddr) -> Vec<IpAddr> {
    let IpAddr::V6(address) = address else {
        return Vec::new();
    };
    let bits = u128::from(address);
    let last = low_32(bits);
    let found = if v6_within(address, TEREDO) {
        // The server's address in clear, the client's with every bit turned over.
        vec![low_32(bits >> 64), !last]
    } else if v6_within(address, SIX_TO_FOUR) {
        vec![low_32(bits >> 80)]
    } else if v6_within(address, NAT64_LOCAL) {
        // RFC 6052: after a /48 the address steps over bits 64 to 71; after a /96 it is the end.
        vec![last, (low_32(bits >> 64) & 0xffff) << 16 | (low_32(bits >> 40) & 0xffff)]
    } else if [MAPPED, COMPATIBLE, NAT64].iter().any(|prefix| v6_within(address, *prefix)) && bits > 1 {
        vec![last]
    } else {
        vec![]
    };
    found.into_iter().map(|v4| IpAddr::V4(Ipv4Addr::from(v4))).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the low 32 bits are what is wanted")]
const fn low_32(bits: u128) -> u32 {
    bits as u32
}
