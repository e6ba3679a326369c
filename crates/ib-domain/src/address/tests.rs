use std::collections::HashSet;

use proptest::prelude::*;
use rstest::rstest;

use super::hint::HostHint;
use super::*;

/// Accepted spellings and the authority that comes of them.
#[rstest]
#[case("dev.acme.example", "dev.acme.example")]
#[case("  dev.acme.example\t\n", "dev.acme.example")]
#[case("\u{a0}dev.acme.example\u{3000}", "dev.acme.example")]
#[case("DEV.Acme.EXAMPLE", "dev.acme.example")]
#[case("https://dev.acme.example", "dev.acme.example")]
#[case("HTTPS://dev.acme.example/", "dev.acme.example")]
#[case("http://dev.acme.example", "dev.acme.example")]
#[case("http://dev.acme.example:80/", "dev.acme.example")]
#[case("http://dev.acme.example:443", "dev.acme.example")]
#[case("https://dev.acme.example:443/ServiceCenter", "dev.acme.example")]
#[case("dev.acme.example:0443", "dev.acme.example")]
#[case("dev.acme.example.", "dev.acme.example")]
#[case("dev.acme.example.:443", "dev.acme.example")]
#[case("dev.acme.example/ServiceCenter", "dev.acme.example")]
#[case("dev.acme.example?tab=1", "dev.acme.example")]
#[case("dev.acme.example#top", "dev.acme.example")]
#[case("dev.acme.example/a@b", "dev.acme.example")]
#[case("dev.acme.example/https://other.example", "dev.acme.example")]
#[case("www.acme.example", "www.acme.example")]
#[case("dev.bücher.example", "dev.xn--bcher-kva.example")]
#[case("dev.BÜCHER.example", "dev.xn--bcher-kva.example")]
#[case("dev。acme。example", "dev.acme.example")]
#[case("ｄｅｖ.acme.example", "dev.acme.example")]
#[case("d%65v.acme.example", "dev.acme.example")]
#[case("1.acme.example", "1.acme.example")]
#[case("127.0.0.1.acme.example", "127.0.0.1.acme.example")]
#[case("0x7f.acme.example", "0x7f.acme.example")]
#[case("a--b.acme.example", "a--b.acme.example")]
#[case("acme-dev.outsystemsenterprise.com", "acme-dev.outsystemsenterprise.com")]
fn accepted(#[case] typed: &str, #[case] authority: &str) {
    let address = EnvironmentAddress::parse(typed).unwrap();
    assert_eq!(address.authority(), authority);
    assert_eq!(address.port(), 443);
}

fn cause(error: &AddressError) -> &'static str {
    match error {
        AddressError::Empty => "empty",
        AddressError::Scheme { .. } => "scheme",
        AddressError::UserInfo => "user info",
        AddressError::Literal { .. } => "literal",
        AddressError::SingleLabel { .. } => "single label",
        AddressError::TooLong { .. } => "too long",
        AddressError::Port { .. } => "port",
        AddressError::Malformed(_) => "malformed",
    }
}

/// Refused spellings and their one cause.
#[rstest]
#[case("", "empty")]
#[case("   ", "empty")]
#[case("https://", "empty")]
#[case("https:///dev.acme.example", "empty")]
#[case("//dev.acme.example", "empty")]
#[case("/ServiceCenter", "empty")]
#[case(":443", "empty")]
#[case("ftp://dev.acme.example", "scheme")]
#[case("file:///etc/passwd", "scheme")]
#[case("javascript:alert(1)", "scheme")]
#[case("https:dev.acme.example", "scheme")]
#[case("https:/dev.acme.example", "scheme")]
#[case("dev.acme.example://x", "scheme")]
#[case("https://maria:secret@dev.acme.example", "user info")]
#[case("maria@dev.acme.example", "user info")]
#[case("@dev.acme.example", "user info")]
#[case("dev.acme.example@127.0.0.1", "user info")]
#[case("mailto:maria@acme.example", "user info")]
#[case("127.0.0.1", "literal")]
#[case("https://127.0.0.1/ServiceCenter", "literal")]
#[case("127.0.0.1.", "literal")]
#[case("127.0.0.1:443", "literal")]
#[case("127.0.0.1:9", "literal")]
#[case("127.1", "literal")]
#[case("127.0.1", "literal")]
#[case("2130706433", "literal")]
#[case("017700000001", "literal")]
#[case("0177.0.0.1", "literal")]
#[case("0x7f000001", "literal")]
#[case("0X7F.1", "literal")]
#[case("0x7f.0x0.0x0.0x1", "literal")]
#[case("0x", "literal")]
#[case("0", "literal")]
#[case("１２７.０.０.１", "literal")]
#[case("127。0。0。1", "literal")]
#[case("①②⑦.0.0.1", "literal")]
#[case("%31%32%37.0.0.1", "literal")]
#[case("0x7f%2E1", "literal")]
#[case("256.256.256.256", "literal")]
#[case("1.2.3.4.5", "literal")]
#[case("acme.example.123", "literal")]
#[case("acme.example.0x1f", "literal")]
#[case("[::1]", "literal")]
#[case("https://[::1]:443/", "literal")]
#[case("::1", "literal")]
#[case("::", "literal")]
#[case("2001:db8::1", "literal")]
#[case("[fe80::1%25eth0]", "literal")]
#[case("fe80::1%eth0", "literal")]
#[case("[::ffff:127.0.0.1]", "literal")]
#[case("::ffff:127.0.0.1", "literal")]
#[case("::ffff:7f00:1", "literal")]
#[case("localhost", "single label")]
#[case("dev.", "single label")]
#[case("https://intranet/ServiceCenter", "single label")]
#[case("dev.acme.example:8443", "port")]
#[case("https://dev.acme.example:80", "port")]
#[case("http://dev.acme.example:8080", "port")]
#[case("dev.acme.example:0", "port")]
#[case("dev.acme.example:65536", "port")]
#[case("dev.acme.example:99999999999999999999", "port")]
#[case("dev.acme.example:", "port")]
#[case("dev.acme.example:+443", "port")]
#[case("dev.acme.example:４４３", "port")]
#[case("dev..acme.example", "malformed")]
#[case(".dev.acme.example", "malformed")]
#[case("dev.acme.example..", "malformed")]
#[case("127.0.0.1..", "malformed")]
#[case(".", "malformed")]
#[case("-dev.acme.example", "malformed")]
#[case("dev-.acme.example", "malformed")]
#[case("dev_1.acme.example", "malformed")]
#[case("dev.acme.example:80:90", "malformed")]
#[case("dev acme.example", "malformed")]
#[case("dev.acme\t.example", "malformed")]
#[case("dev.acme.example\\ServiceCenter", "malformed")]
#[case("https:\\\\dev.acme.example", "malformed")]
#[case("dev.acme\0.example", "malformed")]
#[case("dev.acme\r\nHost: x.example", "malformed")]
#[case("dev.\u{202e}acme.example", "malformed")]
#[case("dev.\u{200b}acme.example", "malformed")]
#[case("dev.ac\u{ad}me.example", "malformed")]
#[case("\u{feff}dev.acme.example", "malformed")]
#[case("dev.acme.example%2f@x", "user info")]
#[case("dev.acme%2fx.example", "malformed")]
#[case("dev.acme%00.example", "malformed")]
#[case("dev.acme%.example", "malformed")]
#[case("xn--a.acme.example", "malformed")]
#[case("dev!.acme.example", "malformed")]
#[case("<script>.example", "malformed")]
fn refused(#[case] typed: &str, #[case] expected: &str) {
    let error = EnvironmentAddress::parse(typed).unwrap_err();
    assert_eq!(cause(&error), expected, "{typed:?}: {error}");
}

#[rstest]
#[case("dev acme.example", Malformation::Space)]
#[case("dev.acme.example/Service\u{a0}Center", Malformation::Space)]
#[case("dev.acme\t.example", Malformation::Invisible('\t'))]
#[case("dev.\u{200f}acme.example", Malformation::Invisible('\u{200f}'))]
#[case("dev.acme.example\\x", Malformation::Backslash)]
#[case("dev.acme.example:443:443", Malformation::Colons)]
#[case("dev..example", Malformation::EmptyLabel)]
#[case("dev.acme-.example", Malformation::Hyphen("acme-".to_owned()))]
#[case("dev.ac_me.example", Malformation::Character('_'))]
#[case("dev.xn--a.example", Malformation::Idna)]
fn malformations(#[case] typed: &str, #[case] expected: Malformation) {
    assert_eq!(EnvironmentAddress::parse(typed), Err(AddressError::Malformed(expected)));
}

#[test]
fn a_host_is_shown_in_its_own_letters() {
    let address = EnvironmentAddress::parse("dev.xn--bcher-kva.example").unwrap();
    assert_eq!(address.display_host(), "dev.bücher.example");
}

#[test]
fn what_is_too_long_is_named() {
    for (typed, part) in [
        ("a".repeat(3_000), "the address"),
        ([&*"a".repeat(50); 6].join("."), "the host name"),
        (format!("{}.example", "a".repeat(64)), "one label of the host name"),
    ] {
        let error = EnvironmentAddress::parse(&typed).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn lengths_are_those_of_dns() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(EnvironmentAddress::parse(&longest).unwrap().host(), longest);
    assert!(EnvironmentAddress::parse(&format!("{longest}.")).is_ok());

    let part_of = |typed: &str| match EnvironmentAddress::parse(typed) {
        Err(AddressError::TooLong { part, .. }) => Some(part),
        _ => None,
    };
    assert_eq!(part_of(&format!("{longest}a")), Some(LongPart::Host));
    assert_eq!(part_of(&format!("{label}a.example")), Some(LongPart::Label));
    assert_eq!(part_of(&format!("a.example/{}", "x".repeat(2048))), Some(LongPart::Text));
}

#[rstest]
#[case("dev.acme.example", &[])]
#[case("https://dev.acme.example/servicecenter/", &[])]
#[case("dev.acme.example/", &[])]
#[case("dev.acme.example/ServiceCenter/Home.aspx", &[AddressNote::PathDropped])]
#[case("http://dev.acme.example/x?y#z", &[AddressNote::HttpsInstead, AddressNote::PathDropped, AddressNote::QueryDropped, AddressNote::FragmentDropped])]
#[case("dev.acme.example#?", &[AddressNote::FragmentDropped])]
fn notes_tell_what_was_changed(#[case] typed: &str, #[case] notes: &[AddressNote]) {
    assert_eq!(EnvironmentAddress::parse(typed).unwrap().notes(), notes);
}

#[test]
fn rules_widen_ports_and_labels_but_never_literals() {
    let rules = AddressRules { allowed_ports: [8443].into(), allow_single_label: true };
    let parse = |typed: &str| EnvironmentAddress::parse_with(typed, &rules);
    assert_eq!(parse("intranet:8443").unwrap().to_string(), "intranet:8443");
    let error = parse("intranet:8444").unwrap_err();
    assert_eq!(error.to_string(), "port 8444 is not allowed, expected 443 or 8443");
    let zero = AddressRules { allowed_ports: [0].into(), ..AddressRules::default() };
    let error = EnvironmentAddress::parse_with("dev.acme.example:0", &zero).unwrap_err();
    assert_eq!(cause(&error), "port");
    assert_eq!(cause(&parse("0x7f000001:8443").unwrap_err()), "literal");
    assert_eq!(cause(&parse("http://intranet:8080").unwrap_err()), "port");
}

#[rstest]
#[case("https://maria:hunter2@dev.acme.example/")]
#[case("maria:hunter2@dev.acme.example")]
#[case("https://hunter2@[::1]:99/")]
#[case("maria:hunter2")]
#[case("https://dev.acme.example:hunter2/")]
fn secrets_are_in_no_error(#[case] typed: &str) {
    let error = EnvironmentAddress::parse(typed).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn query_and_fragment_are_not_kept() {
    let address = EnvironmentAddress::parse(" Dev.acme.example/A?token=hunter2#hunter2 ").unwrap();
    assert_eq!(address.typed(), "Dev.acme.example/A");
    assert!(!format!("{address:?}").contains("hunter2"));
}

#[test]
fn what_was_typed_does_not_count_for_equality() {
    let spellings = ["dev.acme.example", "HTTP://DEV.acme.example/x", "dev.acme.example.:443"];
    let addresses: HashSet<_> =
        spellings.iter().map(|typed| EnvironmentAddress::parse(typed).unwrap()).collect();
    assert_eq!(addresses.len(), 1);
}

#[rstest]
#[case("acme-dev.outsystemsenterprise.com", Some(HostHint::CloudDevelopment))]
#[case("acme-tst.outsystemsenterprise.com", Some(HostHint::CloudTest))]
#[case("acme-lt.outsystemsenterprise.com", Some(HostHint::CloudLifeTime))]
#[case("acme.outsystemsenterprise.com", Some(HostHint::CloudProduction))]
#[case("my-acme.outsystemsenterprise.com", Some(HostHint::CloudProduction))]
#[case("prod.a.outsystemsenterprise.com", None)]
#[case("outsystemsenterprise.com", None)]
#[case("maria.outsystemscloud.com", Some(HostHint::PersonalEnvironment))]
#[case("acme-dev.outsystemsenterprise.com.evil.example", None)]
#[case("prod.acme.example", Some(HostHint::OwnProduction))]
#[case("prd.acme.example", Some(HostHint::OwnProduction))]
#[case("production.acme.example", Some(HostHint::OwnProduction))]
#[case("os-prod.acme.example", Some(HostHint::OwnProduction))]
#[case("products.acme.example", None)]
#[case("dev.prod.example", None)]
fn hints(#[case] typed: &str, #[case] hint: Option<HostHint>) {
    assert_eq!(EnvironmentAddress::parse(typed).unwrap().hint(), hint);
}

#[test]
fn production_is_told_by_the_host_alone() {
    let all = [
        (HostHint::PersonalEnvironment, false),
        (HostHint::CloudDevelopment, false),
        (HostHint::CloudTest, false),
        (HostHint::CloudProduction, true),
        (HostHint::CloudLifeTime, false),
        (HostHint::OwnProduction, true),
    ];
    for (hint, is_production) in all {
        assert_eq!(hint.is_production(), is_production, "{hint:?}");
        assert_eq!(hint.is_vendors(), hint != HostHint::OwnProduction, "{hint:?}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn an_address_is_validated_on_the_way_in() {
    let address: EnvironmentAddress = serde_json::from_str("\"HTTPS://Dev.Acme.example/\"").unwrap();
    assert_eq!(serde_json::to_string(&address).unwrap(), "\"dev.acme.example\"");
    assert!(serde_json::from_str::<EnvironmentAddress>("\"127.1\"").is_err());
    assert!(serde_json::from_str::<EnvironmentAddress>("\"dev.acme.example:8443\"").is_err());
}

/// Host names that are fine, in spellings that are not.
fn a_good_address() -> impl Strategy<Value = String> {
    let label = prop_oneof![3 => "[a-zA-Z0-9]{1,6}(-[a-z0-9]{1,4})?", 1 => "[äßøÉ日本ａ-ｚ]{1,4}"];
    (
        prop::sample::select(vec!["", " ", "http://", "HTTPS://"]),
        prop::collection::vec(label, 1..4),
        prop::sample::select(vec![
            "example",
            "com.",
            "EXAMPLE:443",
            "com:8443/x",
            "example/ServiceCenter?a#b",
        ]),
    )
        .prop_map(|(before, labels, after)| format!("{before}{}.{after}", labels.join(".")))
}

/// Text that resembles an address often enough to get deep into the parser.
fn nearly_an_address() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://".to_owned()),
        Just(".".to_owned()),
        Just(":443".to_owned()),
        Just("0x7f".to_owned()),
        Just("xn--".to_owned()),
        Just("%31".to_owned()),
        Just("ß１。".to_owned()),
        "[a-z0-9-]{1,8}",
        "\\PC{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = EnvironmentAddress::parse(&text);
    }

    #[test]
    fn whatever_surrounds_a_good_name_is_coped_with(text in a_good_address()) {
        let rules = AddressRules { allowed_ports: [8443].into(), ..AddressRules::default() };
        prop_assert!(EnvironmentAddress::parse_with(&text, &rules).is_ok(), "{}", text);
    }

    #[test]
    fn whatever_is_accepted_is_a_plain_dns_name(text in prop_oneof![nearly_an_address(), a_good_address()]) {
        let rules = AddressRules { allowed_ports: (1..=9999).collect(), allow_single_label: true };
        let Ok(address) = EnvironmentAddress::parse_with(&text, &rules) else { return Ok(()) };
        prop_assert!(address.host().bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')));
        prop_assert!(address.host().parse::<std::net::IpAddr>().is_err());
        // A resolver reads a name whose last label is a number as an address.
        let last = address.host().rsplit('.').next().unwrap();
        prop_assert!(last.parse::<u64>().is_err());

        let again = EnvironmentAddress::parse_with(&address.authority(), &rules).unwrap();
        prop_assert_eq!(&again, &address);
        prop_assert_eq!(again.authority(), address.authority());
        prop_assert_eq!(EnvironmentAddress::parse_with(address.typed(), &rules).unwrap(), address);
    }

    #[test]
    fn every_ipv4_address_is_a_literal_in_every_spelling(number in any::<u32>()) {
        let [a, b, c, d] = number.to_be_bytes();
        let low = number & 0x00ff_ffff;
        for spelling in [
            format!("{a}.{b}.{c}.{d}"), format!("{number}"), format!("{number:#x}"), format!("0{number:o}"),
            format!("{a:#x}.{b:#X}.0{c:o}.{d}"), format!("{a}.{low}"), format!("{a}.{b}.{}", number & 0xffff),
            format!("[::ffff:{a}.{b}.{c}.{d}]"), format!("::ffff:{a}.{b}.{c}.{d}"), format!("{a}.{b}.{c}.{d}."),
        ] {
            let literal = matches!(EnvironmentAddress::parse(&spelling), Err(AddressError::Literal { .. }));
            prop_assert!(literal, "{}", spelling);
        }
    }
}

#[test]
fn two_names_or_two_ports_are_two_addresses() {
    let rules = AddressRules { allowed_ports: [8443].into(), ..AddressRules::default() };
    let read = |text: &str| EnvironmentAddress::parse_with(text, &rules).unwrap();
    let all = ["a.example", "a.example:8443", "b.example", "https://A.example/x"].map(read);
    assert_eq!(all[0], all[3]);
    let sorted: Vec<_> = BTreeSet::from(all.clone()).iter().map(ToString::to_string).collect();
    assert_eq!(sorted, ["a.example", "a.example:8443", "b.example"]);
    assert_eq!(HashSet::from(all).len(), 3);
}

#[test]
fn only_an_own_name_may_be_anybodys() {
    let hint = |text: &str| EnvironmentAddress::parse(text).unwrap().hint().unwrap();
    assert!(hint("acme.outsystemscloud.com").is_vendors());
    assert!(hint("acme-dev.outsystemsenterprise.com").is_vendors());
    assert!(!hint("prod.acme.example").is_vendors());
}

#[test]
fn an_error_shows_what_was_seen_without_what_cannot_be_shown() {
    let seen = |text: &str| match EnvironmentAddress::parse(text).unwrap_err() {
        AddressError::Literal { seen }
        | AddressError::SingleLabel { seen }
        | AddressError::Scheme { seen } => seen,
        other => panic!("{other:?}"),
    };
    assert_eq!(seen("127.1"), "127.1");
    assert_eq!(seen("intranet"), "intranet");
    assert_eq!(seen("ftp://dev.acme.example"), "ftp");
    assert_eq!(seen(&format!("[{}", "1".repeat(100))).chars().count(), 64);
}
