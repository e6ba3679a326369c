//! LifeTime's lists, five in one input with a zero byte between them: nobody is let in whom they do not
//! let in.
#![no_main]

use ib_domain::permission::evaluation::evaluate;
use ib_domain::permission::key::EnvironmentKey;
use ib_domain::permission::user::Username;
use ib_env_client::http::fuzz::permission_model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let mut lists = body.splitn(5, |byte| *byte == 0);
    let lists = [(); 5].map(|()| lists.next().unwrap_or(b"[]"));
    let (Ok(development), Ok(maria)) = (EnvironmentKey::parse("dev"), Username::parse("maria")) else {
        return;
    };
    let Ok(model) = permission_model(lists) else { return };
    if evaluate(&model, &maria, &development).is_allowed() {
        assert!(model.understands_levels(), "levels that nobody understands allow something");
        assert!(model.user(&maria).is_ok_and(|user| user.active), "somebody is let in who is not there");
    }
});
