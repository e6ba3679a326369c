//! Codes are verified by an authority, where the settings name one.

use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::place::{Place, World};
use crate::program::Program;

const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";

/// An old platform, and a server that asks the simulator about codes.
async fn place() -> (World, Place) {
    let world = World::new().await;
    world.simulator.update(|scenario| {
        scenario
            .environments
            .iter_mut()
            .for_each(|environment| "11.7.3.100".clone_into(&mut environment.version));
    });
    let table = format!("[activation]\nurl = {:?}", world.simulator.activation_url());
    let place = Place::start(&world.settings("", &table), &world.path("log")).await;
    (world, place)
}

/// A program whose set-up waits for a code; its path.
async fn at_code(place: &Place) -> (Program<'_>, String) {
    let program = Program::new(place).await;
    let setup = program.begin().await;
    program.step(&setup, "address", json!({"address": "dev.acme.example"})).await;
    program.step(&setup, "log-in", json!({"username": "maria", "password": PASSWORD})).await;
    program.step(&setup, "welcome", json!({})).await;
    let seen = program.step(&setup, "disclaimer", json!({"version": "built-in-1"})).await;
    assert_eq!(seen["step"], "activation-code", "{seen}");
    (program, setup)
}

fn stopped_by(seen: &Value) -> Option<&str> {
    seen["stop"]["finding"]["code"].as_str()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_is_refused_and_the_right_one_registers() {
    let (world, place) = place().await;
    let (program, setup) = at_code(&place).await;
    let wrong =
        program.step(&setup, "activation-code", json!({"code": "AAA.BBB.CCC.DDD.EEE.FFF.GGG.HHH"})).await;
    assert_eq!(stopped_by(&wrong), Some("SETUP-INFRA-003"), "{wrong}");
    world.simulator.update(|scenario| scenario.activation_unavailable = true);
    let down = program.step(&setup, "activation-code", json!({"code": CODE})).await;
    assert_eq!((stopped_by(&down), down["exit"].as_u64()), (Some("SETUP-INFRA-008"), Some(5)), "{down}");
    world.simulator.update(|scenario| scenario.activation_unavailable = false);
    let end = program.step(&setup, "activation-code", json!({"code": CODE.to_lowercase()})).await;
    assert_eq!(end["step"], "registered", "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_without_a_serial_number_is_not_let_in_unasked() {
    let (world, place) = place().await;
    world.simulator.update(|scenario| {
        scenario.environments.iter_mut().for_each(|environment| environment.serial.clear());
    });
    let (program, setup) = at_code(&place).await;
    let seen = program.step(&setup, "activation-code", json!({"code": CODE})).await;
    assert_eq!(stopped_by(&seen), Some("SETUP-INFRA-003"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_not_there_cannot_tell() {
    let world = World::new().await;
    world.simulator.update(|scenario| {
        scenario
            .environments
            .iter_mut()
            .for_each(|environment| "11.7.3.100".clone_into(&mut environment.version));
    });
    // The simulator's TLS port knows no such host, and no authority of certificates vouches for it here.
    let table = format!("[activation]\nurl = \"https://{}/verify\"", world.simulator.address());
    let place = Place::start(&world.settings("", &table), &world.path("log")).await;
    let (program, setup) = at_code(&place).await;
    let seen = program.step(&setup, "activation-code", json!({"code": CODE})).await;
    assert_eq!(stopped_by(&seen), Some("SETUP-INFRA-008"), "{seen}");
    place.stop().await;
    let log = std::fs::read_to_string(world.path("log")).unwrap();
    assert!(log.contains("the activation authority cannot be asked"), "{log}");
}
