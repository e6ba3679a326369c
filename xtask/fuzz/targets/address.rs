//! What a person types as an address, and what an environment calls its version.
#![no_main]

use ib_domain::address::EnvironmentAddress;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::version::PlatformVersion;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(address) = EnvironmentAddress::parse(text) {
        let again = EnvironmentAddress::parse(&address.authority());
        assert_eq!(again.as_ref(), Ok(&address), "an address is read back as it is written");
        assert_eq!(address.port(), 443);
        assert!(address.host().parse::<std::net::IpAddr>().is_err(), "{}", address.host());
        assert!(
            address.host().bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789-.".contains(&byte))
        );
    }
    if let Some(version) = PlatformVersion::read(text).known() {
        assert_eq!(PlatformVersion::read(&version.to_string()).known(), Some(version));
    }
    if let Some(version) = DependencyVersion::in_description(text) {
        assert_eq!(version.to_string().parse(), Ok(version));
    }
});
