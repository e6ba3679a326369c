//! Scenarios of the simulator: what is accepted can be written, and read back as the same.
#![no_main]
#![expect(clippy::panic, reason = "a target tells by a panic what it found")]

use ib_env_sim::Scenario;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(scenario) = Scenario::from_toml_str(text) else { return };
    match toml::to_string(&scenario).map(|written| Scenario::from_toml_str(&written)) {
        Ok(Ok(again)) => assert_eq!(again, scenario),
        other => panic!("what was read cannot be written: {other:?}"),
    }
});
