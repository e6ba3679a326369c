//! `Solutions.asmx`.

use super::{no_properties, unavailable};
use crate::request::Scene;
use crate::soap::{Arguments, Fault, Outputs, Value};

pub(super) fn perform(scene: &Scene<'_>, method: &str, arguments: &Arguments) -> Outputs {
    let refusal = || {
        let outcome = scene.world.log_in(scene.scenario, scene.environment, arguments.credentials());
        outcome.err().map(|refusal| refusal.text(scene.environment))
    };
    match method {
        "TestLogin" => Ok(vec![Value::text(refusal().unwrap_or_default())]),
        "Handshake" => {
            let refusal = refusal();
            Ok(vec![Value::Bool(refusal.is_none()), Value::text(refusal.unwrap_or_default())])
        }
        "GetPropertiesForHandshake" => Ok(vec![no_properties()]),
        "GetProperties" => match refusal() {
            Some(text) => Err(Fault::service(text)),
            None => Ok(vec![no_properties()]),
        },
        _ => Err(unavailable(method)),
    }
}
