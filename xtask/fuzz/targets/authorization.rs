//! The header that an Integration Manager signs its requests with: there is one way to write it.
#![no_main]

use ib_setup::link::Authorization;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    if let Ok(authorization) = header.parse::<Authorization>() {
        assert_eq!(authorization.to_string(), header);
    }
});
