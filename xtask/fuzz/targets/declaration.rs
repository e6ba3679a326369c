//! `infrastructure.toml`: what is accepted can be written, and read back as the same; an error repeats no secret.
#![no_main]
#![expect(clippy::panic, reason = "a target tells by a panic what it found")]

use ib_api::declaration::InfrastructureFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(file) = InfrastructureFile::parse(text) else { return };
    let declaration = file.declaration("infrastructure.toml");
    if let Ok(written) = toml::to_string(&file) {
        let again = InfrastructureFile::parse(&written);
        assert_eq!(again.as_ref(), Ok(&file), "{written}");
        assert_eq!(again.and_then(|file| file.declaration("infrastructure.toml")), declaration);
    } else {
        panic!("what was read cannot be written: {file:?}");
    }
});
