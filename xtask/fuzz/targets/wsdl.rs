//! The WSDL of an environment, from which names of parameters are learnt: how it is cut never changes what is read.
#![no_main]

use ib_env_client::http::fuzz::wsdl;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    assert_eq!(wsdl(body, 7), wsdl(body, body.len()));
});
