use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Every range, in every form that leads to it, and what the default policy says.
#[rstest]
// Public.
#[case("8.8.8.8", None)]
#[case("1.1.1.1", None)]
#[case("9.255.255.255", None)]
#[case("11.0.0.0", None)]
#[case("100.63.255.255", None)]
#[case("100.128.0.0", None)]
#[case("126.255.255.255", None)]
#[case("128.0.0.0", None)]
#[case("169.253.255.255", None)]
#[case("172.15.255.255", None)]
#[case("172.32.0.0", None)]
#[case("192.0.1.0", None)]
#[case("192.167.255.255", None)]
#[case("192.169.0.0", None)]
#[case("198.17.255.255", None)]
#[case("198.20.0.0", None)]
#[case("223.255.255.255", None)]
#[case("52.51.203.1", None)]
#[case("2606:4700:4700::1111", None)]
#[case("2001:4860:4860::8888", None)]
#[case("2a00:1450:4001:82b::200e", None)]
#[case("::ffff:8.8.8.8", None)]
#[case("64:ff9b::808:808", None)]
#[case("2002:808:808::1", None)]
// Private.
#[case("10.0.0.0", Some(Tier::Private))]
#[case("10.255.255.255", Some(Tier::Private))]
#[case("100.64.0.0", Some(Tier::Private))]
#[case("100.127.255.255", Some(Tier::Private))]
#[case("172.16.0.1", Some(Tier::Private))]
#[case("172.31.255.255", Some(Tier::Private))]
#[case("192.168.0.1", Some(Tier::Private))]
#[case("192.168.255.255", Some(Tier::Private))]
#[case("fc00::1", Some(Tier::Private))]
#[case("fdff:ffff::1", Some(Tier::Private))]
#[case("fec0::1", Some(Tier::Private))]
#[case("feff::1", Some(Tier::Private))]
#[case("::ffff:10.0.0.1", Some(Tier::Private))]
#[case("::ffff:192.168.1.1", Some(Tier::Private))]
#[case("::10.0.0.1", Some(Tier::Private))]
#[case("64:ff9b::a00:1", Some(Tier::Private))]
#[case("64:ff9b:1::a00:1", Some(Tier::Forbidden))]
#[case("64:ff9b:1:a00:0:100:0:0", Some(Tier::Forbidden))]
#[case("2002:a00:1::1", Some(Tier::Private))]
#[case("2002:c0a8:101::", Some(Tier::Private))]
// Forbidden.
#[case("0.0.0.0", Some(Tier::Forbidden))]
#[case("0.255.255.255", Some(Tier::Forbidden))]
#[case("127.0.0.1", Some(Tier::Forbidden))]
#[case("127.255.255.254", Some(Tier::Forbidden))]
#[case("169.254.0.1", Some(Tier::Forbidden))]
#[case("192.0.0.8", Some(Tier::Forbidden))]
#[case("192.0.2.1", Some(Tier::Forbidden))]
#[case("192.88.99.1", Some(Tier::Forbidden))]
#[case("198.18.0.1", Some(Tier::Forbidden))]
#[case("198.19.255.255", Some(Tier::Forbidden))]
#[case("198.51.100.7", Some(Tier::Forbidden))]
#[case("203.0.113.9", Some(Tier::Forbidden))]
#[case("224.0.0.1", Some(Tier::Forbidden))]
#[case("239.255.255.255", Some(Tier::Forbidden))]
#[case("240.0.0.1", Some(Tier::Forbidden))]
#[case("255.255.255.255", Some(Tier::Forbidden))]
#[case("::", Some(Tier::Forbidden))]
#[case("::1", Some(Tier::Forbidden))]
#[case("::127.0.0.1", Some(Tier::Forbidden))]
#[case("::ffff:127.0.0.1", Some(Tier::Forbidden))]
#[case("::ffff:0.0.0.0", Some(Tier::Forbidden))]
#[case("::ffff:169.254.1.1", Some(Tier::Forbidden))]
#[case("64:ff9b::7f00:1", Some(Tier::Forbidden))]
#[case("2002:7f00:1::1", Some(Tier::Forbidden))]
#[case("2001:0:7f00:1::", Some(Tier::Forbidden))]
#[case("2001:0:808:808::80ff:fffe", Some(Tier::Forbidden))]
#[case("100::1", Some(Tier::Forbidden))]
#[case("2001:2::1", Some(Tier::Forbidden))]
#[case("2001:10::1", Some(Tier::Forbidden))]
#[case("2001:20::1", Some(Tier::Forbidden))]
#[case("2001:db8::1", Some(Tier::Forbidden))]
#[case("3fff::1", Some(Tier::Forbidden))]
#[case("fe80::1", Some(Tier::Forbidden))]
#[case("febf::1", Some(Tier::Forbidden))]
#[case("ff02::1", Some(Tier::Forbidden))]
#[case("4000::1", Some(Tier::Forbidden))]
#[case("5f00::1", Some(Tier::Forbidden))]
// Metadata, in disguise too.
#[case("169.254.169.254", Some(Tier::Metadata))]
#[case("100.100.100.200", Some(Tier::Metadata))]
#[case("168.63.129.16", Some(Tier::Metadata))]
#[case("fd00:ec2::254", Some(Tier::Metadata))]
#[case("::ffff:169.254.169.254", Some(Tier::Metadata))]
#[case("::169.254.169.254", Some(Tier::Metadata))]
#[case("64:ff9b::a9fe:a9fe", Some(Tier::Metadata))]
#[case("64:ff9b:1::a9fe:a9fe", Some(Tier::Metadata))]
#[case("64:ff9b:1:a9fe:a9:fe00:808:808", Some(Tier::Metadata))]
#[case("2002:a9fe:a9fe::1", Some(Tier::Metadata))]
#[case("2001:0:a9fe:a9fe::f7f7:f7f7", Some(Tier::Metadata))]
#[case("2001:0:808:808::5601:5601", Some(Tier::Metadata))]
fn the_default_policy(#[case] address: IpAddr, #[case] expected: Option<Tier>) {
    let verdict = AddressPolicy::default().judge("dev.acme.example", &[address]);
    assert_eq!(verdict.err().map(|refusal| refusal.tier), expected, "{address}");
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_refused_address_refuses_the_name() {
    let refusal = AddressPolicy::default().judge("h", &[ip("8.8.8.8"), ip("127.0.0.1")]).unwrap_err();
    assert!(refusal.mixed);
    assert_eq!(refusal.obstacle().reason, Reason::AddressMixed);
    let all = AddressPolicy::default().judge("h", &[ip("10.0.0.1"), ip("127.0.0.1")]).unwrap_err();
    assert_eq!((all.mixed, all.tier), (false, Tier::Forbidden));
}

#[test]
fn a_name_without_addresses_never_passes() {
    assert!(AddressPolicy::default().judge("h", &[]).is_err());
}

#[test]
fn a_private_network_is_opened_by_network_or_host_and_nothing_else_is() {
    let policy = AddressPolicy::default().allow_private("10.0.0.0/8".parse().unwrap());
    assert!(policy.judge("h", &[ip("10.1.2.3")]).is_ok());
    assert!(policy.judge("h", &[ip("::ffff:10.1.2.3")]).is_ok());
    assert!(policy.judge("h", &[ip("192.168.0.1")]).is_err());
    let everything = AddressPolicy::default().allow_private("0.0.0.0/0".parse().unwrap());
    assert!(everything.judge("h", &[ip("127.0.0.1")]).is_err());
    assert!(everything.judge("h", &[ip("100.100.100.200")]).is_err());
    let by_host = AddressPolicy::default().allow_private_host("h");
    assert!(by_host.judge("h", &[ip("192.168.0.1")]).is_ok());
    assert!(by_host.judge("other", &[ip("192.168.0.1")]).is_err());
}

#[test]
fn a_forbidden_address_is_opened_by_exact_host_and_address_and_metadata_never() {
    let policy = AddressPolicy::default()
        .danger_allow_address("h", ip("127.0.0.1"))
        .danger_allow_address("h", ip("169.254.169.254"));
    assert!(policy.judge("h", &[ip("127.0.0.1")]).is_ok());
    assert!(policy.judge("h", &[ip("127.0.0.2")]).is_err());
    assert!(policy.judge("other", &[ip("127.0.0.1")]).is_err());
    assert!(policy.judge("h", &[ip("169.254.169.254")]).is_err());
}

fn any_v4() -> impl Strategy<Value = std::net::Ipv4Addr> {
    any::<u32>().prop_map(std::net::Ipv4Addr::from)
}

proptest! {
    #[test]
    fn every_disguise_of_an_address_is_refused_like_the_address_itself(v4 in any_v4()) {
        let bits = u128::from(u32::from(v4));
        let policy = AddressPolicy::default();
        if policy.judge("h", &[IpAddr::V4(v4)]).is_err() {
            let prefixes = [0xffff_u128 << 32, 0x0064_ff9b_u128 << 96, (0x0064_ff9b_0001_u128) << 80];
            for prefix in prefixes {
                let disguise = std::net::Ipv6Addr::from(prefix | bits);
                prop_assert!(policy.judge("h", &[IpAddr::V6(disguise)]).is_err(), "{disguise}");
            }
            let six_to_four = std::net::Ipv6Addr::from(0x2002_u128 << 112 | bits << 80 | 1);
            prop_assert!(policy.judge("h", &[IpAddr::V6(six_to_four)]).is_err());
        }
    }

    #[test]
    fn whatever_passes_is_one_of_the_addresses_and_more_addresses_never_help(
        addresses in prop::collection::vec(any::<u32>().prop_map(|bits| IpAddr::from(bits.to_be_bytes())), 1..5)
    ) {
        let policy = AddressPolicy::default();
        match policy.judge("h", &addresses) {
            Ok(judged) => {
                prop_assert!(addresses.contains(&judged.ip()));
                for address in &addresses {
                    prop_assert!(policy.judge("h", &[*address]).is_ok());
                }
            }
            Err(refusal) => prop_assert!(addresses.contains(&refusal.address)),
        }
    }
}
