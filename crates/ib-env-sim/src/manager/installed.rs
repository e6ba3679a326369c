//! Whether an environment has an Integration Manager, and which.

use ib_domain::dependency::version::DependencyVersion;

use crate::scenario::Environment;

/// The module that answers there.
const MODULE: &str = "OSIntegrationManager_API";

pub(super) fn is_installed(environment: &Environment) -> bool {
    environment.all_modules().any(|module| module.name == MODULE)
}

/// The version of the application that the module belongs to; 1.0.0 where its description tells none.
pub(super) fn version(environment: &Environment) -> String {
    let owner = environment
        .all_applications()
        .find(|application| application.modules.iter().any(|module| module.name == MODULE));
    let version = owner.and_then(|owner| DependencyVersion::in_description(&owner.description));
    version.map_or_else(|| "1.0.0".to_owned(), |version| version.to_string())
}
