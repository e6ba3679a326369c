//! Answers to SOAP calls: how a body is cut into pieces never changes what is read.
#![no_main]

use ib_env_client::http::fuzz::answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let whole = answer(body, body.len());
    assert_eq!(answer(body, 7), whole);
    assert_eq!(answer(body, 1), whole);
});
