//! `PlatformServices_v8_0_0.asmx`.

use super::{directory, publish, unavailable};
use crate::login::Session;
use crate::request::Scene;
use crate::soap::{Arguments, Fault, Outputs, Value};

pub(super) fn perform(scene: &Scene<'_>, method: &str, arguments: &Arguments) -> Outputs {
    match method {
        "Capabilities_Get" => Ok(vec![capabilities(scene)]),
        "ExternalAuthentication_IsActive" => {
            let key = scene.environment.identity_provider.key();
            Ok(vec![Value::Bool(!key.is_empty()), Value::text(key)])
        }
        _ => authenticated(scene, method, arguments),
    }
}

fn authenticated(scene: &Scene<'_>, method: &str, arguments: &Arguments) -> Outputs {
    let session = log_in(scene, arguments.credentials())?;
    match method {
        "Applications_Get" => {
            let (modules, status) = (arguments.flag(2)?, arguments.flag(3)?);
            Ok(vec![directory::applications(scene, &session, modules, status)])
        }
        "Modules_Get" => Ok(vec![directory::modules(scene, &session)]),
        "Module_GetVersions" => Ok(directory::versions(scene, &session, arguments.text(2))),
        "SolutionPack_PublishWith2StepOption" => {
            Ok(publish::package(scene, &session, &arguments.binary(2)?, arguments.flag(3)?))
        }
        "SolutionPack_Publish" => Ok(publish::package(scene, &session, &arguments.binary(2)?, false)),
        "SolutionPack_GetPublishMessages" => publish::messages(scene, arguments.int(2)?, arguments.int(3)?),
        "SolutionPack_PublishContinue" => publish::go_on(scene, arguments.int(2)?),
        "SolutionPack_PublishAbort" => publish::abort(scene, arguments.int(2)?),
        _ => Err(unavailable(method)),
    }
}

/// A refused log-in is a fault, because these methods have no output for it.
fn log_in(scene: &Scene<'_>, credentials: (&str, &str)) -> Result<Session, Fault> {
    let outcome = scene.world.log_in(scene.scenario, scene.environment, credentials);
    outcome.map_err(|refusal| Fault::service(refusal.text(scene.environment)))
}

/// The names of capabilities are not public; these are the project's choice.
fn capabilities(scene: &Scene<'_>) -> Value {
    let environment = scene.environment;
    let catalogs = environment.multiple_database_catalogs.to_string();
    let properties = [("Edition", environment.edition.clone()), ("MultipleDatabaseCatalogs", catalogs)];
    let record =
        |(name, value)| Value::Record(vec![("Name", Value::text(name)), ("Value", Value::text(value))]);
    Value::List("Properties", properties.map(|(name, value)| record((name.to_owned(), value))).into())
}
