//! `OutSystemsPlatform.asmx`.

use super::unavailable;
use crate::request::Scene;
use crate::soap::{Arguments, Outputs, Value};

pub(super) fn perform(scene: &Scene<'_>, method: &str, arguments: &Arguments) -> Outputs {
    let environment = scene.environment;
    match method {
        "GetPlatformInfo" => {
            let version = environment.version_text_override.as_ref().unwrap_or(&environment.version);
            Ok(vec![Value::text(version), Value::text(&environment.serial)])
        }
        "SetLicense" => Ok(vec![Value::Bool(false), Value::text(license_refusal(scene, arguments))]),
        _ => Err(unavailable(method)),
    }
}

/// No file is a licence here, so the last answer is always that one.
fn license_refusal(scene: &Scene<'_>, arguments: &Arguments) -> String {
    match scene.world.log_in(scene.scenario, scene.environment, arguments.credentials()) {
        Err(refusal) => refusal.text(scene.environment),
        Ok(session) if session.permission.level < 6 => {
            "You are not allowed to change the license.".to_owned()
        }
        Ok(_) => "The file is not a valid license.".to_owned(),
    }
}
