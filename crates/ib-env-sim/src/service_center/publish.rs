//! Publishing: who may, what starts, and what it leaves behind (`service-center-soap.md` 4.3).

use std::convert::Infallible;

use super::publication::{Message, Publication, Started, record};
use super::{Outputs, rights};
use crate::login::Session;
use crate::request::Scene;
use crate::scenario::{Application, Environment, Module, Scenario};
use crate::soap::Value;

/// Publishes a package: what [`Application::to_package`] writes, or any other bytes as an application of their own.
pub(super) fn package(scene: &Scene<'_>, session: &Session, bytes: &[u8], two_step: bool) -> Vec<Value> {
    let outcome = start(scene, session, Application::from_package(bytes), two_step);
    started_outputs(outcome)
}

fn started_outputs(outcome: Started) -> Vec<Value> {
    let (messages, id) = match outcome {
        Started::Yes(id) => (Vec::new(), id),
        Started::No(reason) => (vec![record(0, Message::new("Error", reason))], 0),
    };
    vec![Value::List("PublicationMessage", messages), Value::Int(id)]
}

/// Starts a publication if the user may, no rule forbids it, and nobody else publishes the same.
pub(super) fn start(
    scene: &Scene<'_>,
    session: &Session,
    application: Application,
    two_step: bool,
) -> Started {
    let rules = &scene.environment.publish_rules;
    let rule = rules.iter().find(|rule| rule.application == "*" || rule.application == application.name);
    let refusal = rights::publish_refusal(scene, session, &application.name)
        .or_else(|| rule.and_then(|rule| rule.not_started.clone()));
    if let Some(refusal) = refusal {
        return Started::No(refusal);
    }
    let publication = Publication::new(application, two_step, rule, scene.world.clock.now());
    scene.world.publications(&scene.environment.host, |all| {
        all.abandon(scene.environment, scene.world.clock.now());
        all.start(publication)
    })
}

pub(super) fn messages(scene: &Scene<'_>, id: i32, after: i32) -> Outputs {
    let now = scene.world.clock.now();
    let (outputs, deployed) = scene.world.publications(&scene.environment.host, |all| {
        all.abandon(scene.environment, now);
        all.get(id).map(|publication| publication.poll(after, now))
    })?;
    if let Some(application) = deployed {
        deploy(scene, &application);
    }
    Ok(outputs)
}

pub(super) fn go_on(scene: &Scene<'_>, id: i32) -> Outputs {
    scene.world.publications(&scene.environment.host, |all| all.get(id)?.go_on(scene.world.clock.now()))
}

pub(super) fn abort(scene: &Scene<'_>, id: i32) -> Outputs {
    scene.world.publications(&scene.environment.host, |all| {
        all.get(id)?.abort("The publication was aborted.");
        Ok(Vec::new())
    })
}

/// The environment after a publication: new modules appear, known ones get their next version and lose their notes.
fn deploy(scene: &Scene<'_>, published: &Application) {
    let uploaded_on = scene.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let host = &scene.environment.host;
    let outcome: Result<(), Infallible> = scene.world.change(|scenario: &mut Scenario| {
        if let Some(environment) = scenario.environment_mut(host) {
            install(environment, published, &uploaded_on);
        }
        Ok(())
    });
    let Ok(()) = outcome;
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
