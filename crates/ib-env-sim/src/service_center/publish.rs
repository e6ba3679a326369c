//! Publishing: who may, and what starts, goes on and ends (`service-center-soap.md` 4.3).

use super::deploy::deploy;
use super::rights;
use crate::login::Session;
use crate::publications::publication::{Message, Order, StartedBy, record};
use crate::request::Scene;
use crate::scenario::Application;
use crate::soap::{Outputs, Value};

/// Publishes a package: what [`Application::to_package`] writes, or any other bytes as an application of their own.
pub(super) fn package(scene: &Scene<'_>, session: &Session, bytes: &[u8], two_step: bool) -> Vec<Value> {
    let order = Order { application: Application::from_package(bytes), by: StartedBy::Package, two_step };
    let (messages, id) = match start(scene, session, order) {
        Ok(id) => (Vec::new(), id),
        Err(reason) => (vec![record(0, Message::new("Error", reason))], 0),
    };
    vec![Value::List("PublicationMessage", messages), Value::Int(id)]
}

/// Starts a publication if the user may, no rule forbids it, and nobody else publishes the same. Gives its id, or why
/// there is none.
pub(super) fn start(scene: &Scene<'_>, session: &Session, order: Order) -> Result<i32, String> {
    if let Some(refusal) = rights::publish_refusal(scene, session, &order.application.name) {
        return Err(refusal);
    }
    let environment = scene.environment;
    let now = scene.world.clock.now();
    let started = scene.world.publications(&environment.host, |all| all.start(order, environment, now))?;
    if started.is_lost {
        scene.request.lose_answer();
    }
    Ok(started.id)
}

pub(super) fn messages(scene: &Scene<'_>, id: i32, after: i32) -> Outputs {
    let environment = scene.environment;
    let now = scene.world.clock.now();
    let (outputs, deployed) =
        scene.world.publications(&environment.host, |all| all.poll(id, after, environment, now))?;
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
