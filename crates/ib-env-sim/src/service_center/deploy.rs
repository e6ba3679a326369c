//! What a publication leaves behind.

use std::convert::Infallible;

use ib_domain::dependency::DependencyId;
use ib_domain::dependency::version::DependencyVersion;

use crate::request::Scene;
use crate::scenario::{Application, Environment, Module, Scenario, StatusMessage};

/// The note on a module whose references are outdated (`service-center-soap.md` 4).
const OUTDATED: i32 = 6;

/// The environment after a publication: new modules appear, known ones get their next version and lose their notes.
pub(super) fn deploy(scene: &Scene<'_>, published: &Application) {
    let uploaded_on = scene.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let host = &scene.environment.host;
    let outcome: Result<(), Infallible> = scene.world.change(|scenario: &mut Scenario| {
        if let Some(environment) = scenario.environment_mut(host) {
            environment.list_integrations();
            if environment.breaking_updates && breaks(environment, published) {
                outdate_integrations(environment, &published.name);
            }
            install(environment, published, &uploaded_on);
        }
        Ok(())
    });
    let Ok(()) = outcome;
}

/// Whether a dependency is there in a version whose first number is lower.
fn breaks(environment: &Environment, published: &Application) -> bool {
    let known = environment.applications.iter().find(|known| known.name == published.name);
    let known = known.filter(|known| DependencyId::of_name(&known.name).is_some());
    let installed = known.and_then(|known| DependencyVersion::in_description(&known.description));
    let new = DependencyVersion::in_description(&published.description);
    new.zip(installed).is_some_and(|(new, installed)| new.breaks(installed))
}

fn outdate_integrations(environment: &mut Environment, dependency: &str) {
    let others = environment.applications.iter_mut().filter(|known| known.name != dependency);
    for module in others.filter(|known| known.is_integration()).flat_map(|known| &mut known.modules) {
        if module.status_messages.iter().all(|note| note.id != OUTDATED) {
            let message = format!("References to {dependency} are outdated.");
            module.status_messages.push(StatusMessage { id: OUTDATED, message });
        }
    }
}

fn install(environment: &mut Environment, published: &Application, uploaded_on: &str) {
    let known = environment.applications.iter().position(|known| known.name == published.name);
    let position = known.unwrap_or_else(|| {
        environment.applications.push(Application { modules: Vec::new(), ..published.clone() });
        environment.applications.len() - 1
    });
    let Some(application) = environment.applications.get_mut(position) else {
        return;
    };
    if !published.description.is_empty() {
        application.description.clone_from(&published.description);
    }
    for module in &published.modules {
        match application.modules.iter_mut().find(|known| known.name == module.name) {
            Some(known) => {
                known.version += 1;
                known.status_messages.clear();
                uploaded_on.clone_into(&mut known.uploaded_on);
            }
            None => {
                application.modules.push(Module { uploaded_on: uploaded_on.to_owned(), ..module.clone() });
            }
        }
    }
}
