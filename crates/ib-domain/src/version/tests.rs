use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn known(text: &str) -> PlatformVersion {
    PlatformVersion::read(text).known().unwrap()
}

/// The vectors of `platform-versions.md` 2: text, version, minimum met, activation code needed.
#[rstest]
#[case("11.7.2.6543", "11.7.2", true, true)]
#[case("11.7.2", "11.7.2", true, true)]
#[case("11.7.1.5999", "11.7.1", false, false)]
#[case("11.7.6.99999", "11.7.6", true, true)]
#[case("11.7.7.1", "11.7.7", true, false)]
#[case("11.8.0.7000", "11.8.0", true, false)]
#[case("11.10.2.25738", "11.10.2", true, false)]
#[case("11.0.615.0", "11.0.615", false, false)]
#[case("11.0.542.0", "11.0.542", false, false)]
#[case("11.23.1 (Build 12345)", "11.23.1", true, false)]
#[case("11.43", "11.43.0", true, false)]
#[case("10.0.1115.0", "10.0.1115", false, false)]
fn vectors(#[case] text: &str, #[case] parsed: &str, #[case] min_ok: bool, #[case] needs_code: bool) {
    let version = known(text);
    assert_eq!(version.to_semver().to_string(), parsed);
    assert_eq!(minimum().matches(&version.to_semver()), min_ok);
    assert_eq!(activation_code().matches(&version.to_semver()), needs_code);
    match judge(&PlatformVersion::read(text)) {
        VersionVerdict::Supported { activation_code, .. } => {
            assert!(min_ok);
            assert_eq!(activation_code, needs_code);
        }
        verdict => assert!(!min_ok, "{verdict:?}"),
    }
}

#[rstest]
#[case("11")]
#[case("")]
#[case("unknown")]
#[case("..")]
#[case("Release Oct.2019 CP2")]
#[case("11.")]
#[case("11,7,2")]
#[case("-11.7.2")]
#[case("11 .7")]
#[case("１１.７.２")]
#[case("11.7.1234567890")]
#[case("version")]
#[case("Version11.7.2")]
#[case("v 11.7.2")]
#[case("<html>11.7.2</html>")]
fn unknown_is_neither_zero_nor_an_error(#[case] text: &str) {
    assert_eq!(judge(&PlatformVersion::read(text)), VersionVerdict::Unknown);
}

#[rstest]
#[case("v11.7.2", [11, 7, 2, 0])]
#[case("V11.7.2", [11, 7, 2, 0])]
#[case("Version 11.7.2.5", [11, 7, 2, 5])]
#[case("VERSION\t 11.7.2.5", [11, 7, 2, 5])]
#[case("  11.34.0.44828\r\n", [11, 34, 0, 44828])]
#[case("11.7.2-beta", [11, 7, 2, 0])]
#[case("11.7.", [11, 7, 0, 0])]
#[case("11.7..2", [11, 7, 0, 0])]
#[case("11.7.2.1.9", [11, 7, 2, 1])]
#[case("011.007.002", [11, 7, 2, 0])]
#[case("11.999999999", [11, 999_999_999, 0, 0])]
fn tolerant_reading(#[case] text: &str, #[case] numbers: [u32; 4]) {
    let version = known(text);
    assert_eq!([version.major(), version.minor(), version.patch(), version.build()], numbers);
}

#[rstest]
#[case("11.7.1.99999", VersionVerdict::TooOld { found: PlatformVersion::new(11, 7, 1, 99999), minimum: PlatformVersion::MINIMUM })]
#[case("11.0.615", VersionVerdict::TooOld { found: PlatformVersion::new(11, 0, 615, 0), minimum: PlatformVersion::MINIMUM })]
#[case("11.7.2", VersionVerdict::Supported { activation_code: true, known_trouble: true })]
#[case("11.7.3", VersionVerdict::Supported { activation_code: true, known_trouble: true })]
#[case("11.7.4", VersionVerdict::Supported { activation_code: true, known_trouble: false })]
#[case("11.8.2", VersionVerdict::Supported { activation_code: false, known_trouble: false })]
#[case("10.0.1115.0", VersionVerdict::EarlierGeneration)]
#[case("0.0", VersionVerdict::EarlierGeneration)]
#[case("12.0.0", VersionVerdict::LaterGeneration)]
fn verdicts(#[case] text: &str, #[case] verdict: VersionVerdict) {
    assert_eq!(judge(&PlatformVersion::read(text)), verdict);
}

#[test]
fn requirements_read_as_documented() {
    assert_eq!(minimum(), VersionReq::parse(">=11.7.2, <12").unwrap());
    assert_eq!(activation_code(), VersionReq::parse(">=11.7.2, <=11.7.6").unwrap());
    assert_eq!(known_trouble(), VersionReq::parse(">=11.7.2, <=11.7.3").unwrap());
    assert!(minimum().matches(&PlatformVersion::MINIMUM.to_semver()));
}

#[test]
fn order_is_numeric_and_never_that_of_text() {
    assert!(known("11.10.0") > known("11.7.2"));
    assert!("11.10.0" < "11.7.2");
    // Builds do not grow from one minor to the next.
    assert!(known("11.34.0.44828") > known("11.33.1.44835"));
    assert!(known("11.7.2.2") > known("11.7.2.1"));
}

#[test]
fn an_unreadable_version_is_shown_short_and_harmless() {
    let text = format!("\x1b[31m{}\n\u{202e}", "x".repeat(100));
    let VersionReading::Unknown(unreadable) = PlatformVersion::read(&text) else { panic!() };
    assert!(unreadable.text().chars().count() <= 40);
    assert!(!unreadable.text().contains(|c: char| c.is_control() || c == '\u{202e}'));
}

#[test]
fn a_reading_is_shown_as_it_was_read() {
    for text in ["11.23.1.40123", "eleven"] {
        assert_eq!(PlatformVersion::read(text).to_string(), text);
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_version_is_validated_on_the_way_in() {
    let version = PlatformVersion::new(11, 7, 2, 9);
    assert_eq!(serde_json::to_string(&version).unwrap(), "\"11.7.2.9\"");
    assert_eq!(serde_json::from_str::<PlatformVersion>("\"11.7.2.9\"").unwrap(), version);
    assert!(serde_json::from_str::<PlatformVersion>("\"11\"").is_err());
    // Cleaned of what is invisible this text would read as a version; it stays unknown all the same.
    for reading in [PlatformVersion::read("v11.7.2.9"), PlatformVersion::read("\u{200b}11.7.2")] {
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<VersionReading>(&text).unwrap(), reading, "{text}");
    }
}

fn version() -> impl Strategy<Value = PlatformVersion> {
    let number = || prop_oneof![0u32..15, 0u32..1_000_000_000];
    (prop_oneof![Just(11u32), 0u32..15], number(), number(), number())
        .prop_map(|(major, minor, patch, build)| PlatformVersion::new(major, minor, patch, build))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = judge(&PlatformVersion::read(&text));
    }

    #[test]
    fn no_text_with_digits_makes_it_panic(text in "[vV]?[0-9.]{0,40}.{0,3}") {
        let _ = judge(&PlatformVersion::read(&text));
    }

    #[test]
    fn the_order_is_total_and_transitive(a in version(), b in version(), c in version()) {
        prop_assert_eq!([a < b, a == b, a > b].iter().filter(|holds| **holds).count(), 1);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        let mut sorted = [a, b, c];
        sorted.sort();
        prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
        let numbers = |v: PlatformVersion| [v.major(), v.minor(), v.patch(), v.build()];
        prop_assert_eq!(a.cmp(&b), numbers(a).cmp(&numbers(b)));
    }

    #[test]
    fn the_build_decides_no_rule(version in version(), build in 0u32..1_000_000_000) {
        let other = PlatformVersion::new(version.major(), version.minor(), version.patch(), build);
        let kind = |v| match judge(&VersionReading::Known(v)) {
            VersionVerdict::TooOld { minimum, .. } => VersionVerdict::TooOld { found: minimum, minimum },
            verdict => verdict,
        };
        prop_assert_eq!(kind(version), kind(other));
    }

    #[test]
    fn the_rules_are_those_of_the_reference(version in version()) {
        let short = (version.major(), version.minor(), version.patch());
        let min_ok = short >= (11, 7, 2) && version.major() == 11;
        let needs_code = ((11, 7, 2)..=(11, 7, 6)).contains(&short);
        match judge(&VersionReading::Known(version)) {
            VersionVerdict::Supported { activation_code, .. } => {
                prop_assert!(min_ok);
                prop_assert_eq!(activation_code, needs_code);
            }
            _ => prop_assert!(!min_ok),
        }
    }

    #[test]
    fn what_is_written_is_read_back(version in version()) {
        prop_assert_eq!(version.to_string().parse(), Ok(version));
    }
}

#[test]
fn what_is_no_version_is_shown_on_one_short_line() {
    let VersionReading::Unknown(unreadable) = PlatformVersion::read("no\nversion\x1b") else { panic!() };
    assert_eq!(unreadable.text(), "no version");
    assert_eq!(String::from(unreadable), "no version");
}
